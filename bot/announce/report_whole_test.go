package announce

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/locales"
	"mboka/store"
)

// TestWholeLeavesRemindersOut: a reminder is for who said yes or maybe. Its
// counters, alone or in those of the mission, would tell how few they are.
func TestWholeLeavesRemindersOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 12 {
		w.join("telegram", "BE", time.Hour)
	}
	first := w.announce()
	w.run(first)
	w.sql(`INSERT INTO rsvp (id, mission_id, member_id, answer, at)
		SELECT gen_random_uuid(), a.mission_id, d.member_id, 'yes', now() FROM delivery d JOIN announcement a ON a.id = d.announcement_id LIMIT 3`)
	a, err := w.db.AnnouncementByID(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	reminder := uuid.New()
	w.write(func(tx *store.Tx) error {
		_, err := tx.PutReminder(t.Context(), store.Announcement{ID: reminder, MissionID: a.MissionID, Kind: store.AnnounceDayBefore,
			Organisation: store.IOM, CreatedAt: midday, BeginAt: midday, ValidUntil: midday.AddDate(0, 0, 30)})
		return err
	})
	w.run(reminder)
	if n := w.totals(reminder)[store.DeliverySent]; n != 3 {
		t.Fatalf("%d were reminded", n)
	}
	r := &Reports{DB: w.db, Keys: w.db.Keys(), Policy: func(context.Context) (store.Policy, error) { return w.policy, nil }}
	w.write(func(tx *store.Tx) error {
		c := &clerk{Reports: r, ctx: t.Context(), tx: tx, d: bot.Doing{At: w.now()}, lang: locales.FR, rules: testRules}
		whole, err := c.wholeOf(a.MissionID)
		if err != nil || whole.Announcements != 1 || whole.Counters.Targeted != 12 || whole.Turnout.Yes.State != protect.Small {
			t.Errorf("%+v (%v)", whole, err)
		}
		again, err := tx.AnnouncementByID(t.Context(), reminder)
		if err != nil {
			return err
		}
		if _, err := r.report(t.Context(), tx, testRules, again, w.now(), locales.FR); !errors.As(err, new(bot.Refusal)) {
			t.Errorf("a reminder is reported: %v", err)
		}
		return nil
	})
}

// TestAnswersAreToldAsTheFinestNoticeAsks: six who said yes were asked by a notice
// that two filters chose people for. That everybody is asked after them lets
// nobody be told of the six.
func TestAnswersAreToldAsTheFinestNoticeAsks(t *testing.T) {
	t.Parallel()
	planned := func(audience string) store.Announcement {
		return store.Announcement{Kind: store.AnnounceNotice, Audience: []byte(audience), PlannedAt: midday}
	}
	fine, coarse := planned(`{"places":[{"country":"BE"}],"groups":["health"]}`), planned(`{}`)
	change := store.Announcement{Kind: store.AnnounceChange, Audience: []byte(`{}`), PlannedAt: midday}
	yes := func(f protect.Fine) protect.State {
		return turnoutOf(testRules, f, store.Mission{}, store.Coming{Yes: 6}, 0, 0, midday).Yes.State
	}
	if yes(turnoutFine([]store.Announcement{coarse}, coarse)) != protect.Shown {
		t.Error("six of everybody are not told")
	}
	for name, f := range map[string]protect.Fine{
		"report of the coarse one": turnoutFine([]store.Announcement{fine, coarse}, coarse), "report of the mission": turnoutFine([]store.Announcement{coarse, fine}),
		"report of a change": turnoutFine([]store.Announcement{fine, change}, change),
	} {
		if yes(f) != protect.Small {
			t.Errorf("%s: six are told", name)
		}
	}
}
