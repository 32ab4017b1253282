package store_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"mboka/store"
	"mboka/store/storetest"
)

// meeting puts a mission on record that begins in 30 days.
func meeting(t *testing.T, db *store.DB, url string, change func(*store.Mission)) store.Mission {
	t.Helper()
	m := store.Mission{
		ID: uuid.New(), Kind: store.Awareness, RoleID: planner(t, url), Organisation: store.IOM, Country: "BE", Timezone: "Europe/Brussels",
		StartsAt: after(60 * 24 * 30), EndsAt: after(60*24*30 + 120), Languages: []string{}, CreatedAt: morning,
		Texts: map[string]store.MissionText{"fr": {Title: "Rencontre", Summary: "Venez."}},
	}
	if change != nil {
		change(&m)
	}
	do(t, db, func(tx *store.Tx) error { return tx.PutMission(t.Context(), m) })
	return m
}

// announced puts a notice of a mission on record.
func announced(t *testing.T, db *store.DB, m store.Mission) store.Announcement {
	t.Helper()
	a := store.Announcement{ID: uuid.New(), MissionID: m.ID, Kind: store.AnnounceNotice, RoleID: m.RoleID, Organisation: m.Organisation,
		Audience: []byte(`{}`), Status: store.AnnouncementSending, CreatedAt: morning, ValidUntil: m.StartsAt, Bodies: map[string]string{}}
	do(t, db, func(tx *store.Tx) error { return tx.PutAnnouncement(t.Context(), a) })
	return a
}

func TestKeptTellsOfMissions(t *testing.T) {
	t.Parallel()
	url, ctx := storetest.PostgresURL(t), t.Context()
	db := open(t, url)
	id, chat := person(t, db, "1", "ABC234")
	stranger, _ := person(t, db, "2", "XYZ789")
	m := meeting(t, db, url, nil)
	a := announced(t, db, m)
	delivery := uuid.New()
	sql(t, url, `INSERT INTO delivery (id, announcement_id, member_id, channel, language, country, place, state, means, rank, attempt, started_at, settled_at, provider_id)
		VALUES ('`+delivery.String()+`', '`+a.ID.String()+`', '`+id.String()+`', 'telegram', 'fr', 'BE', 'BE', 'sent', 'telegram', 2, 1, '2026-11-24 09:00Z', '2026-11-24 09:01Z', '77')`)
	sql(t, url, `INSERT INTO delivery (id, announcement_id, member_id, channel, language, country, place, state)
		VALUES (gen_random_uuid(), '`+a.ID.String()+`', '`+stranger.String()+`', 'telegram', 'fr', 'BE', 'BE', 'planned')`)
	said := store.Feedback{ID: uuid.New(), MissionID: m.ID, MemberID: id, Attended: true, Useful: "some", Text: "Trop court.", At: after(9)}
	theirs := store.Feedback{ID: uuid.New(), MissionID: m.ID, MemberID: stranger, At: after(9)}
	do(t, db, func(tx *store.Tx) error {
		return errors.Join(tx.PutFeedback(ctx, said), tx.PutFeedback(ctx, theirs))
	})
	got, _, err := db.KeptOf(ctx, chat)
	want := []store.KeptMission{{
		Mission: m, Feedback: said,
		Deliveries: []store.KeptDelivery{{Kind: store.AnnounceNotice, Delivery: store.Delivery{
			ID: delivery, AnnouncementID: a.ID, MemberID: id, Channel: "telegram", Language: "fr", Country: "BE", Place: "BE", State: store.DeliverySent,
			Means: store.MeansTelegram, Rank: 2, Attempt: 1, StartedAt: after(60), SettledAt: after(61), ProviderID: "77",
		}}},
	}}
	if diff := cmp.Diff(want, got.Missions); diff != "" || err != nil {
		t.Error(diff, err)
	}
	for member, want := range map[uuid.UUID]int{id: 1, stranger: 0} {
		if n, err := db.MailingsOf(ctx, member); n != want || err != nil {
			t.Error(n, err)
		}
	}
}

func TestWordsOfFewAreNotShown(t *testing.T) {
	t.Parallel()
	url, ctx := storetest.PostgresURL(t), t.Context()
	db := open(t, url)
	m := meeting(t, db, url, nil)
	for i, text := range []string{"Trop court.", "", "Merci !"} {
		id, _ := person(t, db, string(rune('1'+i)), "ABC23"+string(rune('A'+i)))
		do(t, db, func(tx *store.Tx) error {
			return tx.PutFeedback(ctx, store.Feedback{ID: uuid.New(), MissionID: m.ID, MemberID: id, Text: text, At: after(i)})
		})
	}
	if words, err := db.FeedbackWords(ctx, m.ID, 3); len(words) != 0 || err != nil {
		t.Error("of two where three are asked for:", words, err)
	}
	if words, err := db.FeedbackWords(ctx, m.ID, 2); len(words) != 2 || err != nil {
		t.Error(words, err)
	}
}
