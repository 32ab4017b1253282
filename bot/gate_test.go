package bot

import (
	"slices"
	"strings"
	"testing"
	"time"

	"mboka/flows"
	"mboka/locales"
	"mboka/store/seal"
)

// returning is the session of whoever was asked who they are.
func returning(lang locales.Lang) Session {
	return Session{Gated: true, Lang: lang.String(), PromptAt: today.Add(-time.Minute), At: today.Add(-time.Minute),
		Stack: []flows.State{{Flow: FlowReturn, Version: 1, Run: "aaaaaa", Step: "proof"}}}
}

func thinkGated(b *Bot, s Session, in Inbound, args map[string]any) thought {
	facts := flows.Facts{}
	if args != nil {
		facts[factOutcome] = flows.Fact{Args: args}
	}
	in.Channel, in.ID = "telegram", "1"
	return b.think(seal.Chat{1}, s, in, today, facts)
}

var everyKind = []Kind{Text, Tap, Voice, Picture, Sticker, Place, Contact, Document, Edited, Other, "invented later"}

// TestSealed holds when a session may be a stranger's: after 60 days, or when
// the address was out of reach.
func TestSealed(t *testing.T) {
	t.Parallel()
	known := Session{Member: "m", Lang: "ln", Chosen: true, Country: "BE", At: today, LastText: "Mado", Results: map[string]string{"Number": "ABC-234"},
		Stack: []flows.State{{Flow: FlowMenu, Run: "aaaaaa"}}}
	away := known
	away.Away = true
	for _, kind := range everyKind {
		in := Inbound{Kind: kind, Text: "x"}
		if s := guarded(known, in, today.Add(sealAfter)); s.Gated || s.Member != "m" {
			t.Errorf("%s: closed after 60 days to the second", kind)
		}
		for what, s := range map[string]Session{
			"late": guarded(known, in, today.Add(sealAfter+time.Second)), "out of reach": guarded(away, in, today.Add(time.Minute)),
		} {
			plain, err := s.Encode()
			if err != nil || !s.Gated || s.GatedAt.Before(today) || strings.Replace(string(plain), s.GatedAt.Format(time.RFC3339), "T", 1) != `{"v":1,"l":"ln","g":true,"u":"T"}` {
				t.Errorf("%s, %s: %s (%v)", kind, what, plain, err)
			}
		}
		form := Session{Lang: "fr", At: today, Stack: []flows.State{{Flow: FlowRegistration, Run: "aaaaaa", Answers: flows.Answers{{Step: "consent", Codes: []string{"yes"}}}}}}
		if s := guarded(form, in, today.Add(sealAfter+time.Second)); s.Gated || len(s.Stack) > 0 {
			t.Errorf("%s: another one's yes to the notice stands", kind)
		}
	}
	for _, kind := range []Kind{Blocked, Unblocked, Unreached, Refused} { // nobody speaks
		if s := guarded(away, Inbound{Kind: kind}, today.Add(2*sealAfter)); s.Gated {
			t.Errorf("%s closes the gate", kind)
		}
	}
	if s := guarded(away, Inbound{Kind: Text, Text: "good morning"}, today); s.Lang != "en" {
		t.Errorf("an English greeting is answered in %s", s.Lang)
	}
}

// TestNothingPassesTheGate throws everything at it: nothing of a record is
// looked up, no event is raised, and the same question stands at the end.
func TestNothingPassesTheGate(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	var all []Inbound
	for _, kind := range everyKind {
		all = append(all, Inbound{Kind: kind, Text: "x"}, Inbound{Kind: kind})
	}
	for name, key := range commandKeys {
		all = append(all, Inbound{Kind: Text, Text: "/" + name}, Inbound{Kind: Tap, Payload: Payload("zzzzzz", FlowMenu, name)})
		for _, lang := range locales.Langs {
			for w := range strings.SplitSeq(locales.LabelOf(key).In(lang), "|") {
				all = append(all, Inbound{Kind: Text, Text: w})
			}
		}
	}
	for _, text := range append(typed, "/start abc", "/start link_ABC-DEF-234", "/export", "/mydata x", "/profile@MbokaBot", "STOP") {
		all = append(all, Inbound{Kind: Text, Text: text})
	}
	for _, step := range formSteps() {
		for _, code := range []string{"yes", "continue", "!skip", "!back", "!done", "1", "BE"} {
			all = append(all, Inbound{Kind: Tap, Payload: Payload("bbbbbb", step, code)})
		}
	}
	for _, s := range []Session{returning(locales.FR), {Gated: true, Lang: "fr"}} {
		for _, in := range all {
			out := thinkGated(b, s, in, nil)
			if out.Need == factOutcome { // a try, a stop, a new profile
				if !slices.Contains([]string{Proving, SealedStop, ChatLeft}, out.Decide.Name) {
					t.Errorf("%s %q%s decides %s", in.Kind, in.Text, in.Payload, out.Decide.Name)
				}
				continue
			}
			top, _ := out.Session.top()
			if out.Need != "" || len(out.Events) > 0 || len(out.Files) > 0 || out.Forget || out.Session.Member != "" || !out.Session.Gated ||
				!slices.Contains([]string{FlowReturn, FlowTongue, FlowComplaint}, top.Flow) {
				t.Errorf("%s %q%s: needs %q, raises %v, stands at %s", in.Kind, in.Text, in.Payload, out.Need, out.Events, top.Flow)
			}
		}
	}
}

