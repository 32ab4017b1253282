package announce

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"mboka/bot"
	"mboka/store"
)

// die claims a delivery by a channel and never says what became of it.
func (w *world) die(id [16]byte, channel string) store.Claimed {
	w.t.Helper()
	l, err := w.sending.letter(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	claim, err := w.sending.claim(w.t.Context(), l, w.policy, channel)
	if err != nil {
		w.t.Fatal(err)
	}
	c, found, err := w.db.ClaimDelivery(w.t.Context(), nil, claim)
	if err != nil || !found || c.State != store.DeliverySending {
		w.t.Fatal(c, found, err)
	}
	return c
}

// TestLeftBehind: whoever sent it has died. The platform is asked where it can
// be; else a person decides.
func TestLeftBehind(t *testing.T) {
	t.Parallel()
	asked := errors.New("nobody answers")
	for _, tc := range []struct {
		name    string
		channel string
		found   bool
		err     error
		wait    time.Duration
		want    counts
	}{
		{"too early to say", "telegram", false, nil, 30 * time.Second, counts{"sending": 1}},
		{"nobody to ask", "telegram", false, nil, 2 * time.Minute, counts{"unknown": 1}},
		{"it was taken", "whatsapp", true, nil, 2 * time.Minute, counts{"sent": 1}},
		{"it was not, and is sent", "whatsapp", false, nil, 2 * time.Minute, counts{"sent": 1}},
		{"it failed", "whatsapp", true, refused(bot.Rejected, "63013"), 2 * time.Minute, counts{"failed 63013": 1}},
		{"no answer yet", "whatsapp", false, asked, 2 * time.Minute, counts{"sending": 1}},
		{"no answer", "whatsapp", false, asked, 11 * time.Minute, counts{"unknown": 1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(c *SendingConfig) {
				c.LookUps = map[string]bot.LookUp{"whatsapp": func(_ context.Context, address string, m bot.Message, since time.Time) (bool, error) {
					if address != "whatsapp:+46700000001" || m.Text == "" || !since.Equal(midday) {
						t.Error(address, m, since)
					}
					return tc.found, tc.err
				}}
			})
			w.join(tc.channel, "BE", time.Hour)
			id := w.announce()
			w.tend(id)
			w.die(id, tc.channel)
			w.later(tc.wait)
			w.run(id)
			if got := w.totals(id); got[key(tc.want)] != 1 {
				t.Errorf("%v, want %v", got, tc.want)
			}
		})
	}
}

func TestAPersonDecidesAboutTheUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.join("telegram", "BE", 0)
	w.join("telegram", "BE", 0)
	id := w.announce()
	w.tend(id)
	w.die(id, "telegram")
	w.later(2 * time.Minute)
	w.run(id)
	w.want(id, store.AnnouncementSent, counts{"unknown": 1, "sent": 1})
	w.write(func(tx *store.Tx) error {
		n, err := tx.ResendUnknown(t.Context(), id, w.now())
		if n != 1 {
			t.Error(n)
		}
		return err
	})
	w.die(id, "telegram")
	w.later(2 * time.Minute)
	w.run(id)
	w.want(id, store.AnnouncementSent, counts{"unknown": 1, "sent": 1})
	w.write(func(tx *store.Tx) error { _, err := tx.LeaveUnknown(t.Context(), id, w.now()); return err })
	w.run(id)
	w.want(id, store.AnnouncementClosed, counts{"unknown left": 1, "sent": 1})
}

// TestPauseResumeAndCancelActAtOnce, on deliveries that are planned, with the
// jobs running. It is alone, because it holds to seconds.
func TestPauseResumeAndCancelActAtOnce(t *testing.T) {
	const people, atOnce = 400, 2 * time.Second
	begun := time.Now()
	w := newWorld(t, func(c *SendingConfig) {
		c.Clock = func() time.Time { return midday.Add(time.Since(begun)) }
		c.Bulk = unlimited
		c.Turn = time.Second
	})
	w.telegram.latency = 20 * time.Millisecond
	w.crowd(people)
	workers := river.NewWorkers()
	if err := w.sending.Register(workers); err != nil {
		t.Fatal(err)
	}
	q, err := w.db.NewQueue(workers, w.sending.Periodic(), w.sending.cfg.Logger)
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := q.Stop(ctx); err != nil {
			t.Error(err)
		}
	}()
	id := w.announce()
	w.write(func(tx *store.Tx) error { return tx.Wake(t.Context(), id, time.Time{}) })
	w.until("some are sent", 20*time.Second, func() bool { return w.telegram.count() > 20 })
	steady := func(what string) int {
		t.Helper()
		n := w.telegram.count()
		w.until(what, atOnce, func() bool {
			before := n
			timer := time.NewTimer(300 * time.Millisecond)
			<-timer.C
			n = w.telegram.count()
			return n == before
		})
		return n
	}
	w.write(func(tx *store.Tx) error { return tx.PauseAnnouncement(t.Context(), id, midday) })
	n := steady("it is paused")
	if n == people || w.totals(id)["planned"] != int64(people-n) {
		t.Error(n, w.totals(id))
	}
	w.write(func(tx *store.Tx) error { return tx.ResumeAnnouncement(t.Context(), id, midday) })
	w.until("it goes on", atOnce, func() bool { return w.telegram.count() > n+20 })
	w.write(func(tx *store.Tx) error { return tx.CancelAnnouncement(t.Context(), id, midday) })
	n = steady("it is cancelled")
	w.want(id, store.AnnouncementCancelled, counts{"sent": int64(n), "cancelled": int64(people - n)})
	if n == people {
		t.Error("all were sent before it was cancelled")
	}
}

func (w *world) until(what string, limit time.Duration, ok func() bool) {
	w.t.Helper()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(limit); !ok(); <-ticker.C {
		if time.Now().After(deadline) {
			w.t.Errorf("waited %v in vain until %s", limit, what)
			return
		}
	}
}

// crowd makes many people on Telegram at once.
func (w *world) crowd(n int) {
	w.t.Helper()
	all := make([]store.Synthetic, n)
	for i := range all {
		all[i] = madeUp(i)
	}
	for len(all) > 0 {
		some := min(len(all), 10000)
		if _, err := w.db.AddSynthetic(w.t.Context(), all[:some]); err != nil {
			w.t.Fatal(err)
		}
		all = all[some:]
	}
}

func TestAmericanNumbers(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"whatsapp:+12125550100": true, "whatsapp:+17875550100": true, "whatsapp:US.0123456789": true,
		"whatsapp:+15145550100": false, "whatsapp:+18765550100": false, "whatsapp:+32470000000": false, "whatsapp:CA.0123": false, "1": false, "": false,
	} {
		if american(address) != want {
			t.Errorf("%s: %v", address, !want)
		}
	}
}
