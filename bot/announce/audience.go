package announce

import (
	"slices"

	"mboka/locales/reference"
	"mboka/store"
)

// Audience is whom an announcement is for, in codes: it is what a coordinator
// chose, and is kept with the announcement. Places are joined by or and count as
// one filter, the rest by and.
type Audience struct {
	Places        []Place  `json:"places,omitempty"`
	Sectors       []string `json:"sectors,omitempty"`
	Groups        []string `json:"groups,omitempty"` // profession groups
	Professions   []string `json:"professions,omitempty"`
	Contributions []string `json:"contributions,omitempty"`
	Spoken        []string `json:"spoken,omitempty"`    // languages that the member speaks
	Languages     []string `json:"languages,omitempty"` // of the conversation
	Qualified     bool     `json:"qualified,omitempty"`
	Officials     bool     `json:"officials,omitempty"` // staff, instead of members
	// Discreet: for people who may not be seen to get it, see quietly. It narrows
	// nothing.
	Discreet bool `json:"discreet,omitempty"`
}

// Place is a country, a city, or all that lies around a city.
type Place struct {
	Country string `json:"country,omitempty"`
	City    string `json:"city,omitempty"`
	Radius  int    `json:"km,omitempty"` // kilometres around City; 0: the city alone
}

// Reach is what the records are asked. A radius means the listed cities within
// it, so that it reaches members who gave a city.
func (a Audience) Reach() store.Reach {
	r := store.Reach{
		Sectors: a.Sectors, Groups: a.Groups, Professions: a.Professions, Contributions: a.Contributions,
		Spoken: a.Spoken, Languages: a.Languages, Officials: a.Officials,
	}
	for _, p := range a.Places {
		if p.City == "" {
			r.Countries = put(r.Countries, p.Country)
			continue
		}
		r.Cities = put(r.Cities, p.City)
		for _, city := range reference.Around(p.City, float64(p.Radius)) {
			r.Cities = put(r.Cities, city.ID)
		}
	}
	if a.Qualified {
		r.Qualified = qualified()
	}
	return r
}

// put adds a code that is not there yet.
func put(codes []string, code string) []string {
	if slices.Contains(codes, code) {
		return codes
	}
	return append(codes, code)
}
