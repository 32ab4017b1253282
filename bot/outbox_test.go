package bot_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"mboka/bot"
)

func refusal(o bot.Outcome, account bool, wait time.Duration) error {
	return &bot.SendError{Outcome: o, Account: account, RetryAfter: wait, Code: "test", Err: errors.New("test")}
}

// lastKey is what a message says in the end.
func lastKey(m bot.Message) string {
	if len(m.Keys) == 0 {
		return ""
	}
	return m.Keys[len(m.Keys)-1]
}

// TestHeldSender lets a refusal of the whole sender hold the other chats too.
func TestHeldSender(t *testing.T) {
	t.Parallel()
	r := newRig(t, 20*time.Millisecond, nil)
	begun := time.Now()
	r.fail(refusal(bot.Throttled, true, 400*time.Millisecond))
	r.accept(bot.Inbound{Kind: bot.Text, Text: "mbote"})
	r.consumed()
	other := bot.Inbound{Channel: "telegram", Address: "4712", ID: "other", Kind: bot.Text, Text: "mbote"}
	if err := r.bot.Accept(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		r.reply()
		if waited := time.Since(begun); waited < 400*time.Millisecond {
			t.Errorf("a reply left %s after the refusal", waited)
		}
	}
}

// TestDoubtIsLookedInto asks the platform before it sends again.
func TestDoubtIsLookedInto(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		found bool
		err   error
		again bool
	}{
		"it arrived":         {found: true},
		"it came to nothing": {found: true, err: refusal(bot.Rejected, false, 0)},
		"it did not arrive":  {again: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := make(chan bot.Message, 16)
			r := newRig(t, 10*time.Millisecond, func(c *bot.Config) {
				c.LookUps = map[string]bot.LookUp{"telegram": func(_ context.Context, address string, m bot.Message, since time.Time) (bool, error) {
					if address != "4711" || time.Since(since) > time.Hour {
						t.Errorf("asked about %q since %s", address, since)
					}
					asked <- m
					return tc.found, tc.err
				}}
			})
			r.channel.change(func(c *bot.Capabilities) { c.Doubt = time.Millisecond })
			r.fail(refusal(bot.Unknown, false, 0))
			r.accept(bot.Inbound{Kind: bot.Text, Text: "mbote"})
			if m := <-asked; lastKey(m) != "lang_choice" {
				t.Errorf("asked about %v", m.Keys)
			}
			r.accept(bot.Inbound{Kind: bot.Text, Text: "fr"})
			first := lastKey(r.reply())
			if want := map[bool]string{true: "lang_choice", false: "notice"}[tc.again]; first != want {
				t.Errorf("then came %s, not %s", first, want)
			}
		})
	}
}

// TestToldSettlesADoubt believes a status callback, also before it would look.
func TestToldSettlesADoubt(t *testing.T) {
	t.Parallel()
	r := newRig(t, 10*time.Millisecond, nil)
	r.channel.change(func(c *bot.Capabilities) { c.Doubt = time.Hour })
	r.fail(refusal(bot.Unknown, false, 0))
	r.accept(bot.Inbound{Kind: bot.Text, Text: "mbote"})
	r.consumed()
	told := bot.Told{Channel: "telegram", Address: "4711", ReplyID: r.channel.last().ID, ProviderID: "SM1", Rank: 2, State: "sent"}
	r.accept(bot.Inbound{Kind: bot.Text, Text: "fr"}) // its reply waits behind the one in doubt
	for range 2 {
		if err := r.bot.Told(t.Context(), told); err != nil {
			t.Fatal(err)
		}
	}
	if m := r.reply(); lastKey(m) != "notice" {
		t.Errorf("then came %v", m.Keys)
	}
}

