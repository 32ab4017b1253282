package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/store"
)

// status is what an announcement is by now.
func (l *ledger) status(id uuid.UUID) store.Announcement {
	l.t.Helper()
	a, err := l.db.AnnouncementByID(l.t.Context(), id)
	if err != nil {
		l.t.Fatal(err)
	}
	return a
}

// put gives an announcement a status behind the store's back.
func (l *ledger) put(id uuid.UUID, status string) {
	l.t.Helper()
	sql(l.t, l.url, `UPDATE announcement SET status = '`+status+`' WHERE id = '`+id.String()+`'`)
}

func TestApproval(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	ctx, id, second := t.Context(), l.announce(store.AnnounceNotice), planner(t, l.url)
	author := l.status(id).RoleID
	try := func(do func(tx *store.Tx) error) error { return l.db.Write(ctx, do) }
	approve := func(who uuid.UUID) error {
		return try(func(tx *store.Tx) error { return tx.ApproveAnnouncement(ctx, id, who, after(10), 10*time.Minute) })
	}
	if err := approve(second); !errors.Is(err, store.ErrStatus) {
		t.Error("of what is sending already:", err)
	}
	l.put(id, store.AnnouncementReview)
	if err := approve(author); !errors.Is(err, store.ErrOwnAnnouncement) {
		t.Error("of one's own:", err)
	}
	other := uuid.New() // another role of the author
	sql(t, l.url, `INSERT INTO role (id, staff_id, role, organisation, granted_at) SELECT '`+other.String()+`', staff_id, 'approver', 'iom', now() FROM role WHERE id = '`+author.String()+`'`)
	if err := approve(other); !errors.Is(err, store.ErrOwnAnnouncement) {
		t.Error("by another role of the author:", err)
	}
	if err := approve(second); err != nil {
		t.Fatal(err)
	}
	if a := l.status(id); a.Status != store.AnnouncementApproved || a.ApproverID != second || !a.ApprovedAt.Equal(after(10)) || !a.BeginAt.Equal(after(20)) {
		t.Errorf("%+v", a)
	}
	begin := func(minute int) (begun bool) {
		t.Helper()
		do(t, l.db, func(tx *store.Tx) (err error) { begun, err = tx.BeginAnnouncement(ctx, id, after(minute)); return err })
		return begun
	}
	unapprove := func(minute int) error {
		return try(func(tx *store.Tx) error { return tx.UnapproveAnnouncement(ctx, id, after(minute)) })
	}
	if begin(19) {
		t.Error("it began before it had cooled off")
	}
	if err := unapprove(15); err != nil {
		t.Error(err)
	}
	if a := l.status(id); a.Status != store.AnnouncementReview || a.ApproverID != uuid.Nil || !a.ApprovedAt.IsZero() {
		t.Errorf("%+v", a)
	}
	sql(t, l.url, `UPDATE announcement SET begin_at = '2026-11-25T08:00:00Z' WHERE id = '`+id.String()+`'`) // a day later was chosen
	if err := approve(second); err != nil || !l.status(id).BeginAt.Equal(morning.AddDate(0, 0, 1)) {
		t.Error(err, l.status(id).BeginAt)
	}
	if err := unapprove(60 * 24); !errors.Is(err, store.ErrStatus) {
		t.Error("taken back when it begins:", err)
	}
	if !begin(60*24) || begin(60*24) || l.status(id).Status != store.AnnouncementSending {
		t.Error(l.status(id).Status)
	}
	id = uuid.New()
	if err := approve(second); !errors.Is(err, store.ErrNoAnnouncement) {
		t.Error(err)
	}
	if err := unapprove(0); !errors.Is(err, store.ErrNoAnnouncement) {
		t.Error(err)
	}
}

