package protect

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestRunning(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		steps []int
		want  []Cell
	}{
		"each enough":          {[]int{10, 20, 30}, []Cell{shown(10), shown(30), shown(60)}},
		"few in the last":      {[]int{10, 20, 3}, []Cell{shown(10), shown(35), shown(35)}},
		"few in the middle":    {[]int{10, 2, 30}, []Cell{shown(10), shown(10), shown(40)}},
		"few at the beginning": {[]int{2, 2, 30}, []Cell{small, small, shown(35)}},
		"nobody":               {[]int{10, 0, 0}, []Cell{shown(10), shown(10), shown(10)}},
		"none at all":          {nil, []Cell{}},
	} {
		if diff := cmp.Diff(c.want, rules.Running(c.steps, 5)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// TestRunningTellsOfNoFew: with no rounding at all, the difference of any two
// totals that are told is nobody or at least the threshold.
func TestRunningTellsOfNoFew(t *testing.T) {
	t.Parallel()
	exact := Rules{K: 5, KCross: 10, Rounding: 1}
	rapid.Check(t, func(t *rapid.T) {
		steps := rapid.SliceOf(rapid.IntRange(0, 12)).Draw(t, "steps")
		out := exact.Running(steps, 5)
		for i, a := range out {
			for _, b := range out[:i] {
				if a.State == Shown && b.State == Shown && a.N != b.N && a.N-b.N < 5 {
					t.Fatalf("%v: %d and %d are told", steps, b.N, a.N)
				}
			}
		}
		if n := sum(steps); len(out) > 0 && out[len(out)-1] != exact.Count(n, 5) {
			t.Fatalf("%v: %v in the end", steps, out[len(out)-1])
		}
	})
}
