package reference

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"mboka/locales"
)

// WhatsApp's limits for a list: https://www.twilio.com/docs/content/twilio-list-picker
// gives 10 rows, 24 characters for a row and 72 for its description; quick
// replies, used for 3 rows or fewer, have 20.
func TestOptionsFitEveryChannel(t *testing.T) {
	t.Parallel()
	for _, key := range Lists() {
		list := List(key)
		if len(list) == 0 || len(list) > 10 {
			t.Errorf("%s has %d rows", key, len(list))
		}
		most := 24
		if len(list) <= 3 {
			most = 20
		}
		for _, o := range list {
			for _, lang := range locales.Langs {
				label, desc := o.Label[lang], o.Desc[lang]
				if n := utf8.RuneCountInString(label); n == 0 || n > most {
					t.Errorf("%s/%s: %s label %q has %d characters", key, o.Code, lang, label, n)
				}
				if utf8.RuneCountInString(desc) > 72 {
					t.Errorf("%s/%s: %s description is too long", key, o.Code, lang)
				}
				if (desc == "") != o.Desc.Empty() {
					t.Errorf("%s/%s: %s has no description, others have", key, o.Code, lang)
				}
				if strings.Contains(label+desc, "(e)") || strings.Contains(label+desc, "·") {
					t.Errorf("%s/%s: %q picks a gender", key, o.Code, label)
				}
			}
		}
	}
}

func TestOptionsAreDistinct(t *testing.T) {
	t.Parallel()
	for _, key := range Lists() {
		codes := map[string]bool{}
		labels := map[string]bool{}
		for _, o := range List(key) {
			if codes[o.Code] {
				t.Errorf("%s: %s is there twice", key, o.Code)
			}
			codes[o.Code] = true
			for _, lang := range locales.Langs {
				folded := lang.String() + Fold(o.Label[lang])
				if labels[folded] {
					t.Errorf("%s: %q is there twice", key, folded)
				}
				labels[folded] = true
			}
			if !slices.Contains([]string{"high", "medium", "low"}, o.Confidence) {
				t.Errorf("%s/%s: confidence %q", key, o.Code, o.Confidence)
			}
			if !slices.Contains([]string{"", "end_flow", "counsel", "text", "off_by_default"}, o.Flag) {
				t.Errorf("%s/%s: flag %q", key, o.Code, o.Flag)
			}
		}
	}
}

func TestListOfAnUnknownKey(t *testing.T) {
	t.Parallel()
	if got := List("shoe_size"); got != nil {
		t.Errorf("got %v", got)
	}
}

func TestSpecialRows(t *testing.T) {
	t.Parallel()
	flags := map[string]string{
		"age_band/u18": "end_flow", "contribution_types/return": "counsel", "availability/permanent": "counsel",
		"profession_health/other": "text", "official_institution/interior": "off_by_default",
	}
	for at, want := range flags {
		key, code, _ := strings.Cut(at, "/")
		i := slices.IndexFunc(List(key), func(o Option) bool { return o.Code == code })
		if i < 0 || List(key)[i].Flag != want {
			t.Errorf("%s is not flagged %s", at, want)
		}
	}
	for _, o := range List("contribution_types") {
		if o.Exclusive != (o.Code == "none") {
			t.Errorf("contribution_types/%s exclusive: %v", o.Code, o.Exclusive)
		}
	}
}

func TestABandHoldsItsQuantities(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		list string
		n    int
		want string
	}{
		{"age_band", 0, "u18"}, {"age_band", 17, "u18"}, {"age_band", 18, "18_24"}, {"age_band", 37, "35_44"},
		{"age_band", 64, "55_64"}, {"age_band", 65, "65p"}, {"age_band", 104, "65p"},
		{"experience_years", 0, "0"}, {"experience_years", 1, "lt2"}, {"experience_years", 2, "2_5"},
		{"experience_years", 20, "11_20"}, {"experience_years", 21, "gt20"}, {"experience_years", 45, "gt20"},
		{"years_abroad", 0, "lt2"}, {"years_abroad", 5, "2_5"}, {"years_abroad", 30, "gt20"},
		{"fund_horizon", 0, "lt1"}, {"fund_horizon", 1, "1_3"}, {"fund_horizon", 8, "gt7"},
		{"fund_amount_usd", 99, "lt100"}, {"fund_amount_usd", 100, "100_499"}, {"fund_amount_usd", 70000, "50k"},
		{"association_size", 9, "lt10"}, {"association_size", 200, "200p"},
		{"age_band", -1, ""},
	} {
		var got []string
		for _, o := range List(c.list) {
			if o.Holds(c.n) {
				got = append(got, o.Code)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%d in %s: got %q, want %q", c.n, c.list, got, c.want)
		}
	}
}

func TestBandsLeaveNoGapAndNoOverlap(t *testing.T) {
	t.Parallel()
	for _, key := range Lists() {
		for n := range 500 {
			held := 0
			ranges := 0
			for _, o := range List(key) {
				if o.HasRange {
					ranges++
				}
				if o.Holds(n) {
					held++
				}
			}
			if ranges > 0 && held != 1 {
				t.Errorf("%d falls into %d bands of %s", n, held, key)
			}
		}
	}
}

func TestBandRejectsNonsense(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "x", "<", "<x", ">=", "5-2", "1-", "<0"} {
		if _, _, ok := band(s); ok {
			t.Errorf("%q passes for a band", s)
		}
	}
}
