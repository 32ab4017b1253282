package web_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"mboka/bot/figures"
	"mboka/bot/protect"
	"mboka/bot/protect/protecttest"
	"mboka/locales"
	"mboka/store"
)

// read takes in a figure: its counts, and which values it lists.
func (w *town) read(q figures.Query, p figures.Published, there func(kin) bool) {
	w.t.Helper()
	for _, key := range append(slices.Clone(q.By), filtered(q)...) {
		if !slices.Contains(w.by, key) {
			return // nobody in this town has said anything of it
		}
	}
	answered := func(k kin) bool {
		return there(k) && !slices.ContainsFunc(append(slices.Clone(q.By), filtered(q)...), func(key string) bool { return k.values[key] == "" })
	}
	kept := func(k kin) bool {
		return answered(k) && !slices.ContainsFunc(q.Where, func(f figures.Filter) bool { return !slices.Contains(f.Codes, k.values[f.Variable]) })
	}
	in := func(k kin, by int, code string, listed []string) bool {
		return kept(k) && (by >= len(q.By) || k.values[q.By[by]] == code || code == figures.Other && !slices.Contains(listed, k.values[q.By[by]]))
	}
	w.learn(p.Members, min(p.K, 5), there)
	w.learn(p.Answered, p.K, answered)
	w.learn(p.Total, p.K, kept)
	for i, line := range p.Cells {
		for j, c := range line {
			w.learn(c, p.K, func(k kin) bool {
				return in(k, 0, p.Rows[i], p.Rows) && (len(q.By) < 2 || in(k, 1, p.Columns[j], p.Columns))
			})
		}
		if len(p.RowTotals) > i {
			w.learn(p.RowTotals[i], p.K, func(k kin) bool { return in(k, 0, p.Rows[i], p.Rows) })
		}
	}
	for j, c := range p.ColumnTotals {
		w.learn(c, p.K, func(k kin) bool { return in(k, 1, p.Columns[j], p.Columns) })
	}
	for by, listed := range [][]string{p.Rows, p.Columns} {
		if by < len(q.By) {
			w.readList(q.By[by], listed, kept)
		}
	}
}

// readList takes in which values are listed. Of a variable with an order all are;
// of another one those that somebody has, unless others are gathered.
func (w *town) readList(key string, listed []string, kept func(kin) bool) {
	w.t.Helper()
	v, _ := figures.VariableOf(key)
	for _, value := range townValues[key] {
		low, high := 1, protecttest.Unbounded
		switch is := slices.Contains(listed, value); {
		case value == "" || v.Ordered || !is && slices.Contains(listed, figures.Other):
			continue
		case !is:
			low, high = 0, 0
		}
		if err := w.Learn(w.sum(func(k kin) bool { return kept(k) && k.values[key] == value }), low, high); err != nil {
			w.t.Fatal(err)
		}
	}
}

func filtered(q figures.Query) (keys []string) {
	for _, f := range q.Where {
		keys = append(keys, f.Variable)
	}
	return keys
}

// drawn holds what is drawn of a figure against its numbers: there are bars and
// grounds for these alone, each as long or dark as its number says.
func (w *town) drawn(n *html.Node, kind string, cells [][]protect.Cell) {
	w.t.Helper()
	var drawn, told []int
	walk(n, func(n *html.Node) {
		class := regexp.MustCompile(`shade(\d)`).FindStringSubmatch(attribute(n, "class"))
		if n.Data == "rect" {
			class = []string{"", attribute(n, "width")}
		}
		if class != nil {
			size, _ := strconv.Atoi(class[1])
			drawn = append(drawn, size)
		}
	})
	most := 1
	for _, c := range slices.Concat(cells...) {
		if c.State == protect.Shown {
			most = max(most, c.N)
		}
	}
	for _, c := range slices.Concat(cells...) {
		switch {
		case c.State != protect.Shown:
		case kind == "heat":
			told = append(told, (4*c.N+most-1)/most)
		default:
			told = append(told, 1000*c.N/most)
		}
	}
	if !slices.Equal(drawn, told) {
		w.t.Fatalf("drawn are %v, told %v", drawn, told)
	}
}

// known are the groups of a part, by one and by two variables, that are known to
// be few, and those that are known to the person.
func (w *town) known(part string) (few, exact []string) {
	for i, first := range w.by {
		for _, second := range w.by[i:] {
			k := 10
			if second == first {
				k = 5
			}
			for _, a := range townValues[first] {
				for _, b := range townValues[second] {
					if a == "" || b == "" || first == second && a != b {
						continue
					}
					is := func(one kin) bool { return one.part == part && one.values[first] == a && one.values[second] == b }
					f, e := w.Few(w.sum(is), k)
					name := fmt.Sprintf("%s: %d", strings.Join(slices.Compact([]string{a, b}), "/"), w.Is(w.sum(is)))
					if f {
						few = append(few, name)
					}
					if e {
						exact = append(exact, name)
					}
				}
			}
		}
	}
	return few, exact
}

