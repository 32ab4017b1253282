package bot

import (
	"slices"
	"testing"
	"time"

	"mboka/locales"
	"mboka/store/seal"
)

// paced thinks over one message at a time.
func paced(b *Bot, s Session, in Inbound, at time.Time) thought {
	in.Channel, in.ID = "whatsapp", "1"
	return b.think(seal.Chat{1}, s, in, at, nil)
}

// lead is what a thought says first.
func (o thought) lead() locales.Key {
	if len(o.Prompt.Lead) == 0 {
		return ""
	}
	return o.Prompt.Lead[0].Key
}

// TestPauseAfterQuickReplies asks for a pause before Twilio refuses the
// thirtieth reply, reads nothing in it but the words to leave, and goes on.
func TestPauseAfterQuickReplies(t *testing.T) {
	t.Parallel()
	b := exporting(t)
	caps := WhatsAppCapabilities
	s := at("sector", locales.FR)
	now := today
	said := 0
	for ; said < 40; said++ {
		out := paced(b, s, Inbound{Kind: Text, Text: "zzzz"}, now)
		if out.Silent {
			t.Fatalf("silent after %d replies", said)
		}
		s = out.Session
		s.prompted(now, caps.BurstGap)
		now = now.Add(2 * time.Second)
		if out.lead() == locales.Pause {
			break
		}
	}
	if said+1 >= 30 || !s.Paused {
		t.Fatalf("a pause with reply %d, Twilio refuses the 31st", said+1)
	}
	if out := paced(b, s, Inbound{Kind: Text, Text: "2"}, now); !out.Silent || len(out.Events) > 0 {
		t.Errorf("read in the pause: %+v", out.Prompt)
	}
	if out := paced(b, s, Inbound{Kind: Text, Text: "stop"}, now); out.Silent {
		t.Error("stop is not heard in the pause")
	}
	later := s.PromptAt.Add(caps.BurstGap)
	out := paced(b, s, Inbound{Kind: Text, Text: "2"}, later)
	if out.Silent || out.lead() == locales.Pause || len(out.Events) == 0 {
		t.Errorf("not read after the pause: %+v", out.Prompt)
	}
	s = out.Session
	if s.prompted(later, caps.BurstGap); s.Quick != 1 || s.Paused {
		t.Errorf("%d quick replies after the pause", s.Quick)
	}
}

// TestFlood says once that many messages wait.
func TestFlood(t *testing.T) {
	t.Parallel()
	b := exporting(t)
	s := at("sector", locales.FR)
	notices := 0
	for behind := 20; behind >= 0; behind-- {
		out := paced(b, s, Inbound{Kind: Sticker, Behind: behind}, today)
		if s = out.Session; out.lead() == locales.Flood {
			notices++
		}
	}
	if notices != 1 || s.Flooded {
		t.Errorf("%d notices, flooded still: %v", notices, s.Flooded)
	}
	if out := paced(b, s, Inbound{Kind: Sticker, Behind: floodAt - 1}, today); out.lead() == locales.Flood {
		t.Error("a hurried thumb is taken for a flood")
	}
}

// TestLateMessage never takes a message for an answer that is older than what
// was answered since, and any other one for what it is: we may be slow, and the
// platform cuts its times to the second.
func TestLateMessage(t *testing.T) {
	t.Parallel()
	b := exporting(t)
	s := at("sector", locales.FR)
	s.At, s.PromptAt = today.Add(-time.Hour+200*time.Millisecond), today.Add(-time.Hour+300*time.Millisecond)
	cut := today.Add(-time.Hour)
	late := Inbound{Kind: Text, Text: "2", Late: true, At: cut, Overtaken: true}
	if out := paced(b, s, late, today); out.lead() != locales.LateMessage || len(out.Events) > 0 || out.Prompt.Step != "sector" {
		t.Errorf("an older message: %+v", out.Prompt)
	}
	late.Overtaken = false
	if out := paced(b, s, late, today); len(out.Events) == 0 || out.Events[0].Answer.Step != "sector" {
		t.Error("an answer within a second is not taken for one")
	}
	late.Again = true // by hand, with our own time
	if out := paced(b, s, late, today); out.lead() != locales.LateMessage {
		t.Errorf("one that was set aside: %+v", out.Prompt)
	}
	late.Again, s.restored = false, true
	if out := paced(b, s, late, today); out.Silent {
		t.Error("after a loss nobody answers what may be new")
	}
	late.At = cut.Add(-time.Minute)
	if out := paced(b, s, late, today); !out.Silent {
		t.Error("after a loss an older one is answered again")
	}
	s.restored, s.known = true, true
	if out := paced(b, s, Inbound{Kind: Text, Text: "2"}, today); !out.Silent {
		t.Error("a message that the records know is answered again")
	}
}

// TestLateBeforeThePrompt: of two messages written at once the first was accepted
// late and the second found later still. It was not written in answer to what
// was asked meanwhile: it corrects what it followed, as if it had come in time.
func TestLateBeforeThePrompt(t *testing.T) {
	t.Parallel()
	b := exporting(t)
	s := at("sector", locales.FR)
	first := paced(b, s, Inbound{Kind: Text, Text: "2"}, today).Session
	first.PromptAt = today.Add(time.Second)
	second := Inbound{Kind: Text, Text: "3", Late: true, At: today.Add(-20 * time.Second)}
	want, got := paced(b, first, Inbound{Kind: Text, Text: "3"}, today), paced(b, first, second, today.Add(time.Minute))
	if len(got.Events) == 0 || got.Events[0].Answer.Step != "sector" {
		t.Errorf("it answered %+v", got.Events)
	}
	if in, late := want.Events[0].Answer.Codes, got.Events[0].Answer.Codes; !slices.Equal(in, late) {
		t.Errorf("in time it says %v, late %v", in, late)
	}
	second.At = first.PromptAt.Truncate(time.Second)
	if got := paced(b, first, second, today.Add(time.Minute)); len(got.Events) == 0 || got.Events[0].Answer.Step == "sector" {
		t.Errorf("written to the prompt it answered %+v", got.Events)
	}
}
