package bot_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"mboka/bot"
	"mboka/store"
)

// spoiled breaks the first effect as it is told to.
func spoiled(t *testing.T, fault func() error) (*rig, bot.Message) {
	t.Helper()
	r := newRig(t, 20*time.Millisecond, func(c *bot.Config) {
		whole := c.Effects[c.Begins]
		c.Patience = time.Millisecond
		c.Effects[c.Begins] = func(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
			if err := fault(); err != nil {
				return nil, err
			}
			return whole(ctx, tx, d)
		}
	})
	return r, r.tap(r.tap(r.write("mbote"), "fr"), "yes")
}

// TestTryAgain gives a message that was set aside another try after a repair:
// it counts as the answer that it was.
func TestTryAgain(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	broken.Store(true)
	r, _ := spoiled(t, func() error {
		if broken.Load() {
			panic("a fault of ours")
		}
		return nil
	})
	if sorry := r.write("37"); lastKey(sorry) != "sorry" {
		t.Fatalf("said %v", sorry.Keys)
	}
	asides, err := r.cfg.Sessions.Asides(t.Context(), 10)
	if err != nil || len(asides) != 1 {
		t.Fatalf("%d set aside, %v", len(asides), err)
	}
	broken.Store(false)
	if err := bot.TryAgain(t.Context(), r.cfg.Sessions, r.cfg.Keys, asides[0]); err != nil {
		t.Fatal(err)
	}
	if m := r.reply(); lastKey(m) != "q_country_residence" {
		t.Errorf("then said %v", m.Keys)
	}
	if left, err := r.cfg.Sessions.Asides(t.Context(), 10); err != nil || len(left) != 0 {
		t.Errorf("%d still set aside, %v", len(left), err)
	}
}

// TestBusy tells once that an answer waits for Postgres, sets nothing aside,
// and takes the answer in the end.
func TestBusy(t *testing.T) {
	t.Parallel()
	var tries atomic.Int32
	r, _ := spoiled(t, func() error {
		if tries.Add(1) <= 3 {
			return context.DeadlineExceeded // as Postgres is when it does not answer
		}
		return nil
	})
	if m := r.write("37"); lastKey(m) != "busy" {
		t.Fatalf("said %v", m.Keys)
	}
	if m := r.reply(); lastKey(m) != "q_country_residence" {
		t.Errorf("then said %v", m.Keys)
	}
	if asides, err := r.cfg.Sessions.Asides(t.Context(), 10); err != nil || len(asides) != 0 {
		t.Errorf("%d set aside, %v", len(asides), err)
	}
}
