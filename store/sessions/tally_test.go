package sessions_test

import (
	"testing"
	"time"

	"mboka/store/sessions"
)

// TestTally: what a turn counts changes once with its save, over all partitions,
// whatever is repeated or lost, and ends by itself.
func TestTally(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		count := func(done string, changes ...sessions.TallyChange) sessions.SaveRequest {
			return sessions.SaveRequest{Token: "t" + done, Done: done, Tally: &sessions.Tally{Name: "w1", Changes: changes}}
		}
		g := f.begin(chat(1), "m1")
		r := count("m1", sessions.TallyChange{Cell: "a", By: 1})
		r.Replies, r.Journal = replies("r1"), [][]byte{[]byte("j1")}
		f.save(g, r)
		f.save(g, r) // the answer was lost: the same call again
		if a := f.accept(chat(1), "m1", "two"); !a.Seen {
			t.Error("the message is taken again")
		}
		f.save(f.begin(chat(2), "n1"), count("n1", sessions.TallyChange{Cell: "a", By: 1}))
		f.settle(g, &sessions.Reply{ID: "r1", Attempt: 1}, sessions.Sent, 0)
		g = f.begin(chat(1), "m2")
		f.expire(chat(1)) // the holder dies, another one does the turn
		move := count("m2", sessions.TallyChange{Cell: "b", By: 1}, sessions.TallyChange{Cell: "a", By: -1})
		_, err := f.Save(f.ctx, g, move)
		wantErr(t, "save without the lease", err, sessions.ErrLost)
		f.save(f.claim(chat(1), "two"), move)
		got, err := f.Tallied(f.ctx, "w1")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "counted", got, map[byte]map[string]int{1: {"b": 1}, 2: {"a": 1}})
		key := f.prefix + ":{01}:n:w1"
		if ttl := f.client.PTTL(f.ctx, key).Val(); ttl <= sessions.TallyKept-time.Minute || ttl > sessions.TallyKept {
			t.Errorf("counters end in %s", ttl)
		}
		if none, err := f.Tallied(f.ctx, "w2"); len(none) != 0 || err != nil {
			t.Errorf("of another week: %v %v", none, err)
		}
		if _, err := f.Walk(f.ctx, func(sessions.Place, []byte) ([]byte, error) { return nil, nil }); err != nil {
			t.Error(err)
		}
		_, err = f.Save(f.ctx, f.begin(chat(3), "o1"), count("o1", sessions.TallyChange{Cell: "a\nb", By: 1}))
		wantErr(t, "a cell with a break", err, sessions.ErrInvalid)
	})
}
