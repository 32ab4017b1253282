package store_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"mboka/store"
	"mboka/store/seal"
)

// told puts a delivery to somebody on record, as it stands so many minutes
// after.
func (l *ledger) told(announcement, member uuid.UUID, state, means, provider string, minute int) uuid.UUID {
	l.t.Helper()
	id := uuid.New()
	sql(l.t, l.url, fmt.Sprintf(`
		INSERT INTO delivery (id, announcement_id, member_id, channel, language, country, place, state, means, provider_id, started_at)
		VALUES ('%s', '%s', '%s', 'whatsapp', 'fr', 'BE', 'BE', '%s', nullif('%s', ''), nullif('%s', ''), '%s')`,
		id, announcement, member, state, means, provider, after(minute).Format("2006-01-02T15:04:05Z07:00")))
	return id
}

// TestOpenDelivery: the newest first, each once, but the one whose message is
// answered as often as it is.
func TestOpenDelivery(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	member, address := l.join("whatsapp", "BE", "")
	stranger, other := l.join("whatsapp", "BE", "")
	old := l.told(l.announcement, member, store.DeliveryRead, store.MeansStub, "SM1", 1)
	second := l.told(l.announce(store.AnnounceNotice), member, store.DeliveryDelivered, store.MeansStub, "SM2", 2)
	waits := l.told(l.announce(store.AnnounceNotice), member, store.DeliveryParked, "", "", 3)
	l.told(l.announce(store.AnnounceNotice), member, store.DeliverySent, store.MeansWindow, "SM4", 4) // all of it was said
	l.told(l.announce(store.AnnounceNotice), member, store.DeliveryFailed, store.MeansStub, "SM5", 5)
	l.told(l.announce(store.AnnounceNotice), member, store.DeliverySending, store.MeansStub, "", 6)
	theirs := l.told(l.announcement, stranger, store.DeliverySent, store.MeansStub, "SM7", 7)
	read := func(chat seal.Chat, provider string) uuid.UUID {
		t.Helper()
		var got uuid.UUID
		do(t, l.db, func(tx *store.Tx) error {
			d, found, err := tx.OpenDelivery(t.Context(), chat, provider, after(60))
			if found && (d.State != store.DeliveryRead || d.Reason != store.ReasonOpened || d.Rank != store.RankRead || d.Means == "") {
				t.Errorf("%+v", d)
			}
			got = d.ID
			return err
		})
		return got
	}
	mine, his := l.db.Keys().Chat("whatsapp", address), l.db.Keys().Chat("whatsapp", other)
	for i, step := range []struct {
		chat     seal.Chat
		provider string
		want     uuid.UUID
	}{
		{mine, "SM1", old}, {mine, "", waits}, {mine, "", second}, {mine, "", uuid.Nil}, {mine, "SM1", old},
		{his, "SM1", theirs}, {his, "SM1", uuid.Nil},
	} {
		if got := read(step.chat, step.provider); got != step.want {
			t.Errorf("%d: %s, want %s", i, got, step.want)
		}
	}
	if id, found, err := l.db.DeliverySentAs(t.Context(), mine, "SM4"); err != nil || !found || id == uuid.Nil {
		t.Error("not found by its message", found, err)
	}
	if _, found, err := l.db.DeliverySentAs(t.Context(), his, "SM4"); err != nil || found {
		t.Error("somebody else's is found", err)
	}
}

func TestTemplatesOnRecord(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	row := store.Template{Kind: "stub", Language: "ln", Hash: "h1", SID: "HX1", Name: "n1", Category: "UTILITY", State: "pending", CheckedAt: after(1)}
	later := row
	later.State, later.CheckedAt = "approved", after(3)
	changed := row
	changed.Hash, changed.SID, changed.CheckedAt = "h2", "HX2", after(2)
	for _, put := range []store.Template{row, later, changed, row} { // what was seen earlier comes last
		if err := l.db.PutTemplate(t.Context(), put); err != nil {
			t.Fatal(err)
		}
	}
	all, err := l.db.Templates(t.Context())
	if err != nil || len(all) != 2 || all[0].State != "approved" || all[1].Hash != "h2" || all[1].State != "pending" {
		t.Errorf("%+v %v", all, err)
	}
}
