package store_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mboka/locales/reference"
	"mboka/store"
)

// everyZone are the names in Go's copy of the IANA database.
func everyZone(t *testing.T) []string {
	t.Helper()
	list, err := os.ReadFile("testdata/zones.txt")
	if err != nil {
		t.Fatal(err)
	}
	zones := strings.Fields(string(list))
	if len(zones) < 500 {
		t.Fatalf("only %d zones", len(zones))
	}
	for _, name := range zones {
		if _, err := time.LoadLocation(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	return zones
}

func quietHours(from, to time.Duration) store.Policy {
	return store.Policy{QuietFrom: from, QuietTo: to}
}

var night = quietHours(21*time.Hour, 8*time.Hour)

// longestNight is eleven hours, and two more where a clock is put back in it
// (Troll, by two hours).
const longestNight = 13 * time.Hour

// mustBeFirst holds Awake against every minute of the way: quiet hours begin
// and end with a minute, and so do today's zones.
func mustBeFirst(t rapid.TB, p store.Policy, zones []string, at time.Time) {
	awake, ok := p.Awake(zones, at)
	until := awake
	if !ok {
		until = at.Add(49 * time.Hour)
	}
	for m := at; m.Before(until); m = m.Truncate(time.Minute).Add(time.Minute) {
		if !p.Quiet(zones, m) {
			t.Fatalf("%v from %s: awake at %s, but Awake says %s (%t)", zones, at, m, awake, ok)
		}
	}
	if awake.Before(at) || ok && p.Quiet(zones, awake) || !ok && p.Quiet(zones[:1], awake) {
		t.Fatalf("%v from %s: it is quiet at %s (%t)", zones, at, awake, ok)
	}
	if len(zones) == 1 && (!ok || p.QuietFrom == night.QuietFrom && p.QuietTo == night.QuietTo && awake.Sub(at) > longestNight) {
		t.Fatalf("%v from %s: not before %s (%t)", zones, at, awake, ok)
	}
}

// Every zone, at each change of its clock within twelve years, from ten hours
// before to two after.
func TestEveryoneWakesOnTheDaysWhenTheClockChanges(t *testing.T) {
	t.Parallel()
	changes := 0
	for _, name := range everyZone(t) {
		zone := reference.Zone(name)
		for at := time.Date(2024, 1, 1, 0, 0, 0, 0, zone); ; {
			_, change := at.ZoneBounds()
			if change.IsZero() || change.Year() > 2035 {
				break
			}
			changes++
			for before := -10 * time.Hour; before <= 2*time.Hour; before += 40 * time.Minute {
				mustBeFirst(t, night, []string{name}, change.Add(before))
			}
			at = change
		}
		mustBeFirst(t, night, []string{name}, time.Date(2027, 3, 14, 22, 17, 5, 3, time.UTC))
	}
	if changes < 3000 {
		t.Errorf("only %d changes of a clock were tried", changes)
	}
}

func TestNobodyIsWokenAndNobodyWaitsForNothing(t *testing.T) {
	t.Parallel()
	zones := everyZone(t)
	for _, c := range reference.Countries() {
		zones = append(zones, reference.Zones(c.Alpha2, "")...)
		for _, city := range reference.Cities(c.Alpha2) {
			zones = append(zones, reference.Zones(c.Alpha2, city.ID)...)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		minute := rapid.IntRange(0, 24*60-1)
		p := rapid.OneOf(rapid.Just(night), rapid.Custom(func(t *rapid.T) store.Policy {
			return quietHours(time.Duration(minute.Draw(t, "from"))*time.Minute, time.Duration(minute.Draw(t, "to"))*time.Minute)
		})).Draw(t, "policy")
		some := rapid.SliceOfN(rapid.SampledFrom(zones), 1, 5).Draw(t, "zones")
		at := time.Unix(rapid.Int64Range(1735689600, 2051222400).Draw(t, "at"), rapid.Int64Range(0, 999999999).Draw(t, "nanosecond"))
		mustBeFirst(t, p, some, at)
	})
}

// A country with several zones is awake when all of them are.
func TestACountryWithSeveralZones(t *testing.T) {
	t.Parallel()
	at := func(value string) time.Time {
		v, err := time.Parse(time.RFC3339, value)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		name     string
		zones    []string
		at, want string
	}{
		{"in the morning of New York the west sleeps", reference.Zones("US", ""), "2027-06-01T12:30:00Z", "2027-06-01T15:00:00Z"},
		{"in the evening New York sleeps first", reference.Zones("US", ""), "2027-06-02T01:00:00Z", "2027-06-02T15:00:00Z"},
		{"a city has its own", reference.Zones("US", "us-new-york"), "2027-06-01T11:30:00Z", "2027-06-01T12:00:00Z"},
		{"the DRC has two", reference.Zones("CD", ""), "2027-06-01T06:30:00Z", "2027-06-01T07:00:00Z"},
		{"Kinshasa goes to bed later", reference.Zones("CD", ""), "2027-06-01T19:00:00Z", "2027-06-02T07:00:00Z"},
		{"a short night", []string{"Europe/Brussels"}, "2027-03-28T00:30:00Z", "2027-03-28T06:00:00Z"},
		{"a long night", []string{"Europe/Brussels"}, "2027-10-30T23:30:00Z", "2027-10-31T07:00:00Z"},
		{"awake already", []string{"Europe/Brussels"}, "2027-06-01T12:30:15Z", "2027-06-01T12:30:15Z"},
		{"the last minute", []string{"UTC"}, "2027-06-01T20:59:59Z", "2027-06-01T20:59:59Z"},
	} {
		got, ok := night.Awake(c.zones, at(c.at))
		if !ok || !got.Equal(at(c.want)) {
			t.Errorf("%s: %s (%t), want %s", c.name, got.UTC(), ok, c.want)
		}
	}
	opposite := []string{"Pacific/Auckland", "Atlantic/Azores"}
	halfDay := quietHours(12*time.Hour, 0)
	if got, ok := halfDay.Awake(opposite, at("2027-06-01T12:00:00Z")); ok || halfDay.Quiet(opposite[:1], got) {
		t.Errorf("two that are never awake together: %s, %t", got, ok)
	}
}
