package figures

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"mboka/bot/synthetic"
	"mboka/locales"
)

// goingOn are the words by which officials go on from their last question.
var goingOn = []string{
	"et en France ?", "et au Canada ?", "and in the UK?", "mpe na Belgique?", "par âge", "par sexe", "par secteur", "by education", "par emploi", "par province",
	"et les femmes ?", "et les hommes ?", "et les qualifiés ?", "et dans la santé ?", "et les ingénieurs ?", "et les jeunes ?",
}

// conversation gives questions as officials ask them, in words: those of the domain
// reference and other usual ones, each with up to two that go on from it.
func conversation(b *testing.B, r *rand.Rand) func() Query {
	words := slices.Clone(oftenAsked)
	for _, q := range questions(b) {
		words = append(words, strings.Split(q.words, "|")...)
	}
	last, more := Query{}, 0
	return func() Query {
		for {
			text := words[r.IntN(len(words))]
			if more > 0 {
				text = goingOn[r.IntN(len(goingOn))]
			}
			u := Parse(text)
			if !u.Clear() {
				b.Fatalf("%q is not understood", text)
			}
			q := u.Query
			if more--; more >= 0 {
				q = q.On(last)
			} else {
				more = r.IntN(3)
			}
			if last = q; q.check() == nil {
				return q
			}
			more = 0
		}
	}
}

// answer is all that happens to a question before it is drawn, but what the records
// do: it is counted and protected, held against what was told, and said, and so is
// what its picture shows; one that is refused, with the question that would pass.
func answer(s *Snapshot, q Query) error {
	p, err := published(s, q)
	if err == nil {
		err = s.told.check(q, p)
	}
	if err != nil {
		if withheld(err) {
			Refuse(err, s, q, locales.FR, rules)
		}
		return err
	}
	f := Figure{Taken: day, Query: q, Published: p}
	f.covered()
	f.Say(locales.FR, rules)
	if _, ok := f.Drawing(locales.FR, rules); ok {
		return nil
	}
	if among, _, ok := q.picturedBy(); ok {
		if p, err := published(s, among); err == nil {
			err = s.told.check(among, p)
			return withheldIsFine(err)
		}
	}
	return nil
}

func withheldIsFine(err error) error {
	if withheld(err) {
		return nil
	}
	return err
}

// BenchmarkAnswers answers questions over communities of several sizes, after so
// many others were told, and gives the time that half and 99 of 100 of them take at
// most: by the clock, and of the processors, which tells it where others use them
// too. Asked are those of conversations, and any that a snapshot has an answer to,
// of up to three variables at random, which is harder.
func BenchmarkAnswers(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("%d members", n), func(b *testing.B) {
			s := community(b, n)
			for _, before := range []int{0, 100, 499} {
				for _, any := range []bool{false, true} {
					name := "conversations"
					if any {
						name = "anything"
					}
					b.Run(fmt.Sprintf("%d before/%s", before, name), func(b *testing.B) { answers(b, s, before, any) })
				}
			}
		})
	}
}

func community(b *testing.B, n int) *Snapshot {
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
	return s
}

// mostAsked is after how many questions a history is as long as it gets: those that
// are told again are known already.
const mostAsked = 20_000

func answers(b *testing.B, s *Snapshot, before int, any bool) {
	s.cubes, s.told = cubes{}, newLedger(s)
	r := rand.New(rand.NewPCG(1, uint64(before)))
	next := func() Query { return anything(s, r) }
	if !any {
		next = conversation(b, r)
	}
	for asked := 0; len(s.told.told) < before && asked < mostAsked; asked++ {
		q := next()
		if p, err := published(s, q); err == nil && s.told.check(q, p) == nil {
			if err := s.told.tell(q, p); err != nil {
				b.Fatal(err)
			}
		}
	}
	var took, used []time.Duration
	refused := 0
	b.ReportAllocs()
	for b.Loop() {
		q := next()
		start, cpu := time.Now(), processors(b)
		err := answer(s, q)
		took, used = append(took, time.Since(start)), append(used, processors(b)-cpu)
		if withheld(err) {
			refused++
		} else if err != nil {
			b.Fatal(err)
		}
	}
	for name, all := range map[string][]time.Duration{"": took, "cpu-": used} {
		slices.Sort(all)
		b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-"+name+"ms")
		b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "p50-"+name+"ms")
	}
	b.ReportMetric(100*float64(refused)/float64(len(took)), "%refused")
	b.ReportMetric(float64(len(s.told.told)), "told")
}

// processors is the time that this process has had of them.
func processors(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
