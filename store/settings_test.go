package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"mboka/store"
)

func TestParseSetting(t *testing.T) {
	t.Parallel()
	for key, c := range map[string]struct{ good, bad []string }{
		"organisation":      {[]string{"OIM", "Maison des Congolais de l'étranger", strings.Repeat("é", 60)}, []string{strings.Repeat("é", 61), "two\nlines", " space", "{{.Org}}", "\xff"}},
		"organisation_kind": {[]string{"iom", "association", "other"}, []string{"ministry", "IOM", "iom "}},
		"contact":           {[]string{"+32 2 000 00 00"}, []string{strings.Repeat("x", 101), "tab\there"}},
		"host":              {[]string{"Belgique"}, []string{strings.Repeat("x", 61)}},
		"complaint_body":    {[]string{"APD"}, []string{strings.Repeat("x", 201)}},
		"verify_url":        {[]string{"https://mboka.example.org/verify", "http://localhost:8080"}, []string{"mboka.example.org", "ftp://x", "https://", "javascript:alert(1)", "https://user:pass@x", "https://x/" + strings.Repeat("x", 200)}},
		"emergency.BE":      {[]string{"112"}, []string{strings.Repeat("x", 201)}},
		"relay.default":     {[]string{"CIRÉ, 02 000 00 00"}, []string{"two\nlines"}},
		"k":                 {[]string{"5", "100"}, []string{"4", "101", "five", "5.0", "-5"}},
		"k_cross":           {[]string{"10", "200"}, []string{"9", "201"}},
		"rounding":          {[]string{"5", "10"}, []string{"1", "0", "101"}},
		"cap_month":         {[]string{"0", "10"}, []string{"-1", "11"}},
		"cooloff":           {[]string{"1m", "24h", "90s"}, []string{"59s", "25h", "10"}},
		"quiet_from":        {[]string{"21:00", "00:00", "23:59"}, []string{"9:00", "24:00", "21h", "21:00:00"}},
		"quiet_to":          {[]string{"08:00"}, []string{"8:00"}},
		"retention_warn":    {[]string{"1", "23"}, []string{"0", "24"}},
		"retention_erase":   {[]string{"2", "24"}, []string{"1", "25"}},
		"retention_draft":   {[]string{"1d", "90d"}, []string{"0d", "91d", "90", "90h"}},
		"retention_audit":   {[]string{"12", "120"}, []string{"11", "121"}},
		"workshop_security": {[]string{"yes", "no"}, []string{"maybe", "Yes"}},
		"mean_edge":         {[]string{"5", "15"}, []string{"4", "16", "0.5"}},
		"funnel_weeks":      {[]string{"1", "8"}, []string{"0", "9", "4w"}},
		"whatsapp_tier":     {[]string{"250", "100000"}, []string{"0", "10000001"}},
		"price.FR":          {[]string{"0", "0.0625", "10", "9.999999"}, []string{"-1", "10.01", "0,05", ".5", "1e-2", "0.0000001", "11"}},
		"nothing":           {nil, []string{"1", ""}},
		"emergency":         {nil, []string{"112"}},
		"emergency.":        {nil, []string{"112"}},
		"emergency.be":      {nil, []string{"112"}},
		"emergency.CC.BE":   {nil, []string{"112"}},
		"k.BE":              {nil, []string{"5"}},
	} {
		for _, value := range c.good {
			if err := store.ParseSetting(key, value); err != nil {
				t.Errorf("%s = %q: %v", key, value, err)
			}
		}
		for _, value := range c.bad {
			err := store.ParseSetting(key, value)
			if !errors.Is(err, store.ErrSetting) {
				t.Errorf("%s = %q is taken: %v", key, value, err)
			} else if strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), " ") {
				t.Errorf("%s = %q: %q is not a line", key, value, err)
			}
		}
	}
}

func TestDefinitionsAreWhole(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, d := range store.Definitions() {
		key := strings.Replace(d.Key, ".CC", ".default", 1)
		if err := store.ParseSetting(key, d.Default); err != nil {
			t.Errorf("default of %s: %v", d.Key, err)
		}
		if err := store.ParseSetting(key, ""); err != nil {
			t.Errorf("%s cannot be taken back to its default: %v", d.Key, err)
		}
		if d.Allowed == "" || seen[d.Key] {
			t.Errorf("%s is there twice, or says not what it takes", d.Key)
		}
		seen[d.Key] = true
	}
	store.Definitions()[0].Key = "changed"
	if store.Definitions()[0].Key == "changed" {
		t.Error("the list can be changed from outside")
	}
}

