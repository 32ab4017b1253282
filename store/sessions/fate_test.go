package sessions_test

import (
	"testing"
	"time"

	"mboka/store/sessions"
)

// TestDoubts counts what the platform left unknown, not a sender that died.
func TestDoubts(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		g := f.begin(chat(1), "m1")
		f.save(g, sessions.SaveRequest{Done: "m1", Replies: replies("r1")})
		f.expire(chat(1)) // in the middle of sending
		g = f.claim(chat(1), "two")
		same(t, "after a death", g.Send.Doubts, 0)
		s := f.settle(g, g.Send, sessions.Retry, 0)
		s = f.settle(g, s.Send, sessions.Unknown, 0)
		same(t, "after no answer", s.Send.Doubts, 1)
		s = f.settle(g, s.Send, sessions.Unknown, 0) // not decided yet
		same(t, "looked at again", s.Send.Doubts, 1)
	})
}

// TestParked holds a reply back until a message of the person is dealt with.
func TestParked(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		g := f.begin(chat(1), "m1")
		s := f.save(g, sessions.SaveRequest{Done: "m1", Replies: []sessions.Reply{replies("r1")[0], prompt("r2")}})
		same(t, "parked", f.settle(g, s.Send, sessions.Parked, 0), sessions.Settled{Released: true})
		if at := f.dueAt(chat(1)); at != 0 {
			t.Errorf("a chat with nothing but a parked reply is due at %d", at)
		}
		g = f.begin(chat(1), "m2")
		if g.Send != nil {
			t.Fatalf("handed out before the message: %+v", g.Send)
		}
		s = f.save(g, sessions.SaveRequest{Done: "m2", Replies: replies("r3"), Supersede: true})
		same(t, "first", s.Send, reply("r1", sessions.Sending, 2))
		s = f.settle(g, s.Send, sessions.Sent, 0)
		same(t, "then, without the prompt that is replaced", s.Send, reply("r3", sessions.Sending, 1))
	})
}

// TestFates keeps what a platform says later, by rank within a sending.
func TestFates(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		c := chat(1)
		put := func(reply, sid string, rank int, state string) bool {
			news, err := f.PutFate(f.ctx, c, reply, sessions.Fate{ProviderID: sid, Rank: rank, State: state, Failed: rank == 5})
			if err != nil {
				t.Fatal(err)
			}
			return news
		}
		g := f.begin(c, "m1")
		s := f.save(g, sessions.SaveRequest{Done: "m1", Replies: replies("r1", "r2")})
		for _, step := range []struct {
			sid   string
			rank  int
			state string
			news  bool
		}{{"SM1", 2, "sent", true}, {"SM1", 2, "sent", false}, {"SM1", 1, "queued", false}, {"SM1", 3, "delivered", true}, {"SM2", 1, "queued", true}} {
			if news := put("r1", step.sid, step.rank, step.state); news != step.news {
				t.Errorf("%s %s: news is %v", step.sid, step.state, news)
			}
		}
		fates, err := f.Fates(f.ctx, c, "r1")
		if err != nil || len(fates) != 2 {
			t.Fatalf("%+v, %v", fates, err)
		}
		f.settle(g, s.Send, sessions.Unknown, time.Hour) // r1 waits in doubt
		if put("r1", "SM2", 2, "sent"); f.dueAt(c) == 0 || len(f.due()) != 1 {
			t.Error("the chat whose reply was in doubt is not due")
		}
		put("r0", "SM0", 4, "read") // long gone: nothing to keep
		put("r0", "SM9", 5, "failed")
		if fates, err := f.Fates(f.ctx, c, "r0"); err != nil || len(fates) != 1 || fates[0].State != "failed" {
			t.Errorf("of a reply that is gone: %+v, %v", fates, err)
		}
	})
}

// TestAside sets a message aside with its apology and lists it.
func TestAside(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		for n := byte(1); n <= 2; n++ {
			g := f.begin(chat(n), "m1")
			f.save(g, sessions.SaveRequest{Done: "m1", Aside: "panic", Replies: replies("sorry")})
		}
		listed, err := f.Asides(f.ctx, 10)
		if err != nil || len(listed) != 2 {
			t.Fatalf("%+v, %v", listed, err)
		}
		for _, a := range listed {
			if a.ID != "m1" || a.Cause != "panic" || string(a.Sealed) != "sealed m1" || a.Since.IsZero() || a.AcceptedAt.IsZero() {
				t.Errorf("%+v", a)
			}
		}
		if err := f.DropAside(f.ctx, listed[0].Chat, "m1"); err != nil {
			t.Fatal(err)
		}
		if left, err := f.Asides(f.ctx, 10); err != nil || len(left) != 1 || left[0].Chat != listed[1].Chat {
			t.Errorf("%+v, %v", left, err)
		}
	})
}
