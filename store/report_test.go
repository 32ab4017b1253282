package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"mboka/store"
	"mboka/store/storetest"
)

// followed keeps an announcement by one role of staff, who has a chat.
func followed(t *testing.T, url string, db *store.DB) (store.Announcement, store.Held) {
	t.Helper()
	var role store.Held
	ctx := t.Context()
	do(t, db, func(tx *store.Tx) (err error) {
		role, _, err = tx.Grant(ctx, store.Staff{ID: uuid.New(), Chat: storetest.Keys(t).Chat("telegram", "77"), Channel: "telegram", Address: "77", Language: "fr", JoinedAt: morning, LastSeenAt: morning},
			uuid.New(), store.Coordinator, store.IOM)
		return err
	})
	m := store.Mission{ID: uuid.New(), Kind: store.Awareness, RoleID: role.ID, Organisation: store.IOM, Timezone: "Europe/Brussels", StartsAt: after(9000),
		Texts: map[string]store.MissionText{"fr": {Title: "Rencontre", Summary: "Venez."}}, CreatedAt: morning}
	a := store.Announcement{ID: uuid.New(), MissionID: m.ID, Kind: store.AnnounceNotice, RoleID: role.ID, Organisation: store.IOM,
		Audience: []byte(`{}`), Status: store.AnnouncementReview, CreatedAt: morning}
	do(t, db, func(tx *store.Tx) error { return errors.Join(tx.PutMission(ctx, m), tx.PutAnnouncement(ctx, a)) })
	return a, role
}

// TestWatchersAreClaimedOnce: of several callers one tells somebody in a while,
// and nobody who has no role any more, or was told all.
func TestWatchersAreClaimedOnce(t *testing.T) {
	t.Parallel()
	url, ctx := storetest.PostgresURL(t), t.Context()
	db := open(t, url)
	a, role := followed(t, url, db)
	claim := func(at time.Time) (got []store.Watcher) {
		t.Helper()
		do(t, db, func(tx *store.Tx) (err error) {
			if err := tx.WatchOwn(ctx, a.ID, at); err != nil {
				return err
			}
			got, err = tx.ClaimWatchers(ctx, a.ID, 101, at, 3*time.Second)
			return err
		})
		return got
	}
	var mu sync.Mutex
	var all []store.Watcher
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			got := claim(after(1))
			mu.Lock()
			defer mu.Unlock()
			all = append(all, got...)
		})
	}
	group.Wait()
	want := []store.Watcher{{AnnouncementID: a.ID, StaffID: role.StaffID, Channel: "telegram", Address: "77", Language: "fr", HeardAt: morning, Told: -1}}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Fatal(diff)
	}
	if got := claim(after(1).Add(time.Second)); len(got) != 0 {
		t.Error("again within the while")
	}
	w := want[0]
	w.ProviderID, w.Told, w.Shown, w.Trouble = "5", 50, "x", "held"
	do(t, db, func(tx *store.Tx) error { return tx.Watched(ctx, w, after(1)) })
	if diff := cmp.Diff([]store.Watcher{w}, claim(after(2))); diff != "" {
		t.Error(diff)
	}
	left := func() bool {
		t.Helper()
		left, err := db.Unwatched(ctx, a.ID, 101, after(3))
		if err != nil {
			t.Fatal(err)
		}
		return left
	}
	do(t, db, func(tx *store.Tx) error { return tx.Watched(ctx, w, after(30)) })
	if got := claim(after(29)); len(got) != 0 || !left() {
		t.Error("told while left alone")
	}
	w.Told = 101
	do(t, db, func(tx *store.Tx) error { return tx.Watched(ctx, w, after(31)) })
	if got := claim(after(40)); len(got) != 0 || left() {
		t.Error("told after all was told")
	}
	w.Told = 50
	do(t, db, func(tx *store.Tx) error {
		_, _, _, err := tx.RevokeRole(ctx, role.ID, after(41))
		return errors.Join(tx.Watched(ctx, w, after(31)), err)
	})
	if got := claim(after(50)); len(got) != 0 || left() {
		t.Error("told without a role")
	}
}

