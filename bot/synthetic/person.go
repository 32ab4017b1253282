package synthetic

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"time"

	"mboka/store"
)

// Person is a made-up member.
type Person struct {
	Number   int // from 0, in the population
	Channel  string
	Address  string // of nobody: see address
	Language string
	// Ago is how long before the day of the count the person registered.
	Ago time.Duration
	// Left: the person stopped before the fourth answer and does not count.
	Left    bool
	Answers []store.Answer
	// Consents are what was asked and answered, besides register.
	Consents map[string]bool
}

// Shares of people, in percent (guesses of the domain reference, section 6).
const (
	leaveEarly    = 8  // before the fourth answer
	laterOn       = 30 // stop after it
	wantMissions  = 60
	wantContact   = 40 // of those who offer something
	answersEach   = 94 // answer an optional question that they are asked
	tellsProvince = 70
)

// spanOfRegistering is over how long a population has registered.
const spanOfRegistering = 540 * 24 * time.Hour

// People are a population of n, always the same for a seed.
func People(n int, seed uint64) iter.Seq[Person] {
	return func(yield func(Person) bool) {
		for i := range n {
			// One source a person: a larger population begins with the same people.
			d := draw{rand.New(rand.NewPCG(seed, uint64(i)))}
			if !yield(d.person(i)) {
				return
			}
		}
	}
}

// address is one that no platform gives out: the country code 999 is reserved
// by the ITU, and Telegram's ids stay under 2^52.
func address(channel string, i int) string {
	if channel == "telegram" {
		return fmt.Sprint(1<<52 + i)
	}
	return fmt.Sprintf("whatsapp:+999%09d", i)
}

func (d draw) person(i int) Person {
	p := Person{Number: i, Channel: d.of("channel"), Consents: map[string]bool{}}
	p.Address = address(p.Channel, i)
	// The older half of the time holds a third of the people: it grows.
	p.Ago = time.Duration(float64(spanOfRegistering) * d.Float64() * d.Float64())
	country, women := d.country()
	p.Language = d.language(country)
	f := form{draw: d, age: d.of("age_band"), country: country, women: women}
	f.required()
	if p.Left = d.chance(leaveEarly); p.Left {
		p.Answers = f.given[:1+d.IntN(3)]
		return p
	}
	p.Consents["missions"] = d.chance(wantMissions)
	if !d.chance(laterOn) {
		f.optional(i)
		if slices.ContainsFunc(f.given, func(a store.Answer) bool { return a.Step == "contribution_types" && a.Codes[0] != "none" }) {
			p.Consents["contact"] = d.chance(wantContact)
			if d.chance(tellsContribution) {
				f.contribution()
			}
		}
		offers := f.codes("contribution_types")
		if slices.Contains(offers, "invest") || slices.Contains(offers, "business") {
			if p.Consents["fund"] = d.chance(agreesToStudy); p.Consents["fund"] {
				f.fund()
			}
		}
	}
	p.Answers = f.given
	return p
}
