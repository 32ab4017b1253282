package reference

import (
	"cmp"
	"slices"
	"sync"

	"mboka/locales"
)

// City is a city outside the DRC where Congolese people live, or the largest
// cities of a country that hosts them.
type City struct {
	ID       string // "be-brussels"
	Country  string // alpha-2
	Name     locales.Label
	Aliases  []string // other names, and suburbs that people type for the city
	Lat, Lon float64  // degrees; both 0 where unknown
	Timezone string   // IANA
	Weight   float64  // our guess of its share among the country's Congolese, percent

	population int // an old snapshot, for the order only
}

type cities struct {
	of map[string][]City // by country
	at map[string]City
}

var loadCities = sync.OnceValues(func() (cities, error) {
	all := cities{of: map[string][]City{}, at: map[string]City{}}
	t, err := open("host_cities.csv", "city_id", "country", "name_fr", "name_en", "aliases", "lat", "lon",
		"population_snapshot", "timezone", "demo_weight_in_country")
	if err != nil {
		return all, err
	}
	err = t.each(func(r *row) {
		c := City{
			ID:         r.must("city_id"),
			Country:    r.must("country"),
			Name:       frenchForLingala(r, "name_fr", "name_en"),
			Aliases:    r.aliases("aliases"),
			Lat:        r.number("lat"),
			Lon:        r.number("lon"),
			Timezone:   r.must("timezone"),
			Weight:     r.number("demo_weight_in_country"),
			population: r.integer("population_snapshot"),
		}
		if _, ok := CountryByCode(c.Country); !ok {
			r.fault("no country %s", c.Country)
		}
		if _, twice := all.at[c.ID]; twice {
			r.fault("%s is there twice", c.ID)
		}
		all.at[c.ID] = c
		all.of[c.Country] = append(all.of[c.Country], c)
	})
	for _, list := range all.of {
		slices.SortStableFunc(list, func(a, b City) int {
			return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(b.population, a.population))
		})
	}
	return all, err
})

// Cities are the cities of a country by weight, then population, the largest
// first; nil when none is known. The slice is shared: do not modify it.
func Cities(country string) []City {
	all, _ := loadCities()
	return all.of[country]
}

// CityByID is a city by its id.
func CityByID(id string) (City, bool) {
	all, _ := loadCities()
	c, ok := all.at[id]
	return c, ok
}
