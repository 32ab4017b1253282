package reference

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"mboka/locales"
)

// The zones of the DRC: an hour apart, without summer time. Everybody who is
// invited reads the time in the first; who may be in the east, in both.
const (
	Kinshasa   = "Africa/Kinshasa"
	Lubumbashi = "Africa/Lubumbashi"
)

var loadedZones sync.Map // name -> *time.Location

// Zone finds a zone by its IANA name; UTC where there is none of that name. It
// is read once: the library would read it anew each time.
func Zone(name string) *time.Location {
	if z, ok := loadedZones.Load(name); ok {
		return z.(*time.Location)
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC // not kept: the names that are no zone have no end
	}
	loadedZones.Store(name, z)
	return z
}

// ZoneCity is the city by which people know the clock of a zone: the one that
// the zone is named after, else the largest we know there, else the name of the
// zone.
func ZoneCity(zone string) locales.Label {
	_, named, _ := strings.Cut(zone, "/")
	if i := strings.LastIndex(named, "/"); i >= 0 {
		named = named[i+1:]
	}
	named = strings.ReplaceAll(cmp.Or(named, zone), "_", " ")
	known := zoneCities()[zone]
	if i := slices.IndexFunc(known, func(c City) bool { return Fold(c.Name[locales.EN]) == Fold(named) }); i >= 0 {
		return known[i].Name
	}
	if len(known) > 0 {
		return known[0].Name
	}
	return locales.Label{named, named, named}
}

// zoneCities are the cities of each zone, the largest first.
var zoneCities = sync.OnceValue(func() map[string][]City {
	all, _ := loadCities()
	of := map[string][]City{}
	for _, c := range all.at {
		of[c.Timezone] = append(of[c.Timezone], c)
	}
	for _, list := range of {
		slices.SortFunc(list, func(a, b City) int {
			return cmp.Or(cmp.Compare(b.population, a.population), cmp.Compare(a.ID, b.ID))
		})
	}
	return of
})
