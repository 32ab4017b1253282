package store_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"mboka/store"
	"mboka/store/storetest"
)

// TestPlanAndCountAgree plans announcements to random audiences and holds the
// ledger against what was counted before.
func TestPlanAndCountAgree(t *testing.T) {
	t.Parallel()
	url, ctx := storetest.PostgresURL(t), t.Context()
	db, role, r := open(t, url), planner(t, url), rand.New(rand.NewPCG(7, 8))
	var people []prospect
	for range 250 {
		people = append(people, somebody(r))
	}
	crowded(t, url, people)
	mission := store.Mission{ID: uuid.New(), Kind: store.News, RoleID: role, Organisation: store.IOM, Timezone: "UTC",
		Texts: map[string]store.MissionText{"fr": {Title: "Titre", Summary: "Texte"}}, CreatedAt: morning}
	do(t, db, func(tx *store.Tx) error { return tx.PutMission(ctx, mission) })
	channels, planned := []string{"telegram", "whatsapp"}, 0
	for i := range 24 {
		reach := store.Reach{Languages: []string{pick(r, "fr", "en", "ln")}}
		switch i % 4 {
		case 1:
			reach = store.Reach{Countries: []string{"BE"}, Cities: []string{"be-liege"}}
		case 2:
			reach = store.Reach{Spoken: []string{pick(r, "fr", "sw")}, Countries: []string{pick(r, "BE", "FR", "US")}}
		case 3:
			reach = store.Reach{}
		}
		most := r.IntN(5) - 1
		counted, err := db.CountProspects(ctx, store.Prospects{Reach: reach, At: now, Channels: channels, Cap: most}, 24*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		type row struct{ country, language, channel, reason string }
		want, got := map[row]int{}, map[row]int{}
		for _, c := range counted {
			reason := ""
			switch {
			case c.Channel == "":
				reason = store.SkippedGone
			case c.Capped:
				reason = store.SkippedCap
			}
			want[row{c.Country, c.Language, c.Channel, reason}] += c.People
		}
		a := store.Announcement{ID: uuid.New(), MissionID: mission.ID, Kind: store.AnnounceNotice, RoleID: role, Organisation: store.IOM,
			Audience: []byte(`{}`), Status: store.AnnouncementDraft, CreatedAt: morning}
		do(t, db, func(tx *store.Tx) error {
			if err := tx.PutAnnouncement(ctx, a); err != nil {
				return err
			}
			_, err := tx.PlanDeliveries(ctx, store.Plan{Announcement: a.ID, Reach: reach, Channels: channels, Cap: most, At: now}, uuid.Nil)
			return err
		})
		totals, err := db.Totals(ctx, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range totals {
			got[row{d.Country, d.Language, d.Channel, d.Reason}] += int(d.N)
			planned += int(d.N)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(row{})); diff != "" {
			t.Errorf("%+v, cap %d:\n%s", reach, most, diff)
		}
	}
	if planned < 500 {
		t.Errorf("%d planned: that tells little", planned)
	}
}
