package fields

import (
	"fmt"
	"strings"
	"time"

	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
)

// When is a day and a time of day at a place, by the clock of the place. What
// is typed is confirmed with the name of the day; rows to tap bear it already.
type When struct {
	ask           locales.Key // the question, with Place
	country, city string      // the steps that say where; unanswered: by the clock of Kinshasa
	// Follows is a step that it must come after, and on whose day a time of day
	// alone lies. Precedes is a step that it must not come after.
	Follows, Precedes string
	// DayEnds: a day alone means its last minute.
	DayEnds bool
	// Rows are buttons for what is no time: "at once".
	Rows []flows.Option
}

// WhenAt makes a time at the place that two steps say. ask is the question; its
// field Place names whose clock counts.
func WhenAt(ask locales.Key, country, city string) *When {
	return &When{ask: ask, country: country, city: city}
}

// daysAhead is how many days can be tapped, and how far ahead one may lie.
const (
	weekendsAhead = 4
	yearsAhead    = 3
)

// WhenCode reads the code of an answer: the clock of the place, as if it were UTC.
func WhenCode(code string) (local time.Time, ok bool) {
	local, err := time.Parse(reference.LocalShape, code)
	return local, err == nil
}

// Zone is the IANA zone of the place.
func (w *When) Zone(a flows.Answers) string {
	city, _ := a.Get(w.city)
	return reference.MainZone(a.Code(w.country), a.Code(w.city), city.Text)
}

// place is what the clock is named after: the city, else the one that gives the
// zone its name.
func (w *When) place(a flows.Answers) locales.Label {
	if city, ok := reference.CityByID(a.Code(w.city)); ok {
		return city.Name
	}
	zone := w.Zone(a)
	for _, city := range reference.Cities(a.Code(w.country)) {
		if city.Timezone == zone {
			return city.Name
		}
	}
	_, name, _ := strings.Cut(zone, "/")
	name = strings.ReplaceAll(name, "_", " ")
	return locales.Label{name, name, name}
}

// now is the time of a message by the clock of the place, as if it were UTC.
func (w *When) now(v flows.View) time.Time {
	z, err := time.LoadLocation(w.Zone(v.Answers))
	if err != nil {
		z = time.UTC
	}
	local := v.At.In(z)
	return time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), 0, 0, time.UTC)
}

// Offer shows days to tap, and of a day its hours; any other is typed.
func (w *When) Offer(v flows.View) flows.Offer {
	o := flows.Offer{Options: w.Rows, Marks: flows.None, Free: true}
	o.Body = &flows.Line{Key: w.ask, Args: locales.Args{"Place": w.place(v.Answers)}}
	if v.At.IsZero() {
		return o
	}
	if day, ok := WhenCode(v.Sub + "-0000"); ok {
		o.Body = &flows.Line{Key: locales.WhenHour, Args: locales.Args{"Day": dayLabel(day)}}
		o.Options = hours(day)
		return o
	}
	if after, ok := WhenCode(v.Answers.Code(w.Follows)); ok {
		for hour := 1; hour <= 4; hour++ {
			if t := after.Add(time.Duration(hour) * time.Hour); t.Day() == after.Day() {
				o.Options = append(o.Options[:len(o.Options):len(o.Options)], clockRow(t))
			}
		}
		return o
	}
	if before, ok := WhenCode(v.Answers.Code(w.Precedes)); ok {
		for _, days := range []int{1, 3, 7} {
			if t := endOf(before.AddDate(0, 0, -days)); t.After(w.now(v)) {
				o.Options = append(o.Options[:len(o.Options):len(o.Options)], flows.Option{Code: t.Format(reference.LocalShape), Label: dayLabel(t)})
			}
		}
		return o
	}
	if len(w.Rows) == 0 {
		o.Options = weekends(w.now(v))
	}
	return o
}

// weekends are the Saturdays and Sundays ahead.
func weekends(now time.Time) (rows []flows.Option) {
	for d := now.AddDate(0, 0, 1); len(rows) < 2*weekendsAhead; d = d.AddDate(0, 0, 1) {
		if w := d.Weekday(); w == time.Saturday || w == time.Sunday {
			rows = append(rows, flows.Option{Code: d.Format("20060102"), Label: dayLabel(d)})
		}
	}
	return rows
}

// hours are those at which most meetings begin.
func hours(day time.Time) (rows []flows.Option) {
	for _, h := range []int{9, 10, 11, 14, 15, 16, 17, 18, 19} {
		rows = append(rows, clockRow(day.Add(time.Duration(h)*time.Hour)))
	}
	return rows
}

