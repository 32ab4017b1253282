package announce

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"mboka/store"
)

var towns = flag.Int("towns", 5, "how many populations are attacked over dry runs and figures")

// few are the groups, by up to three variables, that are known to be few, and
// those that are known to the person.
func (w *town) few(who func(folk) bool) (few, exact []string) {
	keys := []string{"country_residence", "profession_group", "qualified", "language"}
	for mask := 1; mask < 1<<len(keys); mask++ {
		k, seen := testRules.K, map[string]bool{}
		var by []string
		for i, key := range keys {
			if mask>>i&1 == 1 {
				by = append(by, key)
			}
		}
		if len(by) > 1 {
			k = testRules.KCross
		}
		for _, like := range w.folks {
			var values []string
			for _, key := range by {
				values = append(values, like.of(key))
			}
			name := strings.Join(values, "/")
			if len(by) > testRules.MostVariables || slices.Contains(values, "") || seen[name] {
				continue
			}
			seen[name] = true
			is := w.sum(func(f folk) bool {
				return who(f) && !slices.ContainsFunc(by, func(key string) bool { return f.of(key) != like.of(key) })
			})
			is1, is2 := w.Few(is, k)
			if is1 {
				few = append(few, fmt.Sprintf("%s: %d", name, w.Is(is)))
			}
			if is2 {
				exact = append(exact, fmt.Sprintf("%s: %d", name, w.Is(is)))
			}
		}
	}
	return few, exact
}

// figureWords are questions about what audiences can be chosen by too.
var figureWords = []string{
	"pays", "pays qualifiés", "qualifiés pays=BE", "qualifiés pays=FR", "métiers", "métiers pays=FR", "métiers pays=BE", "métiers qualifiés", "santé pays=BE",
	"professionnels de santé", "informaticiens en Belgique", "professionnels de santé qualifiés", "professionnels de santé qualifiés en France",
	"professionnels de santé par pays", "qualifiés", "combien de membres ?", "informaticiens qualifiés", "pays=BE", "pays=FR",
}

func someAudience(r *rand.Rand) Audience {
	var a Audience
	for _, c := range []string{"BE", "FR"} {
		if r.IntN(3) == 0 {
			a.Places = append(a.Places, Place{Country: c})
		}
	}
	for _, g := range []string{"health", "ict"} {
		if r.IntN(4) == 0 {
			a.Groups = append(a.Groups, g)
		}
	}
	for _, l := range []string{"fr", "ln"} {
		if r.IntN(5) == 0 {
			a.Languages = append(a.Languages, l)
		}
	}
	a.Qualified = r.IntN(4) == 0
	return a
}

func allOfThem(folk) bool { return true }

// rate is a share that is measured.
type rate struct{ n, of int }

func (r rate) String() string { return fmt.Sprintf("%d of %d", r.n, r.of) }

// TestDryRunsAndFiguresTogether: what a ministry learns from its coordinator and
// its official together. Nobody's group is known to the person, and of no group of
// members it is known that it is small but not empty. How many of them have not
// agreed to be told is the difference of a figure and a dry run: of that bounds
// may follow, from 1 to 9 where a count of 13 and one of 12 are rounded apart.
func TestDryRunsAndFiguresTogether(t *testing.T) {
	t.Parallel()
	bounds := map[string]rate{}
	for seed := range uint64(*towns) {
		r := rand.New(rand.NewPCG(seed, 5))
		w := newTown(t, r, false)
		official, coordinator := w.chat("9", store.Official, store.Ministry), w.chat("8", store.Coordinator, store.Ministry)
		if _, err := w.DB.TakeSnapshot(t.Context(), "S-1", w.at, 20, 30*24*time.Hour); err != nil {
			t.Fatal(err)
		}
		for range 25 {
			w.tries(coordinator, someAudience(r), allOfThem)
			w.asks(official, figureWords[r.IntN(len(figureWords))], allOfThem)
		}
		for name, who := range map[string]func(folk) bool{
			"members": allOfThem, "who agree": func(f folk) bool { return f.agrees }, "who do not agree": func(f folk) bool { return !f.agrees },
		} {
			few, exact := w.few(who)
			if len(exact) > 0 || name == "members" && len(few) > 0 {
				t.Errorf("town %d, %s: few %v, exact %v", seed, name, few, exact)
			}
			b := bounds[name]
			if b.of++; len(few) > 0 {
				b.n++
				t.Logf("town %d, %s: bounds of %v", seed, name, few)
			}
			bounds[name] = b
		}
	}
	t.Log("towns with bounds of few people:", bounds)
}

