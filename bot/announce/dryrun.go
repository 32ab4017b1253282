package announce

import (
	"cmp"
	"slices"

	"mboka/bot/protect"
	"mboka/store"
)

// DryRun is what may be told of an announcement before it is sent: all of it has
// passed bot/protect. Reach are those who will get it or are parked; Skipped
// stand beside it.
type DryRun struct {
	Audience Audience
	K        int // of Reach; fewer people cannot be written to
	KRows    int // of all other counts
	Step     int // to what they are rounded
	Reach    protect.Cell
	// Each list adds up to Reach, and Means to its channel. nil: nothing of it
	// can be told.
	Countries, Languages, Channels []Row
	Windowed                       string
	Means                          []Row // of the channel Windowed
	Templates                      []Row // by country, of those of Countries for which it can be told: for the price
	Skipped                        []Row // by reason, not part of Reach
}

// Row is one protected count.
type Row struct {
	Code string
	Cell protect.Cell
}

// coarser is how much coarser than figures dry runs are rounded.
const coarser = 2

// OtherRow is all that is not listed.
const OtherRow = "_other"

// mostListed is how many countries and languages a dry run lists, Other
// included: one line of a phone.
const mostListed = 5

// protected makes a dry run of sums. The error is protect.ErrTooFew where the
// audience is too small to be written to.
//
// Channels and means are two levels of one tree: the means are told only where
// the channel they belong to is shown, for else they would say what it hides.
// The lists share nothing but their total, which is always shown. windowed is the
// channel that the means are of.
//
// All is rounded to twice the step of figures. Beside a figure about the same
// people, which counts who does not agree to be told too, or beside what was told
// the day before, a difference could else be known to be from 1 to 9: that of a 13
// told as 15 and a 12 told as 10.
func protected(r protect.Rules, a Audience, s sums, windowed string) (DryRun, error) {
	r.Rounding *= coarser
	out := DryRun{Audience: a, Windowed: windowed, K: a.threshold(r, 0), KRows: a.threshold(r, 1), Step: r.Rounding}
	out.Reach = r.Count(s.reach(), out.K)
	if out.Reach.State != protect.Shown {
		return DryRun{}, protect.ErrTooFew
	}
	out.Countries = listed(r, gathered(s.Countries, out.KRows), out.KRows)
	out.Languages = listed(r, gathered(s.Languages, out.KRows), out.KRows)
	out.Channels = listed(r, counted(s.Channels), out.KRows)
	if cell, ok := cellOf(out.Channels, windowed); ok && cell.State == protect.Shown {
		out.Means = listed(r, counted(s.Means), out.KRows)
	}
	if cell, ok := cellOf(out.Means, store.MeansTemplate); ok && cell.State == protect.Shown {
		out.Templates = templates(r, out.Countries, s, out.KRows)
	}
	for _, reason := range []string{store.SkippedCap, store.SkippedTemplate, store.SkippedGone} {
		out.Skipped = append(out.Skipped, Row{reason, r.Count(s.Skipped[reason], out.KRows)})
	}
	return out, nil
}

// value is a code with its exact count.
type value struct {
	code string
	n    int
}

// counted are the codes that were counted at all, the most frequent first.
func counted(of map[string]int) []value {
	var all []value
	for code, n := range of {
		if n > 0 {
			all = append(all, value{code, n})
		}
	}
	slices.SortFunc(all, func(a, b value) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.code, b.code)) })
	return all
}

// gathered brings together as Other what is too many, or too few people.
func gathered(of map[string]int, k int) []value {
	all := counted(of)
	keep := len(all)
	for keep > 0 && all[keep-1].n < k {
		keep--
	}
	if len(all) > mostListed {
		keep = min(keep, mostListed-1)
	}
	if keep == len(all) {
		return all
	}
	other := value{code: OtherRow}
	for _, v := range all[keep:] {
		other.n += v.n
	}
	for other.n < k && keep > 0 {
		keep--
		other.n += all[keep].n
	}
	return append(all[:keep:keep], other)
}

// listed protects a list that adds up to a total which is shown; nil where that
// cannot be.
func listed(r protect.Rules, all []value, k int) []Row {
	counts := make([]int, len(all))
	for i, v := range all {
		counts[i] = v.n
	}
	cells, err := r.List(counts, k, false)
	if err != nil || cells[len(all)].State != protect.Shown {
		return nil
	}
	rows := make([]Row, len(all))
	for i, v := range all {
		rows[i] = Row{v.code, cells[i]}
	}
	small := slices.IndexFunc(all, func(v value) bool { return v.n < k })
	if small >= 0 { // the order of the small ones would tell of them
		slices.SortFunc(rows[small:], func(a, b Row) int { return cmp.Compare(a.Code, b.Code) })
	}
	return rows
}

func cellOf(rows []Row, code string) (protect.Cell, bool) {
	i := slices.IndexFunc(rows, func(r Row) bool { return r.Code == code })
	if i < 0 {
		return protect.Cell{}, false
	}
	return rows[i].Cell, true
}

// templates are the countries for which it can be told how many get a template:
// that stands in a table with their totals and the rest, all of which are
// shown.
func templates(r protect.Rules, countries []Row, s sums, k int) []Row {
	var counts [][]int
	for _, row := range countries {
		if row.Code == OtherRow || row.Cell.State != protect.Shown {
			continue
		}
		n := s.Templates[row.Code]
		counts = append(counts, []int{n, s.Countries[row.Code] - n})
	}
	if len(counts) < len(countries) { // the rest of them is one more row
		n, all := total(s.Templates), s.reach()
		for _, c := range counts {
			n, all = n-c[0], all-c[0]-c[1]
		}
		counts = append(counts, []int{n, all - n})
	}
	table, err := r.Cross(counts, k)
	if err != nil {
		return nil
	}
	last := table.Cells[len(table.Cells)-1]
	for _, line := range append(slices.Clone(table.Cells), last) {
		if line[2].State != protect.Shown {
			return nil
		}
	}
	if last[0].State != protect.Shown || last[1].State != protect.Shown {
		return nil
	}
	var out []Row
	at := 0
	for _, row := range countries {
		if row.Code == OtherRow || row.Cell.State != protect.Shown {
			continue
		}
		if cell := table.Cells[at][0]; cell.State == protect.Shown {
			out = append(out, Row{row.Code, cell})
		}
		at++
	}
	return out
}

func total(of map[string]int) int {
	n := 0
	for _, people := range of {
		n += people
	}
	return n
}
