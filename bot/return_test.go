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
