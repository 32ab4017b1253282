package announce

import (
	"mboka/locales/reference"
)

// mostWider is how many wider audiences are named where one is too small, and
// widerKm how far around a city the first of them looks.
const (
	mostWider = 2
	widerKm   = 60
)

// wider are audiences with one condition less, the nearest first: around a city,
// then its country, then without one filter after the other.
func (a Audience) wider() []Audience {
	var out []Audience
	around, country, cities := a, a, false
	around.Places, country.Places = nil, nil
	for _, p := range a.Places {
		if c, known := reference.CityByID(p.City); known {
			cities = true
			country.Places = append(country.Places, Place{Country: c.Country})
			p.Radius = max(p.Radius, widerKm)
		} else {
			country.Places = append(country.Places, p)
		}
		around.Places = append(around.Places, p)
	}
	if cities {
		out = append(out, around, country)
	}
	for _, drop := range []struct {
		set  bool
		from func(*Audience)
	}{
		{a.Qualified, func(a *Audience) { a.Qualified = false }},
		{len(a.Professions) > 0, func(a *Audience) { a.Professions = nil }},
		{len(a.Groups) > 0, func(a *Audience) { a.Groups = nil }},
		{len(a.Sectors) > 0, func(a *Audience) { a.Sectors = nil }},
		{len(a.Contributions) > 0, func(a *Audience) { a.Contributions = nil }},
		{len(a.Spoken) > 0, func(a *Audience) { a.Spoken = nil }},
		{len(a.Languages) > 0, func(a *Audience) { a.Languages = nil }},
		{len(a.Places) > 0, func(a *Audience) { a.Places = nil }},
	} {
		if drop.set {
			less := a
			drop.from(&less)
			out = append(out, less)
		}
	}
	return out
}
