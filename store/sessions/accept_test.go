package sessions_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mboka/store/sessions"
)

func TestAcceptTakesTheFreeLease(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		sealed := []byte("any\x00bytes\n1\n2\n\xff")
		a, err := f.Accept(f.ctx, chat(1), "m1", "t1", sealed, "one")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "first message", a, sessions.Accepted{Grip: &sessions.Grip{
			Chat: chat(1), Fence: a.Grip.Fence, Head: &sessions.Message{ID: "m1", Sealed: sealed},
		}})
		if got := a.Grip.Until.Sub(a.Now); got != 8*time.Second {
			t.Errorf("lease is %s long, want 8s", got)
		}
		if !a.Grip.Head.AcceptedAt.Equal(a.Now) {
			t.Errorf("accepted at %s, want %s", a.Grip.Head.AcceptedAt, a.Now)
		}
		if a := f.accept(chat(1), "m2", "two"); a.Seen || a.Grip != nil {
			t.Errorf("second message while the lease is held: %+v", a)
		}
		if a := f.accept(chat(2), "m1", "two"); a.Grip == nil {
			t.Error("the same id in another chat was not taken")
		}
	})
}

func TestAcceptRefusesAnIDSeen(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		g := f.begin(chat(1), "m1")
		if a := f.accept(chat(1), "m1", "two"); !a.Seen || a.Grip != nil {
			t.Errorf("duplicate while it waits: %+v", a)
		}
		f.save(g, sessions.SaveRequest{Done: "m1"})
		if a := f.accept(chat(1), "m1", "two"); !a.Seen || a.Grip != nil {
			t.Errorf("duplicate after it was done: %+v", a)
		}
		if f.exists("m", chat(1)) {
			t.Error("a duplicate is in the mailbox")
		}
	})
}

// TestADoneMessageStaysSeen although it waited longer than ids are kept.
func TestADoneMessageStaysSeen(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		g := f.begin(chat(1), "m1")
		f.client.Del(f.ctx, f.key("d", chat(1)))
		f.save(g, sessions.SaveRequest{Done: "m1"})
		if a := f.accept(chat(1), "m1", "one"); !a.Seen {
			t.Error("a message just done was taken again")
		}
	})
}

func TestAcceptAgainWithTheSameToken(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		again := func(holder sessions.Holder) sessions.Accepted {
			a, err := f.Accept(f.ctx, chat(1), "m1", "t", []byte("sealed m1"), holder)
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		first := again("one")
		same(t, "repetition by the holder", again("one"), first)
		if a := again("two"); a.Seen || a.Grip != nil {
			t.Errorf("repetition by another holder: %+v", a)
		}
		f.expire(chat(1))
		if a := again("one"); a.Grip == nil || a.Grip.Fence <= first.Grip.Fence {
			t.Errorf("repetition after the lease ended: %+v, want a new lease", a)
		} else if _, err := f.Save(f.ctx, a.Grip, sessions.SaveRequest{Token: "s", Done: "m1"}); err != nil {
			t.Fatal(err)
		}
		if a := again("one"); a.Seen || a.Grip != nil {
			t.Errorf("repetition after it was done: %+v, want neither seen nor a lease", a)
		}
		if f.exists("m", chat(1)) {
			t.Error("a repetition is in the mailbox")
		}
	})
}

func TestAcceptAgainShowsTheReplyBegun(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		g := f.begin(chat(1), "m1")
		f.save(g, sessions.SaveRequest{Done: "m1", Replies: replies("r1", "r2")})
		f.settle(g, &sessions.Reply{ID: "r1", Attempt: 1}, sessions.Sent, 0)
		f.expire(chat(1))
		var grips []*sessions.Grip
		for range 2 {
			a, err := f.Accept(f.ctx, chat(1), "m2", "t", []byte("sealed m2"), "two")
			if err != nil {
				t.Fatal(err)
			}
			grips = append(grips, a.Grip)
		}
		same(t, "repetition", grips[1], grips[0])
		if s := grips[0].Send; s == nil || s.ID != "r2" || s.State != sessions.Unknown {
			t.Errorf("Send = %+v, want r2 in doubt", s)
		}
	})
}

