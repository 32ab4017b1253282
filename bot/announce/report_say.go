package announce

import (
	"slices"
	"strings"
	"time"

	"mboka/bot/protect"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
)

// Report is all that is told of an announcement.
type Report struct {
	Title    string
	At       time.Time // of the tables
	Counters Counters
	Tables   Tables
	Turnout  Turnout
	Early    bool // it is still being sent: there are no tables yet
}

// Turnout is what came of a mission, protected.
type Turnout struct {
	K                      int
	Yes, Maybe, No, Guests protect.Cell
	Waiting                protect.Cell // for a seat
	Attended               protect.Cell
	Stopped                protect.Cell
	LeftOut                protect.Cell // rounded
	Feedback, Grievances   protect.Cell // of a mission's own report
	Meeting                bool         // there is something to come to
	Held                   bool         // it is over
}

// exactFrom is a count that is told as it is from the threshold up.
func exactFrom(n, k int) protect.Cell {
	if n < k {
		return protect.Cell{State: protect.Small}
	}
	return protect.Cell{N: n}
}

// turnoutOf protects what came of a mission. Guests and those who wait are told
// of as many as bring them, so that no single answer is seen in them.
func turnoutOf(r protect.Rules, f protect.Fine, m store.Mission, c store.Coming, stopped, leftOut int, now time.Time) Turnout {
	k := threshold(r, f, 1)
	t := Turnout{
		K: k, Yes: exactFrom(c.Yes, k), Maybe: exactFrom(c.Maybe, k), No: exactFrom(c.No, k), Waiting: exactFrom(c.Waiting, k),
		Attended: exactFrom(max(c.Arrived, c.Attended), k), Stopped: exactFrom(stopped, k), LeftOut: r.Count(leftOut, k),
		Feedback: exactFrom(c.Feedback, k), Grievances: exactFrom(c.Grievances, k),
		Meeting: !m.StartsAt.IsZero(), Held: !m.StartsAt.IsZero() && now.After(m.StartsAt),
	}
	t.Guests = exactFrom(c.Guests, k)
	if t.Yes.State != protect.Shown {
		t.Guests = protect.Cell{State: protect.Small}
	}
	return t
}

// chatRows is how many rows of a table a chat shows.
const chatRows = 6

// speaker says things in one language.
type speaker struct{ lang locales.Lang }

func (s speaker) text(key locales.Key, args locales.Args) string {
	return locales.Text(s.lang, key, args)
}

func (s speaker) cell(c protect.Cell, k int) string {
	switch c.State {
	case protect.Small:
		return s.text(locales.RepSmall, locales.Args{"K": k})
	case protect.Hidden:
		return s.text(locales.FigHidden, nil)
	}
	return locales.Number(s.lang, c.N)
}

// name is the word for a row of a table.
func (s speaker) name(by By, row string) string {
	if row == rowOther {
		return s.text(locales.FigOther, nil)
	}
	switch by {
	case ByCountry:
		if c, found := reference.CountryByCode(row); found {
			return c.Name.In(s.lang)
		}
	case ByLanguage:
		if lang, ok := locales.ParseLang(row); ok {
			return lang.Name()
		}
	case ByChannel:
		return s.channel(row)
	case ByReason:
		if key, known := reasonNames[row]; known {
			return s.text(key, nil)
		}
		return s.text(locales.RepReasonCode, locales.Args{"Code": row})
	}
	return row
}

// reasonNames are those of reasons that are no code of a platform.
var reasonNames = map[string]locales.Key{
	reasonOut: locales.RepReasonWithdrawn, reasonEnd: locales.RepReasonCancelled,
	store.SkippedGone: locales.RepReasonGone, store.ReasonTries: locales.RepReasonTries,
}

