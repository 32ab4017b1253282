package sessions_test

import (
	"testing"
	"time"

	"mboka/store/sessions"
)

// lost tries everything a holder can write and wants it refused.
func (f *fixture) lost(g *sessions.Grip) {
	f.t.Helper()
	_, err := f.Save(f.ctx, g, sessions.SaveRequest{Token: "late", Done: "m1", Session: []byte("late")})
	wantErr(f.t, "save", err, sessions.ErrLost)
	_, err = f.Settle(f.ctx, g, sessions.Outcome{ReplyID: "r1", Attempt: 1, State: sessions.Sent})
	wantErr(f.t, "settle", err, sessions.ErrLost)
	_, err = f.Attempt(f.ctx, g, g.Head)
	wantErr(f.t, "attempt", err, sessions.ErrLost)
	wantErr(f.t, "renew", f.Renew(f.ctx, g), sessions.ErrLost)
	wantErr(f.t, "forget", f.Forget(f.ctx, g), sessions.ErrLost)
	wantErr(f.t, "release", f.Release(f.ctx, g), nil)
}

func TestALeaseEndsByTheClockOfRedis(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{Lease: 30 * time.Millisecond}, func(t *testing.T, f *fixture) {
		g := f.begin(chat(1), "m1")
		f.waitDue(chat(1))
		f.lost(g) // nobody else has come yet

		next := f.claim(chat(1), "two")
		if next == nil {
			t.Fatal("a chat that is due cannot be claimed")
		}
		if next.Fence <= g.Fence {
			t.Errorf("fence %d after %d", next.Fence, g.Fence)
		}
		same(t, "head", next.Head, g.Head)
		f.lost(g)
		if next.Session != nil {
			t.Error("a late save has gone through")
		}
	})
}

func TestTheSameProcessIsFencedToo(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		g := f.begin(chat(1), "m1")
		f.expire(chat(1))
		next := f.claim(chat(1), "one")
		f.lost(g)
		f.save(next, sessions.SaveRequest{Done: "m1"})
	})
}

func TestRenew(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		g := f.begin(chat(1), "m1")
		taken := f.dueAt(chat(1))
		f.eventually(func() bool {
			if err := f.Renew(f.ctx, g); err != nil {
				t.Fatal(err)
			}
			return f.dueAt(chat(1)) >= taken+20
		})
		if f.claim(chat(1), "two") != nil {
			t.Error("a renewed lease was given to another")
		}
		f.save(g, sessions.SaveRequest{Done: "m1"})
		wantErr(t, "renew after the turn gave it back", f.Renew(f.ctx, g), sessions.ErrLost)
	})
}

func TestClaim(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		g := f.claim(chat(1), "one")
		same(t, "idle chat", g, &sessions.Grip{Chat: chat(1), Fence: g.Fence})
		if f.claim(chat(1), "one") != nil {
			t.Error("one holder got the lease twice")
		}
		if err := f.Release(f.ctx, g); err != nil {
			t.Fatal(err)
		}
		if f.dueAt(chat(1)) != 0 {
			t.Error("an idle chat is due after its release")
		}
		if next := f.claim(chat(1), "two"); next == nil || next.Fence <= g.Fence {
			t.Errorf("claim after release: %+v", next)
		}
		_, _, err := f.Claim(f.ctx, chat(2), "")
		wantErr(t, "no holder", err, sessions.ErrInvalid)
	})
}

// TestFenceAfterAWipe: a fence is also a time, so that a holder from before
// Redis lost its data cannot be mistaken for one from after.
func TestFenceAfterAWipe(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		var before *sessions.Grip
		for range 5 {
			f.expire(chat(1))
			before = f.claim(chat(1), "one")
		}
		f.client.Del(f.ctx, f.key("l", chat(1)))
		f.eventually(func() bool { return f.client.Time(f.ctx).Val().UnixMilli() > before.Fence })
		if after := f.claim(chat(1), "one"); after.Fence <= before.Fence {
			t.Errorf("fence %d after %d", after.Fence, before.Fence)
		}
		f.lost(&sessions.Grip{Chat: before.Chat, Fence: before.Fence, Head: &sessions.Message{ID: "m1"}})
	})
}