func clockRow(t time.Time) flows.Option {
	var label locales.Label
	for _, lang := range locales.Langs {
		label[lang] = locales.Clock(lang, t)
	}
	return flows.Option{Code: t.Format(reference.LocalShape), Label: label}
}

func dayLabel(t time.Time) (out locales.Label) {
	for _, lang := range locales.Langs {
		out[lang] = locales.DayRow(lang, t)
	}
	return out
}

// endOf is the last minute of a day.
func endOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 23, 59, 0, 0, time.UTC)
}

// Read takes a row, or a text that states a day and a time. A text is confirmed;
// so is a time that the clocks of the place show twice.
func (w *When) Read(v flows.View, in flows.Input) flows.Reading {
	v.At = in.At
	if code, ok := pressed(w.Rows, in); ok {
		return flows.Reading{As: flows.Taken, Codes: []string{code}}
	}
	if in.Code == "" { // a row may be written out
		for _, o := range w.Offer(v).Options {
			if code, ok := pressed([]flows.Option{o}, in); ok {
				in.Code = code
			}
		}
	}
	if in.Code != "" {
		if _, err := time.Parse("20060102", in.Code); err == nil {
			return flows.Reading{As: flows.Opened, Sub: in.Code}
		}
		local, ok := WhenCode(in.Code)
		if !ok {
			return w.miss(locales.WhenMiss)
		}
		return w.take(v, local, true)
	}
	said, ok := readDay(in.Text, w.now(v).Truncate(24*time.Hour))
	if !ok {
		return w.miss(locales.WhenMiss)
	}
	return w.typed(v, said)
}

// typed completes what a text says by what was said before.
func (w *When) typed(v flows.View, said stated) flows.Reading {
	chosen, tapped := WhenCode(v.Sub + "-0000")
	after, follows := WhenCode(v.Answers.Code(w.Follows))
	switch {
	case !said.day.IsZero():
	case tapped:
		said.day = chosen
	case follows:
		said.day = after.Truncate(24 * time.Hour)
	default:
		return w.miss(locales.WhenDayMiss)
	}
	switch {
	case said.minute != unsaid:
	case w.DayEnds:
		said.minute = 24*60 - 1
	default:
		return w.miss(locales.WhenHourMiss)
	}
	return w.take(v, said.day.Add(time.Duration(said.minute)*time.Minute), false)
}

// take holds a time against the clocks of the place, and the other times.
func (w *When) take(v flows.View, local time.Time, tapped bool) flows.Reading {
	at, exists, twice := reference.Moment(w.Zone(v.Answers), local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute())
	after, follows := WhenCode(v.Answers.Code(w.Follows))
	before, precedes := WhenCode(v.Answers.Code(w.Precedes))
	switch {
	case !exists:
		return w.miss(locales.WhenGap)
	case !at.After(v.At):
		return w.miss(locales.WhenPast)
	case at.After(v.At.AddDate(yearsAhead, 0, 0)):
		return w.miss(locales.WhenFar)
	case follows && !local.After(after):
		return w.miss(locales.WhenOrder)
	case precedes && local.After(before):
		return w.miss(locales.WhenLate)
	}
	r := flows.Reading{As: flows.Unsure, Codes: []string{local.Format(reference.LocalShape)}, Whole: true}
	switch {
	case twice:
		r.Ask = &flows.Line{Key: locales.WhenTwice, Args: locales.Args{"Typed": clockOf(local)}}
	case tapped:
		r.As, r.Whole = flows.Taken, false
		r.Echo = &flows.Line{Key: locales.EchoSeveral, Args: locales.Args{"Labels": w.Show(flows.Answered{Codes: r.Codes})}}
	}
	return r
}

// clockOf is a time of day that reads the same in every language.
func clockOf(t time.Time) string { return fmt.Sprintf("%d:%02d", t.Hour(), t.Minute()) }

func (w *When) miss(key locales.Key) flows.Reading {
	return flows.Reading{As: flows.Missed, Miss: &flows.Line{Key: key, Args: locales.Args{"Max": yearsAhead}}}
}

// Show is the day with its name and the time, by the clock of the place.
func (w *When) Show(a flows.Answered) flows.Labels {
	if len(a.Codes) != 1 {
		return nil
	}
	local, ok := WhenCode(a.Codes[0])
	if !ok {
		return show(flows.NewList(w.Rows, nil), a.Codes)
	}
	var out locales.Label
	for _, lang := range locales.Langs {
		out[lang] = locales.Day(lang, local, true) + ", " + locales.Clock(lang, local)
	}
	return flows.Labels{out}
}

// Lists are the buttons; days depend on the day.
func (w *When) Lists() [][]flows.Option { return listOf(w.Rows) }

// From is nothing: the clock of another place shows the same time.
func (w *When) From() string { return "" }
