package reference

import (
	"sync"

	"mboka/locales"
)

// Practice is what another state did with its citizens abroad, on a card: its
// texts are in the catalogues.
type Practice struct {
	ID        string
	Country   string // ISO 3166-1 alpha-2
	Since     string // the year in which it began; "" where no source says
	FiguresOf string // the years of its figures; "" as above
	Sources   string // where they were read
}

// The texts of a card.
func (p Practice) text(part string) locales.Key { return locales.Key("practice_" + p.ID + "_" + part) }

// Name is the heading of a card.
func (p Practice) Name() locales.Key { return p.text("name") }

// What is how it works.
func (p Practice) What() locales.Key { return p.text("what") }

// Result is what came of it.
func (p Practice) Result() locales.Key { return p.text("result") }

// Lesson is what it teaches: our judgement, no source's.
func (p Practice) Lesson() locales.Key { return p.text("lesson") }

var loadPractices = sync.OnceValues(func() ([]Practice, error) {
	t, err := open("practices.csv", "id", "country", "since", "figures_of", "sources")
	if err != nil {
		return nil, err
	}
	var all []Practice
	err = t.each(func(r *row) {
		all = append(all, Practice{ID: r.must("id"), Country: r.must("country"), Since: r.text("since"), FiguresOf: r.text("figures_of"), Sources: r.must("sources")})
	})
	return all, err
})

// Practices are all cards, a country after the other. The slice is shared: do
// not modify it.
func Practices() []Practice {
	all, _ := loadPractices()
	return all
}
