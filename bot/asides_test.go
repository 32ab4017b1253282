package bot

import (
	"slices"
	"testing"

	"mboka/flows"
	"mboka/flows/registration"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store/seal"
)

// lead is what is said first after a text at a question, "" where nothing is.
func lead(b *Bot, s Session, text string) locales.Key {
	out := b.think(seal.Chat{1}, s, Inbound{Channel: "telegram", ID: "1", Kind: Text, Text: text}, today, facts(s))
	if len(out.Prompt.Lead) == 0 {
		return ""
	}
	return out.Prompt.Lead[0].Key
}

var menuOnly = Session{Lang: "fr", Member: "m"}

func TestDistressIsAnswered(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	words := []string{
		"danger", "Danger !", "visa", "asile", "asylum", "passeport", "passport", "argent", "money", "mbongo", "likama", "je suis en danger",
		"I'm in danger", "I am in danger.", "nazali na likama", "aidez-moi", "help me", "urgence", "au secours", "menaces",
	}
	for _, text := range words {
		for place, s := range map[string]Session{
			"no question open": menuOnly, "a choice": at("sex", locales.EN), "a band": at("experience_years", locales.FR),
			"a choice of several": at("contribution_types", locales.LN), "a country": at("country_residence", locales.FR), "the consent": at("consent", locales.FR),
		} {
			if got := lead(b, s, text); got != locales.Distress {
				t.Errorf("%s: %q is answered with %q", place, text, got)
			}
		}
	}
	for _, text := range []string{"j'ai besoin d'un visa pour la France", "ils veulent m'expulser, la police est là, danger", "comment avoir l'asile ?", "je suis en danger ici"} {
		if got := lead(b, menuOnly, text); got != locales.Distress {
			t.Errorf("no question open: %q is answered with %q", text, got)
		}
		if got := lead(b, at("sex", locales.FR), text); got != locales.Distress {
			t.Errorf("a choice that does not have it: %q is answered with %q", text, got)
		}
	}
}

func TestDistressInATextQuestion(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	name := at("display_name", locales.FR)
	for text, distress := range map[string]bool{
		"je suis en danger": true, "Visa": true, "argent": true, "DANGER!": true, "aidez moi": true,
		"Visa Kabongo": false, "Argentine": false, "Mado Danger": false, "sans argent": false, "Money Mike": false,
	} {
		out := b.think(seal.Chat{1}, name, Inbound{ID: "1", Kind: Text, Text: text}, today, nil)
		top, _ := out.Session.top()
		answered, taken := top.Answers.Get("display_name")
		if taken == distress {
			t.Errorf("%q: taken as the name is %v (%q)", text, taken, answered.Text)
		}
		if distress && (out.Prompt.Step != "display_name" || len(out.Prompt.Lead) == 0 || out.Prompt.Lead[0].Key != locales.Distress) {
			t.Errorf("%q: the question is not repeated after the help", text)
		}
	}
	job := at("profession", locales.FR)
	job.Stack[0].Sub = flows.FlagText
	for _, text := range []string{"agent de police municipale", "conseiller visa", "je travaille à l'ambassade", "gérant d'argent mobile", "passport officer", "embassy driver"} {
		out := b.think(seal.Chat{1}, job, Inbound{ID: "1", Kind: Text, Text: text}, today, nil)
		top, _ := out.Session.top()
		if a, _ := top.Answers.Get("profession"); a.Text != text {
			t.Errorf("%q is not taken as the profession; said %v", text, out.Prompt.Lead)
		}
	}
}

// TestAnswersAreNotDistress goes through every label of every question: none
// may be answered with the text for people in danger.
func TestAnswersAreNotDistress(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	n := 0
	for _, step := range formSteps() {
		s := at(step, locales.FR)
		for _, o := range flows.Repeat(b.flows[registration.ID], s.Stack[0], flows.Input{}).Prompt.Options {
			for _, lang := range locales.Langs {
				n++
				if got := lead(b, s, o.Label.In(lang)); got == locales.Distress || got == locales.NotEmbassy {
					t.Errorf("%s: %q is answered with %s", step, o.Label.In(lang), got)
				}
			}
		}
	}
	if n < 300 {
		t.Errorf("only %d labels", n)
	}
}

