package bot

import (
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
