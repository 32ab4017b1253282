package whatsapp

import (
	"context"
	"errors"
	"testing"
	"time"

	"mboka/bot"
	"mboka/bot/whatsapp/twiliotest"
)

const bea = "whatsapp:+32470000002"

// aged is a rig whose messages are of the given ages in hours: each time two
// people write and are answered.
func aged(t *testing.T, hours ...int) (r *rig, now time.Time) {
	t.Helper()
	r, now = newRig(t), time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, h := range hours {
		r.srv.SetClock(func() time.Time { return now.Add(-time.Duration(h) * time.Hour) })
		for _, address := range []string{anna, bea} {
			r.srv.Text(address, "bonjour")
			if _, err := r.Send(within(t), address, bot.Message{ID: "x", Text: "Mbote"}); err != nil {
				t.Fatal(err)
			}
		}
		r.srv.Settle(within(t))
	}
	r.srv.SetClock(func() time.Time { return now })
	return r, now
}

func (r *rig) purge(t *testing.T, before time.Time) Purged {
	t.Helper()
	done, err := r.Purge(within(t), before)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func TestPurge(t *testing.T) {
	t.Parallel()
	r, now := aged(t, 80, 49, 47, 1)
	if got := r.purge(t, now.Add(-48*time.Hour)); got != (Purged{Deleted: 8}) || r.srv.Kept() != 8 {
		t.Errorf("%+v, %d kept", got, r.srv.Kept())
	}
	if got := r.purge(t, now.Add(-48*time.Hour)); got != (Purged{}) {
		t.Errorf("again: %+v", got)
	}
	if got := r.purge(t, now.Add(time.Second)); got != (Purged{Deleted: 8}) || r.srv.Kept() != 0 {
		t.Errorf("%+v, %d kept", got, r.srv.Kept())
	}
	if len(r.srv.Messages(anna)) != 4 {
		t.Error("the phone lost what it had")
	}
}

// One purge is bounded; it deletes the oldest of a direction first.
func TestPurgeIsBounded(t *testing.T) {
	t.Parallel()
	r, now := aged(t, 80, 60)
	r.mostPurged = 3
	if got := r.purge(t, now); got != (Purged{Deleted: 3, Left: 5}) {
		t.Errorf("%+v", got)
	}
	if left := r.late(t, now.Add(-100*time.Hour)); len(left) != 1 || now.Sub(left[0].At) != 60*time.Hour {
		t.Errorf("%+v", left)
	}
	r.purge(t, now)
	if got := r.purge(t, now); got != (Purged{Deleted: 2}) || r.srv.Kept() != 0 {
		t.Errorf("%+v, %d kept", got, r.srv.Kept())
	}
}

// What is still on its way stays until it is settled; what failed before it
// was sent has no date of sending and goes all the same.
func TestPurgeLeavesWhatIsOnItsWay(t *testing.T) {
	t.Parallel()
	r, now := aged(t)
	r.srv.Text(anna, "bonjour")
	send := func(states ...string) {
		r.srv.Receipts(states...)
		_, _ = r.Send(within(t), anna, bot.Message{ID: "x", Text: "Mbote"}) // one is born failed
		r.srv.Settle(within(t))
	}
	send()
	send("sent")
	send("sent", "delivered")
	r.srv.Fail(twiliotest.Born(63024))
	send()
	later := now.Add(time.Hour)
	if got := r.purge(t, later); got != (Purged{Deleted: 3, Left: 2}) || r.srv.Kept() != 2 {
		t.Errorf("%+v, %d kept", got, r.srv.Kept())
	}
	if n := r.srv.Calls()["DELETE /2010-04-01/Accounts/{sid}/Messages/{sid}.json"]; n != 4 {
		t.Errorf("%d deletions asked for: the queued one is known to be refused", n)
	}
}

// A purge that is broken off goes on where it was the next time.
func TestPurgeResumes(t *testing.T) {
	t.Parallel()
	r, now := aged(t, 60)
	for _, tc := range []struct {
		fault twiliotest.Fault
		kept  int
	}{
		{twiliotest.Page(503), 4},
		{twiliotest.Refuse(500, 20500).Taken(), 3},
		{twiliotest.Drop(), 2},
	} {
		r.srv.FailDelete(tc.fault)
		if _, err := r.Purge(within(t), now); err == nil || r.srv.Kept() != tc.kept {
			t.Errorf("%v, %d kept", err, r.srv.Kept())
		}
	}
	r.srv.FailList(twiliotest.Refuse(401, 20003))
	if _, err := r.Purge(within(t), now); err == nil {
		t.Error("nothing was listed, and it did not say so")
	}
	// 404: somebody else has deleted it. 429: Twilio asks to wait, and is obeyed.
	r.srv.FailDelete(twiliotest.Refuse(404, 20404).Taken(), twiliotest.Refuse(429, 20429))
	if got := r.purge(t, now); got.Deleted != 2 || r.srv.Kept() != 0 {
		t.Errorf("%+v, %d kept", got, r.srv.Kept())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Purge(ctx, now); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestForget(t *testing.T) {
	t.Parallel()
	r, now := aged(t, 60, 1)
	if err := r.Forget(within(t), anna, now); err != nil || r.srv.Kept() != 4 {
		t.Errorf("%v, %d kept", err, r.srv.Kept())
	}
	if err := r.Forget(within(t), anna, now); err != nil || r.srv.Kept() != 4 {
		t.Errorf("again: %v, %d kept", err, r.srv.Kept())
	}
	r.srv.Receipts()
	if _, err := r.Send(within(t), bea, bot.Message{ID: "x", Text: "C'est effacé"}); err != nil {
		t.Fatal(err)
	}
	if err := r.Forget(within(t), bea, now); !errors.Is(err, ErrInTransit) || r.srv.Kept() != 1 {
		t.Errorf("%v, %d kept", err, r.srv.Kept())
	}
	if got := r.purge(t, now.Add(time.Minute)); got.Left != 1 {
		t.Errorf("%+v", got)
	}
	r.srv.FailList(twiliotest.Page(503))
	if err := r.Forget(within(t), bea, now); err == nil || errors.Is(err, ErrInTransit) {
		t.Errorf("%v", err)
	}
	if err := r.Forget(within(t), "", now); err == nil {
		t.Error("nobody was forgotten, and it did not say so")
	}
}

// Our requests stop when Twilio takes us for a loop, and pass again later.
func TestSendIntoTheLoopGuard(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.srv.Loops(true)
	r.srv.Text(anna, "bonjour")
	for i := range 31 {
		_, err := r.Send(within(t), anna, bot.Message{ID: "x", Text: "Mbote"})
		if i < 30 && err != nil {
			t.Fatal(i, err)
		}
		if i == 30 {
			if failed := sendErr(t, err); failed.Outcome != bot.Throttled || failed.Code != "14107" || failed.RetryAfter != 30*time.Second || failed.Account {
				t.Errorf("%+v", failed)
			}
		}
	}
	r.srv.Text(bea, "bonjour")
	if _, err := r.Send(within(t), bea, bot.Message{ID: "x", Text: "Mbote"}); err != nil {
		t.Errorf("another person pays for it: %v", err)
	}
}
