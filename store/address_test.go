package store_test

import (
	"testing"
	"time"

	"mboka/store"
	"mboka/store/seal"
	"mboka/store/storetest"
)

func addressOf(t *testing.T, db *store.DB, chat seal.Chat) store.Address {
	t.Helper()
	a, found, err := db.AddressOf(t.Context(), chat)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	return a
}

func TestAddressGoesForwardOnly(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	ctx := t.Context()
	id, chat := person(t, db, "1", "") // wrote m0 in the morning
	put := func(at time.Time, message string) store.Address {
		do(t, db, func(tx *store.Tx) error {
			return tx.PutAddress(ctx, store.Address{Chat: chat, MemberID: id, Channel: "telegram", Address: "1", CreatedAt: morning.Add(time.Hour), LastInboundAt: at, LastMessageID: message})
		})
		return addressOf(t, db, chat)
	}
	if a := put(morning.Add(-time.Minute), "earlier"); a.LastMessageID != "m0" || !a.LastInboundAt.Equal(morning) {
		t.Errorf("went back: %+v", a)
	}
	if a := put(time.Time{}, ""); a.LastMessageID != "m0" || !a.LastInboundAt.Equal(morning) {
		t.Errorf("forgot: %+v", a)
	}
	a := put(morning.Add(time.Minute), "later")
	want := store.Address{Chat: chat, MemberID: id, Channel: "telegram", Address: "1", CreatedAt: morning, LastInboundAt: morning.Add(time.Minute), LastMessageID: "later"}
	if a != want {
		t.Errorf("%+v, want %+v", a, want)
	}
}

func TestMemberWithSeveralAddresses(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	id, telegram := person(t, db, "1", "")
	whatsapp := db.Keys().Chat("whatsapp", "whatsapp:+15550100")
	do(t, db, func(tx *store.Tx) error {
		return tx.PutAddress(t.Context(), store.Address{Chat: whatsapp, MemberID: id, Channel: "whatsapp", Address: "whatsapp:+15550100", CreatedAt: morning})
	})
	for _, chat := range []seal.Chat{telegram, whatsapp} {
		if m, found, err := db.MemberByChat(t.Context(), chat); m.ID != id || !found || err != nil {
			t.Errorf("%+v %v %v", m, found, err)
		}
	}
	if a := addressOf(t, db, whatsapp); a.Address != "whatsapp:+15550100" || !a.LastInboundAt.IsZero() {
		t.Errorf("%+v", a)
	}
}

// A recycled number: the new owner does not find the draft of the old one.
func TestAddressOfANewOwner(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	ctx := t.Context()
	old, chat := person(t, db, "1", "ABC234")
	draft := store.Draft{Chat: chat, Flow: "fund", Step: "fund_interest", Answers: []store.Answer{{Step: "fund_interest", Codes: []string{"yes"}}}}
	do(t, db, func(tx *store.Tx) error { return tx.PutDraft(ctx, draft, morning) })
	again := store.Address{Chat: chat, MemberID: old, Channel: "telegram", Address: "1", CreatedAt: morning}
	do(t, db, func(tx *store.Tx) error { return tx.PutAddress(ctx, again) })
	if _, found, err := db.DraftOf(ctx, chat, "fund"); !found || err != nil {
		t.Errorf("the owner's own draft: %v %v", found, err)
	}
	again.MemberID, _ = person(t, db, "2", "")
	do(t, db, func(tx *store.Tx) error { return tx.PutAddress(ctx, again) })
	if _, found, err := db.DraftOf(ctx, chat, "fund"); found || err != nil {
		t.Errorf("another one's draft: %v %v", found, err)
	}
	if m, _, _ := db.MemberByChat(ctx, chat); m.ID != again.MemberID {
		t.Error("the address is still the old owner's")
	}
}

func TestReachable(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	_, chat := person(t, db, "1", "") // wrote in the morning
	minute := func(n int) time.Time { return morning.Add(time.Duration(n) * time.Minute) }
	for _, step := range []struct {
		say       string
		reachable bool
		at        int
		want      time.Time
	}{
		{"gone before the last message: says nothing", false, -1, time.Time{}},
		{"gone", false, 5, minute(5)},
		{"still gone: the first time counts", false, 9, minute(5)},
		{"reached before it was gone: says nothing", true, 4, minute(5)},
		{"back", true, 10, time.Time{}},
		{"back again", true, 11, time.Time{}},
	} {
		if err := db.SetReachable(t.Context(), chat, step.reachable, minute(step.at)); err != nil {
			t.Fatal(err)
		}
		if a := addressOf(t, db, chat); !a.UnreachableAt.Equal(step.want) {
			t.Errorf("%s: unreachable since %v, want %v", step.say, a.UnreachableAt, step.want)
		}
	}
	if err := db.SetReachable(t.Context(), db.Keys().Chat("telegram", "2"), false, morning); err != nil {
		t.Errorf("a chat that is not on record: %v", err)
	}
}

// A row copied over another one does not show the other's address.
func TestAddressIsBoundToItsChat(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db := open(t, url)
	_, one := person(t, db, "1", "")
	_, two := person(t, db, "2", "")
	sql(t, url, `UPDATE address SET sealed_address = (SELECT sealed_address FROM address WHERE chat = '\x`+indexOf(t, one)+`') WHERE chat = '\x`+indexOf(t, two)+`'`)
	if a, _, err := db.AddressOf(t.Context(), two); err == nil {
		t.Errorf("opened as %q", a.Address)
	}
	if a := addressOf(t, db, one); a.Address != "1" {
		t.Errorf("%+v", a)
	}
}

func TestLastInbound(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	last := func() time.Time {
		at, err := db.LastInbound(t.Context(), "whatsapp")
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	if at := last(); !at.IsZero() {
		t.Errorf("nobody wrote, and the newest is of %s", at)
	}
	id, _ := person(t, db, "1", "") // on Telegram
	put := func(n string, at time.Time) {
		do(t, db, func(tx *store.Tx) error {
			address := "whatsapp:+1555010" + n
			return tx.PutAddress(t.Context(), store.Address{Chat: db.Keys().Chat("whatsapp", address), MemberID: id, Channel: "whatsapp", Address: address, CreatedAt: morning, LastInboundAt: at})
		})
	}
	put("0", time.Time{})
	if at := last(); !at.IsZero() {
		t.Errorf("nobody wrote here, and the newest is of %s", at)
	}
	put("1", morning.Add(2*time.Hour))
	put("2", morning.Add(time.Hour))
	if at := last(); !at.Equal(morning.Add(2 * time.Hour)) {
		t.Errorf("%s", at)
	}
}
