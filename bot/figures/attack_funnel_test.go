package figures

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/bot/protect/protecttest"
	"mboka/locales"
	"mboka/store"
)

// A coordinator reads the funnel each day: all together, by language and by
// channel, in the chat and as a file, and compares with what it was before. The
// weeks that were not published yet the coordinator knows to have had too few.

// begun are registrations begun in a week that stopped at one stage, alike in all
// that is told.
type begun struct {
	week int
	store.FunnelCount
}

// reader has read funnels.
type reader struct {
	*protecttest.Attacker
	begun []begun
	rules protect.Rules
}

const (
	funnelWeeks = 7
	mostWeeks   = 4 // that wait for more people, see setting funnel_weeks
)

// funnelStages are those of the test: a few, so that it takes seconds.
var funnelStages = []string{"language", "age_band", bot.StageCounted, bot.StageDone}

func newReader(r *rand.Rand) *reader {
	f := &reader{rules: rules}
	some := [][]int{{0, 0, 0, 1, 1, 2, 3}, {0, 1, 2, 3, 5, 8}, {0, 0, 0, 0, 1, 9, 14}}[r.IntN(3)]
	var people []int
	for week := range funnelWeeks {
		for _, language := range []string{"fr", "ln"} {
			for _, channel := range []string{"telegram", "whatsapp"} {
				for _, stage := range funnelStages {
					n := some[r.IntN(len(some))]
					f.begun = append(f.begun, begun{week, store.FunnelCount{Week: firstWeek.AddDate(0, 0, 7*week), Language: language, Channel: channel, Stage: stage, Count: n}})
					people = append(people, n)
				}
			}
		}
	}
	f.Attacker = protecttest.New(people)
	return f
}

var firstWeek = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

func (f *reader) sum(is func(begun) bool) protecttest.Sum {
	return func(kind int) int {
		if is(f.begun[kind]) {
			return 1
		}
		return 0
	}
}

func (f *reader) learn(t *testing.T, c protect.Cell, k int, is func(begun) bool) {
	t.Helper()
	low, high := 0, protecttest.Unbounded
	switch c.State {
	case protect.Small:
		high = k - 1
	case protect.Shown:
		low, high = max(k, c.N-f.rules.Rounding/2), c.N+f.rules.Rounding/2
	}
	if err := f.Learn(f.sum(is), low, high); err != nil {
		t.Fatal(err)
	}
}

// look reads what there is after so many weeks: told were periods up to a week
// before.
func (f *reader) look(t *testing.T, weeks, told int) (upto int) {
	t.Helper()
	out, err := periods(f.rules, mostWeeks, f.weeks(told, weeks), f.counts(told, weeks))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range out {
		var tables map[Split]Published
		if err := json.Unmarshal(p.Published, &tables); err != nil {
			t.Fatal(err)
		}
		first, last := weekOf(p.First), weekOf(p.Last)
		for _, split := range slices.Sorted(maps.Keys(tables)) {
			f.read(t, split, tables[split], func(b begun) bool { return b.week >= first && b.week <= last })
		}
		upto = last + 1
	}
	if upto = max(upto, told); upto < weeks { // these weeks had too few
		enough := 2 * max(f.rules.K, f.rules.KCross)
		if weeks-upto >= mostWeeks {
			enough = f.rules.K
		}
		f.learn(t, protect.Cell{State: protect.Small}, enough, func(b begun) bool { return b.week >= upto && b.week < weeks })
	}
	return upto
}

// weeks and counts are what is on record of the weeks from one to another.
func (*reader) weeks(from, to int) (all []store.FunnelWeek) {
	for week := from; week < to; week++ {
		all = append(all, store.FunnelWeek{Week: firstWeek.AddDate(0, 0, 7*week)})
	}
	return all
}

func (f *reader) counts(from, to int) (all []store.FunnelCount) {
	for i, b := range f.begun {
		if b.week >= from && b.week < to && f.People[i] > 0 {
			all = append(all, b.FunnelCount)
		}
	}
	return all
}

func weekOf(at time.Time) int { return int(at.Sub(firstWeek) / week) }

// read takes in one table.
func (f *reader) read(t *testing.T, split Split, p Published, in func(begun) bool) {
	t.Helper()
	f.said(t, split, p)
	stages := func(row string) func(begun) bool {
		return func(b begun) bool { return in(b) && slices.Contains(strings.Split(row, joinSign), b.Stage) }
	}
	f.learn(t, p.Total, p.K, in)
	for i, row := range p.Rows {
		for j, c := range p.Cells[i] {
			f.learn(t, c, p.K, func(b begun) bool { return stages(row)(b) && (split == "" || split.of(b.FunnelCount) == p.Columns[j]) })
		}
		if len(p.RowTotals) > i {
			f.learn(t, p.RowTotals[i], p.K, stages(row))
		}
		if len(p.Funnel.Reached) > i {
			f.learn(t, p.Funnel.Reached[i], p.K, func(b begun) bool {
				return in(b) && slices.ContainsFunc(p.Rows[i:], func(row string) bool { return stages(row)(b) })
			})
		}
	}
	for j, c := range p.ColumnTotals {
		f.learn(t, c, p.K, func(b begun) bool { return in(b) && split.of(b.FunnelCount) == p.Columns[j] })
	}
}

