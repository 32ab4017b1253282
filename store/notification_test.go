package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"mboka/store"
	"mboka/store/seal"
	"mboka/store/storetest"
)

func putNotice(t *testing.T, db *store.DB, member uuid.UUID, chat seal.Chat, minutes int) store.Notification {
	t.Helper()
	n := store.Notification{ID: uuid.New(), MemberID: member, Chat: chat, Kind: store.NotificationRetention, Attempt: 1,
		QueuedAt: after(minutes), DueAt: after(minutes + 60), State: store.NotificationQueued}
	do(t, db, func(tx *store.Tx) error { return tx.PutNotification(t.Context(), n) })
	return n
}

// What became of a notice goes forward only, whichever news comes first.
func TestNoticeIsSettledByRank(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	id, chat := person(t, db, "1", "ABC234")
	type news struct {
		state string
		rank  int
	}
	unknown, taken, undelivered, delivered := news{"unknown", 1}, news{"sent", 2}, news{"failed", 4}, news{"sent", 5}
	for _, tc := range []struct {
		heard []news
		want  string
	}{
		{[]news{taken}, "sent"},
		{[]news{unknown, taken}, "sent"},
		{[]news{taken, unknown}, "sent"},
		{[]news{taken, undelivered}, "failed"},
		{[]news{undelivered, taken, taken}, "failed"},
		{[]news{undelivered, delivered, undelivered}, "sent"},
	} {
		n := putNotice(t, db, id, chat, 0)
		for _, h := range tc.heard {
			if err := db.SettleNotification(t.Context(), n.ID, h.state, h.rank, after(9)); err != nil {
				t.Fatal(err)
			}
		}
		all, err := db.NotificationsTo(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for _, got := range all {
			if got.ID == n.ID && (got.State != tc.want || !got.SettledAt.Equal(after(9))) {
				t.Errorf("heard %v: %s", tc.heard, got.State)
			}
		}
	}
	if err := db.SettleNotification(t.Context(), uuid.New(), "sent", 2, after(9)); err != nil {
		t.Errorf("of a notice that is not there: %v", err)
	}
}

// TestNoticesFollowThePerson through a merge, a split, a chat that leaves, and
// an erasure, after which nothing leads to them.
func TestNoticesFollowThePerson(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	putNotice(t, p.db, p.stays, p.here, 1)
	putNotice(t, p.db, p.goes, p.there, 2)
	count := func(member uuid.UUID) int {
		all, err := p.db.NotificationsTo(t.Context(), member)
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	p.mergeThem()
	if n := count(p.stays); n != 2 {
		t.Errorf("%d notices after a merge", n)
	}
	p.split(p.there)
	if here, there := count(p.stays), count(p.goes); here != 1 || there != 1 {
		t.Errorf("%d and %d after a split", here, there)
	}
	p.do(func(ctx context.Context, tx *store.Tx) error { return tx.RemoveAddress(ctx, p.there) })
	if n := sql(t, p.url, fmt.Sprintf(`SELECT count(*) FROM notice WHERE chat = '\x%s'`, p.there)); n != "0" {
		t.Error("a notice still leads to a chat that has left")
	}
	p.do(func(ctx context.Context, tx *store.Tx) error { return tx.EraseMember(ctx, p.stays, morning) })
	if n := sql(t, p.url, `SELECT count(*) FROM notice WHERE member_id IS NULL AND chat IS NULL AND state = 'queued'`); n != "1" {
		t.Errorf("%s notices without a person after an erasure", n)
	}
}

// TestSilenceCountsEveryChat and forgets warnings once the person has written.
func TestSilenceCountsEveryChat(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	id, chat := person(t, db, "1", "ABC234")
	second := db.Keys().Chat("whatsapp", "whatsapp:+15550142")
	look := func() (s store.Silence) {
		t.Helper()
		do(t, db, func(tx *store.Tx) (err error) {
			var found bool
			if s, found, err = tx.SilenceOf(t.Context(), id); !found {
				t.Error("there is nobody")
			}
			return err
		})
		return s
	}
	putAnswers(t, db, id, after(1), answer("country_residence", "BE"))
	want := store.Silence{Member: id, Registered: true, Language: "fr", Since: morning, Country: "BE"}
	if diff := cmp.Diff(want, look()); diff != "" {
		t.Error(diff)
	}
	n := putNotice(t, db, id, chat, 10)
	want.Warnings, want.Open, want.WarnedAt, want.DueAt = 1, true, after(10), after(70)
	if diff := cmp.Diff(want, look()); diff != "" {
		t.Error(diff)
	}
	if err := db.SettleNotification(t.Context(), n.ID, store.NotificationSent, 2, after(11)); err != nil {
		t.Fatal(err)
	}
	want.Open, want.DeliveredAt = false, after(11)
	if diff := cmp.Diff(want, look()); diff != "" {
		t.Error(diff)
	}
	do(t, db, func(tx *store.Tx) error { // the other chat is newer
		return tx.PutAddress(t.Context(), store.Address{Chat: second, MemberID: id, Channel: "whatsapp", Address: "whatsapp:+15550142",
			CreatedAt: after(20), LastInboundAt: after(20), LastMessageID: "m1"})
	})
	if diff := cmp.Diff(store.Silence{Member: id, Registered: true, Language: "fr", Since: after(20), Country: "BE"}, look()); diff != "" {
		t.Error(diff)
	}
	for _, tc := range []struct {
		minutes, want int
	}{{19, 0}, {20, 1}} {
		silent, err := db.SilentMembers(t.Context(), after(tc.minutes), true, uuid.Nil, 10)
		if err != nil || len(silent) != tc.want {
			t.Errorf("silent since %d minutes: %d, %v", tc.minutes, len(silent), err)
		}
	}
	do(t, db, func(tx *store.Tx) error {
		if _, found, err := tx.SilenceOf(t.Context(), uuid.New()); found || err != nil {
			t.Errorf("of nobody: %v, %v", found, err)
		}
		return nil
	})
}

// TestRunIsCountedOnce however many replicas begin, count and end it.
func TestRunIsCountedOnce(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db := open(t, url)
	var replicas sync.WaitGroup
	for range 4 {
		replicas.Go(func() {
			r, err := db.BeginRun(t.Context(), "turns", morning, after(1))
			if err != nil {
				t.Error(err)
				return
			}
			if err := db.Write(t.Context(), func(tx *store.Tx) error { return tx.CountRun(t.Context(), r, "turns", 3) }); err != nil {
				t.Error(err)
			}
		})
	}
	replicas.Wait()
	for i := range 2 {
		r, err := db.BeginRun(t.Context(), "turns", morning, after(2))
		if err != nil || r.Counts["turns"] != 12 || !r.StartedAt.Equal(after(1)) || r.FinishedAt.IsZero() != (i == 0) {
			t.Fatalf("%+v, %v", r, err)
		}
		done, first, err := db.EndRun(t.Context(), r, after(3), func(r store.Run) []store.Entry {
			return []store.Entry{{ID: uuid.New(), At: after(3), Actor: store.ActorService, Act: "retention.turns", Size: r.Counts["turns"]}}
		})
		if err != nil || first != (i == 0) || !done.FinishedAt.Equal(after(3)) {
			t.Errorf("ended %+v, first %v, %v", done, first, err)
		}
	}
	if n := sql(t, url, `SELECT count(*) || ' ' || sum(size) FROM audit`); n != "1 12" {
		t.Errorf("the audit log has %s", n)
	}
	if _, err := db.BeginRun(t.Context(), "turns", morning.AddDate(2, 0, 1), after(4)); err != nil {
		t.Fatal(err)
	}
	if n := sql(t, url, `SELECT count(*) FROM job_run`); n != "1" {
		t.Errorf("%s runs are kept", n)
	}
}

// TestMonthsAreMadeOnce by transactions that need one at the same time.
func TestMonthsAreMadeOnce(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	for month := range 6 {
		at := morning.AddDate(0, month, 0)
		var replicas sync.WaitGroup
		for range 6 {
			replicas.Go(func() {
				if err := db.Write(t.Context(), func(tx *store.Tx) error {
					return tx.Audit(t.Context(), store.Entry{ID: uuid.New(), At: at, Actor: store.ActorService, Act: "a.b"})
				}); err != nil {
					t.Error(err)
				}
			})
		}
		replicas.Wait()
	}
}
