package web

import (
	"mboka/locales"
	"mboka/locales/reference"
)

// practices are the cards of one country.
type practices struct {
	Country locales.Label
	Cards   []reference.Practice
}

func fillPractices(_ *Site, _ *visit) (any, error) {
	var all []practices
	last := ""
	for _, p := range reference.Practices() {
		if p.Country != last {
			c, _ := reference.CountryByCode(p.Country)
			all, last = append(all, practices{Country: c.Name}), p.Country
		}
		all[len(all)-1].Cards = append(all[len(all)-1].Cards, p)
	}
	return all, nil
}
