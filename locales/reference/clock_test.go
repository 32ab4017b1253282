package reference

import (
	"slices"
	"testing"
	"time"

	"mboka/locales"
)

func TestZoneCity(t *testing.T) {
	t.Parallel()
	for zone, want := range map[string][2]string{
		Kinshasa: {"Kinshasa", "Kinshasa"}, Lubumbashi: {"Lubumbashi", "Lubumbashi"}, "Europe/Brussels": {"Bruxelles", "Brussels"},
		"America/New_York": {"New York", "New York"}, "Africa/Johannesburg": {"Johannesburg", "Johannesburg"}, "America/Toronto": {"Toronto", "Toronto"},
		"America/Argentina/Ushuaia": {"Ushuaia", "Ushuaia"}, "UTC": {"UTC", "UTC"},
	} {
		if got := ZoneCity(zone); got[locales.FR] != want[0] || got[locales.EN] != want[1] {
			t.Errorf("%s: %q", zone, got)
		}
	}
}

// Every zone that the lists name is one, and keeps the people of a country with
// a city in it.
func TestEveryPlaceHasZones(t *testing.T) {
	t.Parallel()
	check := func(place string, zones []string) {
		if len(zones) == 0 {
			t.Errorf("%s has no zone", place)
		}
		for i, zone := range zones {
			if Zone(zone).String() != zone {
				t.Errorf("%s: %q is no zone", place, zone)
			}
			if slices.Contains(zones[:i], zone) {
				t.Errorf("%s: %q is there twice", place, zone)
			}
		}
	}
	for _, c := range Countries() {
		check(c.Alpha2, Zones(c.Alpha2, ""))
		for _, city := range Cities(c.Alpha2) {
			check(city.ID, Zones(c.Alpha2, city.ID))
		}
	}
	for _, c := range []struct {
		country, city string
		want          []string
	}{
		{"CD", "", []string{Kinshasa, Lubumbashi}}, {"", "", []string{"UTC"}}, {"BE", "", []string{"Europe/Brussels"}},
		{"FR", "be-liege", []string{"Europe/Brussels"}},
	} {
		if got := Zones(c.country, c.city); !slices.Equal(got, c.want) {
			t.Errorf("%s %s: %v, want %v", c.country, c.city, got, c.want)
		}
	}
	if Zone("Nowhere/At_All") != time.UTC {
		t.Error("a zone that is none is not UTC")
	}
}
