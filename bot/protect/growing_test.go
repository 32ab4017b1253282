package protect

import "testing"

func TestGrowing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		steps []int
		want  Cell
		upto  int
	}{
		"nobody":                    {nil, Cell{State: Small}, 0},
		"few in each":               {[]int{9, 9, 9}, Cell{State: Small}, 0},
		"enough in one":             {[]int{10}, shown(10), 1},
		"few after it":              {[]int{10, 9}, shown(10), 1},
		"those before come with it": {[]int{9, 9, 10, 3}, shown(30), 3},
		"and again":                 {[]int{9, 9, 10, 3, 12}, shown(45), 5},
	} {
		if got, upto := rules.Growing(c.steps, 10); got != c.want || upto != c.upto {
			t.Errorf("%s: %+v up to %d", name, got, upto)
		}
	}
}
