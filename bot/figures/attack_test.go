package figures

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mboka/bot/protect"
	"mboka/store"
)

// The attacker reads everything that was published over a snapshot, to anybody,
// and knows what people there can be, but not how many of each: these are the
// unknowns. To be on the safe side the counts are handed to it exact, as if they
// were not rounded. It computes whatever follows by sums and differences, in
// fractions, with code of its own.

// sort is one of all kinds of people there can be, by what they answered.
type sort struct{ country, sex, sector, qualified string }

// sorts lists them: everybody lives somewhere, the rest may be left out.
func sorts() []sort {
	var all []sort
	for _, country := range []string{"BE", "FR", "LU"} {
		for _, sex := range []string{"f", "m", ""} {
			for _, sector := range []string{"health_social", "ict_media", ""} {
				for _, qualified := range []string{"yes", "no"} {
					all = append(all, sort{country, sex, sector, qualified})
				}
			}
		}
	}
	return all
}

func (o sort) of(key string) string {
	return map[string]string{country: o.country, "sex": o.sex, "sector": o.sector, qualifiedKey: o.qualified}[key]
}

func (o sort) row() Row {
	out := make(Row, len(store.SnapshotColumns))
	for i, name := range store.SnapshotColumns {
		out[i] = o.of(name)
		if name == education && o.qualified == "yes" {
			out[i] = "edu_master"
		}
	}
	return out
}

// attacker collects equations, as few as tell all.
type attacker struct {
	all    []sort
	people []int
	lines  [][]*big.Rat // in echelon form
}

func (a *attacker) eq(is func(sort) bool) []*big.Rat {
	line := make([]*big.Rat, len(a.all))
	for i, o := range a.all {
		line[i] = new(big.Rat)
		if is(o) {
			line[i].SetInt64(1)
		}
	}
	return line
}

// reduce takes all that is known out of a line; what is left is news.
func (a *attacker) reduce(line []*big.Rat) (at int) {
	for _, known := range a.lines {
		first := slices.IndexFunc(known, func(x *big.Rat) bool { return x.Sign() != 0 })
		if line[first].Sign() == 0 {
			continue
		}
		times := new(big.Rat).Quo(line[first], known[first])
		for i := range line {
			if known[i].Sign() != 0 {
				line[i].Sub(line[i], new(big.Rat).Mul(times, known[i]))
			}
		}
	}
	return slices.IndexFunc(line, func(x *big.Rat) bool { return x.Sign() != 0 })
}

func (a *attacker) learn(is func(sort) bool) {
	if line := a.eq(is); a.reduce(line) >= 0 {
		a.lines = append(a.lines, line)
	}
}

func (a *attacker) count(is func(sort) bool) (n int) {
	for i, o := range a.all {
		if is(o) {
			n += a.people[i]
		}
	}
	return n
}

// read takes in what a figure shows.
func (a *attacker) read(q Query, p Published) {
	answered := func(o sort) bool {
		return !slices.ContainsFunc(q.variables(), func(key string) bool { return o.of(key) == "" })
	}
	kept := func(o sort) bool {
		return answered(o) && (!q.Qualified || o.qualified == "yes") &&
			!slices.ContainsFunc(q.Where, func(f Filter) bool { return !slices.Contains(f.Codes, o.of(f.Variable)) })
	}
	is := func(by, code string, listed []string) func(sort) bool {
		return func(o sort) bool {
			return o.of(by) == code || code == Other && !slices.Contains(listed, o.of(by))
		}
	}
	learn := func(cell protect.Cell, all ...func(sort) bool) {
		if cell.State == protect.Shown {
			a.learn(func(o sort) bool { return !slices.ContainsFunc(all, func(is func(sort) bool) bool { return !is(o) }) })
		}
	}
	learn(p.Members)
	learn(p.Answered, answered)
	learn(p.Total, kept)
	for i, line := range p.Cells {
		row := is(q.By[0], p.Rows[i], p.Rows)
		for j, cell := range line {
			column := func(sort) bool { return true }
			if len(q.By) == 2 {
				column = is(q.By[1], p.Columns[j], p.Columns)
			}
			learn(cell, kept, row, column)
			if i == 0 && len(p.ColumnTotals) > j {
				learn(p.ColumnTotals[j], kept, column)
			}
		}
		if len(p.RowTotals) > i {
			learn(p.RowTotals[i], kept, row)
		}
	}
}

