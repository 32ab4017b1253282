package protect

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestMean(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sum, n int
		want   Mean
	}{
		"few":             {18, 9, Mean{State: Small}},
		"nobody":          {0, 0, Mean{State: Small}},
		"enough":          {25, 10, Mean{Tenths: 25}},
		"down":            {124, 40, Mean{Tenths: 31}},
		"half a tenth up": {25 + 62, 30, Mean{Tenths: 29}},
		"all said 5":      {50, 10, Mean{Tenths: 45, Edge: 1}},
		"one said 4":      {49, 10, Mean{Tenths: 45, Edge: 1}},
		"at the edge":     {45, 10, Mean{Tenths: 45}},
		"all said 1":      {10, 10, Mean{Tenths: 15, Edge: -1}},
		"nearly all 1":    {14, 10, Mean{Tenths: 15, Edge: -1}},
	} {
		if got := rules.Mean(c.sum, c.n, 1, 5, 10); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	wide := rules
	wide.Edge = 10
	if got := wide.Mean(42, 10, 1, 5, 10); got != (Mean{Tenths: 40, Edge: 1}) {
		t.Errorf("a whole mark from the end: %+v", got)
	}
	if wide.Edge = 1; wide.Mean(49, 10, 1, 5, 10) != (Mean{Tenths: 45, Edge: 1}) {
		t.Error("nearer to the end than the least")
	}
}

// TestMeanIsNear: what is told is the mean to the nearest tenth, or lies on the
// side that it says.
func TestMeanIsNear(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		marks := rapid.SliceOfN(rapid.IntRange(1, 5), 10, 60).Draw(t, "marks")
		total := 0
		for _, m := range marks {
			total += m
		}
		exact := big.NewRat(int64(10*total), int64(len(marks)))
		got := rules.Mean(total, len(marks), 1, 5, 10)
		off := new(big.Rat).Sub(exact, big.NewRat(int64(got.Tenths), 1))
		half := big.NewRat(1, 2)
		switch got.Edge {
		case 0:
			if off.Abs(off).Cmp(half) > 0 {
				t.Fatalf("%v: %+v", marks, got)
			}
		case 1:
			if off.Cmp(half) < 0 || got.Tenths != 45 {
				t.Fatalf("%v: %+v", marks, got)
			}
		case -1:
			if off.Neg(off).Cmp(half) < 0 || got.Tenths != 15 {
				t.Fatalf("%v: %+v", marks, got)
			}
		}
	})
}
