package announce

import (
	"cmp"
	"encoding/json"
	"slices"

	"mboka/bot/protect"
	"mboka/store"
)

// Counters are the overall counts of one announcement, or of several. Once its
// sending has begun they are told as they are (domain reference, 2.5).
type Counters struct {
	Targeted  int // whom it is for: who was left out by the cap or is out of reach is not counted
	Sent      int // the platform took it; those delivered and read among them
	Delivered int // on the phone; those read among them
	Read      int
	Failed    int // did not get it, for whatever reason, and will not
	Waiting   int // until the person writes
	Unknown   int // may or may not have got it
	Undecided int // the unknown of whom nobody has chosen to leave it at that
	Open      int // planned, or under way
	LeftOut   int // by the cap, or out of reach; never told as it is
}

// countersOf sorts deliveries, counted by state.
func countersOf(states map[string]int) Counters {
	c := Counters{
		Read: states[store.DeliveryRead], Waiting: states[store.DeliveryParked], Unknown: states[store.DeliveryUnknown],
		Open: states[store.DeliveryPlanned] + states[store.DeliverySending], LeftOut: states[store.DeliverySkipped],
		// Who took their yes back is not told apart: of few people that is
		// nobody's business.
		Failed: states[store.DeliveryFailed] + states[store.DeliveryWithdrawn] + states[store.DeliveryCancelled],
	}
	c.Delivered = c.Read + states[store.DeliveryDelivered]
	c.Sent = c.Delivered + states[store.DeliverySent]
	c.Targeted = c.Sent + c.Failed + c.Waiting + c.Unknown + c.Open
	return c
}

// Done are those of whom nothing more is to be done now.
func (c Counters) Done() int { return c.Targeted - c.Open }

// Percent is how far the sending is. Only when all is done it is 100.
func (c Counters) Percent() int {
	if c.Targeted == 0 {
		return 100
	}
	return 100 * c.Done() / c.Targeted
}

// Plus adds the counters of another announcement.
func (c Counters) Plus(o Counters) Counters {
	return Counters{
		Targeted: c.Targeted + o.Targeted, Sent: c.Sent + o.Sent, Delivered: c.Delivered + o.Delivered, Read: c.Read + o.Read,
		Failed: c.Failed + o.Failed, Waiting: c.Waiting + o.Waiting, Unknown: c.Unknown + o.Unknown, Open: c.Open + o.Open, LeftOut: c.LeftOut + o.LeftOut,
	}
}

// By is what a table of a report breaks people down by.
type By string

// The tables.
const (
	ByCountry  By = "country"
	ByLanguage By = "language"
	ByChannel  By = "channel"
	ByReason   By = "reason" // of those who did not get it
)

// Outcome is a column of a table.
type Outcome string

// The columns.
const (
	Reached Outcome = "reached" // sent, delivered or read
	Waits   Outcome = "waits"
	Missed  Outcome = "missed"
	Others  Outcome = "others" // Waits and Missed and whatever is unknown, in one
)

// Rows of people without a value, and of all values too rare for a row.
const (
	rowOther  = "other"
	mostRows  = 20
	reasonOut = "withdrawn"
	reasonEnd = "cancelled"
)

// Breakdown is a protected table. Its sum is one of the overall counters, which
// everybody knows exactly.
type Breakdown struct {
	By      By               `json:"by"`
	K       int              `json:"k"`
	Rows    []string         `json:"rows"`
	Columns []Outcome        `json:"columns,omitempty"` // none: the totals alone
	Cells   [][]protect.Cell `json:"cells,omitempty"`   // by row and column
	Totals  []protect.Cell   `json:"totals"`            // by row
}

// Tables are the protected part of a report. They hang together by the overall
// counters alone: people are broken down by one variable in each, and any rows
// of one go with any rows of another. So what cannot be computed from a table
// and those counters cannot be computed from all of them.
type Tables struct {
	Step       int         `json:"step"`
	Breakdowns []Breakdown `json:"breakdowns"`
}

