package jobs

import (
	"time"
	_ "time/tzdata" // the zones of this release, whatever the machine has

	"mboka/locales/reference"
	"mboka/store"
)

// homeZone is taken where nobody knows where a person is: near the middle of
// where most live.
const homeZone = "Africa/Kinshasa"

// zonesOf gives the zones that a person may be in: the city's, else that of the
// country, else those of the cities of a country that has several.
func zonesOf(country, city string) []string {
	if c, known := reference.CityByID(city); known && c.Timezone != "" {
		return []string{c.Timezone}
	}
	if c, known := reference.CountryByCode(country); known && c.Timezone != "" {
		return []string{c.Timezone}
	}
	var zones []string
	for _, c := range reference.Cities(country) {
		if c.Timezone != "" {
			zones = append(zones, c.Timezone)
		}
	}
	if len(zones) == 0 {
		zones = []string{homeZone}
	}
	return zones
}

// quiet tells whether a time may be in a person's quiet hours.
func quiet(country, city string, now time.Time, p store.Policy) bool {
	for _, name := range zonesOf(country, city) {
		zone, err := time.LoadLocation(name)
		if err != nil {
			zone = time.UTC
		}
		local := now.In(zone)
		clock := time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*time.Minute
		within := p.QuietFrom <= clock && clock < p.QuietTo
		if p.QuietFrom > p.QuietTo { // over midnight
			within = clock >= p.QuietFrom || clock < p.QuietTo
		}
		if within {
			return true
		}
	}
	return false
}
