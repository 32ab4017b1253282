package flows_test

import (
	"testing"

	"mboka/flows"
	"mboka/flows/registration"
)

func TestLearnMovesOnFromWhatIsAnswered(t *testing.T) {
	t.Parallel()
	f := registration.Flow()
	at := func(step string, change ...flows.Answered) flows.Turn {
		w := counted(t).tap("continue", "field_health", "health_social", "health", "nursing").at("experience_years")
		for w.turn.State.Step != step {
			w.verb(flows.VerbSkip)
		}
		st := w.turn.State
		for _, a := range change {
			turn := flows.Learn(f, st, a, flows.Input{At: noon})
			if turn.State.Step == "" {
				t.Fatal("nowhere")
			}
			w.turn, st = turn, turn.State
		}
		return w.turn
	}
	code := func(step, code string) flows.Answered { return flows.Answered{Step: step, Codes: []string{code}} }
	if turn := at("sex", code("sex", "f")); turn.State.Step != registration.Name || turn.State.Answers.Code("sex") != "f" {
		t.Errorf("the question that was answered stands: %+v", turn.State)
	}
	if turn := at("sex", code("country_residence", "FR")); turn.State.Step != "sex" || turn.State.Answers.Code("country_residence") != "FR" {
		t.Errorf("another answer moved the form to %s", turn.State.Step)
	}
	if turn := at("sex", flows.Answered{Step: "profession"}); turn.State.Answers.Code("profession") != "" {
		t.Error("an answer that was taken away is there")
	}
	if turn := at("sex", flows.Answered{Step: "sex", Skipped: true}); turn.State.Step != "sex" {
		t.Error("a skip elsewhere moved the form")
	}
}

func TestLearnCounts(t *testing.T) {
	t.Parallel()
	w := begin(t, registration.Flow(), nil).tap("fr", "yes", "35_44", "BE", "edu_master").at("employment_status")
	turn := flows.Learn(registration.Flow(), w.turn.State, flows.Answered{Step: "employment_status", Codes: []string{"self"}}, flows.Input{At: noon})
	if len(turn.Events) != 1 || turn.Events[0].Name != registration.Registered || turn.State.Step != registration.Counted {
		t.Errorf("at %s with %+v", turn.State.Step, turn.Events)
	}
}

func TestLearnFromASummary(t *testing.T) {
	t.Parallel()
	w := counted(t).tap("later").at("missions")
	st := w.turn.State
	st.Step, st.Return = "country_residence", registration.Summary
	turn := flows.Learn(registration.Flow(), st, flows.Answered{Step: "country_residence", Codes: []string{"FR"}}, flows.Input{At: noon})
	if turn.State.Step != registration.Summary || turn.State.Return != "" {
		t.Errorf("at %s, to return to %q", turn.State.Step, turn.State.Return)
	}
	// The list of cities hangs on the country: a guess of the old one is gone.
	st.Step, st.Return, st.Pending = "city_residence", "", &flows.Pending{Codes: []string{"be-liege"}}
	if turn := flows.Learn(registration.Flow(), st, flows.Answered{Step: "country_residence", Codes: []string{"FR"}}, flows.Input{At: noon}); turn.State.Pending != nil {
		t.Error("a city of the old country is still asked back")
	}
}

// TestLearnInAnOpenProfile: the list to go back to needs the record to be
// shown, and nothing to be gone back to.
func TestLearnInAnOpenProfile(t *testing.T) {
	t.Parallel()
	st := flows.State{Flow: registration.ProfileID, Version: registration.Profile().Version, Run: "bbbbbb", Step: "sex", Return: registration.ProfileID}
	turn := flows.Learn(registration.Profile(), st, flows.Answered{Step: "sex", Codes: []string{"f"}}, flows.Input{At: noon})
	if turn.Need != "" || turn.State.Flow != st.Flow || turn.State.Step != registration.ProfileID || turn.State.Answers.Code("sex") != "f" {
		t.Errorf("turn %+v", turn)
	}
}

// TestDependentsGivenFirstAreDropped answers what somebody studied in the list
// of all questions, then that they did not.
func TestDependentsGivenFirstAreDropped(t *testing.T) {
	t.Parallel()
	given := flows.Answers{{Step: "age_band", Codes: []string{"35_44"}}, {Step: "field_of_study", Codes: []string{"field_ict"}}}
	st := flows.State{Flow: registration.ProfileID, Version: registration.Profile().Version, Run: "bbbbbb", Step: "education_level", Return: registration.ProfileID, Answers: given}
	in := flows.Input{At: noon, Step: "education_level", Code: "edu_primary", Facts: flows.Facts{flows.FactRecord: {}}}
	turn := flows.Advance(registration.Profile(), st, in)
	if _, kept := turn.State.Answers.Get("field_of_study"); kept || len(turn.Events) != 2 {
		t.Errorf("kept %v, events %+v", turn.State.Answers, turn.Events)
	}
}
