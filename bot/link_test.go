package bot

import (
	"testing"

	"mboka/flows"
	"mboka/locales"
	"mboka/store/seal"
)

func TestLinkCodesAreRead(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	const code = "ABCDEF234"
	for text, want := range map[string]string{
		"lier ABC-DEF-234": code, "/lier ABC-DEF-234": code, "/link abc-def-234": code, "LINK ABCDEF234": code, "Lier abc def 234": code,
		"kosangisa ABC-DEF-234": code, "/kosangisa abc–def–234.": code, "link: ABC DEF 234": code, "/link@MbokaBot ABC-DEF-234": code,
		"/link_ABC-DEF-234": code, "lier code ABC-DEF-234": code, "  lier\nABC-DEF-234 ": code, "lier « ABC-DEF-234 »": code, "lier ABC\u2011DEF\u2011234": code,
	} {
		if got, tried := b.linkCode(text); got != want || !tried {
			t.Errorf("%q is read as %q, tried %v", text, got, tried)
		}
	}
	for _, text := range []string{ // tries that cannot be a code
		"lier ABC-DEF-23", "lier ABC-DEF-2345", "lier ABC-DEF-I34", "lier ABC-DEF-O01", "lier +32 470 00 00 00", "link 0470123456", "lier 123456",
	} {
		if got, tried := b.linkCode(text); got != "" || !tried {
			t.Errorf("%q is read as %q, tried %v", text, got, tried)
		}
	}
	for _, text := range []string{ // something else
		"lier", "/lier", "link", "kosangisa", "lier les gens", "link my phone", "relier ABC-DEF-234", "ABC-DEF-234", "", "/", "bonjour ABC-DEF-234",
		"link people and projects", "lier +", "menu ABC-DEF-234",
	} {
		if got, tried := b.linkCode(text); got != "" || tried {
			t.Errorf("%q is read as %q, tried %v", text, got, tried)
		}
	}
}

// thinkLink thinks over a text with what was found about a code.
func thinkLink(b *Bot, s Session, text string, args map[string]any) thought {
	facts := flows.Facts{}
	if args != nil {
		facts[factOutcome] = flows.Fact{Args: args}
	}
	return b.think(seal.Chat{1}, s, Inbound{Channel: "telegram", ID: "1", Kind: Text, Text: text}, today, facts)
}

// A code is tried at every question, whatever is asked, and an answer is never
// made of it.
func TestCodesAreTriedEverywhere(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	for _, step := range formSteps() {
		s := at(step, locales.FR)
		first := thinkLink(b, s, "lier ABC-DEF-234", nil)
		if first.Need != factOutcome || first.Decide.Name != LinkTried || first.Decide.Answer.Text != "ABCDEF234" || len(first.Events) > 0 {
			t.Errorf("%s: %+v", step, first.Decide)
		}
		wrong := thinkLink(b, s, "lier ABC-DEF-234", map[string]any{ResultOutcome: LinkWrong})
		if wrong.Prompt.Lead[0].Key != locales.LinkWrong || wrong.Prompt.Step != step || len(wrong.Events) > 0 {
			t.Errorf("%s: after a wrong code at %s with %v", step, wrong.Prompt.Step, wrong.Prompt.Lead)
		}
		if phone := thinkLink(b, s, "lier +32 470 00 00 00", nil); phone.Prompt.Lead[0].Key != locales.LinkShape || phone.Need != "" || phone.Prompt.Step != step {
			t.Errorf("%s: a telephone number: %v", step, phone.Prompt.Lead)
		}
	}
}

// Whoever links in the middle of a form is the other member from then on.
func TestLinkedChatFollows(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	s := at("age_band", locales.EN)
	s.Lang, s.Chosen, s.Member = "en", false, ""
	done := map[string]any{ResultOutcome: LinkDone, ResultMember: "M1", "Number": "ABC-234", "Language": "ln", "Country": "CA"}
	out := thinkLink(b, s, "link ABC-DEF-234", done)
	if out.Session.Member != "M1" || out.Session.Country != "CA" || out.Session.Lang != "ln" || out.Session.runs(FlowRegistration) >= 0 ||
		out.Prompt.Flow != FlowMenu || out.Prompt.Lead[0].Key != locales.LinkDone || len(out.Events) > 0 {
		t.Errorf("%+v\n%+v", out.Session, out.Prompt)
	}
	s.Chosen = true
	if out := thinkLink(b, s, "link ABC-DEF-234", done); out.Session.Lang != "en" {
		t.Error("the language that was chosen here is lost")
	}
}

// Two profiles: first the question, then the code again, at the yes.
func TestMergeAsksFirst(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	s := at("sex", locales.FR)
	s.Member = "M2"
	asked := thinkLink(b, s, "lier ABC-DEF-234", map[string]any{ResultOutcome: LinkAsk})
	if asked.Prompt.Flow != FlowMerge || asked.Prompt.Body.Key != locales.MergeAsk || asked.Session.Member != "M2" {
		t.Fatalf("%+v", asked.Prompt)
	}
	for _, vague := range []string{"ok", "1", "oui"} {
		if out := thinkLink(b, asked.Session, vague, nil); out.Need != "" || out.Prompt.Flow != FlowMerge {
			t.Errorf("%q is a yes", vague)
		}
	}
	no := thinkLink(b, asked.Session, "non", nil)
	if no.Prompt.Lead[0].Key != locales.MergeKept || no.Prompt.Step != "sex" || no.Need != "" {
		t.Errorf("after no: %+v", no.Prompt)
	}
	yes := thinkLink(b, asked.Session, "Oui, relier", nil)
	if yes.Need != factOutcome || yes.Decide.Flow != FlowMerge || yes.Decide.Answer.Text != "ABCDEF234" {
		t.Errorf("%+v", yes.Decide)
	}
	late := thinkLink(b, asked.Session, "Oui, relier", map[string]any{ResultOutcome: LinkExpired})
	if late.Prompt.Lead[0].Key != locales.LinkExpired || late.Prompt.Step != "sex" || late.Session.runs(FlowMerge) >= 0 {
		t.Errorf("after the code ended: %+v", late.Prompt)
	}
	both := thinkLink(b, asked.Session, "Oui, relier", map[string]any{ResultOutcome: LinkBoth, ResultMember: "M1", "Number": "ABC-234"})
	if both.Session.Member != "M1" || both.Prompt.Flow != FlowMenu || both.Prompt.Lead[0].Key != locales.MergeDone {
		t.Errorf("after the merge: %+v", both.Prompt)
	}
}

// A fresh code is not kept in the session, also when the form goes on.
func TestCodeIsNotKept(t *testing.T) {
	t.Parallel()
	got := kept(map[string]string{ResultCode: "ABC-DEF-234", "Number": "ABC-234"})
	if got[ResultCode] != "" || got["Number"] != "ABC-234" {
		t.Error(got)
	}
}
