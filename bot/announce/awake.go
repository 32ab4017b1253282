package announce

import (
	"slices"
	"time"

	"mboka/locales/reference"
	"mboka/store"
)

// urgent is how long before its beginning a cancellation also wakes people up:
// they may be about to set out.
const urgent = 18 * time.Hour

// Urgent tells whether a letter is handed over in quiet hours too.
func (l Letter) Urgent(at time.Time) bool {
	start := l.Mission.StartsAt
	return l.Announcement.Kind == store.AnnounceCancellation && at.Before(start) && !at.Before(start.Add(-urgent))
}

// AwakePlaces are the places of deliveries where it is not quiet at a time, as
// Delivery.Place has them: cities, countries for who named no city, and "" for
// who named no country.
func AwakePlaces(p store.Policy, at time.Time) []string {
	quiet := map[string]bool{} // by zone
	asleep := func(country, city string) bool {
		return slices.ContainsFunc(reference.Zones(country, city), func(zone string) bool {
			if _, asked := quiet[zone]; !asked {
				quiet[zone] = p.Quiet([]string{zone}, at)
			}
			return quiet[zone]
		})
	}
	places := make([]string, 0, 1000)
	add := func(place, country, city string) {
		if !asleep(country, city) {
			places = append(places, place)
		}
	}
	add("", "", "")
	for _, country := range reference.Countries() {
		add(country.Alpha2, country.Alpha2, "")
		for _, city := range reference.Cities(country.Alpha2) {
			add(city.ID, country.Alpha2, city.ID)
		}
	}
	return places
}
