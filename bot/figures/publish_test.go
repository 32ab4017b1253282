package figures

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mboka/bot/protect"
	"mboka/bot/synthetic"
)

var rules = protect.Rules{K: 5, KCross: 10, Rounding: 5, MostVariables: 3, LeastBase: 30}

// tiny is a snapshot of so few people that most of it must not be seen.
func tiny(t testing.TB, n int, seed uint64) *Snapshot {
	t.Helper()
	s, err := NewSnapshot(func(yield func(Row) bool) {
		for p := range synthetic.People(n, seed) {
			if !p.Left && !yield(rowOf(p)) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func key(t *rapid.T, but ...string) string {
	return rapid.SampledFrom(Variables).Filter(func(v Variable) bool { return !slices.Contains(but, v.Key) }).Draw(t, "variable").Key
}

// TestNothingUnderKIsPublished asks any question of small populations: what is
// shown is never of fewer people than the threshold, is rounded, and what the
// rows leave of their total is never fewer either.
func TestNothingUnderKIsPublished(t *testing.T) {
	t.Parallel()
	populations := []*Snapshot{tiny(t, 40, 1), tiny(t, 200, 2), tiny(t, 1500, 3)}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(populations).Draw(t, "population")
		q := Query{Qualified: rapid.Bool().Draw(t, "qualified")}
		for range rapid.IntRange(0, 2).Draw(t, "by") {
			q.By = append(q.By, key(t, q.By...))
		}
		for range rapid.IntRange(0, 2).Draw(t, "filters") {
			k := key(t, q.variables()...)
			if codes := s.columns[k].codes; len(codes) > 0 {
				q.Where = append(q.Where, Filter{k, []string{rapid.SampledFrom(codes).Draw(t, "code")}})
			}
		}
		c, err := s.Count(q)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Publish(rules, q, c)
		if errors.Is(err, protect.ErrTooFew) || errors.Is(err, protect.ErrTooFine) || errors.Is(err, protect.ErrUnsafe) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		k := 5
		if f := q.Fine(); f.Variables > 1 || f.Sensitive {
			k = 10
		}
		if p.K != k || c.Total < k {
			t.Fatalf("%+v: threshold %d, want %d; %d people", q, p.K, k, c.Total)
		}
		cells := []protect.Cell{p.Answered, p.Total}
		for _, row := range p.Cells {
			cells = append(cells, row...)
		}
		for _, cell := range append(append(cells, p.RowTotals...), p.ColumnTotals...) {
			if cell.State == protect.Shown && (cell.N < k || cell.N%5 != 0) {
				t.Fatalf("%+v: %d is shown", q, cell.N)
			}
		}
		if len(p.Rows) > mostRows || len(p.Columns) > mostRows || len(p.Cells) != len(p.Rows) {
			t.Fatalf("%+v: %d rows, %d columns, %d lines", q, len(p.Rows), len(p.Columns), len(p.Cells))
		}
	})
}

func TestSmallValuesAreGathered(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		counts []int
		most   int
		want   []int // the last one is Other where there is one value fewer
	}{
		"all are large":           {[]int{50, 20, 7}, 10, []int{50, 20, 7}},
		"the small ones together": {[]int{50, 20, 3, 2, 1}, 10, []int{50, 20, 6}},
		"with one more":           {[]int{50, 20, 3}, 10, []int{50, 23}},
		"too many":                {[]int{50, 20, 9, 8, 7}, 3, []int{50, 20, 24}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var all []value
			for i, n := range c.counts {
				all = append(all, value{string(rune('a' + i)), n, []int{i}})
			}
			var got []int
			for _, v := range gathered(all, 5, c.most) {
				got = append(got, v.n)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%v", got)
			}
		})
	}
}

// TestNobodyAndFewAreListedAlike: "fewer than" stands where there is nobody as
// well as where there are few, so that it does not say that there is somebody.
func TestNobodyAndFewAreListedAlike(t *testing.T) {
	t.Parallel()
	of := func(few int, by ...string) Published {
		h := &hood{by: []string{age, languages}, step: rules.Rounding, kinds: []map[string]string{
			{country: "BE", age: "25_34", languages: "fr"}, {country: "BE", age: "65p", languages: "fr"}, {country: "BE", age: "18_24", languages: "ln"},
		}, n: []int{30, 20, few}}
		p, err := published(h.snapshot(t), Query{By: by})
		if err != nil {
			t.Fatal(by, err)
		}
		return p
	}
	for _, by := range [][]string{{age}, {languages}, {age, country}, {country, age}} {
		nobody, few := of(0, by...), of(2, by...)
		if diff := cmp.Diff(nobody, few); diff != "" {
			t.Errorf("by %v two people show:\n%s", by, diff)
		}
	}
	lone, err := published((&hood{step: rules.Rounding, kinds: []map[string]string{{country: "BE", age: "25_34"}, {country: "BE", age: "65p"}}, n: []int{30, 20}}).snapshot(t),
		Query{By: []string{age}, Where: []Filter{{age, []string{"25_34", "65p"}}}})
	if err != nil || len(lone.Rows) != 2 {
		t.Errorf("what was not asked for is listed: %v (%v)", lone.Rows, err)
	}
}
