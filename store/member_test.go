package store_test

import (
	"bytes"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/store"
	"mboka/store/storetest"
)

func TestMemberBeforeAndAfterRegistration(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	ctx := t.Context()
	// Times are kept to the microsecond, in UTC.
	created := time.Date(2026, 11, 24, 9, 0, 0, 123456789, time.FixedZone("", 3600))
	want := store.Member{ID: uuid.New(), Language: "ln", Synthetic: true, CreatedAt: time.Date(2026, 11, 24, 8, 0, 0, 123456000, time.UTC)}
	chat := db.Keys().Chat("console", "1")
	do(t, db, func(tx *store.Tx) error {
		if err := tx.CreateMember(ctx, store.Member{ID: want.ID, Language: "ln", Synthetic: true, CreatedAt: created}); err != nil {
			return err
		}
		return tx.PutAddress(ctx, store.Address{Chat: chat, MemberID: want.ID, Channel: "console", Address: "1", CreatedAt: created})
	})
	same := func(got store.Member) bool {
		return got.ID == want.ID && got.Number == want.Number && got.Language == want.Language && got.Synthetic &&
			got.CreatedAt == want.CreatedAt && got.RegisteredAt == want.RegisteredAt && bytes.Equal(got.RecoveryHash, want.RecoveryHash)
	}
	if got, found, err := db.MemberByChat(ctx, chat); err != nil || !found || !same(got) || got.Registered() {
		t.Errorf("%+v %v %v", got, found, err)
	}
	want.Number, want.RegisteredAt, want.RecoveryHash = "ABC234", morning, bytes.Repeat([]byte{7}, 32)
	do(t, db, func(tx *store.Tx) error {
		if err := tx.RegisterMember(ctx, want.ID, want.Number, morning); err != nil {
			return err
		}
		if err := tx.SetRecovery(ctx, want.ID, make([]byte, 32)); err != nil {
			return err
		}
		if err := tx.SetRecovery(ctx, want.ID, want.RecoveryHash); err != nil {
			return err
		}
		got, found, err := tx.MemberByChat(ctx, chat) // a transaction sees what it wrote
		if !found || !same(got) {
			t.Errorf("%+v %v", got, found)
		}
		return err
	})
	if got, found, err := db.MemberByChat(ctx, chat); err != nil || !found || !same(got) || !got.Registered() {
		t.Errorf("%+v %v %v", got, found, err)
	}
}

func TestMemberRefuses(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	ctx := t.Context()
	id, _ := person(t, db, "1", "ABC234")
	if err := db.Write(ctx, func(tx *store.Tx) error { return tx.RegisterMember(ctx, id, "ABC235", morning) }); !errors.Is(err, store.ErrNoMember) {
		t.Errorf("registered twice: %v", err)
	}
	stranger := uuid.New()
	if err := db.Write(ctx, func(tx *store.Tx) error { return tx.RegisterMember(ctx, stranger, "ABC236", morning) }); !errors.Is(err, store.ErrNoMember) {
		t.Errorf("registered nobody: %v", err)
	}
	if err := db.Write(ctx, func(tx *store.Tx) error { return tx.SetRecovery(ctx, stranger, make([]byte, 32)) }); !errors.Is(err, store.ErrNoMember) {
		t.Errorf("a code for nobody: %v", err)
	}
	if err := db.Write(ctx, func(tx *store.Tx) error { return tx.SetRecovery(ctx, id, []byte("ABCD-EFGH")) }); err == nil {
		t.Error("a code itself was kept for its hash")
	}
	for _, m := range []store.Member{
		{ID: id, Language: "fr", CreatedAt: morning},         // there is one
		{ID: uuid.New(), Language: "de", CreatedAt: morning}, // not spoken
	} {
		if err := db.Write(ctx, func(tx *store.Tx) error { return tx.CreateMember(ctx, m) }); err == nil {
			t.Errorf("created %+v", m)
		}
	}
}

// Two people are given one number at the same moment: one keeps it, the other
// is told while the transaction goes on.
func TestNumberTakenAtTheSameTime(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	ctx := t.Context()
	var mu sync.Mutex
	taken := 0
	var all sync.WaitGroup
	for _, address := range []string{"1", "2", "3"} {
		id, _ := person(t, db, address, "")
		all.Go(func() {
			err := db.Write(ctx, func(tx *store.Tx) error {
				err := tx.RegisterMember(ctx, id, "ABC234", morning)
				if !errors.Is(err, store.ErrNumberTaken) {
					return err
				}
				mu.Lock()
				taken++
				mu.Unlock()
				return tx.RegisterMember(ctx, id, "ABC23"+address, morning)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if taken != 2 {
		t.Errorf("%d of 3 were told that the number is taken", taken)
	}
}

// Erasing one person leaves the others alone, and a number may come back.
func TestEraseOnlyOne(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db := open(t, url)
	ctx := t.Context()
	gone, _ := person(t, db, "1", "ABC234")
	stays, chat := person(t, db, "2", "ABC235")
	answers := []store.Answer{{Step: "sex", Codes: []string{"f"}}}
	if _, _, err := db.Turn(ctx, chat, "m1", morning, func(tx *store.Tx) (map[string]string, error) {
		return nil, errors.Join(
			tx.PutAnswers(ctx, stays, morning, answers),
			tx.PutDraft(ctx, store.Draft{Chat: chat, Flow: "fund", Step: "fund_interest", Answers: answers}, morning))
	}); err != nil {
		t.Fatal(err)
	}
	before := traces(ctx, t, url, stays, chat)
	late := time.Date(2026, 11, 25, 1, 30, 0, 0, time.FixedZone("", 2*3600)) // still the 24th in UTC
	do(t, db, func(tx *store.Tx) error { return tx.EraseMember(ctx, gone, late) })
	if after := traces(ctx, t, url, stays, chat); after != before {
		t.Errorf("of %d rows of somebody else %d stay", before, after)
	}
	if n := sql(t, url, `SELECT count FROM erased WHERE day = '2026-11-24'`); n != "1" {
		t.Errorf("counted %q on the day", n)
	}
	person(t, db, "1", "ABC234")
}
