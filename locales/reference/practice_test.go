package reference

import (
	"slices"
	"testing"

	"mboka/locales"
)

func TestPracticesHaveTheirTexts(t *testing.T) {
	t.Parallel()
	all, err := loadPractices()
	if err != nil {
		t.Fatal(err)
	}
	countries := map[string]int{}
	for _, p := range all {
		if _, known := CountryByCode(p.Country); !known {
			t.Errorf("%s is in %q", p.ID, p.Country)
		}
		countries[p.Country]++
		for _, key := range []locales.Key{p.Name(), p.What(), p.Result(), p.Lesson()} {
			if !slices.Contains(locales.Keys(), key) {
				t.Errorf("there is no text %s", key)
			}
		}
	}
	if countries["MA"] != 3 || countries["SN"] != 4 || len(countries) != 2 {
		t.Errorf("cards by country: %v", countries)
	}
}