func TestPolicyDefaults(t *testing.T) {
	t.Parallel()
	p, err := store.NewPolicy(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, same := range map[string]bool{
		"kind":       p.OrganisationKind == "iom",
		"k":          p.K == 5 && p.KCross == 10 && p.Rounding == 5,
		"cap":        p.CapMonth == 2 && p.CoolOff == 10*time.Minute && p.WhatsAppTier == 250,
		"quiet":      p.QuietFrom == 21*time.Hour && p.QuietTo == 8*time.Hour,
		"retention":  p.RetentionWarn == 12 && p.RetentionErase == 24 && p.RetentionAudit == 36 && p.RetentionDraft == 90*24*time.Hour,
		"texts":      p.Organisation+p.Contact+p.Host+p.ComplaintBody+p.VerifyURL == "",
		"no numbers": p.Emergency("BE")+p.Relay("")+p.Emergency("CC") == "",
	} {
		if !same {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if micros, known := p.Price("BE"); known || micros != 0 {
		t.Errorf("price %d %v", micros, known)
	}
}

func TestPolicyByCountry(t *testing.T) {
	t.Parallel()
	p, err := store.NewPolicy(map[string]string{
		"emergency.BE": "112", "emergency.default": "police", "emergency.US": "",
		"relay.FR": "France terre d'asile", "price.BE": "0.0625", "price.default": "0.1",
		"quiet_from": "22:30", "k": "7",
	})
	if err != nil {
		t.Fatal(err)
	}
	if p.Emergency("BE") != "112" || p.Emergency("US") != "police" || p.Emergency("") != "police" || p.Relay("FR") == "" || p.Relay("BE") != "" {
		t.Errorf("%+v", p)
	}
	for country, want := range map[string]int64{"BE": 62_500, "FR": 100_000, "": 100_000} {
		if got, known := p.Price(country); got != want || !known {
			t.Errorf("price in %q = %d %v", country, got, known)
		}
	}
	if p.QuietFrom != 22*time.Hour+30*time.Minute || p.K != 7 {
		t.Errorf("%+v", p)
	}
}

func TestPolicyRefuses(t *testing.T) {
	t.Parallel()
	for say, settings := range map[string]map[string]string{
		"an unknown key":          {"kk": "5"},
		"a value out of bounds":   {"k": "3"},
		"k over k_cross":          {"k": "20"},
		"k over k_cross, both":    {"k": "50", "k_cross": "40"},
		"a warning after erasure": {"retention_erase": "6"},
		"a warning with erasure":  {"retention_erase": "12", "retention_warn": "12"},
	} {
		if _, err := store.NewPolicy(settings); !errors.Is(err, store.ErrSetting) {
			t.Errorf("%s: %v", say, err)
		}
	}
}

func TestMissingForNotice(t *testing.T) {
	t.Parallel()
	missing := func(change map[string]string, from map[string]string) []string {
		settings := map[string]string{}
		for _, m := range []map[string]string{from, change} {
			for k, v := range m {
				settings[k] = v
			}
		}
		p, err := store.NewPolicy(settings)
		if err != nil {
			t.Fatal(err)
		}
		return p.MissingForNotice()
	}
	real := map[string]string{"organisation": "OIM", "contact": "+32 2 000 00 00", "host": "Belgique", "complaint_body": "APD", "emergency.default": "112", "relay.default": "UNHCR"}
	notice := []string{"organisation", "contact", "host", "complaint_body", "emergency.default", "relay.default"}
	demo := slices.Insert(slices.Clone(notice), 4, "verify_url")
	for say, c := range map[string]struct{ got, want []string }{
		"nothing is set":     {missing(nil, nil), notice},
		"the demo":           {missing(nil, store.DemoSettings()), demo},
		"all is set":         {missing(nil, real), nil},
		"one is taken back":  {missing(map[string]string{"host": ""}, real), []string{"host"}},
		"the demo's remains": {missing(real, store.DemoSettings()), []string{"verify_url"}},
		"nobody to call":     {missing(map[string]string{"emergency.default": "", "emergency.BE": "112"}, real), []string{"emergency.default"}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %v, want %v", say, c.got, c.want)
		}
	}
}

// The demo's values are fit to be shown and clearly nobody's.
func TestDemoSettings(t *testing.T) {
	t.Parallel()
	for key, value := range store.DemoSettings() {
		if err := store.ParseSetting(key, value); err != nil {
			t.Error(err)
		}
		marked := strings.Contains(value, "example.org") || strings.Contains(strings.ToLower(value), "démo") || strings.Contains(value, "fictif")
		if !marked {
			t.Errorf("%s = %q does not say that it is a demo", key, value)
		}
	}
}
