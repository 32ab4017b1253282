package protecttest_test

import (
	"math/rand/v2"
	"testing"

	"mboka/bot/protect/protecttest"
)

func of(kinds ...int) protecttest.Sum {
	return func(kind int) (n int) {
		for _, k := range kinds {
			if k == kind {
				n++
			}
		}
		return n
	}
}

func TestAttackerSubtracts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		people     []int
		all, one   [2]int // what is told of both kinds, and of the first
		few, exact bool
	}{
		"exact counts":           {[]int{20, 3}, [2]int{23, 23}, [2]int{20, 20}, true, true},
		"rounded to five":        {[]int{20, 3}, [2]int{23, 27}, [2]int{18, 22}, false, false},
		"one of them is rounded": {[]int{20, 3}, [2]int{23, 23}, [2]int{18, 22}, false, false}, // from 1 to 5
		"over an edge":           {[]int{22, 1}, [2]int{23, 27}, [2]int{18, 22}, false, false}, // from 1 to 9
		"and the other too":      {[]int{20, 3}, [2]int{23, 23}, [2]int{19, 22}, true, false},
		"nothing of one":         {[]int{20, 3}, [2]int{23, 23}, [2]int{0, protecttest.Unbounded}, false, false},
	} {
		a := protecttest.New(c.people)
		if a.Learn(of(0, 1), c.all[0], c.all[1]) != nil || a.Learn(of(0), c.one[0], c.one[1]) != nil {
			t.Fatal(name)
		}
		if few, exact := a.Few(of(1), 5); few != c.few || exact != c.exact {
			t.Errorf("%s: few %v, exact %v", name, few, exact)
		}
	}
	a := protecttest.New([]int{22, 1})
	_, _ = a.Learn(of(0, 1), 23, 27), a.Learn(of(0), 18, 22)
	if few, exact := a.Few(of(1), 10); !few || exact {
		t.Error("from 1 to 9 are fewer than ten")
	}
	if a.Learn(of(0), 0, 21) == nil {
		t.Error("it believes what is not so")
	}
}

// TestAttackerAgreesWithTrying holds the programme against all numbers of people
// there can be, tried one after the other.
func TestAttackerAgreesWithTrying(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	few, missed := 0, 0
	for range 1500 {
		people := make([]int, 4)
		for i := range people {
			people[i] = r.IntN(5)
		}
		a := protecttest.New(people)
		type told struct {
			of        [4]int
			low, high int
		}
		var all []told
		for range 1 + r.IntN(5) {
			var x told
			for i := range x.of {
				x.of[i] = r.IntN(2)
			}
			n := a.Is(func(k int) int { return x.of[k] })
			x.low, x.high = n-r.IntN(2), n+r.IntN(2)
			all = append(all, x)
			if err := a.Learn(func(k int) int { return x.of[k] }, x.low, x.high); err != nil {
				t.Fatal(err)
			}
		}
		low, high := 99, -1
		for code := range 9 * 9 * 9 * 9 {
			x := [4]int{code % 9, code / 9 % 9, code / 81 % 9, code / 729}
			fits := true
			for _, f := range all {
				n := 0
				for i := range x {
					n += x[i] * f.of[i]
				}
				fits = fits && n >= f.low && n <= f.high
			}
			if fits {
				low, high = min(low, x[0]), max(high, x[0])
			}
		}
		got, exact := a.Few(of(0), 4)
		want := low >= 1 && high < 4
		if got && !want || exact && low != high {
			t.Fatalf("%v %+v: it finds few %v, exact %v; it may be from %d to %d", people, all, got, exact, low, high)
		}
		if want {
			few++
			if !got {
				missed++
			}
		}
	}
	// What only whole numbers tell it does not see: little, where sums have
	// coefficients 0 and 1.
	if few < 100 || missed*20 > few {
		t.Errorf("%d groups are few, %d of them missed", few, missed)
	}
	t.Logf("%d groups are few, %d of them missed", few, missed)
}
