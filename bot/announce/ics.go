package announce

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"

	ics "github.com/arran4/golang-ical"

	"mboka/locales"
	"mboka/store"
)

// ICS is a mission for somebody's own calendar (RFC 5545), the same for the
// same mission: its times are in UTC, so that no calendar needs to know a zone;
// its UID stays, and its SEQUENCE grows with each change, so that a later file
// replaces an earlier one. A cancelled mission takes itself out of the calendar.
// withHint adds the address and the link, for who comes.
func ICS(m store.Mission, lang locales.Lang, withHint bool) ([]byte, error) {
	if m.StartsAt.IsZero() {
		return nil, fmt.Errorf("calendar of mission %s: it has no time", m.ID)
	}
	l := Letter{Mission: m}
	l.Announcement.CreatedAt = m.StartsAt // no year: the calendar shows it
	changed := latest(m.CreatedAt, m.ChangedAt, m.CancelledAt)
	cal := ics.NewCalendar()
	cal.SetProductId("-//Mboka//Mboka//" + strings.ToUpper(lang.String()))
	cal.SetCalscale("GREGORIAN")
	cal.SetMethod(ics.MethodPublish)
	event := cal.AddEvent(m.ID.String() + "@mboka")
	event.SetDtStampTime(changed)
	event.SetCreatedTime(m.CreatedAt)
	event.SetLastModifiedAt(changed)
	event.SetSequence(sequence(m, changed))
	event.SetStatus(ics.ObjectStatusConfirmed)
	if !m.CancelledAt.IsZero() {
		cal.SetMethod(ics.MethodCancel)
		event.SetStatus(ics.ObjectStatusCancelled)
	}
	event.SetStartAt(m.StartsAt)
	if !m.EndsAt.IsZero() {
		event.SetEndAt(m.EndsAt)
	}
	event.SetClass(ics.ClassificationPrivate) // who shares a calendar does not tell where they go
	event.SetSummary(printable(oneLine(l.title(lang), 4*longestField)))
	event.SetLocation(printable(strings.ReplaceAll(l.located(lang, withHint), "\n", ", ")))
	event.SetDescription(printable(l.described(lang, withHint)))
	if link, err := url.Parse(tidy(m.URL)); withHint && err == nil && (link.Scheme == "https" || link.Scheme == "http") {
		event.SetURL(printable(link.String()))
	}
	var b bytes.Buffer
	if err := cal.SerializeTo(&b, ics.WithNewLineWindows); err != nil {
		return nil, fmt.Errorf("write calendar of mission %s: %w", m.ID, err)
	}
	return b.Bytes(), nil
}

// sequence counts the seconds until the last change: nobody changes a mission
// twice in one.
func sequence(m store.Mission, changed time.Time) int {
	if !changed.After(m.CreatedAt) {
		return 0
	}
	return 1 + int(changed.Sub(m.CreatedAt)/time.Second)
}

func latest(times ...time.Time) time.Time {
	var last time.Time
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}

// located is the place, with the address for who comes.
func (l Letter) located(lang locales.Lang, withHint bool) string {
	place := l.where(lang)
	if hint := tidy(l.Mission.Hint); withHint && hint != "" {
		place = strings.TrimPrefix(place+", "+hint, ", ")
	}
	return place
}

// described is the letter as it stands in a calendar: the hours at the venue,
// which the calendar does not show, and what the mission says of itself.
func (l Letter) described(lang locales.Lang, withHint bool) string {
	s := &sheet{lang: lang}
	s.add(0, l.when(Recipient{Language: lang}))
	s.add(0, l.Mission.Text(lang.String()).Summary)
	s.add(0, l.state(s))
	if withHint && l.Mission.URL != "" {
		s.add(0, l.Mission.URL)
	}
	l.terms(s)
	l.bring(s)
	l.contact(s)
	return s.text()
}

// printable drops control characters: a calendar may refuse the whole file for
// one.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}
