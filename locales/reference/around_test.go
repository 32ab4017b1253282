package reference

import (
	"math"
	"slices"
	"testing"
)

func TestAround(t *testing.T) {
	t.Parallel()
	ids := func(cities []City) []string {
		var out []string
		for _, c := range cities {
			out = append(out, c.ID)
		}
		return out
	}
	near := ids(Around("be-liege", 60))
	if near[0] != "be-liege" || slices.Contains(near, "be-brussels") {
		t.Errorf("within 60 km of Liège: %v", near)
	}
	if wide := ids(Around("be-liege", 100)); !slices.Contains(wide, "be-brussels") {
		t.Errorf("within 100 km of Liège: %v", wide)
	}
	if alone := ids(Around("be-liege", 0)); !slices.Equal(alone, []string{"be-liege"}) {
		t.Errorf("within 0 km of Liège: %v", alone)
	}
	if unplaced := ids(Around("ke-kakuma", 500)); !slices.Equal(unplaced, []string{"ke-kakuma"}) {
		t.Errorf("around a city whose place is unknown: %v", unplaced)
	}
	if got := Around("xx-nowhere", 50); got != nil {
		t.Errorf("around no city: %v", got)
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	city := func(id string) City {
		c, _ := CityByID(id)
		return c
	}
	// Great-circle distances as any atlas has them.
	for _, c := range []struct {
		a, b string
		km   float64
	}{{"be-brussels", "be-liege", 89}, {"be-brussels", "fr-paris", 264}, {"ca-montreal", "ca-toronto", 505}, {"be-liege", "be-liege", 0}} {
		if got, known := Distance(city(c.a), city(c.b)); !known || math.Abs(got-c.km) > 0.02*c.km+1 {
			t.Errorf("%s to %s: %.1f km, want about %.0f", c.a, c.b, got, c.km)
		}
	}
}
