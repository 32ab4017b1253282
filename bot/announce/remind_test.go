package announce

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/store"
)

// brussels is a Saturday in April, at two in the afternoon there.
var brussels = store.Mission{
	ID: uuid.New(), Kind: store.Awareness, Organisation: store.IOM, Country: "BE", Timezone: "Europe/Brussels",
	StartsAt: time.Date(2027, 4, 17, 12, 0, 0, 0, time.UTC), EndsAt: time.Date(2027, 4, 17, 15, 30, 0, 0, time.UTC),
	Texts: map[string]store.MissionText{"fr": {Title: "Rencontre", Summary: "Venez."}},
}

func TestRemindersGoByTheDaysOfTheVenue(t *testing.T) {
	t.Parallel()
	month := brussels.StartsAt.AddDate(0, -1, 0)
	utc := func(day, hour int) time.Time { return time.Date(2027, 4, day, hour, 0, 0, 0, time.UTC) }
	check := func(what string, m store.Mission, told time.Time, want ...reminder) {
		t.Helper()
		got := reminders(m, told)
		if len(got) != len(want) {
			t.Fatalf("%s: %v", what, got)
		}
		for i, w := range want {
			if got[i].kind != w.kind || !got[i].begin.Equal(w.begin) || !got[i].over.Equal(w.over) {
				t.Errorf("%s: %+v, not %+v", what, got[i], w)
			}
		}
	}
	week, day := reminder{store.AnnounceWeekBefore, utc(10, 8), utc(16, 8)}, reminder{store.AnnounceDayBefore, utc(16, 8), brussels.StartsAt}
	after := reminder{store.AnnounceFeedback, utc(18, 8), utc(25, 8)}
	check("a month before", brussels, month, week, day, after)
	check("five days before", brussels, utc(12, 9), day, after)
	check("in the evening before", brussels, utc(16, 18), after)
	late := brussels // until two in the night: the question comes on the day after that
	late.EndsAt = utc(18, 0)
	check("over midnight", late, utc(16, 18), reminder{store.AnnounceFeedback, utc(19, 8), utc(26, 8)})
	called := brussels
	called.CancelledAt = utc(1, 0)
	check("cancelled", called, month)
	spring := brussels // the clocks go on in the night of 28 March: ten o'clock is ten o'clock
	spring.StartsAt, spring.EndsAt = time.Date(2027, 3, 29, 12, 0, 0, 0, time.UTC), time.Time{}
	got := reminders(spring, month.AddDate(0, -1, 0))
	if !got[0].begin.Equal(time.Date(2027, 3, 22, 9, 0, 0, 0, time.UTC)) || !got[1].begin.Equal(time.Date(2027, 3, 28, 8, 0, 0, 0, time.UTC)) {
		t.Error("summer time:", got)
	}
}

func TestRemindersAreMadeOnceAndMove(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	db, m, now := w.db, brussels, brussels.StartsAt.AddDate(0, -1, 0)
	w.announce(func(planned *store.Mission, a *store.Announcement) {
		m.ID, m.RoleID, m.CreatedAt = planned.ID, w.role, now.AddDate(0, -1, 0)
		*planned, a.CreatedAt = m, m.CreatedAt
	})
	w.sql(`UPDATE announcement SET status = 'closed', started_at = created_at`)
	u := NewUpkeep(UpkeepConfig{
		Store: db, Clock: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler),
		Policy: w.cfg.Policy,
		Notify: func(context.Context, string, string, bot.Notification) error { return nil },
	})
	statuses := func() (out string) {
		t.Helper()
		for range 2 { // a run that is repeated changes nothing
			if err := u.Run(ctx); err != nil {
				t.Fatal(err)
			}
		}
		all, err := db.AnnouncementsOf(ctx, m.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range all[1:] {
			out += a.Kind + " " + a.Status + "; "
		}
		return out
	}
	put := func() {
		t.Helper()
		if err := db.Write(ctx, func(tx *store.Tx) error { return tx.PutMission(ctx, m) }); err != nil {
			t.Fatal(err)
		}
	}
	want := func(what, want string) {
		t.Helper()
		if got := statuses(); got != want {
			t.Errorf("%s: %q, not %q", what, got, want)
		}
	}
	want("a month before", "")
	now = m.StartsAt.AddDate(0, 0, -7)
	want("a week before", "reminder_week approved; ")
	m.StartsAt, m.EndsAt = m.StartsAt.AddDate(0, 0, 30), m.EndsAt.AddDate(0, 0, 30)
	put()
	want("moved by a month", "reminder_week cancelled; ")
	now = m.StartsAt.AddDate(0, 0, -6)
	want("six days before", "reminder_week cancelled; reminder_week approved; ")
	now = m.StartsAt.AddDate(0, 0, -1)
	want("the day before", "reminder_week cancelled; reminder_week approved; reminder_day approved; ")
	now = m.EndsAt.AddDate(0, 0, 1)
	want("the day after", "reminder_week cancelled; reminder_week approved; reminder_day approved; feedback approved; ")
	m.CancelledAt = now
	put()
	want("cancelled", "reminder_week cancelled; reminder_week cancelled; reminder_day cancelled; feedback cancelled; ")
}
