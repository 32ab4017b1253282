package store_test

import (
	"bytes"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/store"
	"mboka/store/storetest"
)

func hashOf(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

func linkCode(t *testing.T, db *store.DB, hash []byte) (c store.LinkCode, found bool) {
	t.Helper()
	do(t, db, func(tx *store.Tx) (err error) {
		c, found, err = tx.LinkCode(t.Context(), hash)
		return err
	})
	return c, found
}

func TestLinkCode(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	ctx := t.Context()
	id, _ := person(t, db, "1", "ABC234")
	put := func(b byte, minutes int) {
		do(t, db, func(tx *store.Tx) error { return tx.PutLinkCode(ctx, id, hashOf(b), after(minutes)) })
	}
	put(1, 15)
	if c, found := linkCode(t, db, hashOf(1)); !found || c != (store.LinkCode{MemberID: id, ExpiresAt: after(15)}) {
		t.Errorf("%+v %v", c, found)
	}
	do(t, db, func(tx *store.Tx) error { return tx.UseLinkCode(ctx, hashOf(1), after(3)) })
	if c, _ := linkCode(t, db, hashOf(1)); c.UsedAt != after(3) {
		t.Errorf("used at %v", c.UsedAt)
	}
	put(2, 20) // replaces the first, which is not known any more
	if _, found := linkCode(t, db, hashOf(1)); found {
		t.Error("the earlier code is still good")
	}
	if c, found := linkCode(t, db, hashOf(2)); !found || !c.UsedAt.IsZero() || c.ExpiresAt != after(20) {
		t.Errorf("%+v %v", c, found)
	}
	if err := db.Write(ctx, func(tx *store.Tx) error { return tx.PutLinkCode(ctx, uuid.New(), hashOf(3), morning) }); err == nil {
		t.Error("a code of nobody")
	}
	if err := db.Write(ctx, func(tx *store.Tx) error { return tx.PutLinkCode(ctx, id, []byte("ABC-DEF-234"), morning) }); err == nil {
		t.Error("a code itself was kept for its hash")
	}
	do(t, db, func(tx *store.Tx) error { return tx.EraseMember(ctx, id, morning) })
	if _, found := linkCode(t, db, hashOf(2)); found {
		t.Error("the code outlives its member")
	}
}

// Two use a code at the same moment: the second sees that it was used.
func TestLinkCodeOnce(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	ctx := t.Context()
	id, _ := person(t, db, "1", "ABC234")
	do(t, db, func(tx *store.Tx) error { return tx.PutLinkCode(ctx, id, hashOf(1), after(15)) })
	var used atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			err := db.Write(ctx, func(tx *store.Tx) error {
				c, _, err := tx.LinkCode(ctx, hashOf(1))
				if err != nil || !c.UsedAt.IsZero() {
					return err
				}
				used.Add(1)
				return tx.UseLinkCode(ctx, hashOf(1), morning)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if used.Load() != 1 {
		t.Errorf("used %d times", used.Load())
	}
}

func TestAddressesOfAMember(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	ctx := t.Context()
	id, first := person(t, db, "1", "ABC234")
	joined := db.Keys().Chat("whatsapp", "whatsapp:+15550142")
	linked := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	do(t, db, func(tx *store.Tx) error {
		return tx.PutAddress(ctx, store.Address{Chat: joined, MemberID: id, Channel: "whatsapp", Address: "whatsapp:+15550142", CreatedAt: linked, LinkedAt: linked})
	})
	all, err := db.Addresses(ctx, id)
	if err != nil || len(all) != 2 || all[0].Chat != first || !all[0].LinkedAt.IsZero() || all[1].Address != "whatsapp:+15550142" || all[1].LinkedAt != linked {
		t.Errorf("%+v %v", all, err)
	}
	if _, _, err := db.Turn(ctx, joined, "m1", linked, func(tx *store.Tx) (map[string]string, error) {
		return nil, tx.RemoveAddress(ctx, joined)
	}); err != nil {
		t.Fatal(err)
	}
	if all, _ := db.Addresses(ctx, id); len(all) != 1 || all[0].Chat != first {
		t.Errorf("%+v", all)
	}
	if _, replayed, err := db.Turn(ctx, joined, "m1", linked, func(*store.Tx) (map[string]string, error) { return nil, nil }); replayed || err != nil {
		t.Error("the turn of a chat without a record stayed")
	}
	if m, found, err := db.MemberByID(ctx, id); err != nil || !found || m.Number != "ABC234" {
		t.Errorf("%+v %v %v", m, found, err)
	}
	if _, found, err := db.MemberByID(ctx, uuid.New()); found || err != nil {
		t.Errorf("%v %v", found, err)
	}
}
