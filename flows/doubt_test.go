package flows_test

import (
	"testing"

	"mboka/flows"
	"mboka/flows/registration"
)

// TestOldYesIsStale taps the yes of a question back after another one was put.
func TestOldYesIsStale(t *testing.T) {
	t.Parallel()
	w := begin(t, registration.Flow(), nil).tap("fr", "yes", "35_44").write("Beljique")
	old := w.turn.Prompt.Options[0].Code
	w.write("swisse").do(flows.Input{Step: "country_residence", Code: old}).at("country_residence", "stale")
	if w.turn.State.Pending == nil {
		t.Fatal("the newer question is gone")
	}
	w.tap(flows.Yes).at("education_level")
	if got := w.turn.State.Answers.Code("country_residence"); got != "CH" {
		t.Errorf("country %q", got)
	}
	w.do(flows.Input{Step: "education_level", Code: old}).at("education_level", "stale")
}

// TestYesToSeveralGuesses: a yes chooses none of them.
func TestYesToSeveralGuesses(t *testing.T) {
	t.Parallel()
	w := begin(t, registration.Flow(), nil).tap("fr", "yes", "35_44").write("congo")
	if len(w.turn.State.Pending.Codes) != 2 {
		t.Fatalf("guesses %v", w.turn.State.Pending.Codes)
	}
	for _, yes := range []string{"oui", "👍", "iyo"} {
		if w.write(yes).at("country_residence"); w.turn.State.Pending == nil {
			t.Fatalf("%q chose %q", yes, w.turn.State.Answers.Code("country_residence"))
		}
	}
	w.write("2").at("education_level")
}
