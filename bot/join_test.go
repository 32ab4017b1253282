package bot

import (
	"bytes"
	"crypto/rand"
	"strings"
	"testing"

	"mboka/flows"
	"mboka/locales"
	"mboka/store/seal"
)

func TestJoinCodesAreRead(t *testing.T) {
	t.Parallel()
	for range 5000 {
		code, err := NewJoinCode(rand.Reader)
		if err != nil || len(code) != joinSigns || strings.Trim(code, joinLetters) != "" {
			t.Fatal(code, err)
		}
		for _, text := range []string{
			"rejoindre " + SpokenJoin(code), "/join " + code, "KOKOTA " + strings.ToLower(SpokenJoin(code)), "/start " + JoinPayload(code),
			"/start@MbokaBot " + strings.ToLower(JoinPayload(code)), "join: " + strings.ReplaceAll(SpokenJoin(code), "-", " "), "/join@MbokaBot " + code,
			"/join_" + code, "rejoindre code " + SpokenJoin(code), "rejoindre « " + SpokenJoin(code) + " ».", "rejoindre\n" + strings.ReplaceAll(SpokenJoin(code), "-", "\u2011"),
		} {
			if got, tried := joinCode(text); got != code || !tried {
				t.Fatalf("%q is read as %q, tried %v", text, got, tried)
			}
		}
	}
	for _, text := range []string{"rejoindre ABCD-EFGH-234", "join ABCDEFGH23456", "kokota ABCD-EFGH-I234", "/start join_ABC", "join 0470 12 34 56"} {
		if got, tried := joinCode(text); got != "" || !tried {
			t.Errorf("%q is read as %q, tried %v", text, got, tried)
		}
	}
	for _, text := range []string{ // something else
		"rejoindre", "/join", "kokota", "join us tomorrow", "rejoindre ma famille", "", "/", "bonjour ABCD-EFGH-2345", "/start", "/start r_abc123", "ABCD-EFGH-2345",
	} {
		if got, tried := joinCode(text); got != "" || tried {
			t.Errorf("%q is read as %q, tried %v", text, got, tried)
		}
	}
}

// The same randomness gives the same code, and no more than 60 bits are asked.
func TestJoinCodeIsDrawn(t *testing.T) {
	t.Parallel()
	code, err := NewJoinCode(bytes.NewReader([]byte{0, 31, 32, 63, 64, 95, 96, 127, 128, 159, 160, 255}))
	if err != nil || code != "2Z2Z2Z2Z2Z2Z" {
		t.Error(code, err)
	}
	if _, err := NewJoinCode(strings.NewReader("short")); err == nil {
		t.Error("a code was drawn from too little")
	}
}

// A code is tried at every question, and never stays in the session.
func TestJoinCodesAreTriedEverywhere(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	const text, code = "rejoindre ABCD-EFGH-2345", "ABCDEFGH2345"
	for _, step := range formSteps() {
		s := at(step, locales.FR)
		first := thinkLink(b, s, text, nil)
		if first.Need != factOutcome || first.Decide.Name != JoinTried || first.Decide.Answer.Text != code || len(first.Events) > 0 {
			t.Errorf("%s: %+v", step, first.Decide)
		}
		for outcome, key := range joinRefusals {
			out := thinkLink(b, s, text, map[string]any{ResultOutcome: outcome})
			if out.Prompt.Lead[0].Key != key || out.Prompt.Step != step || len(out.Events) > 0 || len(out.Session.Roles) > 0 {
				t.Errorf("%s: %v at %s", step, out.Prompt.Lead, out.Prompt.Step)
			}
		}
		out := thinkLink(b, s, text, map[string]any{ResultOutcome: JoinDone, ResultRoles: "admin:iom official:ministry", "Role": "admin", "Organisation": "iom"})
		stored, err := out.Session.Encode()
		if err != nil || len(out.Session.Roles) != 2 || !out.Session.Staff || out.Prompt.Step != step {
			t.Errorf("%s: %+v %v", step, out.Session.Roles, err)
		}
		if folded := strings.ToUpper(strings.ReplaceAll(string(stored), "-", "")); strings.Contains(folded, code) {
			t.Errorf("%s: the code stays in the session", step)
		}
		out.Session.PromptAt = today.Add(1)
		again := b.think(seal.Chat{1}, out.Session, Inbound{Channel: "telegram", ID: "2", Kind: Text, Text: text}, today, nil)
		if !again.Silent {
			t.Errorf("%s: a hurried second tap is answered again", step)
		}
	}
}

// Who takes up a role is asked nothing that they did not begin.
func TestStaffNeedNoProfile(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	done := map[string]any{ResultOutcome: JoinDone, ResultRoles: "admin:iom", "Role": "admin", "Organisation": "iom"}
	asked := b.think(seal.Chat{1}, Session{}, Inbound{Channel: "telegram", ID: "1", Kind: Text, Text: "mbote"}, today, nil)
	for _, s := range []Session{{}, asked.Session} {
		out := thinkLink(b, s, "/join ABCDEFGH2345", done)
		if out.Prompt.Flow != FlowStaff || out.Session.Member != "" {
			t.Errorf("asked %s.%s", out.Prompt.Flow, out.Prompt.Step)
		}
		for _, text := range []string{"mbote", "/start", "menu", "je ne sais pas"} {
			if next := b.think(seal.Chat{1}, out.Session, Inbound{Channel: "telegram", ID: "2", Kind: Text, Text: text}, today, flows.Facts{}); next.Prompt.Flow != FlowStaff {
				t.Errorf("%q leads to %s", text, next.Prompt.Flow)
			}
		}
		begun := b.think(seal.Chat{1}, out.Session, Inbound{Channel: "telegram", ID: "3", Kind: Tap, Payload: Payload(out.Prompt.Run, out.Prompt.Step, "register")}, today, nil)
		if begun.Prompt.Flow != FlowRegistration {
			t.Errorf("register leads to %s", begun.Prompt.Flow)
		}
	}
}
