package reference

import (
	"strings"
	"sync"

	"mboka/locales"
)

// Country is a country or territory of ISO 3166-1.
type Country struct {
	Alpha2, Alpha3 string
	Name           locales.Label
	Row            locales.Label // the name for a list, at most 24 characters
	Dialling       string        // "+32"; empty where there is none
	Zone           string        // data protection: "gdpr" (EEA), "uk_gdpr", "swiss_fadp", else empty
	Timezone       string        // IANA; empty where the country has several
	Stock          int           // people born in the DRC living there, as UN DESA estimates; 0 unknown
	StockYear      int           // of that estimate: 2024, else 2019; 0 unknown

	lingala string // understood, never shown
}

type countries struct {
	list []Country
	at   map[string]int // by alpha-2
}

var loadCountries = sync.OnceValues(func() (countries, error) {
	all := countries{at: map[string]int{}}
	t, err := open("countries.csv", "iso_alpha2", "iso_alpha3", "name_fr", "name_en", "name_ln", "label_fr", "label_en",
		"dialling_code", "data_protection_zone", "timezone_if_single", "drc_born_2024_un", "drc_born_2019_un")
	if err != nil {
		return all, err
	}
	err = t.each(func(r *row) {
		c := Country{
			Alpha2:   r.must("iso_alpha2"),
			Alpha3:   r.must("iso_alpha3"),
			Name:     frenchForLingala(r, "name_fr", "name_en"),
			Dialling: r.text("dialling_code"),
			Zone:     r.text("data_protection_zone"),
			Timezone: r.text("timezone_if_single"),
			Stock:    r.integer("drc_born_2024_un"),
			lingala:  r.text("name_ln"),
		}
		if c.StockYear = 2024; c.Stock == 0 {
			c.Stock, c.StockYear = r.integer("drc_born_2019_un"), 2019
		}
		if c.Stock == 0 {
			c.StockYear = 0
		}
		c.Row = c.Name
		if fr := r.text("label_fr"); fr != "" {
			c.Row[locales.FR], c.Row[locales.LN] = fr, fr
		}
		if en := r.text("label_en"); en != "" {
			c.Row[locales.EN] = en
		}
		if _, twice := all.at[c.Alpha2]; twice {
			r.fault("%s is there twice", c.Alpha2)
		}
		all.at[c.Alpha2] = len(all.list)
		all.list = append(all.list, c)
	})
	return all, err
})

// Countries are all countries by their ISO code. The slice is shared: do not
// modify it.
func Countries() []Country {
	all, _ := loadCountries()
	return all.list
}

// CountryByCode is a country by its ISO 3166-1 alpha-2 code, in capitals.
func CountryByCode(alpha2 string) (Country, bool) {
	all, _ := loadCountries()
	i, ok := all.at[alpha2]
	if !ok {
		return Country{}, false
	}
	return all.list[i], true
}

// picks are the countries offered first, by the beginning of a phone number.
type picks struct {
	byPrefix map[string][]string
	fallback []string
	longest  int
}

var loadPicks = sync.OnceValues(func() (picks, error) {
	all := picks{byPrefix: map[string][]string{}}
	t, err := open("country_quick_picks.csv", "zone", "dialling_prefixes", "countries")
	if err != nil {
		return all, err
	}
	err = t.each(func(r *row) {
		list := strings.Fields(r.must("countries"))
		for _, code := range list {
			if _, ok := CountryByCode(code); !ok {
				r.fault("no country %s", code)
			}
		}
		prefixes := strings.Fields(r.text("dialling_prefixes"))
		if len(prefixes) == 0 {
			all.fallback = list
		}
		for _, p := range prefixes {
			all.byPrefix[p] = list
			all.longest = max(all.longest, len(p))
		}
	})
	return all, err
})

// QuickPicks are the countries to offer first, at most 9 alpha-2 codes, chosen
// by the longest known beginning of an E.164 number ("+32…"); a number without
// one, or no number, has a default list. The slice is shared: do not modify it.
func QuickPicks(phone string) []string {
	all, _ := loadPicks()
	for n := min(all.longest, len(phone)); n > 0; n-- {
		if list, ok := all.byPrefix[phone[:n]]; ok {
			return list
		}
	}
	return all.fallback
}