// TestStepsNeedTheirStatus: each step of a person is possible from some statuses
// only.
func TestStepsNeedTheirStatus(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	ctx, id := t.Context(), l.announcement
	for _, tc := range []struct {
		step  string
		do    func(tx *store.Tx) error
		from  map[string]bool
		after string
	}{
		{"pause", func(tx *store.Tx) error { return tx.PauseAnnouncement(ctx, id, after(1)) }, map[string]bool{"sending": true}, "paused"},
		{"resume", func(tx *store.Tx) error { return tx.ResumeAnnouncement(ctx, id, after(1)) }, map[string]bool{"paused": true}, "sending"},
		{"cancel", func(tx *store.Tx) error { return tx.CancelAnnouncement(ctx, id, after(1)) },
			map[string]bool{"draft": true, "review": true, "approved": true, "sending": true, "paused": true, "sent": true}, "cancelled"},
		{"resend", func(tx *store.Tx) error { _, err := tx.ResendUnknown(ctx, id, after(1)); return err },
			map[string]bool{"draft": true, "review": true, "approved": true, "sending": true, "paused": true, "sent": true}, ""},
	} {
		for _, status := range []string{"draft", "review", "approved", "sending", "paused", "sent", "closed", "cancelled"} {
			l.put(id, status)
			err := l.db.Write(ctx, tc.do)
			want := status
			if tc.from[status] && tc.after != "" {
				want = tc.after
			}
			if tc.from[status] != (err == nil) || err != nil && !errors.Is(err, store.ErrStatus) || l.status(id).Status != want {
				t.Errorf("%s from %s: %v, then it is %s", tc.step, status, err, l.status(id).Status)
			}
		}
	}
}

func TestCancelEndsWhatIsPlannedAndWhatWaits(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	for range 3 {
		l.join("telegram", "BE", "")
	}
	l.join("whatsapp", "BE", "")
	l.plan(l.announcement, 2, after(10), store.Reach{})
	l.claim(store.Claim{Cap: -1})
	if c, _ := l.claim(store.Claim{Channel: "whatsapp", Since: after(30), Cap: -1}); c.State != store.DeliveryParked {
		t.Errorf("%+v", c)
	}
	do(t, l.db, func(tx *store.Tx) error { return tx.CancelAnnouncement(t.Context(), l.announcement, after(70)) })
	l.want(l.announcement, map[string]int64{"sending": 1, "cancelled": 3})
	if _, found := l.claim(store.Claim{Cap: -1}); found {
		t.Error("begun after it was cancelled")
	}
}

