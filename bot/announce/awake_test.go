package announce

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mboka/locales/reference"
	"mboka/store"
)

func policy(t testing.TB) store.Policy {
	t.Helper()
	p, err := store.NewPolicy(nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPlacesAreAwakeWhenTheirZonesAre(t *testing.T) {
	t.Parallel()
	p := policy(t)
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(1735689600, 2051222400).Draw(t, "at"), 0)
		awake := AwakePlaces(p, at)
		seen := map[string]bool{}
		for _, place := range awake {
			if seen[place] {
				t.Fatalf("%q is there twice", place)
			}
			seen[place] = true
		}
		check := func(place, country, city string) {
			if quiet := p.Quiet(reference.Zones(country, city), at); quiet == seen[place] {
				t.Fatalf("%s at %s: quiet %t, in the list %t", place, at.UTC(), quiet, seen[place])
			}
			delete(seen, place)
		}
		check("", "", "")
		for _, c := range reference.Countries() {
			check(c.Alpha2, c.Alpha2, "")
			for _, city := range reference.Cities(c.Alpha2) {
				check(city.ID, c.Alpha2, city.ID)
			}
		}
		if len(seen) > 0 {
			t.Fatalf("places that nobody has: %v", seen)
		}
	})
}

// At eight in the morning in Brussels those of Belgium are awake, those of
// Canada who named no city sleep, and so do those in Vancouver.
func TestAwakePlaces(t *testing.T) {
	t.Parallel()
	awake := AwakePlaces(policy(t), at(t, "Europe/Brussels", "2027-04-17 08:00"))
	for place, want := range map[string]bool{"BE": true, "be-brussels": true, "CA": false, "ca-vancouver": false, "GB": false, "CD": false} {
		if got := slices.Contains(awake, place); got != want {
			t.Errorf("%s: %t", place, got)
		}
	}
}

// A cancellation wakes people only while it can still spare them the way.
func TestOnlyALateCancellationIsUrgent(t *testing.T) {
	t.Parallel()
	m := examples(t)[0]
	for _, c := range []struct {
		kind   string
		before time.Duration
		want   bool
	}{
		{store.AnnounceCancellation, 18*time.Hour + time.Second, false}, {store.AnnounceCancellation, 18 * time.Hour, true},
		{store.AnnounceCancellation, time.Minute, true}, {store.AnnounceCancellation, 0, false},
		{store.AnnounceChange, time.Hour, false}, {store.AnnounceNotice, time.Hour, false}, {store.AnnounceDayBefore, time.Hour, false},
	} {
		if got := letterOf(t, m, c.kind).Urgent(m.StartsAt.Add(-c.before)); got != c.want {
			t.Errorf("%s %s before: %t", c.kind, c.before, got)
		}
	}
}

func BenchmarkAwakePlaces(b *testing.B) {
	p, now := policy(b), at(b, "UTC", "2027-04-17 08:00")
	for b.Loop() {
		AwakePlaces(p, now)
	}
}
