package flows_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mboka/flows"
	"mboka/flows/registration"
	"mboka/locales"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// walk drives a flow as the bot does: the state goes through its stored form
// between any two turns, and Advance must not have changed its argument.
type walk struct {
	t    testing.TB
	f    *flows.Flow
	turn flows.Turn
}

func begin(t testing.TB, f *flows.Flow, answers flows.Answers) *walk {
	t.Helper()
	return &walk{t: t, f: f, turn: flows.Begin(f, "aaaaaa", answers, flows.Input{At: noon})}
}

func (w *walk) do(in flows.Input) *walk {
	w.t.Helper()
	in.At, in.MessageID = noon, "m"
	stored, err := w.turn.State.Encode()
	if err != nil {
		w.t.Fatal(err)
	}
	st, err := flows.Decode(stored)
	if err != nil {
		w.t.Fatal(err)
	}
	w.turn = flows.Advance(w.f, st, in)
	if after, _ := st.Encode(); string(after) != string(stored) {
		w.t.Fatalf("Advance changed its argument:\n%s\n%s", stored, after)
	}
	return w
}

func (w *walk) tap(codes ...string) *walk {
	w.t.Helper()
	for _, c := range codes {
		if p := w.turn.State.Pending; p != nil && (c == flows.Yes || c == flows.No) {
			c += "-" + p.Mark()
		}
		w.do(flows.Input{Step: w.turn.State.Step, Code: c})
	}
	return w
}

func (w *walk) write(texts ...string) *walk {
	w.t.Helper()
	for _, text := range texts {
		w.do(flows.Input{Text: text})
	}
	return w
}

func (w *walk) verb(v flows.Verb) *walk { w.t.Helper(); return w.do(flows.Input{Verb: v}) }

// at checks where the flow stands and what was said first.
func (w *walk) at(step string, lead ...locales.Key) *walk {
	w.t.Helper()
	var said []locales.Key
	for _, l := range w.turn.Prompt.Lead {
		said = append(said, l.Key)
	}
	if w.turn.State.Step != step || !slices.Equal(said, lead) {
		w.t.Fatalf("at %s after %v, not at %s after %v", w.turn.State.Step, said, step, lead)
	}
	return w
}

func (w *walk) events() []string {
	var names []string
	for _, e := range w.turn.Events {
		names = append(names, e.Name+":"+e.Answer.Step+strings.Join(e.Answer.Codes, ","))
	}
	return names
}

// counted is somebody who has just been counted.
func counted(t testing.TB) *walk {
	t.Helper()
	return begin(t, registration.Flow(), nil).tap("fr", "yes", "35_44", "BE", "edu_master", "employee").at("counted")
}

func TestRequiredQuestionsCount(t *testing.T) {
	t.Parallel()
	w := begin(t, registration.Flow(), nil)
	prompts := 1
	for _, code := range []string{"fr", "yes", "35_44", "BE", "edu_master"} {
		w.tap(code)
		prompts++
	}
	if w.at("employment_status"); prompts > 6 {
		t.Errorf("the last required question is message %d, the most is 6", prompts)
	}
	w.tap("employee").at("counted")
	if got := w.events(); !slices.Equal(got, []string{"answer:employment_statusemployee", "registered:counted"}) {
		t.Errorf("events %v", got)
	}
}

func TestWholeFormFitsTwentySixMessages(t *testing.T) {
	t.Parallel()
	w := begin(t, registration.Flow(), nil)
	prompts := 1
	do := func(f func()) { f(); prompts++ }
	for _, code := range []string{"fr", "yes", "35_44", "BE", "edu_master", "employee", "continue", "field_health", "health_social", "health", "nursing"} {
		do(func() { w.tap(code) })
	}
	for _, text := range []string{"12", "1,2", "3", "bxl", "10 ans", "femme", "Mado"} {
		do(func() { w.write(text) })
	}
	for _, code := range []string{"kasai_or", "CD-KE", "yes", "yes"} {
		do(func() { w.tap(code) })
	}
	if !w.turn.Done || prompts > 26 {
		t.Errorf("done %v after %d messages, the most is 26", w.turn.Done, prompts)
	}
}

func TestBackAndSkip(t *testing.T) {
	t.Parallel()
	w := counted(t).tap("continue").at("field_of_study")
	w.verb(flows.VerbSkip).at("sector")
	w.verb(flows.VerbBack).at("field_of_study")
	w.tap("field_ict").at("sector")
	w.verb(flows.VerbBack).verb(flows.VerbBack).at("employment_status")
	w.verb(flows.VerbSkip).at("employment_status", locales.Needed)
	w.tap("student").at("sector")
	if got := w.turn.State.Answers.Code("field_of_study"); got != "field_ict" {
		t.Errorf("the answer is %q after going back over it", got)
	}
}

