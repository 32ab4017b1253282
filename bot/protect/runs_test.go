package protect

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestRuns(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		counts, want []int
	}{
		"each enough":            {[]int{9, 5, 7}, []int{0, 1, 2}},
		"the smaller neighbour":  {[]int{9, 2, 7}, []int{0, 1}},
		"of two alike backwards": {[]int{7, 2, 7}, []int{0, 2}},
		"nobody at the end":      {[]int{9, 8, 0}, []int{0, 1}},
		"few in all of them":     {[]int{1, 2, 2}, []int{0}},
		"too few":                {[]int{1, 2, 1}, nil},
		"none at all":            {nil, nil},
	} {
		got, err := Runs(c.counts, 5)
		if !slices.Equal(got, c.want) || (c.want == nil) != errors.Is(err, ErrTooFew) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// TestRunsTellOfNoFew: whatever is added up or taken away of runs that are shown
// exactly is nobody, or at least as many people as the threshold; and the runs of a
// larger threshold are made of those of a smaller one.
func TestRunsTellOfNoFew(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(0, 14), 1, 10).Draw(t, "counts")
		fine, err := Runs(counts, 5)
		if err != nil {
			return
		}
		for _, n := range Joined(counts, fine) {
			if n < 5 {
				t.Fatalf("%v: a run of %d", counts, n)
			}
		}
		coarse, _ := Runs(counts, 10)
		for _, from := range coarse {
			if !slices.Contains(fine, from) {
				t.Fatalf("%v: %v is not made of %v", counts, coarse, fine)
			}
		}
	})
}

// TestApartKeepsItsTotals: the totals of the columns are shown, they are runs of
// enough people, and beside them no small cell can be computed.
func TestApartKeepsItsTotals(t *testing.T) {
	t.Parallel()
	exact := Rules{K: 5, KCross: 10, Rounding: 1, MostVariables: 3}
	shows := 0
	rapid.Check(t, func(t *rapid.T) {
		rows, columns := rapid.IntRange(2, 3).Draw(t, "rows"), rapid.IntRange(1, 8).Draw(t, "columns")
		counts := make([][]int, rows)
		for i := range counts {
			counts[i] = rapid.SliceOfN(rapid.IntRange(0, 25), columns, columns).Draw(t, "row")
		}
		starts, table, err := exact.Apart(counts, 10)
		if err != nil {
			return
		}
		shows++
		joined := make([][]int, rows)
		for i, row := range counts {
			joined[i] = Joined(row, starts)
		}
		whole := withTotals(joined)
		g := &grid{n: whole, k: 10}
		for i, row := range table.Cells {
			var states []State
			for j, c := range row {
				states = append(states, c.State)
				if c.State == Shown && (c.N != whole[i][j] || c.N < 10) {
					t.Fatalf("%v: %d is told of %d", counts, c.N, whole[i][j])
				}
			}
			g.state = append(g.state, states)
		}
		if last := g.state[len(g.state)-1]; slices.ContainsFunc(last, func(s State) bool { return s != Shown }) {
			t.Fatalf("%v: a total is kept back, and told elsewhere", counts)
		}
		if i, j, open := g.open(); open {
			t.Fatalf("%v: cell %d %d can be computed of %v", counts, i, j, table.Cells)
		}
	})
	if shows == 0 {
		t.Error("no table was made")
	}
}
