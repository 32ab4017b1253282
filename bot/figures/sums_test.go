package figures

import (
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestSumsAreSeen: of each group whose number follows from what was shown,
// found by trying all groups with exact fractions, too few people are seen.
func TestSumsAreSeen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := &system{k: 5, n: rapid.SliceOfN(rapid.SampledFrom([]int{0, 1, 1, 2, 2, 3, 4, 6}), 3, 8).Draw(t, "people")}
		var shown []uint
		for range rapid.IntRange(1, 7).Draw(t, "counts") {
			cells := uint(rapid.IntRange(1, 1<<len(s.n)-1).Draw(t, "cells"))
			r := row{newSet(len(s.n)), true}
			n := 0
			for cell, people := range s.n {
				if cells>>cell&1 == 1 {
					r.cells.put(cell)
					n += people
				}
			}
			if n == 0 || n >= s.k { // the table of the count keeps these back
				s.rows, shown = append(s.rows, r), append(shown, cells)
			}
		}
		group := computable(s.n, shown, s.k)
		computes, ok := s.solve()
		if !ok {
			t.Fatal("it takes too long")
		}
		if group != 0 && !computes {
			t.Fatalf("%v of %v, counts %b: the group %b is not seen", s.n, s.k, shown, group)
		}
	})
}

// TestSumOfTwo: neither line is about few people.
func TestSumOfTwo(t *testing.T) {
	t.Parallel()
	for _, turn := range []bool{false, true} {
		s := &system{k: 5, n: []int{2, 2, 4, 9}}
		counts := [][]int{{0, 3}, {2, 3}, {1, 2}} // (0 3) - (2 3) + (1 2) = (0 1)
		if turn {
			slices.Reverse(s.n)
			for _, c := range counts {
				for i := range c {
					c[i] = 3 - c[i]
				}
			}
		}
		for _, c := range counts {
			r := row{newSet(4), true}
			for _, cell := range c {
				r.cells.put(cell)
			}
			s.rows = append(s.rows, r)
		}
		if computes, ok := s.solve(); !computes || !ok {
			t.Errorf("turned %v: four people are not seen", turn)
		}
	}
}

// computable gives a group of fewer people than k, as a set of cells, that is a
// sum of multiples of counts and not one of them; 0 if there is none.
func computable(people []int, counts []uint, k int) uint {
	for group := uint(1); group < 1<<len(people); group++ {
		n := 0
		for cell, p := range people {
			n += p * int(group>>cell&1)
		}
		if n > 0 && n < k && !slices.Contains(counts, group) && rankOf(len(people), counts) == rankOf(len(people), append(slices.Clone(counts), group)) {
			return group
		}
	}
	return 0
}

// rankOf is how many counts do not follow from the others.
func rankOf(cells int, counts []uint) (found int) {
	lines := make([][]*big.Rat, len(counts))
	for i, c := range counts {
		for cell := range cells {
			lines[i] = append(lines[i], big.NewRat(int64(c>>cell&1), 1))
		}
	}
	for column := range cells {
		at := slices.IndexFunc(lines[found:], func(l []*big.Rat) bool { return l[column].Sign() != 0 })
		if at < 0 {
			continue
		}
		lines[found], lines[found+at] = lines[found+at], lines[found]
		for _, l := range lines[found+1:] {
			times := new(big.Rat).Quo(l[column], lines[found][column])
			for i := range l {
				l[i].Sub(l[i], new(big.Rat).Mul(times, lines[found][i]))
			}
		}
		found++
	}
	return found
}
