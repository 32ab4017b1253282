package reference

import (
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones of this release, whatever the machine has
	"unicode/utf8"

	"mboka/locales"
)

func TestCountries(t *testing.T) {
	t.Parallel()
	list := Countries()
	if len(list) != 249 {
		t.Errorf("%d countries", len(list))
	}
	if !slices.IsSortedFunc(list, func(a, b Country) int { return strings.Compare(a.Alpha2, b.Alpha2) }) {
		t.Error("not sorted")
	}
	for _, c := range list {
		if len(c.Alpha2) != 2 || len(c.Alpha3) != 3 {
			t.Errorf("codes %q %q", c.Alpha2, c.Alpha3)
		}
		for _, lang := range locales.Langs {
			if n := utf8.RuneCountInString(c.Row[lang]); n == 0 || n > 24 {
				t.Errorf("%s: %s row %q", c.Alpha2, lang, c.Row[lang])
			}
		}
		if c.Name[locales.LN] != c.Name[locales.FR] || c.Row[locales.LN] != c.Row[locales.FR] {
			t.Errorf("%s: Lingala readers do not see the French name", c.Alpha2)
		}
		if _, err := time.LoadLocation(c.Timezone); err != nil {
			t.Errorf("%s: %v", c.Alpha2, err)
		}
		if !slices.Contains([]string{"", "gdpr", "uk_gdpr", "swiss_fadp"}, c.Zone) {
			t.Errorf("%s: zone %q", c.Alpha2, c.Zone)
		}
	}
}

func TestCountryByCode(t *testing.T) {
	t.Parallel()
	cd, ok := CountryByCode("CD")
	if !ok || cd.Row.In(locales.FR) != "RDC (Kinshasa)" || cd.Row.In(locales.EN) != "DRC (Kinshasa)" || cd.Dialling != "+243" || cd.Timezone != "" {
		t.Errorf("CD is %+v", cd)
	}
	be, _ := CountryByCode("BE")
	if be.Name.In(locales.FR) != "Belgique" || be.Name.In(locales.EN) != "Belgium" || be.Zone != "gdpr" || be.Stock != 88896 {
		t.Errorf("BE is %+v", be)
	}
	if gb, _ := CountryByCode("GB"); gb.Stock == 0 {
		t.Error("the UK has no figure, although 2019 has one")
	}
	for _, code := range []string{"", "cd", "XX", "COD"} {
		if _, ok := CountryByCode(code); ok {
			t.Errorf("%q is a country", code)
		}
	}
}

func TestQuickPicks(t *testing.T) {
	t.Parallel()
	for phone, first := range map[string]string{
		"+256700000000": "UG", "+32470000000": "FR", "+447700900000": "FR", "+15145550000": "CA",
		"+27820000000": "ZA", "+242060000000": "CG", "+8190000000": "FR", "": "FR", "+": "FR", "x": "FR", "32470": "FR",
	} {
		got := QuickPicks(phone)
		if len(got) != 9 || got[0] != first {
			t.Errorf("%q: %v, want %s first", phone, got, first)
		}
	}
}

func TestCities(t *testing.T) {
	t.Parallel()
	count := 0
	for _, country := range Countries() {
		list := Cities(country.Alpha2)
		for i, c := range list {
			count++
			if c.Country != country.Alpha2 || !strings.HasPrefix(c.ID, strings.ToLower(c.Country)+"-") {
				t.Errorf("%s is a city of %s", c.ID, country.Alpha2)
			}
			if i > 0 && list[i-1].Weight < c.Weight {
				t.Errorf("%s comes after a lighter city", c.ID)
			}
			if i > 0 && list[i-1].Weight == c.Weight && list[i-1].population < c.population {
				t.Errorf("%s comes after a smaller city", c.ID)
			}
			for _, lang := range locales.Langs {
				if n := utf8.RuneCountInString(c.Name[lang]); n == 0 || n > 24 {
					t.Errorf("%s: %s name %q", c.ID, lang, c.Name[lang])
				}
			}
			if c.Name[locales.LN] != c.Name[locales.FR] {
				t.Errorf("%s: Lingala readers do not see the French name", c.ID)
			}
			if c.Lat < -90 || c.Lat > 90 || c.Lon < -180 || c.Lon > 180 {
				t.Errorf("%s is at %v, %v", c.ID, c.Lat, c.Lon)
			}
			if _, err := time.LoadLocation(c.Timezone); err != nil {
				t.Errorf("%s: %v", c.ID, err)
			}
		}
	}
	if count != 255 {
		t.Errorf("%d cities", count)
	}
	if got := Cities("BE")[0]; got.ID != "be-brussels" || got.Weight != 42 {
		t.Errorf("first of Belgium is %+v", got)
	}
	if Cities("AQ") != nil || Cities("") != nil {
		t.Error("cities of nowhere")
	}
}

func TestCityByID(t *testing.T) {
	t.Parallel()
	c, ok := CityByID("gb-london")
	if !ok || c.Name.In(locales.LN) != "Londres" || c.Name.In(locales.EN) != "London" || c.Timezone != "Europe/London" {
		t.Errorf("got %+v", c)
	}
	if _, ok := CityByID("London"); ok {
		t.Error("a name is no id")
	}
}

// One name for two cities of a country would make the first typed answer the
// wrong one.
func TestNoNameIsSharedWithinACountry(t *testing.T) {
	t.Parallel()
	for country, n := range cityNames() {
		for name, codes := range n.codes {
			if country != "" && len(codes) > 1 {
				t.Errorf("%s: %q is %v", country, name, codes)
			}
		}
	}
}

func TestSharedCountryNamesAreKnown(t *testing.T) {
	t.Parallel()
	known := []string{"congo", "kongo", "republiqueducongo", "republicofcongo", "republicofthecongo", "coree", "korea", "saintmartin"}
	n, _ := countryNames()
	for name, codes := range n.codes {
		if len(codes) > 1 && !slices.Contains(known, name) {
			t.Errorf("%q is %v", name, codes)
		}
	}
}

func TestProvinces(t *testing.T) {
	t.Parallel()
	if len(Provinces()) != 26 {
		t.Errorf("%d provinces", len(Provinces()))
	}
	for _, p := range Provinces() {
		if !strings.HasPrefix(p.Code, "CD-") || p.Name[locales.LN] != p.Name[locales.FR] {
			t.Errorf("%+v", p)
		}
		if p.Timezone != "Africa/Kinshasa" && p.Timezone != "Africa/Lubumbashi" {
			t.Errorf("%s: zone %s", p.Code, p.Timezone)
		}
		for _, lang := range locales.Langs {
			if utf8.RuneCountInString(p.Name[lang]) > 24 {
				t.Errorf("%s: %q is too long for a row", p.Code, p.Name[lang])
			}
		}
	}
	p, ok := ProvinceByCode("CD-HK")
	if !ok || p.Capital != "Lubumbashi" || p.Former != "Katanga" {
		t.Errorf("got %+v", p)
	}
	if _, ok := ProvinceByCode("CD"); ok {
		t.Error("a country is no province")
	}
}
