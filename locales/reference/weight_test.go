package reference

import "testing"

// several are the questions with more than one answer: the weight of each is the
// share of people who give it.
var several = map[string]bool{"contribution_types": true, "barriers": true, "remittance_use": true, "fund_sector": true, "fund_trust_conditions": true}

// TestWeights checks that every value of the weights is one that can be
// answered, and that those of a single choice add up.
func TestWeights(t *testing.T) {
	t.Parallel()
	all, err := loadWeights()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]func(code string) bool{
		"country_residence": func(c string) bool { _, ok := CountryByCode(c); return ok },
		"province_origin":   func(c string) bool { _, ok := ProvinceByCode(c); return ok },
		"bot_language":      func(c string) bool { return c == "fr" || c == "en" || c == "ln" },
		"channel":           func(c string) bool { return c == "telegram" || c == "whatsapp" },
	}
	lists := map[string]string{"fund_amount_usd": "fund_amount_usd"}
	for key, weights := range all {
		list := key
		if group, ok := cutGroup(key); ok {
			list = "profession_" + group
		}
		if l, ok := lists[key]; ok {
			list = l
		}
		is := known[key]
		if is == nil {
			codes := map[string]bool{}
			for _, o := range List(list) {
				codes[o.Code] = true
			}
			is = func(c string) bool { return codes[c] }
		}
		total := 0.0
		for _, w := range weights {
			total += w.Percent
			if !is(w.Value) {
				t.Errorf("%s: %q cannot be answered", key, w.Value)
			}
		}
		if !several[key] && (total < 95 || total > 105) {
			t.Errorf("%s adds up to %.1f", key, total)
		}
	}
	if len(all) < 25 {
		t.Errorf("only %d questions have weights", len(all))
	}
}

func cutGroup(key string) (string, bool) {
	const lead = "profession/"
	if len(key) > len(lead) && key[:len(lead)] == lead {
		return key[len(lead):], true
	}
	return "", false
}