func everybody(kin) bool { return true }

// TestThePageBesideAnOfficial: what the page says is read with all that an
// official asks over the same snapshot. Nobody's group is known to the person, and
// seldom that there is somebody in one, and fewer than the threshold.
func TestThePageBesideAnOfficial(t *testing.T) {
	t.Parallel()
	const towns = 10
	bounds, facts := 0, 0
	for seed := range uint64(towns) {
		r := rand.New(rand.NewPCG(seed, 51))
		w := newTown(t, r, false)
		w.count("S-1", start)
		w.visit(r, everybody)
		few, exact := w.known("")
		if facts += w.Facts(); len(exact) > 0 {
			t.Errorf("town %d: known to the person: %v", seed, exact)
		}
		if len(few) > 0 {
			bounds++
			t.Logf("town %d: bounds of %v", seed, few)
		}
	}
	if t.Logf("%d sums known something of, bounds in %d of %d towns", facts, bounds, towns); bounds*5 > towns || facts < 8*towns {
		t.Errorf("bounds in %d of %d towns, from %d sums", bounds, towns, facts)
	}
}

// visit reads the page and asks, now the one first and now the other.
func (w *town) visit(r *rand.Rand, there func(kin) bool) {
	lang := locales.Langs[r.IntN(len(locales.Langs))]
	words := r.Perm(len(officialWords))[:10]
	at := r.IntN(len(words))
	for i, n := range words {
		if i == at {
			w.page(lang, there)
		}
		w.asks(officialWords[n], start.AddDate(0, 0, 1), there)
	}
}

// TestThePageWhenOneCameAndOneLeft: the page and the official of two snapshots
// between which one member came and another one left. Neither is known to the
// person; that somebody came may show where a count goes over an edge.
func TestThePageWhenOneCameAndOneLeft(t *testing.T) {
	t.Parallel()
	const towns = 6
	edges := 0
	for seed := range uint64(towns) {
		r := rand.New(rand.NewPCG(seed, 52))
		w := newTown(t, r, true)
		for day, without := range []string{joins, leaves} {
			if w.count(fmt.Sprint("S-", day), start.AddDate(0, day, 0)); day == 0 {
				w.visit(r, func(k kin) bool { return k.part != without })
				w.move()
				continue
			}
			w.visit(r, func(k kin) bool { return k.part != without })
		}
		for _, part := range []string{joins, leaves} {
			few, exact := w.known(part)
			if len(exact) > 0 {
				t.Errorf("town %d: known of who %s: %v", seed, part, exact)
			}
			if len(few) > 0 {
				edges++
			}
		}
	}
	t.Logf("that somebody came or left is seen of %d out of %d", edges, 2*towns)
}

// TestThePageIsNotReadBlindly takes protection away: then people are found.
func TestThePageIsNotReadBlindly(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*town){
		"nothing is rounded, and the page is not held against answers": func(w *town) { w.sharp, w.figure = true, w.loose(w.k) },
		"the page tells of two people":                                 func(w *town) { w.k, w.figure = 2, w.loose(2) },
	} {
		found, seed := 0, uint64(0)
		for ; found == 0 && seed < 12; seed++ {
			r := rand.New(rand.NewPCG(seed, 51))
			w := newTown(t, r, false)
			w.count("S-1", start)
			spoil(w)
			w.visit(r, everybody)
			few, exact := w.known("")
			found = len(few) + len(exact)
		}
		if found == 0 {
			t.Errorf("%s: nobody is found", name)
		}
		t.Logf("%s: found in town %d", name, seed-1)
	}
}

// loose answers the page without the ledger, from so many people up.
func (w *town) loose(k int) func(context.Context, figures.Query) (figures.Figure, bool, bool, error) {
	return func(ctx context.Context, q figures.Query) (figures.Figure, bool, bool, error) {
		s, _, err := figures.Load(ctx, w.db)
		if err != nil {
			return figures.Figure{}, false, false, err
		}
		q.Public = true
		counted, err := s.Count(q)
		if err != nil {
			return figures.Figure{}, false, false, err
		}
		rules := figures.Rules(store.Policy{K: k, KCross: k, Rounding: 5})
		p, err := figures.Publish(rules, q, counted)
		return figures.Figure{ID: "F-7Q2MA", Taken: s.Taken, Query: q, Published: p}, true, err != nil, nil
	}
}