// TestTheSameFenceTwice: Redis lost its last second, and its clock is behind.
// Then the holder tells the two apart.
func TestTheSameFenceTwice(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		const ahead = 5_000_000_000_000
		var grips []*sessions.Grip
		for _, holder := range []sessions.Holder{"one", "two"} {
			f.client.HSet(f.ctx, f.key("l", chat(1)), "fence", ahead, "ends", 1)
			grips = append(grips, f.claim(chat(1), holder))
		}
		if grips[0].Fence != ahead+1 || grips[1].Fence != ahead+1 {
			t.Fatalf("fences %d and %d, want the same", grips[0].Fence, grips[1].Fence)
		}
		grips[0].Head = &sessions.Message{ID: "m1"}
		f.lost(grips[0])
		if err := f.Renew(f.ctx, grips[1]); err != nil {
			t.Errorf("renew by the holder: %v", err)
		}
	})
}

func TestRelease(t *testing.T) {
	t.Parallel()
	waiting := func(state sessions.State) func(*fixture, *sessions.Grip) {
		return func(f *fixture, g *sessions.Grip) {
			s := f.save(g, sessions.SaveRequest{Done: "m1", Replies: replies("r1")})
			f.settle(g, s.Send, state, time.Hour)
			*g = *f.claim(chat(1), "one")
		}
	}
	tests := []struct {
		name string
		work func(f *fixture, g *sessions.Grip)
		due  bool
	}{
		{"mail", func(*fixture, *sessions.Grip) {}, true},
		{"a reply being sent", func(f *fixture, g *sessions.Grip) {
			f.save(g, sessions.SaveRequest{Done: "m1", Replies: replies("r1")})
		}, true},
		{"mail behind a reply that waits", func(f *fixture, g *sessions.Grip) {
			f.accept(chat(1), "m2", "one")
			s := f.save(g, sessions.SaveRequest{Done: "m1", Replies: replies("r1")})
			f.settle(g, s.Send, sessions.Retry, time.Hour)
		}, true},
		{"only a reply put off", waiting(sessions.Retry), false},
		{"only a reply in doubt", waiting(sessions.Unknown), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
				g := f.begin(chat(1), "m1")
				tt.work(f, g)
				for range 2 {
					if err := f.Release(f.ctx, g); err != nil {
						t.Fatal(err)
					}
				}
				if got := len(f.due()) == 1; got != tt.due {
					t.Errorf("due = %v, want %v", got, tt.due)
				}
				if f.claim(chat(1), "two") == nil {
					t.Error("a released chat cannot be claimed")
				}
			})
		})
	}
}

func TestPostpone(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		g := f.begin(chat(1), "m1")
		if err := f.Postpone(f.ctx, g, time.Hour); err != nil {
			t.Fatal(err)
		}
		if len(f.due()) != 0 {
			t.Error("a postponed chat is due")
		}
		a := f.accept(chat(1), "m2", "two")
		if a.Grip == nil || a.Grip.Head.ID != "m1" || a.Grip.Waiting != 1 {
			t.Errorf("a new message got %+v, want the lease and m1 first", a.Grip)
		}
		if err := f.Postpone(f.ctx, a.Grip, 20*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		f.waitDue(chat(1))
	})
}

func TestForget(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		g := f.begin(chat(1), "m0")
		f.save(g, sessions.SaveRequest{Done: "m0"})
		g = f.begin(chat(1), "m1")
		f.save(g, sessions.SaveRequest{Session: []byte("s"), Replies: replies("r1"), Journal: [][]byte{[]byte("j")}})
		f.accept(chat(1), "m2", "one")
		for range 2 {
			if err := f.Forget(f.ctx, g); err != nil {
				t.Fatal(err)
			}
		}
		for _, id := range []string{"m0", "m1", "m2"} {
			if a := f.accept(chat(1), id, "one"); !a.Seen {
				t.Errorf("%s may come again", id)
			}
		}
		for _, kind := range []string{"s", "o", "j", "dirty"} {
			if f.exists(kind, chat(1)) {
				t.Errorf("key %s is still there", kind)
			}
		}
		s := f.save(g, sessions.SaveRequest{Done: "m1", Replies: replies("farewell")})
		if s.Send == nil || s.Send.ID != "farewell" || s.Next == nil || s.Next.ID != "m2" {
			t.Errorf("after forgetting: %+v, want the farewell and then m2", s)
		}
		if a := f.accept(chat(1), "m1", "one"); !a.Seen {
			t.Error("the message that asked for it may come again")
		}
		f.expire(chat(1))
		if next := f.claim(chat(1), "one"); next.Fence <= g.Fence {
			t.Error("the fence went back")
		}
	})
}