func TestFirstQuestionHasNoWayBack(t *testing.T) {
	t.Parallel()
	begin(t, registration.Flow(), nil).tap("fr", "yes").verb(flows.VerbBack).at("age_band", locales.NoWayBack)
}

func TestDependentsAreDropped(t *testing.T) {
	t.Parallel()
	w := counted(t).tap("continue", "field_health", "health_social", "health", "nursing").at("experience_years")
	w.verb(flows.VerbBack).verb(flows.VerbBack).at("profession_group")
	w.tap("teaching").at("profession")
	if !slices.Contains(w.events(), "answer:profession") {
		t.Errorf("the record is not told that the profession is gone: %v", w.events())
	}
}

func TestUnderAgeIsAskedBackWhenTyped(t *testing.T) {
	t.Parallel()
	w := begin(t, registration.Flow(), nil).tap("fr", "yes").write("5").at("age_band")
	if w.turn.Prompt.Body.Key != locales.AgeConfirm {
		t.Fatalf("asked %s", w.turn.Prompt.Body.Key)
	}
	w.write("non").at("age_band")
	w.write("5", "oui")
	if !w.turn.Done || !w.turn.Forget {
		t.Errorf("a minor stays: %+v", w.turn)
	}
	if got := w.events(); !slices.Equal(got, []string{"answer:age_bandu18", "under_age:under_age"}) {
		t.Errorf("events %v", got)
	}
}

func TestConsentTakesExactWordsOnly(t *testing.T) {
	t.Parallel()
	for _, no := range strings.Split("oui|ok|1|yes|iyo|o|j'accept|j accepte oui|jaccepte pas|je n'accepte pas|nandimi te|agree|i agre|👍|d'accord|non|no|te|2|3|A|accepte|J'accepte!oui|I agree not|nandim|oui j'accepte|sure|yep|18|plus tard|J'accepte (16 ans)", "|") {
		w := begin(t, registration.Flow(), nil).tap("fr").write(no)
		if w.turn.State.Step != "consent" {
			t.Errorf("%q was taken for an answer", no)
		}
	}
	for _, yes := range []string{"J'accepte", "j’accepte", "J'ACCEPTE (18 ANS +)", "I agree", "i agree!", "Nandimi", "nandimi (mbula 18+)"} {
		begin(t, registration.Flow(), nil).tap("fr").write(yes).at("age_band")
	}
	w := begin(t, registration.Flow(), nil).tap("fr").write("Non merci")
	if !w.turn.Done || !w.turn.Forget {
		t.Error("a refusal did not end the form")
	}
}

func TestConsentKeepsItsProof(t *testing.T) {
	t.Parallel()
	a, _ := begin(t, registration.Flow(), nil).tap("fr", "yes").turn.State.Answers.Get("consent")
	if a.Proof == nil || a.Proof.MessageID != "m" || !a.Proof.At.Equal(noon) {
		t.Errorf("proof %+v", a.Proof)
	}
}

func TestTicksWantAState(t *testing.T) {
	t.Parallel()
	w := counted(t).tap("continue", string(flows.Skip), string(flows.Skip), string(flows.Skip), string(flows.Skip)).at("languages")
	w.tap("+fr", "+fr", "+ln", "-fr", "-fr")
	if !slices.Equal(w.turn.State.Ticks, []string{"ln"}) || !w.turn.Prompt.Ticking {
		t.Errorf("ticks %v", w.turn.State.Ticks)
	}
	w.write("français").at("contribution_types", locales.EchoSeveral)
	if a, _ := w.turn.State.Answers.Get("languages"); !slices.Equal(a.Codes, []string{"fr", "ln"}) {
		t.Errorf("codes %v", a.Codes)
	}
	w.tap("+none", "+skills")
	if !slices.Equal(w.turn.State.Ticks, []string{"skills"}) {
		t.Errorf("ticks %v beside one that excludes them", w.turn.State.Ticks)
	}
	w.tap("+return").at("contribution_types", locales.Counsel)
	w.tap("-return", "+return").at("contribution_types")
	w.tap(string(flows.Done)).at("city_residence")
}

func TestTypedWorkVisitIsCounselledFirst(t *testing.T) {
	t.Parallel()
	w := counted(t).tap("continue", string(flows.Skip), string(flows.Skip), string(flows.Skip), string(flows.Skip), string(flows.Skip)).at("contribution_types")
	w.write("1,7").at("contribution_types", locales.Counsel)
	w.write("oui").at("city_residence")
}

func TestStaleAndRepeatedTaps(t *testing.T) {
	t.Parallel()
	w := begin(t, registration.Flow(), nil).tap("fr", "yes", "35_44").at("country_residence")
	if w.do(flows.Input{Step: "age_band", Code: "35_44"}); !w.turn.Silent {
		t.Error("the same tap again is not silent")
	}
	w.turn.Silent = false
	w.do(flows.Input{Step: "age_band", Code: "65p"}).at("country_residence", locales.Stale)
	w.do(flows.Input{Step: "no_such_step", Code: "x"}).at("country_residence", locales.Stale)
}