// TestTheEnd: sent when nothing is begun any more, closed when besides nothing
// waits, or it is of no use any more.
func TestTheEnd(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	ctx := t.Context()
	for range 2 {
		l.join("telegram", "BE", "")
	}
	l.join("whatsapp", "BE", "")
	l.plan(l.announcement, 2, after(10), store.Reach{})
	end := func(at time.Time, want string) {
		t.Helper()
		var got string
		do(t, l.db, func(tx *store.Tx) (err error) { got, err = tx.EndAnnouncement(ctx, l.announcement, at); return err })
		if got != want || l.status(l.announcement).Status != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	end(after(60), store.AnnouncementSending)
	first, _ := l.claim(store.Claim{Cap: -1})
	second, _ := l.claim(store.Claim{Cap: -1})
	l.claim(store.Claim{Channel: "whatsapp", Since: after(30), Cap: -1})
	l.settle(first, 1, store.DeliverySent, "", store.RankTaken)
	end(after(61), store.AnnouncementSending) // one is under way
	l.settle(second, 1, store.DeliveryUnknown, "", store.RankUnknown)
	end(after(62), store.AnnouncementSent)
	do(t, l.db, func(tx *store.Tx) error {
		n, err := tx.LeaveUnknown(ctx, l.announcement, after(63))
		if n != 1 {
			t.Error(n)
		}
		return err
	})
	end(after(63), store.AnnouncementSent) // one waits for a message
	until := l.status(l.announcement).ValidUntil
	do(t, l.db, func(tx *store.Tx) error {
		n, err := tx.EndDeliveries(ctx, l.announcement, until.Add(-time.Second))
		if n != 0 {
			t.Error("ended while it was of use:", n)
		}
		return err
	})
	do(t, l.db, func(tx *store.Tx) error { _, err := tx.EndDeliveries(ctx, l.announcement, until); return err })
	end(until, store.AnnouncementClosed)
	l.want(l.announcement, map[string]int64{"sent": 1, "unknown left": 1, "cancelled late": 1})
	open, err := l.db.OpenAnnouncements(ctx, until, until)
	if len(open) != 0 || err != nil {
		t.Error("to look after:", open, err)
	}
}

// TestClaims: two never get the same, and none gets what may not be begun.
func TestClaims(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	for range 3 {
		l.join("telegram", "BE", "")
	}
	l.plan(l.announcement, 2, after(10), store.Reach{})
	for name, c := range map[string]store.Claim{
		"another channel": {Channel: "whatsapp", Cap: -1}, "at night": {Quiet: true, Awake: []string{"FR"}, Cap: -1}, "another announcement": {Announcement: uuid.New(), Cap: -1},
		"of no use any more": {At: after(60 * 24 * 31), Cap: -1},
	} {
		if got, found := l.claim(c); found {
			t.Errorf("%s: %+v", name, got)
		}
	}
	l.put(l.announcement, "paused")
	if _, found := l.claim(store.Claim{Cap: -1}); found {
		t.Error("while it is paused")
	}
	l.put(l.announcement, "sending")
	seen := map[uuid.UUID]bool{}
	for range 3 {
		c, found := l.claim(store.Claim{Quiet: true, Awake: []string{"BE"}, Cap: -1})
		if !found || seen[c.ID] || c.State != store.DeliverySending || c.Attempt != 1 || c.Address == "" || !c.HeardAt.Equal(morning) || !c.StartedAt.Equal(after(60)) {
			t.Errorf("%+v %v", c, found)
		}
		seen[c.ID] = true
		if stale, err := l.db.StaleDeliveries(t.Context(), l.announcement, after(61)); len(stale) != len(seen) || err != nil {
			t.Error(stale, err)
		}
	}
	if _, found := l.claim(store.Claim{Cap: -1}); found {
		t.Error("there was a fourth")
	}
}

// TestSettlingNeverGoesBack: by rank within an attempt; of an earlier attempt
// only that it arrived.
func TestSettlingNeverGoesBack(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	l.join("telegram", "BE", "")
	l.plan(l.announcement, 2, after(10), store.Reach{})
	c, _ := l.claim(store.Claim{Cap: -1})
	is := func(want string) {
		t.Helper()
		if d, _, err := l.db.DeliveryByID(t.Context(), c.ID); err != nil || d.State != want {
			t.Errorf("%s, want %s (%v)", d.State, want, err)
		}
	}
	l.settle(c, 0, store.DeliverySent, "", store.RankTaken) // of no attempt
	is(store.DeliverySending)
	l.settle(c, 1, store.DeliveryPlanned, "", store.RankRefused)
	is(store.DeliveryPlanned)
	l.settle(c, 1, store.DeliverySent, "", store.RankTaken) // late
	is(store.DeliveryPlanned)
	c, _ = l.claim(store.Claim{Cap: -1})
	if c.Attempt != 2 {
		t.Error(c.Attempt)
	}
	l.settle(c, 1, store.DeliveryFailed, "63013", store.RankRefused)
	is(store.DeliverySending)
	l.settle(c, 1, store.DeliveryDelivered, "", store.RankDelivered) // the first one did arrive
	is(store.DeliveryDelivered)
	l.settle(c, 2, store.DeliverySent, "", store.RankTaken)
	is(store.DeliveryDelivered)
	l.settle(c, 2, store.DeliveryRead, "", store.RankRead)
	is(store.DeliveryRead)
	l.settle(store.Claimed{ID: uuid.New()}, 1, store.DeliverySent, "", store.RankTaken) // nobody's
}
