package locales

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestNumber(t *testing.T) {
	t.Parallel()
	for n, want := range map[int][3]string{
		0:        {"0", "0", "0"},
		7:        {"7", "7", "7"},
		999:      {"999", "999", "999"},
		1000:     {"1\u00a0000", "1,000", "1.000"},
		12345:    {"12\u00a0345", "12,345", "12.345"},
		123456:   {"123\u00a0456", "123,456", "123.456"},
		1234567:  {"1\u00a0234\u00a0567", "1,234,567", "1.234.567"},
		-1:       {"-1", "-1", "-1"},
		-1234567: {"-1\u00a0234\u00a0567", "-1,234,567", "-1.234.567"},
	} {
		for _, lang := range Langs {
			if got := Number(lang, n); got != want[lang] {
				t.Errorf("%s %d: %q", lang, n, got)
			}
		}
	}
	if got := Number(EN, math.MinInt); !strings.HasPrefix(got, "-9,223,") {
		t.Errorf("the smallest number is %q", got)
	}
}

func TestDate(t *testing.T) {
	t.Parallel()
	kinshasa := time.FixedZone("WAT", 3600)
	for _, c := range []struct {
		at   time.Time
		want [3]string
	}{
		{time.Date(2026, time.May, 3, 12, 0, 0, 0, time.UTC), [3]string{"3 mai 2026", "3 May 2026", "3 sanza ya mitano 2026"}},
		{time.Date(2026, time.August, 1, 0, 0, 0, 0, time.UTC), [3]string{"1er août 2026", "1 August 2026", "1 sanza ya mwambe 2026"}},
		{time.Date(2025, time.December, 31, 23, 30, 0, 0, time.UTC).In(kinshasa), [3]string{"1er janvier 2026", "1 January 2026", "1 sanza ya liboso 2026"}},
	} {
		for _, lang := range Langs {
			if got := Date(lang, c.at); got != c.want[lang] {
				t.Errorf("%s: %q, want %q", lang, got, c.want[lang])
			}
		}
		if got := DateRow(EN, c.at); got != c.want[EN] {
			t.Errorf("in a row: %q, want %q", got, c.want[EN])
		}
		if got, want := DateRow(LN, c.at), c.at.Format("2/1/2006"); got != want {
			t.Errorf("in a row: %q, want %q", got, want)
		}
		if got := Date(77, c.at); got != c.want[FR] {
			t.Errorf("a language that is none: %q", got)
		}
	}
}

func TestMonthAndPercent(t *testing.T) {
	t.Parallel()
	may := time.Date(2026, 5, 3, 0, 0, 0, 0, time.UTC)
	for lang, want := range map[Lang][4]string{
		FR: {"mai 2026", "0,5 %", "9,9 %", "42 %"}, EN: {"May 2026", "0.5%", "9.9%", "42%"}, LN: {"5/2026", "0,5 %", "9,9 %", "42 %"},
	} {
		if got := [4]string{Month(lang, may), Percent(lang, 5), Percent(lang, 99), Percent(lang, 424)}; got != want {
			t.Errorf("%s: %q", lang, got)
		}
	}
}
