package protect

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var rules = Rules{K: 5, KCross: 10, Rounding: 5, MostVariables: 3, LeastBase: 30}

func shown(n int) Cell { return Cell{N: n} }

var small, hidden = Cell{State: Small}, Cell{State: Hidden}

func TestThreshold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fine Fine
		k    int
		err  error
	}{
		{Fine{}, 5, nil},
		{Fine{Variables: 1}, 5, nil},
		{Fine{Variables: 2}, 10, nil},
		{Fine{Variables: 3}, 10, nil},
		{Fine{Variables: 4}, 0, ErrTooFine},
		{Fine{Variables: 1, Sensitive: true}, 10, nil},
		{Fine{Sensitive: true}, 10, nil},
	} {
		if k, err := rules.Threshold(c.fine); k != c.k || !errors.Is(err, c.err) {
			t.Errorf("%+v: %d, %v", c.fine, k, err)
		}
	}
}

func TestCountsAreRounded(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]Cell{0: small, 4: small, 5: shown(5), 7: shown(5), 8: shown(10), 1928: shown(1930)} {
		if got := rules.Count(n, 5); got != want {
			t.Errorf("%d is shown as %+v", n, got)
		}
	}
}

func TestSharesNeedABase(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n, base Cell
		percent int
		ok      bool
	}{
		{shown(10), shown(25), 0, false},
		{shown(10), shown(30), 33, true},
		{small, shown(100), 0, false},
		{shown(5), hidden, 0, false},
		{shown(105), shown(100), 100, true}, // rounding may put a part above the whole
	} {
		if p, ok := rules.Share(c.n, c.base); p != c.percent || ok != c.ok {
			t.Errorf("%+v of %+v: %d, %v", c.n, c.base, p, ok)
		}
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		counts []int
		zeros  bool
		want   []Cell
		err    error
	}{
		"all large enough":           {[]int{12, 30, 8}, false, []Cell{shown(10), shown(30), shown(10), shown(50)}, nil},
		"one small: the next one":    {[]int{3, 30, 8}, false, []Cell{small, shown(30), hidden, shown(40)}, nil},
		"two small are too few":      {[]int{1, 2, 30, 8}, false, []Cell{small, small, shown(30), hidden, shown(40)}, nil},
		"two small are enough":       {[]int{3, 4, 30}, false, []Cell{small, small, shown(30), shown(35)}, nil},
		"two that must be the most":  {[]int{4, 4, 30}, false, []Cell{hidden, small, shown(30), shown(40)}, nil}, // one of them is veiled
		"nothing is small":           {[]int{0, 30, 8}, false, []Cell{small, shown(30), hidden, shown(40)}, nil},
		"nothing of a public list":   {[]int{0, 30, 8}, true, []Cell{shown(0), shown(30), shown(10), shown(40)}, nil},
		"too few people":             {[]int{1, 2, 1}, false, nil, ErrTooFew},
		"nothing":                    {nil, false, nil, ErrTooFew},
		"one row is its own total":   {[]int{12}, false, []Cell{shown(10), shown(10)}, nil},
		"one small and one that has": {[]int{2, 12}, false, []Cell{small, hidden, shown(15)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := rules.List(c.counts, 5, c.zeros)
			if !errors.Is(err, c.err) {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSeveral(t *testing.T) {
	t.Parallel()
	got, err := rules.Several([]int{3, 40, 22}, 45, 5)
	if diff := cmp.Diff([]Cell{small, shown(40), shown(20), shown(45)}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if _, err := rules.Several([]int{3}, 4, 5); !errors.Is(err, ErrTooFew) {
		t.Error(err)
	}
}

// TestNoSmallCellIsComputed lets an attacker who knows the rule, and the exact
// counts behind all that is shown, list every table that agrees with them: for
// each small cell there is more than one value, nobody may be in it, and of no
// cell that is kept back it is seen that there are few people, but some.
func TestNoSmallCellIsComputed(t *testing.T) {
	t.Parallel()
	const k = 3
	rapid.Check(t, func(t *rapid.T) {
		rows, columns := rapid.IntRange(1, 3).Draw(t, "rows"), rapid.IntRange(1, 3).Draw(t, "columns")
		counts := make([][]int, rows)
		for i := range counts {
			counts[i] = rapid.SliceOfN(rapid.IntRange(0, 6), columns, columns).Draw(t, "row")
		}
		states, err := Rules{}.suppressed(counts, k, false)
		if err != nil {
			if !errors.Is(err, ErrTooFew) && !errors.Is(err, ErrUnsafe) {
				t.Fatal(err)
			}
			return
		}
		a := attacker{n: withTotals(counts), state: states, k: k, rows: rows, columns: columns}
		a.values = make([]map[int]bool, rows*columns)
		for i := range a.values {
			a.values[i] = map[int]bool{}
		}
		a.guess(make([][]int, 0, rows), nil)
		for i := range rows {
			for j := range columns {
				if s := states[i][j]; s == Small && len(a.values[i*columns+j]) < 2 {
					t.Fatalf("%v: cell %d,%d of %v is known (%v)", counts, i, j, states, a.values[i*columns+j])
				}
				sees := a.values[i*columns+j]
				enough := false
				for v := range sees {
					enough = enough || v >= k
				}
				if n := counts[i][j]; n > 0 && n < k && !sees[0] && !enough {
					t.Fatalf("%v: somebody is in cell %d,%d of %v (%v)", counts, i, j, states, sees)
				}
				if s, n := states[i][j], counts[i][j]; s == Shown && n < k || s == Small && n >= k {
					t.Fatalf("%v: cell %d,%d is said to be %v", counts, i, j, s)
				}
			}
		}
	})
}

// attacker lists tables by brute force: no line of it is shared with the code
// that it tests.
type attacker struct {
	n             [][]int
	state         [][]State
	k             int
	rows, columns int
	values        []map[int]bool
}

// agrees tells whether a value is possible where the table says so much.
func (a *attacker) agrees(i, j, v int) bool {
	switch a.state[i][j] {
	case Shown:
		return v == a.n[i][j]
	case Small:
		return v < a.k
	}
	return true
}

const mostGuess = 11 // more than any cell of the test

func (a *attacker) guess(done [][]int, row []int) {
	i := len(done)
	if i == a.rows {
		a.whole(done)
		return
	}
	if len(row) == a.columns {
		if a.agrees(i, a.columns, sum(row)) {
			a.guess(append(done[:i:i], row), nil)
		}
		return
	}
	for v := range mostGuess {
		if a.agrees(i, len(row), v) {
			a.guess(done, append(row[:len(row):len(row)], v))
		}
	}
}

func (a *attacker) whole(table [][]int) {
	if a.rows > 1 {
		all := 0
		for j := range a.columns {
			column := 0
			for i := range table {
				column += table[i][j]
			}
			if !a.agrees(a.rows, j, column) {
				return
			}
			all += column
		}
		if !a.agrees(a.rows, a.columns, all) {
			return
		}
	}
	for i, row := range table {
		for j, v := range row {
			a.values[i*a.columns+j][v] = true
		}
	}
}

func TestCross(t *testing.T) {
	t.Parallel()
	got, err := rules.Cross([][]int{{40, 3, 20}, {15, 12, 30}, {11, 25, 60}}, 10)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]Cell{
		{shown(40), small, hidden, shown(65)},
		{shown(15), hidden, hidden, shown(55)},
		{shown(10), shown(25), shown(60), shown(95)},
		{shown(65), shown(40), shown(110), shown(215)},
	}
	if diff := cmp.Diff(want, got.Cells); diff != "" {
		t.Error(diff)
	}
}

func BenchmarkCross(b *testing.B) {
	counts := make([][]int, 26)
	for i := range counts {
		for j := range 10 {
			counts[i] = append(counts[i], (i*7+j*13)%40)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := rules.Cross(counts, 10); err != nil {
			b.Fatal(err)
		}
	}
}