// TestTries holds what counts as one.
func TestTries(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	s := returning(locales.FR)
	for _, text := range []string{"Testa Bidon", "je m'appelle Testa", "Maman", "mama", "ABC-DEF-234", "lier ABC-DEF-234", "code ABC-DEF-234", "37", "zzzz"} {
		out := thinkGated(b, s, Inbound{Kind: Text, Text: text}, nil)
		if out.Decide.Name != Proving || !strings.HasSuffix(text, out.Decide.Answer.Text) && out.Decide.Answer.Text != "ABCDEF234" {
			t.Errorf("%q is no try: %+v", text, out.Decide)
		}
	}
	for _, text := range []string{"bonjour", "mbote na bino ?!", "Good morning", "???", "🙂", "aide", "je suis en danger", "c'est l'ambassade ?", "English", strings.Repeat("long ", 40), "/x"} {
		if out := thinkGated(b, s, Inbound{Kind: Text, Text: text}, nil); out.Need != "" && text != "mbote na bino ?!" || out.Prompt.Flow != FlowReturn && out.Need == "" {
			t.Errorf("%q is a try", text)
		}
	}
	s.PromptAt = today.Add(time.Second) // the question had not gone out yet
	if out := thinkGated(b, s, Inbound{Kind: Text, Text: "Testa"}, nil); out.Need != "" {
		t.Error("what was written before the question is a try")
	}
}

// TestProven goes on from the records, and nothing of the gate stays.
func TestProven(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	in := Inbound{Kind: Text, Text: "Testa"}
	menu := thinkGated(b, returning(locales.FR), in, map[string]any{ResultOutcome: ProofFits, ResultMember: "M1", "Language": "ln", "Country": "CA", "Number": "ABC-234"})
	if menu.Session.Member != "M1" || menu.Session.Gated || menu.Session.Lang != "ln" || menu.Session.Country != "CA" || menu.Prompt.Flow != FlowMenu || menu.Session.runs(FlowReturn) >= 0 {
		t.Errorf("%+v %+v", menu.Session, menu.Prompt)
	}
	half := flows.Facts{factOutcome: {Answers: at("sex", locales.FR).Stack[0].Answers,
		Args: map[string]any{ResultOutcome: ProofFits, ResultMember: "M1", "Number": "ABC-234", resultUnfinished: true}}}
	form := b.think(seal.Chat{1}, returning(locales.FR), in, today, half)
	if form.Session.Member != "M1" || form.Prompt.Flow != FlowRegistration || form.Prompt.Lead[0].Key != locales.RecycledOk || form.Session.Results["Number"] != "ABC-234" {
		t.Errorf("%+v %+v", form.Session, form.Prompt)
	}
	fresh := thinkGated(b, returning(locales.EN), Inbound{Kind: Tap, Payload: Payload("aaaaaa", "proof", "new")}, map[string]any{ResultOutcome: LeftBehind})
	if fresh.Session.Member != "" || fresh.Session.Gated || fresh.Prompt.Flow != FlowRegistration || fresh.Prompt.Lead[0].Key != locales.AnewDone {
		t.Errorf("%+v %+v", fresh.Session, fresh.Prompt)
	}
}

func TestBareCodes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"ABC-DEF-GHJ": true, "abc-def-234": true, " ABC DEF 234 ": true, "ABCDEF234": true, "ABC\u2011DEF\u2011234": true,
		"tel que mes": false, "ABCDEFGHJ": false, "ABC-DEF-23": false, "ABC-DEF-O34": false, "234-567-892": false, "+32 470 123 456": false, "bonjour": false,
	} {
		if code, ok := bareCode(text); ok != want || ok && len(code) != 9 {
			t.Errorf("%q: %q %v", text, code, ok)
		}
	}
}