// finds tells of a group that has fewer people than the threshold, at least one,
// and whose number follows from what was read: those with one value of each of
// up to three variables.
func (a *attacker) finds() string {
	keys := []string{country, "sex", "sector", qualifiedKey}
	for mask := 1; mask < 1<<len(keys); mask++ {
		var by []string
		sensitive := 5
		for i, key := range keys {
			if mask>>i&1 == 1 {
				by = append(by, key)
			}
		}
		if len(by) > 3 {
			continue
		}
		if len(by) > 1 {
			sensitive = 10
		}
		seen := map[string]bool{}
		for _, like := range a.all {
			var values []string
			for _, key := range by {
				values = append(values, like.of(key))
			}
			name := strings.Join(values, "/")
			if seen[name] || slices.Contains(values, "") {
				continue
			}
			seen[name] = true
			is := func(o sort) bool {
				return !slices.ContainsFunc(by, func(key string) bool { return o.of(key) != like.of(key) })
			}
			if n := a.count(is); n > 0 && n < sensitive && a.reduce(a.eq(is)) < 0 {
				return fmt.Sprintf("%s: %d people", name, n)
			}
		}
	}
	return ""
}

// town draws a population in which some sorts are rare.
func town(t *rapid.T) (*Snapshot, *attacker) {
	a := &attacker{all: sorts()}
	s, err := NewSnapshot(func(yield func(Row) bool) {
		for _, o := range a.all {
			n := rapid.SampledFrom([]int{0, 0, 1, 2, 3, 8, 12, 15, 25, 40}).Draw(t, "people")
			a.people = append(a.people, n)
			for range n {
				yield(o.row())
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, a
}

// inTown draws a question about it.
func inTown(t *rapid.T) Query {
	q := Query{Qualified: rapid.IntRange(0, 3).Draw(t, "qualified") == 0}
	codes := map[string][]string{country: {"BE", "FR", "LU"}, "sex": {"f", "m"}, "sector": {"health_social", "ict_media"}}
	for _, key := range rapid.Permutation([]string{country, "sex", "sector"}).Draw(t, "variables") {
		switch rapid.IntRange(0, 2).Draw(t, "what") {
		case 0:
			if len(q.By) < 2 {
				q.By = append(q.By, key)
			}
		case 1:
			q.Where = append(q.Where, Filter{key, rapid.SliceOfNDistinct(rapid.SampledFrom(codes[key]), 1, 2, rapid.ID).Draw(t, "codes")})
		}
	}
	q.Public = rapid.IntRange(0, 4).Draw(t, "public") == 0
	return q
}

// interrogate asks many questions and gives what the attacker finds in all
// answers together.
func interrogate(t *rapid.T, publish func(*Snapshot, Query) (Published, error), guard bool, most int) string {
	s, a := town(t)
	if s.Members < 5 {
		return ""
	}
	for range rapid.IntRange(1, most).Draw(t, "questions") {
		q := inTown(t)
		p, err := publish(s, q)
		if err != nil || guard && s.told.check(q, p) != nil {
			continue
		}
		if err := s.told.tell(q, p); err != nil {
			t.Fatal(err)
		}
		a.read(q, p)
	}
	return a.finds()
}

// TestNothingFollowsFromAllFigures hands all answers to one attacker: whoever
// asked them, of whichever organisation, and what public pages show.
func TestNothingFollowsFromAllFigures(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		if found := interrogate(t, published, true, 25); found != "" {
			t.Fatal(found)
		}
	})
}

// TestTheAttackerIsNotBlind takes protection away piece by piece: then it must
// find something.
func TestTheAttackerIsNotBlind(t *testing.T) {
	t.Parallel()
	bare := func(s *Snapshot, q Query) (Published, error) { // no second suppression
		p, err := published(s, q)
		if err != nil {
			return p, err
		}
		for _, line := range append(slices.Clone(p.Cells), p.RowTotals, p.ColumnTotals, []protect.Cell{}) {
			for i := range line {
				if line[i].State == protect.Hidden {
					line[i].State = protect.Shown
				}
			}
		}
		return p, nil
	}
	for name, c := range map[string]struct {
		publish func(*Snapshot, Query) (Published, error)
		most    int // questions
	}{"no guard": {published, 25}, "no second suppression": {bare, 1}} {
		found := 0
		for seed := range 60 {
			g := rapid.Custom(func(t *rapid.T) string { return interrogate(t, c.publish, false, c.most) })
			if g.Example(seed) != "" {
				found++
			}
		}
		if found == 0 {
			t.Errorf("%s: nothing found", name)
		}
		t.Logf("%s: %d of 60 found", name, found)
	}
}
