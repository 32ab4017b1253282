package announce

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"mboka/bot/protect"
	"mboka/bot/protect/protecttest"
	"mboka/store"
)

// A coordinator passes a link on to somebody, waits, and looks whether its number
// moves. The spy here looks after each time that somebody may have come or left,
// and knows by which rule the number is made.

// The months that are looked at, and how often in each.
const (
	linkMonths = 7
	looks      = 3
	linkSlots  = linkMonths * looks
	stays      = linkSlots // who never leaves
)

// arrivals are people alike in when they came by the link and when they left.
type arrival struct{ came, left int }

// linkWorld are people with a spy.
type linkWorld struct {
	*protecttest.Attacker
	arrivals []arrival
}

func newLinkWorld(r *rand.Rand) *linkWorld {
	w := &linkWorld{}
	some := [][]int{{0, 0, 1, 2, 3}, {0, 0, 0, 1, 1, 8, 14}, {1, 2, 3, 4, 5}}[r.IntN(3)]
	var people []int
	for came := range linkSlots {
		w.arrivals, people = append(w.arrivals, arrival{came, stays}), append(people, some[r.IntN(len(some))])
		if left := came + 1 + r.IntN(6); left < linkSlots && r.IntN(2) == 0 {
			w.arrivals, people = append(w.arrivals, arrival{came, left}), append(people, r.IntN(3))
		}
	}
	w.Attacker = protecttest.New(people)
	return w
}

func (w *linkWorld) sum(is func(arrival) bool) protecttest.Sum {
	return func(kind int) int {
		if is(w.arrivals[kind]) {
			return 1
		}
		return 0
	}
}

// cameIn are those who came from a month on, and before another one.
func cameIn(from, to int) func(arrival) bool {
	return func(g arrival) bool { return g.came/looks >= from && g.came/looks < to }
}

func (w *linkWorld) count(is func(arrival) bool) int { return w.Is(w.sum(is)) }

func (w *linkWorld) learn(t *testing.T, is func(arrival) bool, low, high int) {
	t.Helper()
	if err := w.Learn(w.sum(is), low, high); err != nil {
		t.Fatal(err)
	}
}

// rounded are the bounds of a number.
func (w *linkWorld) rounded(t *testing.T, n int, is func(arrival) bool) {
	t.Helper()
	w.learn(t, is, n-testRules.Rounding/2, n+testRules.Rounding/2)
}

// told reads what the service says at a time.
func (w *linkWorld) told(t *testing.T, slot int) {
	month := slot / looks
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var months []store.CameIn
	for m := range month { // the months that are over
		if n := w.count(cameIn(m, m+1)); n > 0 {
			months = append(months, store.CameIn{Month: begin.AddDate(0, m, 0), N: n})
		}
	}
	n, upto := cameOf(testRules, months), 0
	if !n.until.IsZero() {
		upto = int(n.until.Month()) // the last month that is in it
		w.rounded(t, n.N, cameIn(0, upto))
		w.learn(t, cameIn(upto-1, upto), n.k, protecttest.Unbounded)
	}
	for m := upto; m < month; m++ {
		w.learn(t, cameIn(m, m+1), 0, n.k-1)
	}
}

// Rules that are not in force, with what follows from them.
var spoiled = map[string]func(t *testing.T, w *linkWorld, slot int){
	"who is there now, rounded": func(t *testing.T, w *linkWorld, slot int) {
		now := func(g arrival) bool { return g.came <= slot && g.left > slot }
		if c := testRules.Count(w.count(now), testRules.K); c.State == protect.Shown {
			w.rounded(t, c.N, now)
		} else {
			w.learn(t, now, 0, testRules.K-1)
		}
	},
	"moved when twenty have come": func(t *testing.T, w *linkWorld, slot int) {
		w.since(t, slot, fresh*testRules.KCross, func(from, to int) func(arrival) bool {
			return func(g arrival) bool { return g.came >= from && g.came < to }
		})
	},
	"moved at the end of a month when enough have come since it moved last": func(t *testing.T, w *linkWorld, slot int) {
		w.since(t, slot/looks, testRules.KCross, cameIn)
	},
}

// since is a number that moves as soon as k have come since it moved last, looked
// at after each time of some.
func (w *linkWorld) since(t *testing.T, times, k int, between func(from, to int) func(arrival) bool) {
	t.Helper()
	last := 0
	for at := 1; at <= times; at++ {
		if w.count(between(last, at)) < k {
			w.learn(t, between(last, at), 0, k-1)
			continue
		}
		w.learn(t, between(last, at), k, protecttest.Unbounded)
		w.rounded(t, testRules.Round(w.count(between(0, at))), between(0, at))
		last = at
	}
}

// seen are groups of fewer people than the threshold of which it is known that
// somebody is in them: who came, or left, between two looks, or came in a month.
func (w *linkWorld) seen() (out []string) {
	const everybody = 10000 // more than there are: somebody is there, however many
	look := func(name string, is func(arrival) bool) {
		if few, _ := w.Few(w.sum(is), everybody); few && w.count(is) < testRules.KCross {
			out = append(out, fmt.Sprintf("%s: %d", name, w.count(is)))
		}
	}
	for slot := range linkSlots {
		look(fmt.Sprint("came at ", slot), func(g arrival) bool { return g.came == slot })
		look(fmt.Sprint("left at ", slot), func(g arrival) bool { return g.left == slot })
	}
	for m := range linkMonths {
		look(fmt.Sprint("came in month ", m), cameIn(m, m+1))
	}
	return out
}

// TestNobodyIsSeenComingByALink: however often one looks, of no time is it known
// that somebody came by the link then, or left, unless enough came in that month.
// With any other rule it is.
func TestNobodyIsSeenComingByALink(t *testing.T) {
	t.Parallel()
	numbers := 0
	for seed := range uint64(60) {
		w := newLinkWorld(rand.New(rand.NewPCG(seed, 31)))
		for slot := range linkSlots {
			w.told(t, slot)
		}
		if w.Facts() > linkMonths {
			numbers++
		}
		if found := w.seen(); len(found) > 0 {
			t.Errorf("link %d: %v", seed, found)
		}
	}
	if numbers < 20 {
		t.Errorf("only %d links had a number", numbers)
	}
	for name, reads := range spoiled {
		found := 0
		for seed := range uint64(20) {
			w := newLinkWorld(rand.New(rand.NewPCG(seed, 31)))
			for slot := range linkSlots {
				reads(t, w, slot)
			}
			found += len(w.seen())
		}
		if found == 0 {
			t.Errorf("%s: nobody is found", name)
		}
		t.Logf("%s: %d groups", name, found)
	}
}
