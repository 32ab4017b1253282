package sessions_test

import (
	"testing"
	"time"

	"mboka/store/sessions"
)

func TestSaveReleasesWhenNothingIsLeft(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		g := f.begin(chat(1), "m1")
		if f.dueAt(chat(1)) != g.Until.UnixMilli() {
			t.Error("a held chat is not due when its lease ends")
		}
		same(t, "answer", f.save(g, sessions.SaveRequest{Done: "m1", Session: []byte("s\x00\n1")}),
			sessions.Saved{Released: true})
		if f.dueAt(chat(1)) != 0 || f.exists("m", chat(1)) {
			t.Error("an idle chat is due or has mail")
		}
		next := f.begin(chat(1), "m2")
		if string(next.Session) != "s\x00\n1" || next.Fence <= g.Fence {
			t.Errorf("next turn: session %q, fence %d after %d", next.Session, next.Fence, g.Fence)
		}
	})
}

func TestSaveAnswers(t *testing.T) {
	t.Parallel()
	r1 := &sessions.Reply{ID: "r1", Sealed: []byte("sealed r1"), State: sessions.Sending, Attempt: 1}
	m2 := &sessions.Message{ID: "m2", Sealed: []byte("sealed m2")}
	tests := []struct {
		name string
		mail []string // beside m1
		r    sessions.SaveRequest
		want sessions.Saved
	}{
		{"nothing done", nil, sessions.SaveRequest{},
			sessions.Saved{Next: &sessions.Message{ID: "m1", Sealed: []byte("sealed m1")}}},
		{"a reply", nil, sessions.SaveRequest{Done: "m1", Replies: replies("r1", "r2")},
			sessions.Saved{Send: r1}},
		{"more mail", []string{"m2", "m3"}, sessions.SaveRequest{Done: "m1"},
			sessions.Saved{Next: m2, Waiting: 1}},
		{"both", []string{"m2"}, sessions.SaveRequest{Done: "m1", Replies: replies("r1")},
			sessions.Saved{Send: r1, Next: m2}},
		{"neither", nil, sessions.SaveRequest{Done: "m1"}, sessions.Saved{Released: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
				g := f.begin(chat(1), "m1")
				for _, id := range tt.mail {
					f.accept(chat(1), id, "two")
				}
				tt.r.Journal = [][]byte{[]byte("j1"), []byte("j2")}
				tt.r.Token = "same"
				// The second call is the repetition after a lost answer.
				for _, what := range []string{"first", "repetition"} {
					got := f.save(g, tt.r)
					same(t, what, got, tt.want)
					if !got.Released && f.dueAt(chat(1)) != got.Until.UnixMilli() {
						t.Errorf("%s: a held chat is not due when its lease ends", what)
					}
				}
				if n := f.client.LLen(f.ctx, f.key("o", chat(1))).Val(); int(n) != len(tt.r.Replies) {
					t.Errorf("%d replies in the outbox, want %d", n, len(tt.r.Replies))
				}
				if n := f.client.LLen(f.ctx, f.key("j", chat(1))).Val(); n != 2 {
					t.Errorf("%d journal entries, want 2", n)
				}
			})
		})
	}
}

