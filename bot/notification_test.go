package bot_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"mboka/bot"
	"mboka/store/seal"
	"mboka/store/sessions"
)

// noticed collects what becomes of notices.
type noticed struct {
	mu    sync.Mutex
	fates []string
	err   error
	came  chan struct{}
}

func (n *noticed) take(_ context.Context, _ seal.Chat, id string, f bot.NotificationFate) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.fates = append(n.fates, fmt.Sprint(id, " ", f.State, " ", f.Rank))
	n.came <- struct{}{}
	return n.err
}

// wait gives the fates so far, after one more came.
func (n *noticed) wait(t *testing.T) []string {
	t.Helper()
	select {
	case <-n.came:
	case <-time.After(15 * time.Second):
		t.Fatal("nobody was told what became of the notice")
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]string(nil), n.fates...)
}

func noticeRig(t *testing.T) (*rig, *noticed) {
	n := &noticed{came: make(chan struct{}, 16)}
	return newRig(t, 10*time.Millisecond, func(c *bot.Config) { c.Noticed = n.take }), n
}

func warning(id string, heard time.Time) bot.Notification {
	return bot.Notification{ID: id, Key: "retention_warning", Args: map[string]string{"Date": "3 mars 2028"}, Language: "fr", HeardAt: heard, QueuedAt: time.Now()}
}

func (r *rig) notify(n bot.Notification) {
	r.t.Helper()
	if err := r.bot.Notify(r.t.Context(), "telegram", "4711", n); err != nil {
		r.t.Fatal(err)
	}
}

// heard is when the records have the person's last message, and its id.
func (r *rig) heard() string {
	r.t.Helper()
	if err := r.bot.Flush(r.t.Context(), r.cfg.Keys.Chat("telegram", "4711")); err != nil {
		r.t.Fatal(err)
	}
	a, found, err := r.cfg.Store.AddressOf(r.t.Context(), r.cfg.Keys.Chat("telegram", "4711"))
	if err != nil || !found {
		r.t.Fatal(found, err)
	}
	return a.LastInboundAt.String() + a.LastMessageID
}

// TestNoticeDisturbsNothing: it is said once, in the middle of a form, and
// nothing else changes: neither the question, nor when the person was heard.
func TestNoticeDisturbsNothing(t *testing.T) {
	t.Parallel()
	r, fates := noticeRig(t)
	m := r.tap(r.counted(), "continue")
	before := r.heard()
	for range 3 {
		r.notify(warning("n1", time.Time{}))
	}
	got := r.reply()
	if lastKey(got) != "retention_warning" || !strings.Contains(got.Text, "3 mars 2028") || len(got.Choices) != 0 {
		t.Fatalf("said %q", got.Text)
	}
	if f := fates.wait(t); len(f) != 1 || f[0] != "n1 sent 2" {
		t.Errorf("fates %v", f)
	}
	if after := r.heard(); after != before {
		t.Errorf("heard %s, before %s", after, before)
	}
	if next := r.tap(m, "field_ict"); lastKey(next) != "q_sector" {
		t.Errorf("the form goes on with %v", next.Keys)
	}
	select {
	case m := <-r.got:
		t.Errorf("said again: %v", m.Keys)
	default:
	}
}

// TestNoticeDoesNotWait: outside the window it is not kept for when the person
// writes, and hinders no reply.
func TestNoticeDoesNotWait(t *testing.T) {
	t.Parallel()
	r, fates := noticeRig(t)
	r.channel.change(func(c *bot.Capabilities) { c.Window = 24 * time.Hour })
	r.notify(warning("n1", time.Now().Add(-25*time.Hour)))
	if f := fates.wait(t); f[0] != "n1 parked 3" {
		t.Errorf("fates %v", f)
	}
	if m := r.write("mbote"); lastKey(m) != "lang_choice" {
		t.Errorf("said %v", m.Keys)
	}
	r.notify(warning("n2", time.Now().Add(-23*time.Hour)))
	if m := r.reply(); lastKey(m) != "retention_warning" {
		t.Errorf("inside the window: %v", m.Keys)
	}
}

// TestNoticeByTemplate: with a kind the channel decides whether it can be said
// outside the window, and without an approved text it has not arrived.
func TestNoticeByTemplate(t *testing.T) {
	t.Parallel()
	r, fates := noticeRig(t)
	r.channel.change(func(c *bot.Capabilities) { c.Window = 24 * time.Hour })
	n := warning("n1", time.Now().Add(-25*time.Hour))
	n.Kind, n.Fields = bot.NoticeRetention, []string{"Org", "3 mars 2028"}
	r.notify(n)
	if m := r.reply(); !m.Outside || m.Notice != bot.NoticeRetention || len(m.Fields) != 2 || lastKey(m) != "retention_warning" {
		t.Errorf("said %+v", m)
	}
	if f := fates.wait(t); f[0] != "n1 sent 2" {
		t.Errorf("fates %v", f)
	}
	r.fail(refusal(bot.OutsideWindow, false, 0))
	n.ID = "n2"
	r.notify(n)
	if f := fates.wait(t); f[1] != "n2 parked 3" {
		t.Errorf("fates %v", f)
	}
	n.ID, n.HeardAt = "n3", time.Now().Add(-time.Hour)
	r.notify(n)
	if m := r.reply(); m.Outside {
		t.Errorf("within the window: %+v", m)
	}
}

