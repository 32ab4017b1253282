package sessions_test

import (
	"testing"
	"time"

	"mboka/store/sessions"
)

func TestTries(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		begin := time.Now().Truncate(time.Millisecond).UTC()
		at := func(minutes int) time.Time { return begin.Add(time.Duration(minutes) * time.Minute) }
		tries := func(message string, minutes int) sessions.Tries {
			got, err := f.Tries(f.ctx, sessions.LinkCodes, chat(1), message, at(minutes))
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		fail := func(message string, minutes int) sessions.Tries {
			got, err := f.Failed(f.ctx, sessions.LinkCodes, chat(1), message, at(minutes))
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		same(t, "nothing yet", tries("m1", 0), sessions.Tries{Left: 2})
		same(t, "one", fail("m1", 0), sessions.Tries{Left: 1})
		same(t, "the same again", fail("m1", 0), sessions.Tries{Left: 1})
		same(t, "as its own turn sees it", tries("m1", 0), sessions.Tries{Left: 2})
		same(t, "as the next sees it", tries("m2", 1), sessions.Tries{Left: 1})
		locked := sessions.Tries{Until: at(110)}
		same(t, "two", fail("m2", 50), locked)
		same(t, "an hour after the first", tries("m3", 61), locked)
		same(t, "just before the end", tries("m3", 109), locked)
		same(t, "the end", tries("m3", 110), sessions.Tries{Left: 2})
		same(t, "a failure after the lock", fail("m3", 110), sessions.Tries{Left: 1})
		if got, err := f.Tries(f.ctx, sessions.LinkCodes, chat(2), "m1", at(50)); err != nil || got.Left != 2 {
			t.Errorf("another chat: %+v, %v", got, err)
		}
		if ttl := f.client.PTTL(f.ctx, f.key("t", chat(1))).Val(); ttl <= 0 || ttl > time.Hour {
			t.Errorf("kept for %v", ttl)
		}
		if _, err := f.Failed(f.ctx, sessions.LinkCodes, chat(1), "a\nb", at(0)); err == nil {
			t.Error("an id with a line break was taken")
		}
	})
}

// Forgetting a chat does not give it new tries.
func TestForgetKeepsTries(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		now := time.Now()
		for _, id := range []string{"m1", "m2"} {
			if _, err := f.Failed(f.ctx, sessions.LinkCodes, chat(1), id, now); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.Forget(f.ctx, f.begin(chat(1), "m3")); err != nil {
			t.Fatal(err)
		}
		if got, err := f.Tries(f.ctx, sessions.LinkCodes, chat(1), "m3", now); err != nil || got.Until.IsZero() {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
