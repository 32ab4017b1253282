package figures

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mboka/bot/protect/protecttest"
	"mboka/locales"
)

// compared reads what a figure is said to be since an earlier one.
func (e eye) compared(text string, earlierK int) (before, after []seen, err error) {
	was := eye{e.lang, e.q, earlierK}
	what := seenMembers
	switch {
	case len(e.q.Where) > 0 || e.q.Qualified:
		what = seenTotal
	case len(e.q.By) > 0:
		what = seenAnswered
	}
	for i, line := range strings.Split(text, "\n") {
		m, ok := map[string]string(nil), false
		one := seen{what: what}
		if i == 0 {
			m, ok = e.fill(locales.FigSince, line, "Date", "ID", "Change")
			m["Value"] = m["Change"]
		} else if m, ok = e.fill(locales.FigRow, line, "Name", "Value"); ok {
			one.what = seenCell
			one.row, ok = e.code(e.q.By[0], m["Name"])
		}
		if !ok {
			return nil, nil, fmt.Errorf("%q is no change", line)
		}
		from, to, ok := strings.Cut(m["Value"], " → ")
		to, difference, told := strings.Cut(to, " (")
		if !ok {
			return nil, nil, fmt.Errorf("%q is no change", line)
		}
		b, err := was.cell(from)
		if err != nil {
			return nil, nil, err
		}
		a, err := e.cell(to)
		if err != nil {
			return nil, nil, err
		}
		if d, _, _ := number(strings.TrimLeft(difference, "+−")); told && d != max(a.N-b.N, b.N-a.N) {
			return nil, nil, fmt.Errorf("%q: that is another difference", line)
		}
		one.cell, one.k = b, earlierK
		before = append(before, one)
		one.cell, one.k = a, e.k
		after = append(after, one)
	}
	return before, after, nil
}

// twoDays parts the people of a hood: one more comes, and one leaves.
func (h *hood) twoDays(r *rand.Rand) {
	for _, part := range []string{joins, leaves} {
		one, all := r.IntN(h.base()), len(h.kinds)
		for i := range all {
			if h.kinds[i][partKey] != "" {
				continue
			}
			kind := maps.Clone(h.kinds[i])
			kind[partKey] = part
			n := 0
			if i == one {
				n = 1
			}
			h.kinds, h.n = append(h.kinds, kind), append(h.n, n)
		}
	}
}

// TestSinceOneCameAndOneLeft asks over two snapshots between which one member
// came and another one left, as may be when a month is over, and compares. Nobody
// who came or left is known to the person. That somebody did, and fewer than the
// threshold, shows where a count goes over an edge: from 12 to 13 is 10 to 15.
func TestSinceOneCameAndOneLeft(t *testing.T) {
	t.Parallel()
	edges, of := 0, 0
	for seed := range uint64(*towns) {
		r := rand.New(rand.NewPCG(seed, 78))
		h := newHood(r)
		h.twoDays(r)
		a := protecttest.New(h.n)
		days := []*Snapshot{h.onDay(t, joins), h.onDay(t, leaves)}
		spies := []spy{{h, a, joins}, {h, a, leaves}}
		for range 15 {
			q := h.ask(r)
			lang := locales.Langs[r.IntN(len(locales.Langs))]
			var told []Figure
			for day, s := range days {
				p, err := published(s, q)
				if err != nil || s.told.check(q, p) != nil {
					continue
				}
				if err := s.told.tell(q, p); err != nil {
					t.Fatal(err)
				}
				f := Figure{ID: "F-7Q2MA", Taken: s.Taken, Query: q, Published: p}
				all, err := f.leave(inWords, lang)
				if err == nil {
					err = spies[day].read(q, all)
				}
				if err != nil {
					t.Fatal(err)
				}
				told = append(told, f)
			}
			if len(told) < 2 || len(q.By) > 1 {
				continue
			}
			before, after, err := eye{lang, q, told[1].Published.K}.compared(told[1].Since(told[0], lang, rules), told[0].Published.K)
			if err != nil {
				t.Fatal(err)
			}
			for i, all := range [][]seen{before, after} {
				for _, x := range all {
					if !told[i].says(x) {
						t.Errorf("%+v was not told on day %d", x, i)
					}
				}
			}
		}
		for _, part := range []string{joins, leaves} {
			f := spies[0].look(false, part)
			if of++; len(f.few) > 0 {
				edges++
			}
			if len(f.exact) > 0 {
				t.Errorf("population %d, who %s: %v", seed, part, f.exact)
			}
		}
	}
	t.Logf("that somebody came or left is seen of %d out of %d", edges, of)
}

// says tells whether a count stands in what was published.
func (f Figure) says(x seen) bool {
	p := f.Published
	switch x.what {
	case seenMembers:
		return x.cell == p.Members
	case seenAnswered:
		return x.cell == p.Answered
	case seenTotal:
		return x.cell == p.Total
	}
	i := slices.Index(p.Rows, x.row)
	return i >= 0 && p.Cells[i][0] == x.cell
}

// base is how many kinds there are of who is there on both days.
func (h *hood) base() int {
	n := 0
	for _, kind := range h.kinds {
		if kind[partKey] == "" {
			n++
		}
	}
	return n
}
