package bot

import (
	"mboka/flows"
	"mboka/locales"
)

// StepCalendar is the step of a button by which somebody gets a meeting for
// their own calendar: event "delivery.ics" or "mission.ics". Without an id, by
// the word, the next is meant that they come to.
const StepCalendar = "ics"

// What came of it, as ResultOutcome.
const (
	CalendarReady = "calendar"     // ResultCalendar is the file, ResultCalendarName its name, ResultWhen the time in words
	CalendarOver  = "calendarless" // there is no time to note

	ResultCalendar     = "Calendar"
	ResultCalendarName = "CalendarName"
	ResultWhen         = "When"
)

// calendar carries out the word.
func (t *thinker) calendar() {
	if t.s.Member == "" && !t.s.Staff {
		t.repeat(flows.Line{Key: locales.CalendarOver})
		return
	}
	t.decide(flows.Event{Flow: FlowMission, Name: StepCalendar})
}

// calendarDecided hands a meeting over for a calendar. It may hold the address,
// so it goes the way of a person's own data: as a file, or behind a link that
// works once. False: the outcome is something else.
func (t *thinker) calendarDecided(fact flows.Fact, lead []flows.Line) bool {
	text := func(name string) string { s, _ := fact.Args[name].(string); return s }
	switch fact.Args[ResultOutcome] {
	case CalendarReady:
		file := File{Part: "ics", Name: text(ResultCalendarName), Type: "text/calendar; charset=utf-8", Title: locales.CalendarFile,
			Data: []byte(text(ResultCalendar))}
		if !t.handsFiles() {
			t.repeat(append(lead, flows.Line{Key: locales.CalendarNone, Args: fact.Args})...)
			return true
		}
		t.out.Page = locales.CalendarPage
		t.hand([]File{file}, locales.CalendarDone, locales.CalendarLink, lead...)
	case CalendarOver:
		t.repeat(append(lead, flows.Line{Key: locales.CalendarOver})...)
	default:
		return false
	}
	return true
}