// TestOneComesAndOneLeaves: the same two ask on a day, then one member comes and
// another one leaves, and they ask the next day, or when a month is over and the
// snapshot is a new one. Who came or left is never known to the person.
func TestOneComesAndOneLeaves(t *testing.T) {
	t.Parallel()
	for name, later := range map[string]time.Duration{"the next day": 24 * time.Hour, "the next month": 31 * 24 * time.Hour} {
		moved := rate{}
		for seed := range uint64(*towns) {
			r := rand.New(rand.NewPCG(seed, 6))
			w := newTown(t, r, true)
			official, coordinator := w.chat("9", store.Official, store.Ministry), w.chat("8", store.Coordinator, store.Ministry)
			tried := map[string]bool{}
			for day, there := range []func(folk) bool{on(joins), on(leaves)} {
				taken, err := w.DB.TakeSnapshot(t.Context(), fmt.Sprint("S-", day), w.at, 20, 30*24*time.Hour)
				if err != nil || taken != (day == 0 || later > 30*24*time.Hour) {
					t.Fatal(taken, err)
				}
				for range 20 {
					a := someAudience(r)
					raw, err := a.canonical()
					if err != nil {
						t.Fatal(err)
					}
					// The same audience is told as it was: of which day that is nobody can say.
					if key := string(raw); day == 0 || later > store.DryRunLife || !tried[key] {
						w.tries(coordinator, a, there)
						tried[key] = true
					}
					if day == 0 || taken {
						w.asks(official, figureWords[r.IntN(len(figureWords))], there)
					}
				}
				if day == 0 {
					w.move()
					w.at = w.at.Add(later)
				}
			}
			for _, part := range []string{joins, leaves} {
				few, exact := w.few(func(f folk) bool { return f.part == part })
				if len(exact) > 0 {
					t.Errorf("%s, town %d: known of who %s: %v", name, seed, part, exact)
				}
				if moved.of++; len(few) > 0 {
					moved.n++
					t.Logf("%s, town %d: somebody %s, fewer than the threshold: %v", name, seed, part, few)
				}
			}
		}
		t.Log(name, "it is seen that somebody came or left, out of who did:", moved)
	}
}

// TestTogetherIsNotBlind takes protection away: then people are known to the
// person.
func TestTogetherIsNotBlind(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*town){
		"dry runs that are not rounded or compared": func(w *town) { w.sharp, w.bold = true, true },
		"dry runs that are not rounded":             func(w *town) { w.sharp = true },
	} {
		found := 0
		for seed := uint64(0); found == 0 && seed < 8; seed++ {
			r := rand.New(rand.NewPCG(seed, 5))
			w := newTown(t, r, false)
			spoil(w)
			official, coordinator := w.chat("9", store.Official, store.Ministry), w.chat("8", store.Coordinator, store.Ministry)
			if _, err := w.DB.TakeSnapshot(t.Context(), "S-1", w.at, 20, 30*24*time.Hour); err != nil {
				t.Fatal(err)
			}
			for range 25 {
				w.tries(coordinator, someAudience(r), allOfThem)
				w.asks(official, figureWords[r.IntN(len(figureWords))], allOfThem)
			}
			for _, who := range []func(folk) bool{allOfThem, func(f folk) bool { return f.agrees }, func(f folk) bool { return !f.agrees }} {
				_, exact := w.few(who)
				found += len(exact)
			}
		}
		if found == 0 {
			t.Error(name, "nothing is found")
		}
	}
}
