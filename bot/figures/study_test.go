package figures

import (
	"slices"
	"strings"
	"testing"

	"mboka/bot/protect"
	"mboka/locales"
	"mboka/store"
)

// studied makes a snapshot of members with the amounts given, and how many have
// each.
func studiedBy(t *testing.T, amounts map[string]int) *Snapshot {
	t.Helper()
	at := slices.Index(store.SnapshotColumns, amount)
	interest := slices.Index(store.SnapshotColumns, "fund_interest")
	s, err := NewSnapshot(func(yield func(Row) bool) {
		for code, n := range amounts {
			for range n {
				row := make(Row, len(store.SnapshotColumns))
				row[at], row[interest] = code, "yes"
				if !yield(row) {
					return
				}
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func studyFigure(t *testing.T, s *Snapshot, q Query) (Figure, protect.Rules) {
	t.Helper()
	r := protect.Rules{K: 5, KCross: 10, Rounding: 5, MostVariables: 3, LeastBase: 30}
	c, err := s.Count(q)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Publish(r, q, c)
	if err != nil {
		t.Fatal(err)
	}
	return Figure{ID: "F-22222", Query: q, Published: p}, r
}

// The range is that of the numbers that are shown, the open band at its low, and
// of nothing else: neither exact counts nor those kept back.
func TestRangeIsOfWhatIsShown(t *testing.T) {
	t.Parallel()
	s := studiedBy(t, map[string]int{"lt100": 21, "100_499": 10, "500_999": 33, "1k_4k": 11, "5k_9k": 12, "10k_49k": 10, "50k": 12, "na": 40})
	f, r := studyFigure(t, s, Query{By: []string{amount}})
	low, high, people, part, ok := f.indicative()
	if !ok || part || low != 20*0+10*100+35*500+10*1000+10*5000+10*10000+10*50000 || high != 20*99+10*499+35*999+10*4999+10*9999+10*49999+10*50000 || people != 105 {
		t.Error(low, high, people, part, ok)
	}
	said := f.Say(locales.FR, r).Text()
	for _, want := range []string{"de " + locales.Number(locales.FR, low) + " $ à " + locales.Number(locales.FR, high) + " $ en tout, pour 105 personnes", "aucun fonds n'existe"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in:\n%s", want, said)
		}
	}
	f, _ = studyFigure(t, studiedBy(t, map[string]int{"lt100": 21, "500_999": 33, "50k": 3, "5k_9k": 14}), Query{By: []string{amount}})
	low, high, people, part, ok = f.indicative()
	shown := 0
	for _, row := range f.Published.Cells {
		if row[0].State == protect.Shown {
			shown += row[0].N
		}
	}
	if !ok || !part || people != shown || low >= 15*50000 || high <= low {
		t.Error(low, high, people, part, ok, f.Published.Cells)
	}
	for _, by := range [][]string{{"fund_interest"}, {amount, "fund_interest"}} {
		if f, _ := studyFigure(t, s, Query{By: by}); f.Published.Rows == nil {
			t.Error(by)
		} else if _, _, _, _, ok := f.indicative(); ok {
			t.Errorf("a range of %v", by)
		}
	}
}

// What may cost somebody their asylum, or is about money, needs the larger
// threshold.
func TestFineOfTheOptionalParts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		q    Query
		want bool
	}{
		{Query{By: []string{"availability"}}, true}, // to settle in the country is one of them
		{Query{Where: where("availability=permanent")}, true},
		{Query{Where: where("availability=remote")}, false},
		{Query{By: []string{"remittance_frequency"}}, true},
		{Query{By: []string{"remittance_use"}}, true},
		{Query{By: []string{amount}}, true},
		{Query{By: []string{"barriers"}}, false},
		{Query{By: []string{"fund_interest"}}, false},
	} {
		if got := c.q.Fine().Sensitive; got != c.want {
			t.Errorf("%+v: sensitive %v", c.q, got)
		}
	}
}
