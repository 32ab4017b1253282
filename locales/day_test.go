package locales

import (
	"strings"
	"testing"
	"time"
)

func TestDaysAndClocks(t *testing.T) {
	t.Parallel()
	at := func(value string) time.Time {
		v, err := time.Parse("2006-01-02 15:04", value)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	saturday, first, midnight := at("2027-04-17 14:00"), at("2027-05-01 09:05"), at("2027-12-31 00:00")
	for _, c := range []struct {
		fr, en, ln string
		of         func(Lang) string
	}{
		{fr: "samedi 17 avril", en: "Saturday 17 April", ln: "mokolo ya mposo (samedi) 17 sanza ya minei", of: func(l Lang) string { return Day(l, saturday, false) }},
		{fr: "samedi 1er mai 2027", en: "Saturday 1 May 2027", ln: "mokolo ya mposo (samedi) 1 sanza ya mitano 2027", of: func(l Lang) string { return Day(l, first, true) }},
		{fr: "samedi 17 avril", en: "Saturday 17 April", ln: "samedi 17/4/2027", of: func(l Lang) string { return DayRow(l, saturday) }},
		{fr: "du 8 au 12 juin", en: "from 8 to 12 June", ln: "kobanda 8 kino 12 sanza ya motoba",
			of: func(l Lang) string { return Days(l, at("2027-06-08 00:00"), at("2027-06-12 00:00"), false) }},
		{fr: "du 1er au 3 mai 2027", en: "from 1 to 3 May 2027", ln: "kobanda 1 kino 3 sanza ya mitano 2027",
			of: func(l Lang) string { return Days(l, first, at("2027-05-03 00:00"), true) }},
		{fr: "du 17 avril au 1er mai", en: "from 17 April to 1 May", ln: "kobanda 17 sanza ya minei kino 1 sanza ya mitano",
			of: func(l Lang) string { return Days(l, saturday, first, false) }},
		{fr: "du 31 décembre 2027 au 2 janvier 2028", en: "from 31 December 2027 to 2 January 2028", ln: "kobanda 31 sanza ya zomi na mibale 2027 kino 2 sanza ya liboso 2028",
			of: func(l Lang) string { return Days(l, midnight, at("2028-01-02 00:00"), true) }},
		{fr: "14 h", en: "14:00", ln: "14:00", of: func(l Lang) string { return Clock(l, saturday) }},
		{fr: "9 h 05", en: "09:05", ln: "09:05", of: func(l Lang) string { return Clock(l, first) }},
		{fr: "0 h", en: "00:00", ln: "00:00", of: func(l Lang) string { return Clock(l, midnight) }},
		{fr: "14 h-17 h 30", en: "14:00-17:30", ln: "14:00-17:30", of: func(l Lang) string { return Clocks(l, saturday, at("2027-04-17 17:30")) }},
	} {
		for lang, want := range map[Lang]string{FR: c.fr, EN: c.en, LN: c.ln} {
			if got := strings.ReplaceAll(c.of(lang), unbroken, " "); got != want {
				t.Errorf("%s: %q, want %q", lang, got, want)
			}
		}
	}
	if got := Clock(FR, at("2027-04-17 17:30")); strings.Contains(got, " ") {
		t.Errorf("%q may be broken across lines", got)
	}
}
