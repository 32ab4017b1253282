package bot

import (
	"bytes"
	"testing"
	"time"

	"mboka/flows"
	"mboka/locales"
	"mboka/store/seal"
)

// storedSessions are sessions as they lie in Redis, sealed but for the seal: at
// every question, in the middle of ticks, guesses and edits, under other flows.
func storedSessions(tb testing.TB) [][]byte {
	tb.Helper()
	b := thinking(tb)
	var out [][]byte
	add := func(s Session) {
		s.At, s.PromptAt, s.LastText = today.Add(-time.Hour), today.Add(-time.Minute), "37"
		stored, err := s.Encode()
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, stored)
	}
	for i, step := range formSteps() {
		s := at(step, locales.Langs[i%3])
		add(s)
		for _, text := range []string{"zzzz", "Beljique", "congo", "5", "1,7", "menu", "Katanga", "modifier", "effacer", "langue"} {
			out := b.think(seal.Chat{1}, s, Inbound{ID: "1", Kind: Text, Text: text}, today, facts(s))
			add(out.Session)
		}
	}
	add(Session{Lang: "ln", Member: "m"})
	add(Session{})
	return out
}

// FuzzDecodeSession reads whatever may lie in Redis: it gives a session that
// can be stored and read again, or an error, after which the records go on.
func FuzzDecodeSession(f *testing.F) {
	for i, stored := range storedSessions(f) {
		switch i % 12 { // each seed costs the fuzzer time before it begins
		case 0:
			f.Add(stored)
		case 4:
			f.Add(stored[:len(stored)/2])
		case 8:
			f.Add(bytes.Replace(stored, []byte(`"v":1`), []byte(`"v":9`), 1))
		}
	}
	f.Add([]byte("null"))
	f.Add([]byte(`{"v":1,"s":["CQR0cnVl"]}`))
	f.Fuzz(func(t *testing.T, stored []byte) {
		s, err := DecodeSession(stored)
		if err != nil {
			return
		}
		again, err := s.Encode()
		if err != nil {
			t.Fatal(err)
		}
		twice, err := DecodeSession(again)
		if err != nil {
			t.Fatalf("%s cannot be read again: %v", again, err)
		}
		if third, err := twice.Encode(); err != nil || !bytes.Equal(third, again) {
			t.Fatalf("stored as %s, then as %s (%v)", again, third, err)
		}
	})
}

// FuzzThink thinks over anything in any state that can be read: there is
// always something to say or a reason for silence, and what comes of it can be
// put into words and stored. A panic here would meet the same session at every
// message, and the chat would be lost.
func FuzzThink(f *testing.F) {
	kinds := []Kind{Text, Tap, Voice, Edited, Blocked, "?"}
	for i, stored := range storedSessions(f) {
		s, err := DecodeSession(stored)
		if err != nil {
			f.Fatal(err)
		}
		top, ok := s.top()
		if !ok || i%3 != 0 {
			continue
		}
		state, err := top.Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(state, i%2 == 0, uint8(0), typed[i%len(typed)], i%5 == 0)
		code := []string{"+fr", "-", string(flows.Done), flows.Yes + "-x", "other"}[i%5]
		f.Add(state, i%2 == 0, uint8(1), top.Step+"."+code, false)
	}
	b := thinking(f)
	f.Fuzz(func(t *testing.T, stored []byte, waiting bool, kind uint8, text string, early bool) {
		state, err := flows.Decode(stored)
		if err != nil || b.flows[state.Flow] == nil {
			return // the records go on
		}
		s := Session{Lang: "fr", Member: "m", PromptAt: today, LastText: "37", LastStep: state.Run + ".age_band."}
		if waiting && state.Flow != FlowRegistration {
			s.Stack = append(s.Stack, at("sex", locales.FR).Stack...)
		}
		s.Stack = append(s.Stack, state)
		in := Inbound{Channel: "telegram", ID: "1", Kind: kinds[int(kind)%len(kinds)], Text: text, Payload: state.Run + "." + text}
		now := today.Add(time.Second)
		if early {
			now = today.Add(-time.Second)
		}
		out := b.think(seal.Chat{1}, s, in, now, nil)
		if out.Need != "" {
			if out = b.think(seal.Chat{1}, s, in, now, facts(s)); out.Need != "" {
				t.Fatalf("needs %s, which it has", out.Need)
			}
		}
		if !out.Silent && out.Prompt.Body.Key == "" {
			t.Fatal("nothing is said")
		}
		for _, caps := range []Capabilities{TelegramCapabilities, WhatsAppCapabilities} {
			if m := Render(out.Prompt, Setting{Lang: out.Session.language(), Caps: caps}); !out.Silent && m.Text == "" {
				t.Fatalf("no words for %s", out.Prompt.Body.Key)
			}
		}
		if _, err := out.Session.Encode(); err != nil {
			t.Fatal(err)
		}
	})
}