func TestEmbassyQuestion(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	for _, text := range []string{"c'est l'ambassade ?", "Are you the embassy?", "ozali Leta?", "vous êtes le gouvernement", "êtes-vous des espions ? espion !", "ANR ?", "DGM"} {
		for place, s := range map[string]Session{"no question open": menuOnly, "a choice": at("sex", locales.FR), "the consent": at("consent", locales.LN)} {
			if got := lead(b, s, text); got != locales.NotEmbassy {
				t.Errorf("%s: %q is answered with %q", place, text, got)
			}
		}
	}
	for _, text := range []string{"ambassadeur de bonne volonté", "gouvernance", "policier"} {
		if hasWord(reference.Fold(text), embassyWords) {
			t.Errorf("%q asks whether we are the state", text)
		}
	}
}

func TestAsidesAreNoMisses(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	for _, text := range []string{"argent", "c'est l'ambassade ?", "zzzz"} {
		s := at("sex", locales.FR)
		for range 3 {
			out := b.think(seal.Chat{1}, s, Inbound{ID: "1", Kind: Text, Text: text}, today, nil)
			s = out.Session
			s.LastText = "" // not an impatient thumb
		}
		if missed := s.Stack[0].Misses > 0; missed != (text == "zzzz") {
			t.Errorf("%q: %d misses", text, s.Stack[0].Misses)
		}
	}
}

func TestLanguageNames(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	for text, want := range map[string]locales.Lang{
		"English": locales.EN, "anglais": locales.EN, "in english": locales.EN, "Français": locales.FR, "french": locales.FR, "lingala": locales.LN, "na lingala": locales.LN,
	} {
		for place, s := range map[string]Session{"a choice": at("sex", locales.FR), "the menu": menuOnly} {
			out := b.think(seal.Chat{1}, s, Inbound{ID: "1", Kind: Text, Text: text}, today, facts(s))
			if out.Session.Lang != want.String() || !out.Session.Chosen || out.Prompt.Lead[0].Key != locales.LangChanged {
				t.Errorf("%s: %q gives %s, said %v", place, text, out.Session.Lang, out.Prompt.Lead)
			}
		}
	}
	// Where languages are the question, their names are answers.
	s := at("languages", locales.FR)
	out := b.think(seal.Chat{1}, s, Inbound{ID: "1", Kind: Text, Text: "lingala"}, today, nil)
	if a, _ := out.Session.Stack[0].Answers.Get("languages"); out.Session.Lang != "fr" || !slices.Equal(a.Codes, []string{"ln"}) {
		t.Errorf("the language spoken became that of the chat: %s, %v", out.Session.Lang, a)
	}
}

func TestGuessLanguage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text, platform string
		want           locales.Lang
	}{
		{"mbote", "fr", locales.LN}, {"Bonjour ndeko", "fr", locales.LN}, {"hello", "fr", locales.EN}, {"Hi!", "", locales.EN},
		{"bonjour", "en", locales.FR}, {"/start", "en-GB", locales.EN}, {"/start", "ln", locales.LN}, {"/start", "pt-AO", locales.FR}, {"", "", locales.FR}, {"👋", "en", locales.EN},
	} {
		if got := guessLanguage(Inbound{Text: tt.text, Language: tt.platform}); got != tt.want {
			t.Errorf("%q from a %q phone: %s, not %s", tt.text, tt.platform, got, tt.want)
		}
	}
}

func TestMediaAreAnswered(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	said := map[locales.Key]Kind{}
	for _, k := range []Kind{Voice, Sticker, Picture, Place, Contact, Document, Edited, Other} {
		line := mediaLine(k)
		if other, twice := said[line.Key]; twice {
			t.Errorf("%s is answered like %s", k, other)
		}
		said[line.Key] = k
		s := at("sex", locales.FR)
		out := b.think(seal.Chat{1}, s, Inbound{ID: "1", Kind: k, Text: "x"}, today, nil)
		if out.Prompt.Step != "sex" || out.Prompt.Lead[0].Key != line.Key || out.Session.Stack[0].Misses > 0 || len(out.Events) > 0 {
			t.Errorf("%s: %+v", k, out.Prompt)
		}
	}
	if mediaLine("of the future").Key != mediaLine(Other).Key {
		t.Error("what is not known is not answered as such")
	}
}