// said holds the file against what was published: there is no number in it
// besides.
func (f *reader) said(t *testing.T, split Split, p Published) {
	t.Helper()
	one := Figure{ID: "F-7Q2MA", Taken: day, Query: Query{Measure: Funnel, Split: split}, Published: p}
	told := map[int]bool{}
	for _, cells := range append(append([][]protect.Cell{}, p.Cells...), p.RowTotals, p.ColumnTotals, p.Funnel.Reached, []protect.Cell{p.Total}) {
		for _, c := range cells {
			told[c.N] = told[c.N] || c.State == protect.Shown
		}
	}
	for _, row := range one.funnelRows(voice{locales.FR, f.rules, p.K}) {
		for _, v := range row {
			if n, ok := v.(int); ok && !told[n] {
				t.Fatalf("%d stands in the file of %+v", n, p)
			}
		}
	}
}

// known are the groups of one week or of several that are known to be few.
func (f *reader) known() (few, exact []string) {
	look := func(k int, name string, is func(begun) bool) {
		isFew, isExact := f.Few(f.sum(is), k)
		name = fmt.Sprintf("%s: %d", name, f.Is(f.sum(is)))
		if isFew {
			few = append(few, name)
		}
		if isExact {
			exact = append(exact, name)
		}
	}
	for from := range funnelWeeks {
		for to := from; to < min(from+mostWeeks, funnelWeeks); to++ {
			in := func(b begun) bool { return b.week >= from && b.week <= to }
			weeks := fmt.Sprint(from, "-", to)
			look(f.rules.K, weeks, in)
			for _, stage := range funnelStages {
				look(f.rules.K, weeks+" "+stage, func(b begun) bool { return in(b) && b.Stage == stage })
				for _, v := range []string{"fr", "ln", "telegram", "whatsapp"} {
					look(f.rules.KCross, weeks+" "+stage+" "+v, func(b begun) bool { return in(b) && b.Stage == stage && (b.Language == v || b.Channel == v) })
				}
			}
		}
	}
	return few, exact
}

// TestFunnelOfSeveralWeeks: a coordinator who looks each week knows of no group by
// stage, language and channel, of any weeks, that it is few.
func TestFunnelOfSeveralWeeks(t *testing.T) {
	t.Parallel()
	const readers = 40
	bounds, facts := 0, 0
	for seed := range uint64(readers) {
		f := newReader(rand.New(rand.NewPCG(seed, 71)))
		for weeks, told := 1, 0; weeks <= funnelWeeks; weeks++ {
			told = f.look(t, weeks, told)
		}
		few, exact := f.known()
		if facts += f.Facts(); len(exact) > 0 {
			t.Errorf("funnel %d: known to the person: %v", seed, exact)
		}
		if len(few) > 0 {
			bounds++
			t.Logf("funnel %d: bounds of %v", seed, few)
		}
	}
	if t.Logf("%d sums known something of, bounds in %d of %d funnels", facts, bounds, readers); bounds*10 > readers || facts < 20*readers {
		t.Errorf("bounds in %d of %d funnels, from %d sums", bounds, readers, facts)
	}
}

// TestFunnelsAreNotReadBlindly takes protection away.
func TestFunnelsAreNotReadBlindly(t *testing.T) {
	t.Parallel()
	for name, look := range map[string]func(f *reader, weeks, told int) int{
		"told from two people on": func(f *reader, weeks, told int) int {
			f.rules.K, f.rules.KCross = 2, 2
			return f.look(t, weeks, told)
		},
		"all weeks told anew with each one": func(f *reader, weeks, _ int) int {
			tables, err := publishFunnel(f.rules, f.counts(0, weeks), f.weeks(0, weeks))
			if err != nil {
				return 0
			}
			for split, p := range tables {
				f.read(t, split, p, func(b begun) bool { return b.week < weeks })
			}
			return 0
		},
	} {
		found := 0
		for seed := uint64(0); found == 0 && seed < 40; seed++ {
			f := newReader(rand.New(rand.NewPCG(seed, 71)))
			for weeks, told := 1, 0; weeks <= funnelWeeks; weeks++ {
				told = look(f, weeks, told)
			}
			f.rules = rules
			few, exact := f.known()
			found = len(few) + len(exact)
		}
		if found == 0 {
			t.Errorf("%s: nobody is found", name)
		}
	}
}
