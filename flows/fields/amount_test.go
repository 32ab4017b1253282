package fields

import (
	"testing"

	"mboka/flows"
)

func TestAmountIsReadAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	a := AmountOf("fund_amount_usd")
	for text, want := range map[string]string{
		"50": "lt100", "0": "lt100", "100": "100_499", "300 $": "100_499", "$750": "500_999", "1000": "1k_4k", "1 500 $": "1k_4k", "$2,000": "1k_4k",
		"2.000": "1k_4k", "5k": "5k_9k", "10 mille": "10k_49k", "15000 dollars": "10k_49k", "50 000": "50k", "100000": "50k",
		"B": "100_499", "100 à 499 $": "100_499", "Under $100": "lt100", "Prefer not to say": "na",
		"500 euros": "", "500 ou 1000": "", "2,5": "", "-500": "", "un million": "", "99999999": "", "zzzz": "",
	} {
		r := a.Read(flows.View{}, flows.Input{Text: text})
		got := ""
		if r.As == flows.Taken {
			got = r.Codes[0]
		}
		if got != want || want == "" && r.As == flows.Unsure {
			t.Errorf("%q: %v %q, want %q", text, r.As, got, want)
		}
	}
}

func TestSentenceIsOneLine(t *testing.T) {
	t.Parallel()
	s := NewSentence(20)
	if r := s.Read(flows.View{}, flows.Input{Text: " Former  des\nsoudeurs "}); r.As != flows.Taken || r.Text != "Former des soudeurs" || len(r.Codes) > 0 {
		t.Errorf("%+v", r)
	}
	for _, text := range []string{"12", "Former des accoucheuses à Goma"} {
		if r := s.Read(flows.View{}, flows.Input{Text: text}); r.As != flows.Missed {
			t.Errorf("%q: %+v", text, r)
		}
	}
}