// TestNoticeIsMoot once the person has written after it was queued.
func TestNoticeIsMoot(t *testing.T) {
	t.Parallel()
	r, _ := noticeRig(t)
	n := warning("n1", time.Time{})
	n.Moot = true
	n.QueuedAt = time.Now().Add(-time.Hour)
	m := r.write("mbote")
	r.notify(n)
	if m = r.tap(m, "fr"); lastKey(m) != "notice" {
		t.Errorf("said %v", m.Keys)
	}
}

// TestFatesOfNotices: refused, in doubt, and what the platform says later. That
// a fate cannot be kept has nothing said twice.
func TestFatesOfNotices(t *testing.T) {
	t.Parallel()
	r, fates := noticeRig(t)
	r.channel.change(func(c *bot.Capabilities) { c.Doubt = time.Hour })
	r.fail(refusal(bot.Gone, false, 0))
	r.notify(warning("gone", time.Time{}))
	if f := fates.wait(t); f[0] != "gone failed 3" {
		t.Errorf("fates %v", f)
	}
	fates.mu.Lock()
	fates.err = errors.New("postgres is down")
	fates.mu.Unlock()
	r.notify(warning("said", time.Time{}))
	fates.wait(t)
	if lastKey(r.reply()) != "retention_warning" {
		t.Error("not said")
	}
	told := bot.Told{Channel: "telegram", Address: "4711", ReplyID: "notice-said", ProviderID: "SM1", Rank: 5, State: "undelivered",
		Failure: &bot.SendError{Outcome: bot.OutsideWindow, Code: "63016", Err: errors.New("test")}}
	if err := r.bot.Told(t.Context(), told); err == nil {
		t.Error("a fate that is not kept must be told again")
	}
	fates.mu.Lock()
	fates.err = nil
	fates.mu.Unlock()
	for _, step := range []struct {
		change func()
		want   string
	}{
		{func() {}, "said parked 4"},
		{func() { told.Failure.Outcome = bot.Rejected }, "said failed 4"},
		{func() { told.Failure, told.State = nil, "sent" }, "said sent 2"},
		{func() { told.Delivered, told.State = true, "delivered" }, "said sent 5"},
	} {
		step.change()
		for len(fates.came) > 0 {
			<-fates.came
		}
		if err := r.bot.Told(t.Context(), told); err != nil {
			t.Fatal(err)
		}
		if f := fates.wait(t); f[len(f)-1] != step.want {
			t.Errorf("%s, want %s", f[len(f)-1], step.want)
		}
	}
	r.fail(refusal(bot.Unknown, false, 0))
	r.notify(warning("doubt", time.Time{}))
	if f := fates.wait(t); f[len(f)-1] != "doubt unknown 1" {
		t.Errorf("fates %v", f)
	}
}

// TestNoticeThatCannotBeSaid is set aside without an apology to somebody who
// asked nothing; on a channel that is off it has failed.
func TestNoticeThatCannotBeSaid(t *testing.T) {
	t.Parallel()
	r, fates := noticeRig(t)
	if err := r.bot.Notify(t.Context(), "pigeon", "4711", warning("off", time.Time{})); err != nil {
		t.Fatal(err)
	}
	if f := fates.wait(t); f[0] != "off failed 3" {
		t.Errorf("fates %v", f)
	}
	empty := bot.Inbound{Channel: "telegram", Address: "4711", ID: "notice:broken", Kind: bot.Notified}
	if err := r.bot.Accept(t.Context(), empty); err != nil {
		t.Fatal(err)
	}
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(15 * time.Second); ; <-ticker.C {
		asides, err := r.cfg.Sessions.Asides(t.Context(), 10)
		if err != nil || time.Now().After(deadline) {
			t.Fatal("not set aside", err)
		}
		if len(asides) == 1 {
			break
		}
	}
	if m := r.write("mbote"); lastKey(m) != "lang_choice" {
		t.Errorf("said %v", m.Keys)
	}
}

// TestForgetDropsWhatRedisKeeps for a chat whose record is gone.
func TestForgetDropsWhatRedisKeeps(t *testing.T) {
	t.Parallel()
	r, _ := noticeRig(t)
	r.counted()
	chat := r.cfg.Keys.Chat("telegram", "4711")
	for range 2 {
		if err := r.bot.Forget(t.Context(), "telegram", "4711", "e1"); err != nil {
			t.Fatal(err)
		}
	}
	waitIdle(t, r)
	g, ok, err := r.cfg.Sessions.Claim(t.Context(), chat, sessions.Holder("test"))
	for deadline := time.Now().Add(10 * time.Second); err == nil && !ok && time.Now().Before(deadline); {
		waitIdle(t, r) // who forgot still has the lease
		g, ok, err = r.cfg.Sessions.Claim(t.Context(), chat, sessions.Holder("test"))
	}
	if err != nil || !ok || g.Session != nil || len(g.Outbox) != 0 {
		t.Errorf("left: %v %v %+v", ok, err, g)
	}
}
