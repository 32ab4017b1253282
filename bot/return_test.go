package bot

import (
	"strings"
	"testing"

	"mboka/flows"
	"mboka/locales"
)

func TestFactsAreThereAtTheOfferToGoOn(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	s := at("sex", locales.FR)
	s.Stack = append(s.Stack, flows.State{Flow: FlowResume, Version: 1, Run: "bbbbbb", Step: "resume"})
	for _, text := range []string{"modifier", "mes données"} {
		if out := follow(t, b, s, typedIn(text)); out.Prompt.Flow == FlowResume && len(out.Prompt.Lead) == 0 {
			t.Errorf("%q did nothing", text)
		}
	}
}

// TestGreetingAfterALossIsNoAnswer: to come back with a greeting is not to
// answer the question for a name, even where the greeting is a chat word.
func TestGreetingAfterALossIsNoAnswer(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	s := at("display_name", locales.LN)
	s.restored = true
	out := follow(t, b, s, typedIn("mbote"))
	if len(out.Prompt.Lead) != 1 || out.Prompt.Lead[0].Key != locales.LostFound || out.Prompt.Body.Key != locales.QDisplayName {
		t.Errorf("said %+v, %s", out.Prompt.Lead, out.Prompt.Body.Key)
	}
}

// TestOfferHasNoHoles comes back at every question of the form: what cannot be
// named in the offer is asked again.
func TestOfferHasNoHoles(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	offers := 0
	for _, step := range formSteps()[2:] {
		for _, text := range []string{"mbote", "zzzz"} {
			s := at(step, locales.EN)
			s.At = today.Add(-2 * silence)
			if step == "city_residence" {
				s.Stack[0].Pending = &flows.Pending{Codes: []string{"be-liege"}}
			}
			out := follow(t, b, s, typedIn(text))
			m := Render(out.Prompt, Setting{Lang: locales.EN, Caps: WhatsAppCapabilities, Base: locales.Args{"Cap": "2"}, Results: locales.Args{"Number": "ABC-234"}})
			if strings.Contains(m.Text, "{{") {
				t.Errorf("%s: %q", step, m.Text)
			}
			if out.Prompt.Flow == FlowResume {
				offers++
			}
		}
	}
	if offers < 20 {
		t.Errorf("%d offers", offers)
	}
}