// TestReportStays: of two that count at the same time the first one's report
// stays, until somebody who has seen it replaces it.
func TestReportStays(t *testing.T) {
	t.Parallel()
	url, ctx := storetest.PostgresURL(t), t.Context()
	db := open(t, url)
	a, _ := followed(t, url, db)
	put := func(at time.Time, n int, older time.Time) (kept store.KeptReport) {
		t.Helper()
		do(t, db, func(tx *store.Tx) (err error) {
			kept, err = tx.PutReport(ctx, store.KeptReport{AnnouncementID: a.ID, At: at, Settled: n, Report: []byte(`{}`)}, older)
			return err
		})
		return kept
	}
	first := put(after(1), 10, time.Time{})
	if second := put(after(2), 20, time.Time{}); second.Settled != 10 || !second.At.Equal(first.At) {
		t.Errorf("%+v", second)
	}
	if third := put(after(3), 30, first.At); third.Settled != 30 {
		t.Errorf("%+v", third)
	}
	got, found, err := db.ReportOf(ctx, a.ID)
	if err != nil || !found || got.Settled != 30 || string(got.Report) != "{}" {
		t.Errorf("%+v %v %v", got, found, err)
	}
}

// TestWhatCameOfIt counts answers, feedback, stops and paces of a small meeting.
func TestWhatCameOfIt(t *testing.T) {
	t.Parallel()
	url, ctx := storetest.PostgresURL(t), t.Context()
	db := open(t, url)
	a, _ := followed(t, url, db)
	for i, line := range []struct {
		answer           string
		guests           int
		waiting, arrived bool
		useful           string
		stopAfter        time.Duration // 0: goes on
		state            string
	}{
		{"yes", 2, false, true, "very", 0, "read"}, {"yes", 3, true, false, "", time.Hour, "sent"}, {"maybe", 0, false, false, "", 240 * time.Hour, "sent"},
		{"no", 0, false, false, "", 2 * time.Hour, "failed"}, {"no", 0, false, false, "little", 0, "sending"},
	} {
		id := uuid.New().String()
		sql(t, url, fmt.Sprintf(`INSERT INTO member (id, language, created_at, registered_at, number) VALUES ('%s', 'fr', now(), now(), 'AAAA%d')`, id, i+2))
		sql(t, url, fmt.Sprintf(`INSERT INTO rsvp (id, mission_id, member_id, answer, guests, waiting, arrived_at, at)
			VALUES (gen_random_uuid(), '%s', '%s', '%s', %d, %t, CASE WHEN %t THEN now() END, now())`, a.MissionID, id, line.answer, line.guests, line.waiting, line.arrived))
		sql(t, url, fmt.Sprintf(`INSERT INTO delivery (id, announcement_id, member_id, channel, language, country, place, state, started_at)
			VALUES (gen_random_uuid(), '%s', '%s', 'telegram', 'fr', 'BE', 'BE', '%s', '%s')`, a.ID, id, line.state, after(i).Format(time.RFC3339)))
		if line.useful != "" {
			sql(t, url, fmt.Sprintf(`INSERT INTO feedback (id, mission_id, member_id, attended, useful, at) VALUES (gen_random_uuid(), '%s', '%s', %t, '%s', now())`,
				a.MissionID, id, line.arrived, line.useful))
		}
		if line.stopAfter > 0 {
			sql(t, url, fmt.Sprintf(`INSERT INTO consent (id, member_id, purpose, granted, notice_version, language, channel, at, message_id)
				VALUES (gen_random_uuid(), '%s', 'missions', false, '1.000000', 'fr', 'telegram', '%s', 'm')`, id, after(i).Add(line.stopAfter).Format(time.RFC3339)))
		}
	}
	coming, err := db.ComingTo(ctx, a.MissionID)
	want := store.Coming{Yes: 2, Maybe: 1, No: 2, Guests: 2, Waiting: 1, Arrived: 1, Attended: 1, Absent: 1, Feedback: 2, Useful: map[string]int{"very": 1, "little": 1}}
	if diff := cmp.Diff(want, coming); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if n, err := db.Stopped(ctx, a.ID, 7*24*time.Hour); n != 1 || err != nil {
		t.Errorf("%d stopped (%v): too late, or without having got it, does not count", n, err)
	}
	pace, err := db.PaceOf(ctx, a.ID, after(0))
	if diff := cmp.Diff(store.Pace{States: map[string]int{"read": 1, "sent": 2, "failed": 1, "sending": 1}, Recent: 3}, pace); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

// TestAmbassadors: a link is found by its code until it ends, and a member keeps
// the one by which they came.
func TestAmbassadors(t *testing.T) {
	t.Parallel()
	url, ctx := storetest.PostgresURL(t), t.Context()
	db := open(t, url)
	a, role := followed(t, url, db)
	mission := store.Ambassador{ID: uuid.New(), Code: "AAAA2222", MissionID: a.MissionID, RoleID: role.ID, Organisation: store.IOM, CreatedAt: morning}
	named := store.Ambassador{ID: uuid.New(), Code: "BBBB3333", Label: "Amicale Fictive", RoleID: role.ID, Organisation: store.IOM, CreatedAt: morning}
	do(t, db, func(tx *store.Tx) error {
		return errors.Join(tx.PutAmbassador(ctx, mission), tx.PutAmbassador(ctx, named))
	})
	err := db.Write(ctx, func(tx *store.Tx) error {
		return tx.PutAmbassador(ctx, store.Ambassador{ID: uuid.New(), Code: "AAAA2222", RoleID: role.ID, Organisation: store.IOM, CreatedAt: morning})
	})
	if !errors.Is(err, store.ErrCodeTaken) {
		t.Errorf("a second link with the code: %v", err)
	}
	got, found, err := db.AmbassadorByCode(ctx, "BBBB3333")
	if diff := cmp.Diff(named, got); diff != "" || !found || err != nil {
		t.Error(diff, found, err)
	}
	if all, err := db.AmbassadorsOf(ctx, store.IOM); len(all) != 1 || all[0].Label != named.Label || err != nil {
		t.Error(all, err)
	}
	if other, err := db.AmbassadorsOf(ctx, store.Association); len(other) != 0 || err != nil {
		t.Error(other, err)
	}
	member := uuid.New()
	do(t, db, func(tx *store.Tx) error {
		return errors.Join(tx.CreateMember(ctx, store.Member{ID: member, Language: "fr", CreatedAt: morning}),
			tx.CameBy(ctx, member, "CCCC4444"), tx.CameBy(ctx, member, "AAAA2222"), tx.CameBy(ctx, member, "BBBB3333"))
	})
	next := morning.AddDate(0, 1, 0)
	came := func(id uuid.UUID, at time.Time) (n int) {
		t.Helper()
		all, err := db.CameBefore(ctx, id, at)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range all {
			n += one.N
		}
		return n
	}
	if n := came(mission.ID, next); n != 0 {
		t.Error("counted before the registration", n)
	}
	do(t, db, func(tx *store.Tx) error { return tx.RegisterMember(ctx, member, "ABC234", morning) })
	again := db.Write(ctx, func(tx *store.Tx) error { return tx.RegisterMember(ctx, member, "ABC235", morning) })
	if n := came(mission.ID, next); n != 1 || came(named.ID, next) != 0 || !errors.Is(again, store.ErrNoMember) {
		t.Errorf("%d came by it (%v)", n, again)
	}
	if came(mission.ID, morning) != 0 {
		t.Error("counted in the running month")
	}
	do(t, db, func(tx *store.Tx) error { return tx.EraseMember(ctx, member, after(1)) })
	if n := came(mission.ID, next); n != 1 {
		t.Error("who leaves is seen leaving", n)
	}
	do(t, db, func(tx *store.Tx) error { return tx.EndAmbassador(ctx, mission.ID, after(1)) })
	if _, found, err := db.AmbassadorOf(ctx, a.MissionID, store.IOM); found || err != nil {
		t.Error("a link that has ended is found", err)
	}
	if ended, found, err := db.AmbassadorByID(ctx, mission.ID); !found || !ended.EndedAt.Equal(after(1)) || err != nil {
		t.Error(ended, err)
	}
	for _, code := range []string{"AAAA2222", "", "aaaa2222", "AAAA222", "' OR 1=1"} {
		if _, found, err := db.AmbassadorByCode(ctx, code); found || err != nil {
			t.Errorf("%q is found (%v)", code, err)
		}
	}
}