func TestAcceptFull(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{MailboxMax: 2}, func(t *testing.T, f *fixture) {
		g := f.begin(chat(1), "m1")
		f.accept(chat(1), "m2", "one")
		_, err := f.Accept(f.ctx, chat(1), "m3", "t", []byte("x"), "one")
		wantErr(t, "third message", err, sessions.ErrMailboxFull)
		f.save(g, sessions.SaveRequest{Done: "m1"})
		if a := f.accept(chat(1), "m3", "one"); a.Seen {
			t.Error("a message that was refused counts as seen")
		}
	})
}

func TestAcceptForgetsOldIDs(t *testing.T) {
	t.Parallel()
	t.Run("by number", func(t *testing.T) {
		onBoth(t, sessions.Options{DedupeMax: 3, MailboxMax: 100}, func(t *testing.T, f *fixture) {
			for i := range 10 {
				f.accept(chat(1), fmt.Sprintf("m%d", i), "one")
			}
			if n := f.client.ZCard(f.ctx, f.key("d", chat(1))).Val(); n != 6 {
				t.Errorf("%d members, want three ids alone and with their tokens", n)
			}
			if a := f.accept(chat(1), "m9", "one"); !a.Seen {
				t.Error("the newest id is forgotten")
			}
		})
	})
	t.Run("by age", func(t *testing.T) {
		onBoth(t, sessions.Options{DedupeTTL: 30 * time.Millisecond, MailboxMax: 100_000}, func(t *testing.T, f *fixture) {
			f.accept(chat(1), "m1", "one")
			f.eventually(func() bool { return !f.accept(chat(1), "m1", "one").Seen })
			f.eventually(func() bool { return !f.exists("d", chat(1)) })
		})
	})
}

func TestAcceptInvalid(t *testing.T) {
	t.Parallel()
	f := newFixture(t, miniClient(t), sessions.Options{})
	for _, c := range []struct{ name, id, token, holder string }{
		{"no id", "", "t", "one"},
		{"no token", "m", "", "one"},
		{"no holder", "m", "t", ""},
		{"line break", "m\n1", "t", "one"},
		{"too long", strings.Repeat("m", 257), "t", "one"},
	} {
		_, err := f.Accept(f.ctx, chat(1), c.id, c.token, nil, sessions.Holder(c.holder))
		wantErr(t, c.name, err, sessions.ErrInvalid)
	}
	if keys := f.client.Keys(f.ctx, "*").Val(); len(keys) != 0 {
		t.Errorf("keys were written: %v", keys)
	}
}

func TestAttempt(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		g := f.begin(chat(1), "m1")
		f.accept(chat(1), "m2", "one")
		m := g.Head
		for _, want := range []int{1, 1} {
			if n, err := f.Attempt(f.ctx, g, m); err != nil || n != want {
				t.Errorf("Attempt = %d, %v, want %d: a repetition counts once", n, err, want)
			}
		}
		f.expire(chat(1))
		next := f.claim(chat(1), "two")
		same(t, "head", next.Head, &sessions.Message{ID: "m1", Attempts: 1, Sealed: []byte("sealed m1")})
		if n, err := f.Attempt(f.ctx, next, next.Head); err != nil || n != 2 {
			t.Errorf("second attempt = %d, %v", n, err)
		}
		_, err := f.Attempt(f.ctx, next, &sessions.Message{ID: "m2"})
		wantErr(t, "not the oldest", err, sessions.ErrNotOldest)
		_, err = f.Attempt(f.ctx, g, m)
		wantErr(t, "lost", err, sessions.ErrLost)
	})
}