func TestSaveSession(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{SessionTTL: time.Hour}, func(t *testing.T, f *fixture) {
		steps := []struct {
			name string
			r    sessions.SaveRequest
			want []byte
		}{
			{"set", sessions.SaveRequest{Session: []byte("a")}, []byte("a")},
			{"keep", sessions.SaveRequest{}, []byte("a")},
			{"empty is not none", sessions.SaveRequest{Session: []byte{}}, []byte{}},
			{"delete wins", sessions.SaveRequest{Session: []byte("b"), DeleteSession: true}, nil},
			{"nothing to keep", sessions.SaveRequest{}, nil},
		}
		for _, step := range steps {
			f.save(f.claim(chat(1), "one"), step.r)
			g := f.claim(chat(1), "one")
			same(t, step.name, g.Session, step.want)
			if ttl := f.client.PTTL(f.ctx, f.key("s", chat(1))).Val(); step.want != nil && (ttl <= 59*time.Minute || ttl > time.Hour) {
				t.Errorf("%s: session ends in %s, want 1h", step.name, ttl)
			}
			if err := f.Release(f.ctx, g); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestSaveWrongDone(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		g := f.begin(chat(1), "m1")
		f.accept(chat(1), "m2", "one")
		for _, id := range []string{"m2", "m9"} {
			_, err := f.Save(f.ctx, g, sessions.SaveRequest{
				Token: "t" + id, Done: id, Session: []byte("s"), Replies: replies("r"), Journal: [][]byte{[]byte("j")},
			})
			wantErr(t, "done "+id, err, sessions.ErrNotOldest)
		}
		if f.exists("s", chat(1)) || f.exists("o", chat(1)) || f.exists("j", chat(1)) {
			t.Error("a refused save has written something")
		}
	})
}

func TestSaveSupersedesUntakenPrompts(t *testing.T) {
	t.Parallel()
	for state, want := range map[sessions.State][]string{
		sessions.Retry:   {"notice", "new"}, // refused: not taken for certain
		sessions.Unknown: {"tried", "notice", "new"},
	} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
				g := f.begin(chat(1), "m1")
				f.accept(chat(1), "m2", "one")
				f.accept(chat(1), "m3", "one")
				// The first is tried and put off; behind it wait a notice and a prompt.
				s := f.save(g, sessions.SaveRequest{Done: "m1",
					Replies: []sessions.Reply{prompt("tried"), replies("notice")[0], prompt("old")}})
				f.settle(g, s.Send, state, time.Hour)
				f.save(g, sessions.SaveRequest{Done: "m2", Replies: []sessions.Reply{prompt("kept")}})
				f.save(g, sessions.SaveRequest{Done: "m3", Replies: []sessions.Reply{prompt("new")}, Supersede: true})

				f.expire(chat(1))
				var got []string
				for _, r := range f.claim(chat(1), "two").Outbox {
					got = append(got, r.ID)
				}
				same(t, "outbox", got, want)
			})
		})
	}
}

func TestSaveGoesOnBehindAReplyThatWaits(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		g := f.begin(chat(1), "m1")
		s := f.save(g, sessions.SaveRequest{Done: "m1", Replies: replies("r1")})
		settled := f.settle(g, s.Send, sessions.Retry, time.Hour)
		same(t, "put off", settled, sessions.Settled{Released: true})
		if at := settled.Now.Add(time.Hour).UnixMilli(); f.dueAt(chat(1)) != at {
			t.Errorf("due at %d, want %d: the reply's time", f.dueAt(chat(1)), at)
		}
		g = f.begin(chat(1), "m2")
		if g.Send != nil || len(g.Outbox) != 1 || g.Outbox[0].State != sessions.Retry {
			t.Errorf("grip %+v, want r1 waiting and nothing to send", g)
		}
		same(t, "next turn", f.save(g, sessions.SaveRequest{Done: "m2", Replies: replies("r2")}),
			sessions.Saved{Released: true})
		if len(f.due()) != 0 {
			t.Error("a chat whose reply has to wait is due")
		}
	})
}

func TestSaveLost(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		g := f.begin(chat(1), "m1")
		r := sessions.SaveRequest{Token: "t", Done: "m1", Session: []byte("s")}
		f.save(g, r)
		f.begin(chat(1), "m2")
		same(t, "repetition after another took over", f.save(g, r), sessions.Saved{Released: true})
		r.Token = "other"
		_, err := f.Save(f.ctx, g, r)
		wantErr(t, "save by a former holder", err, sessions.ErrLost)
	})
}

func TestSaveRepeatedAfterTheLeaseEnded(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		g := f.begin(chat(1), "m1")
		r := sessions.SaveRequest{Token: "t", Done: "m1", Replies: replies("r1")}
		f.save(g, r)
		f.expire(chat(1))
		_, err := f.Save(f.ctx, g, r)
		wantErr(t, "repetition with a reply still to send", err, sessions.ErrLost)
		if next := f.claim(chat(1), "two"); next.Send == nil || next.Send.State != sessions.Unknown {
			t.Errorf("Send = %+v, want r1 in doubt", next.Send)
		}
		_, err = f.Save(f.ctx, g, r)
		wantErr(t, "repetition after another took over", err, sessions.ErrLost)
	})
}

func TestSaveInvalid(t *testing.T) {
	t.Parallel()
	f := newFixture(t, miniClient(t), sessions.Options{})
	g := f.begin(chat(1), "m1")
	for name, r := range map[string]sessions.SaveRequest{
		"no token":            {},
		"reply without id":    {Token: "t", Replies: replies("")},
		"reply id with break": {Token: "t", Replies: replies("a\nb")},
	} {
		_, err := f.Save(f.ctx, g, r)
		wantErr(t, name, err, sessions.ErrInvalid)
	}
}