// tablesOf protects the deliveries of an announcement.
func tablesOf(r protect.Rules, f protect.Fine, all []store.Tally) Tables {
	t := Tables{Step: r.Rounding}
	for _, by := range []By{ByCountry, ByLanguage} {
		if b, ok := crossed(r, f, by, all); ok {
			t.Breakdowns = append(t.Breakdowns, b)
		} else if b, ok := breakdown(r, threshold(r, f, 1), by, all); ok {
			t.Breakdowns = append(t.Breakdowns, b)
		}
	}
	// By channel there are no outcomes: who waits is on WhatsApp, and a platform
	// is known by its reasons, so that more could be computed than protect knows.
	if b, ok := breakdown(r, threshold(r, f, 1), ByChannel, all); ok {
		t.Breakdowns = append(t.Breakdowns, b)
	}
	if b, ok := breakdown(r, threshold(r, f, 2), ByReason, all); ok {
		t.Breakdowns = append(t.Breakdowns, b)
	}
	return t
}

// threshold is the number of people that a count needs which so many variables
// fix beside the filters of the audience. An audience may use more filters than a
// question may: then the higher one holds.
func threshold(r protect.Rules, f protect.Fine, more int) int {
	f.Variables = min(f.Variables+more, r.MostVariables)
	k, err := r.Threshold(f)
	if err != nil {
		return max(r.K, r.KCross)
	}
	return k
}

// valueOf is the row of a delivery, and false where the table has no place for it.
func valueOf(by By, d store.Tally) (string, bool) {
	if d.State == store.DeliverySkipped {
		return "", false
	}
	switch by {
	case ByCountry:
		return cmp.Or(d.Country, rowOther), true
	case ByLanguage:
		return d.Language, true
	case ByChannel:
		return cmp.Or(d.Channel, rowOther), true
	}
	switch d.State {
	case store.DeliveryWithdrawn:
		return reasonOut, true
	case store.DeliveryCancelled:
		return reasonEnd, true
	case store.DeliveryFailed:
		return cmp.Or(d.Reason, rowOther), true
	}
	return "", false
}

func outcomeOf(state string) Outcome {
	switch state {
	case store.DeliverySent, store.DeliveryDelivered, store.DeliveryRead:
		return Reached
	case store.DeliveryParked:
		return Waits
	case store.DeliveryFailed, store.DeliveryWithdrawn, store.DeliveryCancelled:
		return Missed
	}
	return Others
}

// rowsOf are the values of a table, those of most people first. Those of fewer
// than k are in one row with the rare ones: listed as "fewer than k" each would
// say that there is somebody.
func rowsOf(by By, k int, all []store.Tally) (rows []string, at map[string]int) {
	people := map[string]int{}
	for _, d := range all {
		if v, ok := valueOf(by, d); ok {
			people[v] += int(d.N)
		}
	}
	rest, unnamed := people[rowOther]
	delete(people, rowOther)
	for v := range people {
		rows = append(rows, v)
	}
	slices.SortFunc(rows, func(a, b string) int { return cmp.Or(cmp.Compare(people[b], people[a]), cmp.Compare(a, b)) })
	keep := min(len(rows), mostRows)
	for keep > 0 && people[rows[keep-1]] < k {
		keep--
	}
	for _, v := range rows[keep:] {
		rest += people[v]
	}
	for unnamed = unnamed || keep < len(rows); unnamed && rest < k && keep > 0; keep-- {
		rest += people[rows[keep-1]]
	}
	at = map[string]int{}
	for i, v := range rows {
		at[v] = min(i, keep)
	}
	if rows = slices.Clip(rows[:keep]); unnamed {
		at[rowOther] = keep
		rows = append(rows, rowOther)
	}
	return rows, at
}

