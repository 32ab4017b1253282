package announce

import (
	"fmt"
	"strings"
	"time"

	"mboka/bot"
	"mboka/flows"
	"mboka/locales"
	"mboka/store"
)

// Progress is how far a sending is, as its watchers see it.
type Progress struct {
	Title    string
	Status   string // of the announcement
	Planning bool   // its deliveries are not all there yet: it is at its beginning
	Counters Counters
	Rate     int  // deliveries a second
	Held     bool // a platform makes the sender wait
}

const (
	barCells = 10
	barFull  = "▓"
	barEmpty = "░"
	// failing: so many failures, and such a part of what was tried, are trouble
	// (our choice: a few gone addresses are not).
	failingLeast = 20
	failingPart  = 5 // one in five
)

// percent is 0 until all is planned: before, nobody knows of how many.
func (p Progress) percent() int {
	if p.Planning {
		return 0
	}
	return p.Counters.Percent()
}

func (p Progress) over() bool { return over(store.Announcement{Status: p.Status}) }

// failing tells that so many fail that somebody should look.
func (p Progress) failing() bool {
	c := p.Counters
	return c.Failed >= failingLeast && c.Failed*failingPart >= c.Done()
}

// Troubles of a sending.
const (
	troublePaused  = "paused"
	troubleHeld    = "held"
	troubleFailing = "failing"
)

// trouble is the first of what is wrong, "" for nothing.
func (p Progress) trouble() string {
	switch {
	case p.over():
		return ""
	case p.Status == store.AnnouncementPaused:
		return troublePaused
	case p.Held:
		return troubleHeld
	case p.failing():
		return troubleFailing
	}
	return ""
}

// mark is what of it a reader sees: a message is edited when it differs.
func (p Progress) mark() string {
	c := p.Counters
	return fmt.Sprintf("%s %d %d %d %d %d %d %s", p.Status, p.percent(), c.Sent, c.Failed, c.Waiting, c.Unknown, c.Targeted, p.trouble())
}

func bar(percent int) string {
	full := (percent*barCells + 50) / 100
	if percent < 100 {
		full = min(full, barCells-1)
	}
	return strings.Repeat(barFull, full) + strings.Repeat(barEmpty, barCells-full)
}

func (p Progress) head() locales.Key {
	switch {
	case p.Status == store.AnnouncementCancelled:
		return locales.ProgStopped
	case p.over():
		return locales.ProgEnded
	case p.Status == store.AnnouncementPaused:
		return locales.ProgPaused
	}
	return locales.ProgSending
}

// Say is the progress as a message.
func (p Progress) Say(lang locales.Lang) string {
	s, c := speaker{lang}, p.Counters
	counts := []string{s.text(locales.ProgCounts, locales.Args{"Sent": c.Sent, "Failed": c.Failed, "Waiting": c.Waiting})}
	if c.Unknown > 0 {
		counts = append(counts, s.text(locales.ProgUnknown, locales.Args{"Unknown": c.Unknown}))
	}
	if p.Status == store.AnnouncementSending && p.Rate > 0 && c.Open > 0 {
		left := time.Duration(c.Open) * time.Second / time.Duration(p.Rate)
		counts = append(counts, s.text(locales.ProgRate, locales.Args{"Rate": p.Rate, "Left": s.left(left)}))
	}
	lines := []string{
		s.text(p.head(), locales.Args{"Title": p.Title}),
		s.text(locales.ProgBar, locales.Args{"Bar": bar(p.percent()), "Percent": p.percent(), "Done": c.Done(), "All": c.Targeted}),
		strings.Join(counts, " · "),
	}
	switch p.trouble() {
	case troubleHeld:
		lines = append(lines, s.text(locales.ProgHeld, nil))
	case troubleFailing:
		lines = append(lines, s.text(locales.ProgFailing, locales.Args{"Failed": c.Failed, "Done": c.Done()}))
	}
	return strings.Join(lines, "\n")
}

// left is a time in the largest unit of which there are two at least.
func (s speaker) left(d time.Duration) string {
	units := []struct {
		of  time.Duration
		key locales.Key
	}{{day, locales.ProgDays}, {time.Hour, locales.ProgHours}, {time.Minute, locales.ProgMinutes}}
	for _, u := range units {
		if d >= 2*u.of {
			return s.text(u.key, locales.Args{"Count": int((d + u.of/2) / u.of)})
		}
	}
	return s.text(locales.ProgSeconds, locales.Args{"Count": max(1, int(d/time.Second))})
}

// buttons are what a watcher may do now.
func (p Progress) buttons() []flows.Option {
	switch {
	case p.over():
		return nil
	case p.Status == store.AnnouncementPaused:
		return []flows.Option{{Code: sendingResume, Label: locales.LabelOf(locales.ProgResume)}, {Code: sendingCancel, Label: locales.LabelOf(locales.ProgCancel)}}
	}
	return []flows.Option{{Code: sendingPause, Label: locales.LabelOf(locales.ProgPause)}, {Code: sendingCancel, Label: locales.LabelOf(locales.ProgCancel)}}
}

// message is the progress in one chat, in place of an earlier one.
func (p Progress) message(id string, about bot.About, lang locales.Lang, edits string) bot.Message {
	m := bot.Message{ID: id, Text: p.Say(lang), Language: lang.String(), Edits: edits, Keys: []string{string(p.head())}}
	for _, o := range p.buttons() {
		m.Layout = bot.Buttons
		m.Choices = append(m.Choices, bot.Choice{Payload: bot.Payload(about.Run(), SendingStep, o.Code), Label: o.Label.In(lang)})
	}
	return m
}
