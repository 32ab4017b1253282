package reference

import (
	"slices"
	_ "time/tzdata" // the zones of this release, whatever the machine has
)

// Zones gives the IANA zones that a person may be in: the city's, else that of
// the country, else those of the cities of a country that has several; UTC where
// no city is listed (domain reference, section 3). No city of the DRC is listed,
// but both its zones are known.
func Zones(country, city string) []string {
	if c, known := CityByID(city); known && c.Timezone != "" {
		return []string{c.Timezone}
	}
	if c, known := CountryByCode(country); known && c.Timezone != "" {
		return []string{c.Timezone}
	}
	if country == "CD" {
		return []string{Kinshasa, Lubumbashi}
	}
	var zones []string
	for _, c := range Cities(country) {
		if c.Timezone != "" && !slices.Contains(zones, c.Timezone) {
			zones = append(zones, c.Timezone)
		}
	}
	if len(zones) == 0 {
		zones = []string{"UTC"}
	}
	return zones
}
