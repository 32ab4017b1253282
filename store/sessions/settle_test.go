package sessions_test

import (
	"testing"
	"time"

	"mboka/store/sessions"
)

func reply(id string, state sessions.State, attempt int) *sessions.Reply {
	return &sessions.Reply{ID: id, Sealed: []byte("sealed " + id), State: state, Attempt: attempt}
}

func doubted(r *sessions.Reply) *sessions.Reply {
	r.Doubts++
	return r
}

func TestSettle(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		state sessions.State
		after time.Duration
		want  sessions.Settled
		left  []string
	}{
		{"sent", sessions.Sent, 0, sessions.Settled{Send: reply("r2", sessions.Sending, 1)}, []string{"r2"}},
		{"failed", sessions.Failed, 0, sessions.Settled{Send: reply("r2", sessions.Sending, 1)}, []string{"r2"}},
		{"retry now", sessions.Retry, 0, sessions.Settled{Send: reply("r1", sessions.Sending, 2)}, []string{"r1", "r2"}},
		{"retry later", sessions.Retry, time.Hour, sessions.Settled{Released: true}, []string{"r1", "r2"}},
		{"unknown now", sessions.Unknown, -time.Second, sessions.Settled{Send: doubted(reply("r1", sessions.Unknown, 1))}, []string{"r1", "r2"}},
		{"unknown later", sessions.Unknown, time.Hour, sessions.Settled{Released: true}, []string{"r1", "r2"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
				g := f.begin(chat(1), "m1")
				s := f.save(g, sessions.SaveRequest{Done: "m1", Replies: replies("r1", "r2")})
				for _, what := range []string{"first", "repetition"} {
					same(t, what, f.settle(g, s.Send, tt.state, tt.after), tt.want)
				}
				f.expire(chat(1))
				var left []string
				for _, r := range f.claim(chat(1), "two").Outbox {
					left = append(left, r.ID)
				}
				same(t, "outbox", left, tt.left)
			})
		})
	}
}

func TestSettleTheLastReply(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		g := f.begin(chat(1), "m1")
		s := f.save(g, sessions.SaveRequest{Done: "m1", Replies: replies("r1")})
		f.accept(chat(1), "m2", "two")
		same(t, "mail came meanwhile", f.settle(g, s.Send, sessions.Sent, 0),
			sessions.Settled{Next: &sessions.Message{ID: "m2", Sealed: []byte("sealed m2")}})
		s = f.save(g, sessions.SaveRequest{Done: "m2", Replies: replies("r2")})
		same(t, "nothing left", f.settle(g, s.Send, sessions.Sent, 0), sessions.Settled{Released: true})
		if f.exists("o", chat(1)) || f.dueAt(chat(1)) != 0 {
			t.Error("an idle chat has replies or is due")
		}
	})
}

func TestSettleWhatWasNotAsked(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		g := f.begin(chat(1), "m1")
		try := func(what string, o sessions.Outcome, want error) {
			t.Helper()
			_, err := f.Settle(f.ctx, g, o)
			wantErr(t, what, err, want)
		}
		try("empty outbox", sessions.Outcome{ReplyID: "r1", Attempt: 1, State: sessions.Sent}, sessions.ErrNotOldest)
		f.save(g, sessions.SaveRequest{Done: "m1", Replies: replies("r1", "r2")})
		try("not the oldest", sessions.Outcome{ReplyID: "r2", Attempt: 1, State: sessions.Sent}, sessions.ErrNotOldest)
		try("another attempt", sessions.Outcome{ReplyID: "r1", Attempt: 2, State: sessions.Sent}, sessions.ErrNotOldest)
		try("no outcome", sessions.Outcome{ReplyID: "r1", Attempt: 1, State: sessions.Pending}, sessions.ErrInvalid)
		// r1 is put off: nobody is sending it, whatever a late answer says.
		f.accept(chat(1), "m2", "two")
		f.settle(g, &sessions.Reply{ID: "r1", Attempt: 1}, sessions.Retry, time.Hour)
		try("waiting", sessions.Outcome{ReplyID: "r1", Attempt: 1, State: sessions.Sent}, sessions.ErrNotOldest)
		f.expire(chat(1))
		try("lease ended", sessions.Outcome{ReplyID: "r1", Attempt: 1, State: sessions.Sent}, sessions.ErrLost)
	})
}

func TestADoubtfulReplyIsDecidedByTheNextHolder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		state   sessions.State
		attempt int // of the reply offered next, 0 for none
	}{
		{"it had arrived", sessions.Sent, 0},
		{"send it again", sessions.Retry, 2},
		{"give it up", sessions.Failed, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
				f.save(f.begin(chat(1), "m1"), sessions.SaveRequest{Done: "m1", Replies: replies("r1")})
				f.expire(chat(1))
				g := f.claim(chat(1), "two")
				if g.Send == nil || g.Send.State != sessions.Unknown || g.Send.Attempt != 1 || g.Send.At.IsZero() {
					t.Fatalf("Send = %+v, want r1 unknown since its first attempt", g.Send)
				}
				same(t, "outbox", g.Outbox, []sessions.Reply{*g.Send})
				s := f.settle(g, g.Send, tt.state, 0)
				switch {
				case tt.attempt == 0 && !s.Released:
					t.Errorf("settled: %+v, want released", s)
				case tt.attempt > 0 && (s.Send == nil || s.Send.State != sessions.Sending || s.Send.Attempt != tt.attempt):
					t.Errorf("settled: %+v, want r1 sending", s)
				}
			})
		})
	}
}

func TestARetryComesBackWhenItsTimeHasCome(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		for _, c := range []struct {
			chat    sessions.Chat
			state   sessions.State
			want    sessions.State
			attempt int
		}{
			{chat(1), sessions.Retry, sessions.Sending, 2},
			{chat(2), sessions.Unknown, sessions.Unknown, 1},
		} {
			g := f.begin(c.chat, "m1")
			s := f.save(g, sessions.SaveRequest{Done: "m1", Replies: replies("r1")})
			if s := f.settle(g, s.Send, c.state, 20*time.Millisecond); !s.Released {
				t.Fatalf("settled: %+v, want released", s)
			}
			f.waitDue(c.chat)
			g = f.claim(c.chat, "two")
			if g.Send == nil || g.Send.State != c.want || g.Send.Attempt != c.attempt {
				t.Errorf("%s came back as %+v, want %s", c.state, g.Send, c.want)
			}
		}
	})
}

func TestASaveBesideASendDoesNotHandItOutTwice(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		g := f.begin(chat(1), "m1")
		f.accept(chat(1), "m2", "two")
		first := f.save(g, sessions.SaveRequest{Done: "m1", Replies: replies("r1")})
		same(t, "second save while r1 is being sent",
			f.save(g, sessions.SaveRequest{Done: "m2", Replies: replies("r2")}), sessions.Saved{})
		s := f.settle(g, first.Send, sessions.Sent, 0)
		if s.Send == nil || s.Send.ID != "r2" {
			t.Errorf("settled: %+v, want r2 next", s)
		}
	})
}
