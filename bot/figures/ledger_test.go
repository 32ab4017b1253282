package figures

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"
	"time"

	"mboka/bot/synthetic"
	"mboka/locales"
)

// oftenAsked is what officials ask.
var oftenAsked = []string{
	"pays", "femmes", "âge", "âge x sexe", "province", "années à l'étranger", "niveau d'études", "domaine", "emploi", "secteur",
	"combien de professionnels de santé au Canada", "langues", "contributions", "combien d'infirmières au Canada", "médecins en Belgique par âge",
	"secteur pays=CA", "villes pays=BE", "sexe pays=FR", "sexe", "secteur x sexe", "profession", "langues x sexe", "études x sexe", "emploi pays=FR", "qualifiés",
}

// TestUsualQuestionsPass asks them one after the other, of communities of several
// sizes: what protects people must not make the service useless. What is refused
// there is refused for itself alone, not for what was told before.
func TestUsualQuestionsPass(t *testing.T) {
	t.Parallel()
	for _, n := range []int{300, 1000, 10_000} {
		s := tiny(t, n, 7)
		for _, words := range oftenAsked {
			u := Parse(words)
			if !u.Clear() {
				t.Fatalf("%s is not understood", words)
			}
			p, err := published(s, u.Query)
			if err != nil {
				if n > 1000 {
					t.Errorf("%d: %s: %v", n, words, err)
				}
				continue
			}
			if err := s.told.check(u.Query, p); err != nil {
				t.Errorf("%d: %s: %v", n, words, err)
				continue
			}
			if err := s.told.tell(u.Query, p); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// anything draws a question that somebody may ask of a snapshot.
func anything(s *Snapshot, r *rand.Rand) Query {
	q := Query{Qualified: r.IntN(8) == 0}
	variable := func() string {
		for {
			if v := Variables[r.IntN(len(Variables))]; !slices.Contains(q.variables(), v.Key) && len(s.columns[v.Key].codes) > 0 {
				return v.Key
			}
		}
	}
	for range r.IntN(3) {
		q.By = append(q.By, variable())
	}
	for range r.IntN(4 - len(q.By)) {
		key := variable()
		codes := s.columns[key].codes
		f := Filter{Variable: key, Codes: []string{codes[r.IntN(len(codes))]}}
		if more := codes[r.IntN(len(codes))]; r.IntN(6) == 0 && more != f.Codes[0] {
			f.Codes = append(f.Codes, more)
		}
		q.Where = append(q.Where, f)
	}
	return q
}

// answer is all that happens to a question before it is drawn, but the records.
func answer(s *Snapshot, q Query) error {
	p, err := published(s, q)
	if err != nil {
		return err
	}
	return s.told.check(q, p)
}

// BenchmarkAnswer answers questions of any kind after so many others were told,
// and gives the time that 99 of 100 take at most: by the clock, and of the
// processors, which tells it where others use them too. Those that are refused
// take their time as well, with the question that would pass.
func BenchmarkAnswer(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("%d members", n), func(b *testing.B) {
			s, err := NewSnapshot(func(yield func(Row) bool) {
				for p := range synthetic.People(n, 3) {
					if !yield(rowOf(p)) {
						return
					}
				}
			})
			if err != nil {
				b.Fatal(err)
			}
			for _, before := range []int{0, 100, 499} {
				b.Run(fmt.Sprintf("%d before", before), func(b *testing.B) { answers(b, s, before) })
			}
		})
	}
}

func answers(b *testing.B, s *Snapshot, before int) {
	s.cubes, s.told = cubes{}, newLedger(s)
	r := rand.New(rand.NewPCG(1, uint64(before)))
	for told := 0; told < before; {
		q := anything(s, r)
		if p, err := published(s, q); err == nil && s.told.check(q, p) == nil {
			if err := s.told.tell(q, p); err != nil {
				b.Fatal(err)
			}
			told++
		}
	}
	var took, used []time.Duration
	refused := 0
	b.ReportAllocs()
	for b.Loop() {
		q := anything(s, r)
		start, cpu := time.Now(), processors(b)
		err := answer(s, q)
		if withheld(err) {
			refused++
			Refuse(err, s, q, locales.FR, rules)
		}
		took, used = append(took, time.Since(start)), append(used, processors(b)-cpu)
		if err != nil && !withheld(err) {
			b.Fatal(err)
		}
	}
	for name, all := range map[string][]time.Duration{"": took, "cpu-": used} {
		slices.Sort(all)
		b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-"+name+"ms")
		b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "p50-"+name+"ms")
	}
	b.ReportMetric(100*float64(refused)/float64(len(took)), "%refused")
}

// processors is the time that this process has had of them.
func processors(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
