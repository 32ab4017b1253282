package announce

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
)

// oneDay is the longest that a meeting lasts whose end needs no date, though it
// is past midnight.
const oneDay = 18 * time.Hour

// when is the day and the time at the venue, then in brackets what the clock
// says elsewhere: in Kinshasa for everybody, in Lubumbashi for who may be in
// the east of the DRC, and where the reader is when it takes place online.
func (l Letter) when(r Recipient) string {
	m := l.Mission
	if m.StartsAt.IsZero() {
		return ""
	}
	lang, start := r.Language, l.local(m.StartsAt)
	beside := ""
	if others := l.elsewhere(r, start); len(others) > 0 {
		beside = " (" + strings.Join(others, ", ") + ")"
	}
	return l.duration(lang, start, beside)
}

// duration is the day and the time in the zone of start; beside stands behind
// the hours. What takes several days and ends later in the day than it begins,
// has the same hours each day.
func (l Letter) duration(lang locales.Lang, start time.Time, beside string) string {
	say := func(key locales.Key, args locales.Args) string { return locales.Text(lang, key, args) }
	day, clock := l.dayOf(lang, start), locales.Clock(lang, start)
	end := l.Mission.EndsAt.In(start.Location())
	last := ""
	switch {
	case l.Mission.EndsAt.IsZero():
	case sameDay(start, end) || end.Sub(start) < oneDay:
		clock = locales.Clocks(lang, start, end)
	case timeOfDay(end) > timeOfDay(start):
		day, clock = locales.Days(lang, start, end, l.withYear(end)), locales.Clocks(lang, start, end)
	default:
		last = say(locales.LetterClock, locales.Args{"Day": l.dayOf(lang, end), "Clock": locales.Clock(lang, end)})
	}
	if l.Mission.Kind == store.Webinar {
		clock = l.at(lang, clock, l.Mission.Timezone)
	}
	clock += beside
	if last != "" {
		return say(locales.LetterUntil, locales.Args{"Day": day, "Clock": clock, "End": last})
	}
	return say(locales.LetterWhen, locales.Args{"Day": day, "Clock": clock})
}

func sameDay(a, b time.Time) bool { return a.YearDay() == b.YearDay() && a.Year() == b.Year() }

func timeOfDay(t time.Time) time.Duration {
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
}

// day is the day at the venue.
func (l Letter) day(lang locales.Lang) string {
	return l.dayOf(lang, l.Mission.StartsAt)
}

// local is a time by the clock of the venue.
func (l Letter) local(t time.Time) time.Time { return t.In(reference.Zone(l.Mission.Timezone)) }

// dayOf is the day of a time at the venue.
func (l Letter) dayOf(lang locales.Lang, t time.Time) string {
	t = l.local(t)
	return locales.Day(lang, t, l.withYear(t))
}

// withYear tells whether a day needs its year: it is not the one in which the
// announcement is read first.
func (l Letter) withYear(t time.Time) bool {
	read := l.Announcement.BeginAt
	if read.IsZero() {
		read = l.Announcement.CreatedAt
	}
	return read.In(t.Location()).Year() != t.Year()
}

// at is a time with the city whose clock it is. French says "au Caire".
func (l Letter) at(lang locales.Lang, clock, zone string) string {
	return contracted(lang, locales.Text(lang, locales.LetterThere, locales.Args{"Clock": clock, "Place": reference.ZoneCity(zone)}))
}

var contractions = strings.NewReplacer(" à Le ", " au ", " à Les ", " aux ")

func contracted(lang locales.Lang, text string) string {
	if lang == locales.FR {
		return contractions.Replace(text)
	}
	return text
}

// mostZones is how many clocks a reader is shown whose country has several.
const mostZones = 4

// elsewhere are the clocks beside that of the venue.
func (l Letter) elsewhere(r Recipient, start time.Time) []string {
	lang := r.Language
	shown := []string{l.Mission.Timezone}
	var out []string
	show := func(zone string) {
		if slices.Contains(shown, zone) {
			return
		}
		shown = append(shown, zone)
		there := start.In(reference.Zone(zone))
		if sameClock(there, start) {
			out = append(out, contracted(lang, locales.Text(lang, locales.LetterSame, locales.Args{"Place": reference.ZoneCity(zone)})))
			return
		}
		out = append(out, l.at(lang, clockBeside(lang, there, start), zone))
	}
	show(reference.Kinshasa)
	if slices.Contains(r.Zones, reference.Lubumbashi) {
		show(reference.Lubumbashi)
	}
	if l.Mission.Kind != store.Webinar {
		return out
	}
	var here []string // zones of the reader whose clocks differ from one another
	for _, zone := range r.Zones {
		same := func(other string) bool {
			return sameClock(start.In(reference.Zone(other)), start.In(reference.Zone(zone)))
		}
		if zone != "UTC" && !slices.ContainsFunc(here, same) {
			here = append(here, zone)
		}
	}
	switch {
	case len(here) == 1 && !slices.Contains(shown, here[0]):
		clock := clockBeside(lang, start.In(reference.Zone(here[0])), start)
		out = append(out, locales.Text(lang, locales.LetterHere, locales.Args{"Clock": clock}))
	case len(here) > 1:
		for _, zone := range here[:min(len(here), mostZones)] {
			show(zone)
		}
	}
	return out
}

func sameClock(a, b time.Time) bool {
	_, x := a.Zone()
	_, y := b.Zone()
	return x == y
}

// clockBeside is a time in another zone, with the day of the week where that is
// another day.
func clockBeside(lang locales.Lang, there, start time.Time) string {
	clock := locales.Clock(lang, there)
	if cmp.Compare(there.Day(), start.Day()) != 0 {
		clock = locales.Weekday(lang, there) + " " + clock
	}
	return clock
}