func TestEarlyTextCorrectsItsQuestion(t *testing.T) {
	t.Parallel()
	w := begin(t, registration.Flow(), nil).tap("fr", "yes").write("37").at("country_residence", locales.BandEcho)
	w.do(flows.Input{Step: "age_band", Text: "47"}).at("country_residence", locales.Corrected)
	if got := w.turn.State.Answers.Code("age_band"); got != "45_54" {
		t.Errorf("age %q", got)
	}
	if w.do(flows.Input{Step: "consent", Text: "non merci"}); !w.turn.Silent {
		t.Error("a consent was corrected by a late text")
	}
}

func TestCommandWordInFreeText(t *testing.T) {
	t.Parallel()
	answers := counted(t).turn.State.Answers
	for _, s := range registration.Optional() {
		if s.ID != registration.Name {
			answers = append(answers, flows.Answered{Step: s.ID, Skipped: true})
		}
	}
	answers = append(answers, flows.Answered{Step: "counted", Codes: []string{"continue"}})
	doubt := flows.Input{Text: "menu", Doubt: "menu"}
	w := begin(t, registration.Flow(), answers).at(registration.Name).do(doubt)
	if w.turn.Prompt.Body.Key != locales.CommandOrAnswer {
		t.Fatalf("asked %s", w.turn.Prompt.Body.Key)
	}
	if w.tap(flows.No); w.turn.Command != "menu" {
		t.Errorf("command %q", w.turn.Command)
	}
	w = begin(t, registration.Flow(), answers).do(doubt).tap(flows.Yes)
	if a, _ := w.turn.State.Answers.Get(registration.Name); a.Text != "menu" {
		t.Errorf("answer %+v", a)
	}
	if w = counted(t).do(flows.Input{Text: "menu", Doubt: "menu"}); w.turn.Command != "menu" {
		t.Error("in a choice a command word is the command")
	}
}

func TestOlderVersionGoesOnAtTheFirstGap(t *testing.T) {
	t.Parallel()
	st := counted(t).tap("continue").turn.State
	st.Version, st.Step = 0, "gone"
	st.Answers = append(st.Answers, flows.Answered{Step: "gone", Codes: []string{"x"}})
	turn := flows.Advance(registration.Flow(), st, flows.Input{Text: "mbote", At: noon})
	if turn.State.Step != "field_of_study" || turn.State.Version != registration.Flow().Version {
		t.Errorf("at %s", turn.State.Step)
	}
	if _, ok := turn.State.Answers.Get("gone"); ok {
		t.Error("an answer to a question that is gone stays")
	}
}

func TestFactsAreAskedFor(t *testing.T) {
	t.Parallel()
	in := flows.Input{At: noon}
	if turn := flows.Begin(registration.Profile(), "aaaaaa", nil, in); turn.Need != flows.FactRecord {
		t.Fatalf("need %q", turn.Need)
	}
	in.Facts = flows.Facts{flows.FactRecord: {Answers: flows.Answers{{Step: "age_band", Codes: []string{"35_44"}}}}}
	turn := flows.Begin(registration.Profile(), "aaaaaa", nil, in)
	rows, _ := turn.Prompt.Body.Args["Summary"].(flows.Rows)
	if turn.Need != "" || len(rows) == 0 || len(rows[0].Values) != 1 {
		t.Errorf("turn %+v", turn)
	}
}

// TestNothingBreaks types and taps anything, anywhere: there is always a
// question or an end, and what is answered stays what it was.
func TestNothingBreaks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w := begin(t, registration.Flow(), nil)
		for range rapid.IntRange(1, 40).Draw(r, "turns") {
			if w.turn.Done || w.turn.Command != "" {
				break
			}
			p := w.turn.Prompt
			switch rapid.IntRange(0, 5).Draw(r, "kind") {
			case 0:
				w.write(rapid.String().Draw(r, "text"))
			case 1:
				w.verb(rapid.SampledFrom([]flows.Verb{flows.VerbBack, flows.VerbSkip, flows.VerbWhy, flows.VerbMore, flows.VerbRepeat}).Draw(r, "verb"))
			default:
				if len(p.Options) == 0 {
					w.write(rapid.SampledFrom([]string{"Mado", "1", "oui"}).Draw(r, "text"))
					continue
				}
				w.tap(rapid.SampledFrom(p.Options).Draw(r, "option").Code)
			}
			if !w.turn.Silent && w.turn.Command == "" && w.turn.Prompt.Body.Key == "" {
				r.Fatalf("nothing is asked at %s", w.turn.State.Step)
			}
		}
	})
}