// channel is the name of a platform, which is no word of any language.
func (s speaker) channel(name string) string {
	if name == "whatsapp" {
		return "WhatsApp"
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

var headOf = map[By]locales.Key{
	ByCountry: locales.RepByCountry, ByLanguage: locales.RepByLanguage, ByChannel: locales.RepByChannel, ByReason: locales.RepByReason,
}

// table is a table in one line: the rows of most people, and what is withheld in
// words.
func (s speaker) table(b Breakdown) string {
	var rows []string
	for i, row := range b.Rows[:min(len(b.Rows), chatRows)] {
		args := locales.Args{"Name": s.name(b.By, row), "Value": s.cell(b.Totals[i], b.K)}
		key := locales.RepRow
		if at := slices.Index(b.Columns, Reached); at >= 0 && b.Cells[i][at].State == protect.Shown && b.Totals[i].State == protect.Shown {
			key, args["Reached"] = locales.RepRowReached, s.cell(b.Cells[i][at], b.K)
		}
		rows = append(rows, s.text(key, args))
	}
	if more := len(b.Rows) - chatRows; more > 0 {
		rows = append(rows, s.text(locales.RepMore, locales.Args{"Count": more}))
	}
	return s.text(headOf[b.By], locales.Args{"Rows": strings.Join(rows, " · ")})
}

func (s speaker) counters(c Counters) string {
	return s.text(locales.RepCounts, locales.Args{"All": c.Targeted, "Sent": c.Sent, "Delivered": c.Delivered, "Read": c.Read, "Failed": c.Failed, "Waiting": c.Waiting})
}

// turnout are the lines about who comes, and what people did afterwards.
func (s speaker) turnout(t Turnout) []string {
	cell := func(c protect.Cell) string { return s.cell(c, t.K) }
	var lines []string
	if t.Meeting {
		lines = append(lines, s.text(locales.RepComing, locales.Args{"Yes": cell(t.Yes), "Maybe": cell(t.Maybe), "No": cell(t.No), "Guests": cell(t.Guests)}))
	}
	if t.Held {
		lines = append(lines, s.text(locales.RepAttended, locales.Args{"Count": cell(t.Attended)}))
	}
	return append(lines, s.text(locales.RepStopped, locales.Args{"Count": cell(t.Stopped), "Days": int(stoppedWithin / day)}))
}

// Say is the report as a message.
func (r Report) Say(lang locales.Lang) string {
	s := speaker{lang}
	parts := []string{s.text(locales.RepTitle, locales.Args{"Title": r.Title}), s.counters(r.Counters)}
	if r.Counters.Undecided > 0 {
		parts = append(parts, s.text(locales.RepUnknown, locales.Args{"Count": r.Counters.Undecided}))
	}
	if left := r.Counters.Unknown - r.Counters.Undecided; left > 0 {
		parts = append(parts, s.text(locales.ProgUnknown, locales.Args{"Unknown": left}))
	}
	if r.Turnout.LeftOut.State == protect.Shown {
		parts = append(parts, s.text(locales.RepLeftOut, locales.Args{"Count": s.cell(r.Turnout.LeftOut, r.Turnout.K)}))
	}
	parts = append(parts, s.turnout(r.Turnout)...)
	if r.Early {
		return strings.Join(append(parts, s.text(locales.RepEarly, nil)), "\n")
	}
	for _, b := range r.Tables.Breakdowns {
		parts = append(parts, s.table(b))
	}
	return strings.Join(append(parts, s.rule(r)), "\n")
}

// rule says how the numbers were made.
func (s speaker) rule(r Report) string {
	return s.text(locales.RepRule, locales.Args{"K": r.leastK(), "Step": r.Tables.Step, "Date": locales.Date(s.lang, r.At)})
}

// leastK is the lowest threshold of the report.
func (r Report) leastK() int {
	k := r.Turnout.K
	for _, b := range r.Tables.Breakdowns {
		k = min(k, b.K)
	}
	return k
}

// Whole is the report of a mission: all its announcements, and what came of it.
type Whole struct {
	Title         string
	At            time.Time
	Announcements int
	Counters      Counters
	Turnout       Turnout
}

// Say is the report of a mission as a message.
func (w Whole) Say(lang locales.Lang) string {
	s := speaker{lang}
	parts := []string{s.text(locales.RepWholeTitle, locales.Args{"Title": w.Title}), s.text(locales.RepWholeSent, locales.Args{"Count": w.Announcements}), s.counters(w.Counters)}
	parts = append(parts, s.turnout(w.Turnout)...)
	if w.Turnout.Held {
		parts = append(parts, s.text(locales.RepFeedback, locales.Args{"Count": s.cell(w.Turnout.Feedback, w.Turnout.K), "Words": s.cell(w.Turnout.Grievances, w.Turnout.K)}))
	}
	return strings.Join(parts, "\n")
}
