package store_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"mboka/store"
	"mboka/store/storetest"
)

// planner makes a role that plans missions.
func planner(t *testing.T, url string) uuid.UUID {
	t.Helper()
	id := uuid.New()
	sql(t, url, `INSERT INTO staff (id, language, joined_at, last_seen_at) VALUES ('`+id.String()+`', 'fr', now(), now())`)
	sql(t, url, `INSERT INTO role (id, staff_id, role, organisation, granted_at) VALUES ('`+id.String()+`', '`+id.String()+`', 'coordinator', 'iom', now())`)
	return id
}

func TestMissionsAndAnnouncements(t *testing.T) {
	t.Parallel()
	url, ctx := storetest.PostgresURL(t), t.Context()
	db, role := open(t, url), planner(t, url)
	m := store.Mission{
		ID: uuid.New(), Kind: store.Awareness, RoleID: role, Organisation: store.IOM, Country: "BE", City: "be_brussels", Timezone: "Europe/Brussels",
		StartsAt: after(60 * 24 * 30), EndsAt: after(60*24*30 + 210), StatePresent: true, Languages: []string{"fr", "ln"}, Capacity: 120, RSVPUntil: after(60 * 24 * 28),
		Venue: "Maison communale", Hint: "2e étage", Cost: "gratuit", Bring: "rien", Contact: "équipe diaspora", Organiser: "OIM",
		Texts:     map[string]store.MissionText{"fr": {Title: "Rencontre", Summary: "Venez."}, "en": {Title: "Meeting", Summary: "Come."}},
		CreatedAt: morning,
	}
	a := store.Announcement{ID: uuid.New(), MissionID: m.ID, Kind: store.AnnounceNotice, RoleID: role, Organisation: store.IOM,
		Audience: []byte(`{"places": [{"country": "BE"}]}`), Status: store.AnnouncementReview, CreatedAt: morning, SubmittedAt: after(1),
		BeginAt: after(9), ValidUntil: m.StartsAt, Bodies: map[string]string{"fr": "L'heure change."}}
	do(t, db, func(tx *store.Tx) error {
		return errors.Join(tx.PutMission(ctx, m), tx.PutAnnouncement(ctx, a))
	})
	got, err := db.MissionByID(ctx, m.ID)
	if diff := cmp.Diff(m, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	told, err := db.AnnouncementByID(ctx, a.ID)
	if diff := cmp.Diff(a, told); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if m.Text("ln").Title != "Rencontre" || m.Text("en").Title != "Meeting" || told.Body("en") != "L'heure change." {
		t.Error("fallbacks of languages")
	}
	m.Capacity, m.ChangedAt, m.Texts["ln"] = 80, after(5), store.MissionText{Title: "Bokutani", Summary: "Boya."}
	a.Status, a.Bodies = store.AnnouncementDraft, map[string]string{}
	do(t, db, func(tx *store.Tx) error {
		return errors.Join(tx.PutMission(ctx, m), tx.PutAnnouncement(ctx, a))
	})
	ahead, err := db.MissionsAhead(ctx, morning)
	if diff := cmp.Diff([]store.Mission{m}, ahead); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if all, err := db.AnnouncementsOf(ctx, m.ID); len(all) != 1 || len(all[0].Bodies) != 0 || err != nil {
		t.Error(all, err)
	}
	sql(t, url, `UPDATE announcement SET status = 'sending'`)
	if err := db.Write(ctx, func(tx *store.Tx) error { return tx.PutAnnouncement(context.Background(), a) }); !errors.Is(err, store.ErrStatus) {
		t.Error("changed while it is sent:", err)
	}
	if all, err := db.AnnouncementsIn(ctx, store.AnnouncementSending); len(all) != 1 || err != nil {
		t.Error(all, err)
	}
	if _, err := db.MissionByID(ctx, uuid.New()); !errors.Is(err, store.ErrNoMission) {
		t.Error(err)
	}
	if _, err := db.AnnouncementByID(ctx, uuid.New()); !errors.Is(err, store.ErrNoAnnouncement) {
		t.Error(err)
	}
}
