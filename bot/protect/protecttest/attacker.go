// Package protecttest attacks what leaves bot/protect: it takes in everything
// that was told to somebody and computes what follows about groups of people.
// Only tests import it.
//
// The unknowns are how many people there are of each kind, at none or more.
// What was told bounds sums of them: a number rounded to five, "< k", an exact
// counter. Whether a group is forced to be few is asked of a linear programme:
// it begins with how many there really are, which agrees with all that was told,
// and looks for other numbers that agree as well and where the group is empty,
// or large enough. If there are none the group is found.
//
// What it does not see: what follows from people being whole only (but for the
// rounding of a bound), of which the tests count how often the other numbers
// found are no whole ones; and what an attacker knows who has registered people
// of their own, or knows everybody but one.
package protecttest

import (
	"fmt"
	"math"
)

// Attacker knows what was told, and, to begin its search with, what is.
type Attacker struct {
	People []int // of each kind
	facts  []fact
	at     map[string]int
	// Fractions is how often the numbers that clear a group are no whole ones.
	Fractions, Cleared int
}

// fact bounds a sum: of the people of each kind so many times.
type fact struct {
	times     []int8
	low, high float64
}

// Sum says how often people of a kind count; seldom other than 0 or 1.
type Sum func(kind int) int

// No bound above.
const Unbounded = math.MaxInt32

// New makes an attacker who knows nothing yet.
func New(people []int) *Attacker { return &Attacker{People: people, at: map[string]int{}} }

// Is is what a sum really is.
func (a *Attacker) Is(s Sum) int {
	n := 0
	for kind, people := range a.People {
		n += s(kind) * people
	}
	return n
}

// Learn takes in that a sum is from low to high. The error tells that it is not:
// then something untrue was told, or read wrongly.
func (a *Attacker) Learn(s Sum, low, high int) error {
	if is := a.Is(s); is < low || is > high {
		return fmt.Errorf("told to be from %d to %d: it is %d", low, high, is)
	}
	times := make([]int8, len(a.People))
	key := make([]byte, len(times))
	for kind := range times {
		times[kind] = int8(s(kind))
		key[kind] = byte(times[kind])
	}
	bound := func(n int) float64 {
		if n >= Unbounded {
			return math.Inf(1)
		}
		if n <= -Unbounded {
			return math.Inf(-1)
		}
		return float64(n)
	}
	f := fact{times, bound(low), bound(high)}
	if i, known := a.at[string(key)]; known {
		a.facts[i].low, a.facts[i].high = max(a.facts[i].low, f.low), min(a.facts[i].high, f.high)
		return nil
	}
	a.at[string(key)] = len(a.facts)
	a.facts = append(a.facts, f)
	return nil
}

// Facts is how many different sums are known something of.
func (a *Attacker) Facts() int { return len(a.facts) }

// Few tells whether the number of people in a group is known to be from 1 to
// k-1; exact: it is known to the person.
func (a *Attacker) Few(s Sum, k int) (few, exact bool) {
	is := a.Is(s)
	if is < 1 || is >= k {
		return false, false
	}
	less, whole := a.reach(s, -1, 0)
	if less <= slack {
		a.cleared(whole)
		return false, false
	}
	more, whole := a.reach(s, 1, float64(k))
	if more >= float64(k)-slack {
		a.cleared(whole)
		return false, false
	}
	return true, math.Floor(more+slack) <= math.Ceil(less-slack)
}

// Exact tells whether the number of people in a group is known to the person.
func (a *Attacker) Exact(s Sum) bool {
	is := float64(a.Is(s))
	if less, _ := a.reach(s, -1, is-1); less <= is-1+slack {
		return false
	}
	more, _ := a.reach(s, 1, is+1)
	return more < is+1-slack
}

func (a *Attacker) cleared(whole bool) {
	a.Cleared++
	if !whole {
		a.Fractions++
	}
}