// TestRefusedFormIsSaidAsText repeats as text, once, what WhatsApp refused to
// show with buttons.
func TestRefusedFormIsSaidAsText(t *testing.T) {
	t.Parallel()
	r := newRig(t, 10*time.Millisecond, nil)
	m := r.tap(r.write("mbote"), "fr")
	told := bot.Told{Channel: "telegram", Address: "4711", ReplyID: m.ID, ProviderID: "SM1", Rank: 5, State: "failed", AsText: true,
		Failure: &bot.SendError{Outcome: bot.Rejected, Code: "63013", Err: errors.New("test")}}
	for range 2 {
		if err := r.bot.Told(t.Context(), told); err != nil {
			t.Fatal(err)
		}
	}
	if again := r.reply(); lastKey(again) != "notice" || again.Layout != bot.Plain || len(again.Choices) != 0 {
		t.Errorf("said %v as %q with %d choices", again.Keys, again.Layout, len(again.Choices))
	}
	if m := r.write("oui"); slices.Contains(m.Keys, "late_message") || m.Layout == bot.Plain {
		t.Errorf("the next one is %v as %q", m.Keys, m.Layout)
	}
}

// TestReplyAfterTheWindow keeps a reply until the person writes again.
func TestReplyAfterTheWindow(t *testing.T) {
	t.Parallel()
	seen := prometheus.NewRegistry()
	r := newRig(t, 10*time.Millisecond, func(c *bot.Config) { c.Metrics = bot.NewMetrics(seen) })
	m := r.counted()
	r.channel.change(func(c *bot.Capabilities) { c.Window = time.Nanosecond })
	r.fail(refusal(bot.Retry, false, 0)) // where the first try comes within the same millisecond
	r.accept(bot.Inbound{Kind: bot.Tap, Payload: payloadOf(t, m, "later")})
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for !parked(t, seen) {
		<-ticker.C
	}
	r.fail()
	if len(r.got) > 0 {
		t.Fatal("a reply left though the window is shut")
	}
	r.channel.change(func(c *bot.Capabilities) { c.Window = time.Hour })
	if m := r.write("menu"); lastKey(m) != "menu_title" {
		t.Errorf("the parked question was not replaced: %v", m.Keys)
	}
}

// parked tells whether the metrics count a parked reply.
func parked(t *testing.T, seen *prometheus.Registry) bool {
	t.Helper()
	all, err := seen.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range all {
		for _, m := range family.GetMetric() {
			for _, l := range m.GetLabel() {
				if family.GetName() == "mboka_replies_total" && l.GetValue() == "parked" {
					return true
				}
			}
		}
	}
	return false
}

func payloadOf(t *testing.T, m bot.Message, code string) string {
	t.Helper()
	for _, c := range m.Choices {
		if _, _, got, _ := bot.ReadPayload(c.Payload); got == code {
			return c.Payload
		}
	}
	t.Fatalf("no choice %q", code)
	return ""
}

// TestGone marks an address out of reach. A block that is taken back brings it
// within reach again; after anything else whoever writes has to prove first
// that it is still their address.
func TestGone(t *testing.T) {
	t.Parallel()
	r := newRig(t, 10*time.Millisecond, nil)
	m := r.counted()
	reachable := func(want bool) {
		t.Helper()
		ticker := time.NewTicker(5 * time.Millisecond)
		defer ticker.Stop()
		for deadline := time.Now().Add(15 * time.Second); ; <-ticker.C {
			a, found, err := r.cfg.Store.AddressOf(t.Context(), r.cfg.Keys.Chat("telegram", "4711"))
			if err != nil || !found {
				t.Fatal(found, err)
			}
			if a.UnreachableAt.IsZero() == want {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("out of reach since %v, want within reach: %v", a.UnreachableAt, want)
			}
		}
	}
	r.named("Testa Bidon")
	r.accept(bot.Inbound{Kind: bot.Blocked})
	reachable(false)
	r.accept(bot.Inbound{Kind: bot.Unblocked})
	reachable(true)
	r.fail(refusal(bot.Gone, false, 0))
	r.accept(bot.Inbound{Kind: bot.Tap, Payload: payloadOf(t, m, "later")})
	reachable(false)
	r.says(r.write("menu"), "recycled_ask")
	for _, kind := range []bot.Kind{bot.Blocked, bot.Unblocked} { // by whoever has proven nothing
		r.accept(bot.Inbound{Kind: kind})
	}
	r.says(r.write("mes données"), "recycled_first recycled_again")
	reachable(false)
	r.says(r.write("testa bidon"), "recycled_ok q_field_of_study")
	reachable(true)
}