// breakdown is a table of one variable.
func breakdown(r protect.Rules, k int, by By, all []store.Tally) (Breakdown, bool) {
	rows, at := rowsOf(by, k, all)
	counts := make([]int, len(rows))
	for _, d := range all {
		if v, ok := valueOf(by, d); ok {
			counts[at[v]] += int(d.N)
		}
	}
	cells, err := overSums(r).List(counts, k, false)
	if err != nil || cells[len(rows)].State != protect.Shown || len(rows) < 2 {
		return Breakdown{}, false // of one row all is said by the overall counters
	}
	return Breakdown{By: by, K: k, Rows: rows, Totals: rounded(r, cells[:len(rows)])}, true
}

// overSums are the rules for a table whose sums everybody knows exactly: it is
// protected as if nothing in it were rounded.
func overSums(r protect.Rules) protect.Rules {
	r.Rounding = 1
	return r
}

// rounded rounds what was protected like that.
func rounded(r protect.Rules, cells []protect.Cell) []protect.Cell {
	out := slices.Clone(cells)
	for i := range out {
		if out[i].State == protect.Shown {
			out[i].N = r.Round(out[i].N)
		}
	}
	return out
}

// crossed is a table of a variable and what came of it, with as many columns as
// can be protected. ok is false where none can.
func crossed(r protect.Rules, f protect.Fine, by By, all []store.Tally) (Breakdown, bool) {
	if f.Variables+2 > r.MostVariables {
		return Breakdown{}, false
	}
	k := threshold(r, f, 2)
	rows, at := rowsOf(by, k, all)
	layouts := [][]Outcome{{Reached, Waits, Missed}, {Reached, Others}}
	if slices.ContainsFunc(all, func(d store.Tally) bool {
		return outcomeOf(d.State) == Others && d.State != store.DeliverySkipped
	}) {
		layouts = layouts[1:]
	}
	for _, columns := range layouts {
		counts := make([][]int, len(rows))
		for i := range counts {
			counts[i] = make([]int, len(columns))
		}
		for _, d := range all {
			if v, ok := valueOf(by, d); ok {
				counts[at[v]][columnOf(columns, d.State)] += int(d.N)
			}
		}
		if b, ok := shown(r, k, by, rows, columns, counts); ok {
			return b, true
		}
	}
	return Breakdown{}, false
}

// columnOf is the column of a state; what has none of its own is among the others.
func columnOf(columns []Outcome, state string) int {
	if i := slices.Index(columns, outcomeOf(state)); i >= 0 {
		return i
	}
	return slices.Index(columns, Others)
}

// shown protects a table of two variables. The sums of its columns are overall
// counters: a table that needs one of them hidden is not shown at all.
func shown(r protect.Rules, k int, by By, rows []string, columns []Outcome, counts [][]int) (Breakdown, bool) {
	if len(rows) < 2 {
		return Breakdown{}, false
	}
	t, err := overSums(r).Cross(counts, k)
	if err != nil {
		return Breakdown{}, false
	}
	for _, c := range t.Cells[len(rows)] {
		if c.State != protect.Shown {
			return Breakdown{}, false
		}
	}
	b := Breakdown{By: by, K: k, Rows: rows, Columns: columns}
	for _, row := range t.Cells[:len(rows)] {
		row = rounded(r, row)
		b.Cells, b.Totals = append(b.Cells, row[:len(columns)]), append(b.Totals, row[len(columns)])
	}
	return b, true
}

// fineOf says how finely an audience looks already.
func fineOf(a store.Announcement) protect.Fine {
	var who Audience
	if err := json.Unmarshal(a.Audience, &who); err != nil || a.Kind != store.AnnounceNotice {
		return protect.Fine{Variables: 2, Sensitive: true} // those of an earlier one, or who said yes
	}
	f := protect.Fine{Sensitive: len(who.Professions) > 0}
	for _, p := range who.Places {
		f.Sensitive = f.Sensitive || p.City != ""
	}
	for _, filters := range []bool{
		len(who.Places) > 0, len(who.Sectors) > 0, len(who.Groups) > 0, len(who.Professions) > 0, len(who.Contributions) > 0,
		len(who.Spoken) > 0, len(who.Languages) > 0, who.Qualified, who.Officials,
	} {
		if filters {
			f.Variables++
		}
	}
	return f
}
