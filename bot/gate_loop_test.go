package bot_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"mboka/bot"
	"mboka/store"
)

// says holds a reply against its keys.
func (r *rig) says(m bot.Message, keys string) bot.Message {
	r.t.Helper()
	if got := strings.Join(m.Keys, " "); got != keys {
		r.t.Fatalf("said %s, not %s", got, keys)
	}
	return m
}

// named gives the person of the chat a name, in the records.
func (r *rig) named(name string) {
	r.t.Helper()
	ctx := r.t.Context()
	err := r.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		m, _, err := tx.MemberByChat(ctx, r.cfg.Keys.Chat("telegram", "4711"))
		if err != nil {
			return err
		}
		return tx.PutAnswers(ctx, m.ID, m.CreatedAt, []store.Answer{{Step: "display_name", Text: name}})
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// gone has the platform say, after it took the reply, that nobody is there.
func (r *rig) gone(m bot.Message) {
	r.t.Helper()
	err := r.bot.Told(r.t.Context(), bot.Told{Channel: "telegram", Address: "4711", ReplyID: m.ID, ProviderID: "p", Rank: 9, State: "failed", Failure: refusal(bot.Gone, false, 0).(*bot.SendError)})
	if err != nil {
		r.t.Fatal(err)
	}
}

// address is what the records say of the chat.
func (r *rig) address() (store.Address, bool) {
	r.t.Helper()
	a, found, err := r.cfg.Store.AddressOf(r.t.Context(), r.cfg.Keys.Chat("telegram", "4711"))
	if err != nil {
		r.t.Fatal(err)
	}
	return a, found
}

// written waits until the records know a message of the chat.
func (r *rig) written(id string) store.Address {
	r.t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(15 * time.Second); ; <-ticker.C {
		if a, _ := r.address(); a.LastMessageID == id {
			return a
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("message %s does not reach the records", id)
		}
	}
}

// TestLiveSessionIsClosed: an address that was found out of reach is closed
// though its session lives, and the stranger who writes then leaves nothing.
func TestLiveSessionIsClosed(t *testing.T) {
	t.Parallel()
	r := newRig(t, 5*time.Millisecond, nil)
	m := r.counted()
	r.named("Testa Bidon")
	r.gone(m)
	r.says(r.tap(m, "continue"), "stale recycled_ask") // an old button
	before := r.written("u7")                          // the last of the owner
	if before.UnreachableAt.IsZero() {
		t.Error("within reach")
	}
	r.says(r.write("Testa"), "recycled_wrong recycled_again")
	for _, kind := range []bot.Kind{bot.Voice, bot.Picture, bot.Edited} {
		r.accept(bot.Inbound{Kind: kind, Text: "x"})
		r.reply()
	}
	r.says(r.write("modifier"), "recycled_first recycled_again")
	if after, _ := r.address(); after != before {
		t.Errorf("the stranger is in the records:\n%+v\n%+v", before, after)
	}
	r.says(r.write("testa bidon"), "recycled_ok counted")
	r.says(r.write("menu"), "menu_title")
}

// TestTryCountsOnce: the same message twice is one try; of two wrong ones the
// second locks, for the right name too.
func TestTryCountsOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, 5*time.Millisecond, nil)
	m := r.counted()
	r.named("Testa Bidon")
	r.gone(m)
	r.says(r.write("bonjour"), "recycled_ask")
	r.says(r.write("Faux"), "recycled_wrong recycled_again")
	r.n-- // delivered again
	r.accept(bot.Inbound{Kind: bot.Text, Text: "Faux"})
	r.says(r.write("Encore Faux"), "recycled_locked recycled_again")
	r.says(r.write("Testa Bidon"), "recycled_locked recycled_again")
	if got, want := len(r.channel.tried), 6+5; got < want {
		t.Errorf("%d replies, want %d at least", got, want)
	}
}

// TestNameAndNewProfileAtOnce: the right name and the button come together. Both
// orders are sound: the profile is open and kept, or left, and never half.
func TestNameAndNewProfileAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, 5*time.Millisecond, nil)
	m := r.counted()
	r.named("Testa Bidon")
	r.gone(m)
	asked := r.says(r.write("bonjour"), "recycled_ask")
	var both sync.WaitGroup
	for _, in := range []bot.Inbound{
		{ID: "name", Kind: bot.Text, Text: "Testa Bidon"},
		{ID: "new", Kind: bot.Tap, Payload: asked.Choices[0].Payload},
	} {
		in.Channel, in.Address = "telegram", "4711"
		both.Go(func() {
			if err := r.bot.Accept(context.Background(), in); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	r.accept(bot.Inbound{Kind: bot.Text, Text: "/help"})
	for {
		said := r.reply().Keys
		if said[0] != "help" {
			continue // the replies to those two
		}
		_, found := r.address()
		if last := said[len(said)-1]; found != (last == "counted") || !found && last != "lang_choice" {
			t.Errorf("a profile in the records: %v, said %v", found, said)
		}
		return
	}
}

// TestParkedReplyIsNotForTheNext: what waited for the owner to write is not sent
// to whoever writes instead.
func TestParkedReplyIsNotForTheNext(t *testing.T) {
	t.Parallel()
	seen := prometheus.NewRegistry()
	r := newRig(t, 5*time.Millisecond, func(c *bot.Config) { c.Metrics = bot.NewMetrics(seen) })
	m := r.counted()
	r.channel.change(func(c *bot.Capabilities) { c.Window = time.Nanosecond })
	r.accept(bot.Inbound{Kind: bot.Text, Text: "mes données"})
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for !parked(t, seen) {
		<-ticker.C
	}
	r.channel.change(func(c *bot.Capabilities) { c.Window = time.Hour })
	r.gone(m)
	r.says(r.write("bonjour"), "recycled_ask")
	for _, m := range r.channel.tried {
		if slices.Contains(m.Keys, "mydata") {
			t.Error("the stranger reads the answers")
		}
	}
}
