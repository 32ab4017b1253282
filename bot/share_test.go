package bot

import (
	"testing"

	"mboka/locales"
	"mboka/store/seal"
)

// follow thinks over one thing after the other, at the same time.
func follow(t *testing.T, b *Bot, s Session, ins ...Inbound) thought {
	t.Helper()
	var out thought
	for i, in := range ins {
		in.Channel, in.ID = "telegram", string(rune('a'+i))
		out = b.think(seal.Chat{1}, s, in, today, facts(s))
		if out.Need != "" {
			t.Fatalf("needs %s", out.Need)
		}
		s = out.Session
	}
	return out
}

func typedIn(text string) Inbound { return Inbound{Kind: Text, Text: text} }

// tapOn taps a code under the question that is asked.
func tapOn(s Session, code string) Inbound {
	top, _ := s.top()
	return Inbound{Kind: Tap, Payload: Payload(top.Run, top.Step, code)}
}

func TestFormLearnsFromTheProfile(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	out := follow(t, b, at("sex", locales.FR), typedIn("modifier"), typedIn("2"))
	out = follow(t, b, out.Session, tapOn(out.Session, "FR"))
	out = follow(t, b, out.Session, typedIn("passer"), typedIn("C'est bon"))
	form, _ := out.Session.top()
	if form.Flow != FlowRegistration || form.Step != "sex" || form.Answers.Code("country_residence") != "FR" {
		t.Errorf("the form has %q at %s", form.Answers.Code("country_residence"), form.Step)
	}
	if city, kept := form.Answers.Get("city_residence"); kept && len(city.Codes) > 0 {
		t.Errorf("the city of the old country is kept: %v", city.Codes)
	}
}
