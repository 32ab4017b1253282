package reference

import (
	"slices"
	"time"
)

// eastern are the chief towns, and a few more, of the provinces of the DRC that
// lie in the zone Africa/Lubumbashi (tzdata, zone1970.tab: "Dem. Rep. of Congo
// (east)"), folded.
var eastern = []string{"lubumbashi", "likasi", "kolwezi", "kamina", "kalemie", "kipushi", "goma", "butembo", "beni", "bukavu", "uvira", "kindu",
	"kisangani", "bunia", "isiro", "buta", "mbuji mayi", "kananga", "tshikapa", "luebo", "kabinda", "mwene ditu", "lusambo"}

// MainZone is the one IANA zone by whose clock times at a place are written: the
// city's, else the country's, else that of the city where most people of the
// country live who are counted here. written is a city that is not listed.
// Without a country it is Kinshasa's: what is held online is announced by the
// clock of the capital.
func MainZone(country, city, written string) string {
	switch {
	case country == "CD" && slices.Contains(eastern, Fold(written)):
		return Lubumbashi
	case country == "" || country == "CD":
		return Kinshasa
	}
	return Zones(country, city)[0]
}

// LocalShape is how a date and a time of day are coded, without a zone.
const LocalShape = "20060102-1504"

// LocalMoment is Moment for a code of LocalShape. ok is false for any other.
func LocalMoment(zone, code string) (at time.Time, ok bool) {
	local, err := time.Parse(LocalShape, code)
	if err != nil {
		return time.Time{}, false
	}
	at, _, _ = Moment(zone, local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute())
	return at, true
}

// Moment is the time when the clocks of a zone show a date and a time of day.
// Where they show it twice, because they are put back, it is the first. exists is
// false where they jump over it: then it is as much later as they jump.
func Moment(zone string, year int, month time.Month, day, hour, minute int) (at time.Time, exists, twice bool) {
	z := Zone(zone)
	naive := time.Date(year, month, day, hour, minute, 0, 0, time.UTC)
	// The offsets that may hold: those of a day before and a day behind. No zone
	// changes its clocks twice within two days.
	var offsets [2]int
	for i, at := range []time.Time{naive.Add(-24 * time.Hour), naive.Add(24 * time.Hour)} {
		_, offsets[i] = at.In(z).Zone()
	}
	before := naive.Add(-time.Duration(offsets[0]) * time.Second).In(z)
	after := naive.Add(-time.Duration(offsets[1]) * time.Second).In(z)
	shows := func(t time.Time) bool { return t.Hour() == hour && t.Minute() == minute && t.Day() == naive.Day() }
	switch {
	case shows(before):
		return before, true, offsets[0] != offsets[1] && shows(after)
	case shows(after):
		return after, true, false
	}
	return before, false, false // with the offset from before, it lies behind the jump
}
