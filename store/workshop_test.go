package store_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/store"
	"mboka/store/storetest"
)

// trained makes an official with a pair of answers.
func trained(t *testing.T, db *store.DB, address, institution string, before, after int) store.WorkshopAnswers {
	t.Helper()
	held := granted(t, db, address, store.Official, store.Ministry, morning)
	w := store.WorkshopAnswers{
		ID: uuid.New(), StaffID: held.StaffID, Institution: institution, Role: "Chef de bureau fictif", Topics: []string{"policy", "mapping"},
		Before: before, After: after, Satisfaction: 4, Comment: "Un commentaire fictif", EnteredAt: morning, LeftAt: morning.Add(time.Hour),
		PairBefore: before, PairAfter: after, UpdatedAt: morning,
		Agreed: store.WorkshopConsent{At: morning, MessageID: "m-" + address, Version: "workshop-1", Language: "fr"},
	}
	putWorkshop(t, db, w)
	return w
}

func putWorkshop(t *testing.T, db *store.DB, w store.WorkshopAnswers) {
	t.Helper()
	do(t, db, func(tx *store.Tx) error { return tx.PutWorkshop(t.Context(), w) })
}

// TestWorkshopKept: what somebody answered is given back as it was, also in the
// copy of what is kept of them, until they take it back.
func TestWorkshopKept(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	w := trained(t, db, "1", "mae", 2, 4)
	w.Before, w.After, w.Satisfaction, w.Comment, w.LeftAt = 3, 0, 0, "", time.Time{}
	w.UpdatedAt = after(2)
	putWorkshop(t, db, w) // the next workshop
	kept, found, err := db.KeptOf(t.Context(), db.Keys().Chat("telegram", "1"))
	if err != nil || !found || len(kept.Staff) != 1 {
		t.Fatal(found, len(kept.Staff), err)
	}
	if diff := cmp.Diff(&w, kept.Staff[0].Workshop); diff != "" {
		t.Error(diff)
	}
	do(t, db, func(tx *store.Tx) error {
		if had, err := tx.DropWorkshop(t.Context(), w.StaffID); err != nil || !had {
			t.Error(had, err)
		}
		had, err := tx.DropWorkshop(t.Context(), w.StaffID)
		if had {
			t.Error("dropped twice")
		}
		return err
	})
	if _, found, err := db.WorkshopOf(t.Context(), w.StaffID); found || err != nil {
		t.Error(found, err)
	}
}

// TestWorkshopAfterTheRole: when the role ends, in whatever way, a pair stays and
// nothing that is about somebody; after an erasure nothing at all.
func TestWorkshopAfterTheRole(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db, err := store.Open(t.Context(), url, storetest.Keys(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	for i, end := range []func(tx *store.Tx, address string) error{
		func(tx *store.Tx, address string) error { // revoked
			held, err := tx.RolesOf(t.Context(), db.Keys().Chat("telegram", address), after(1))
			if err == nil {
				_, _, _, err = tx.RevokeRole(t.Context(), held[0].ID, after(1))
			}
			return err
		},
		func(tx *store.Tx, _ string) error { // lapsed
			_, err := tx.LapseRoles(t.Context(), morning)
			return err
		},
		func(tx *store.Tx, address string) error { // erased
			_, err := tx.EraseStaff(t.Context(), after(1), db.Keys().Chat("telegram", address))
			return err
		},
	} {
		address := strconv.Itoa(i)
		whole := trained(t, db, address, "mae", 2, 4)
		half := trained(t, db, "half"+address, "mae", 2, 4)
		half.PairBefore, half.PairAfter, half.After = 0, 0, 0
		putWorkshop(t, db, half)
		do(t, db, func(tx *store.Tx) error {
			if err := end(tx, "half"+address); err != nil {
				return err
			}
			return end(tx, address)
		})
		for _, w := range []store.WorkshopAnswers{whole, half} {
			if _, found, err := db.WorkshopOf(t.Context(), w.StaffID); found || err != nil {
				t.Errorf("%d: found %v %v", i, found, err)
			}
		}
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var rows, bare int
	if err := conn.QueryRow(t.Context(), `
		SELECT count(*), count(*) FILTER (WHERE institution = 'mae' AND pair_before = 2 AND pair_after = 4 AND updated_at = date_trunc('month', updated_at)
			AND num_nonnulls(staff_id, sealed_role, topics, before, after, satisfaction, sealed_comment, entered_at, left_at,
				agreed_at, agreed_message, agreed_version, agreed_language) = 0) FROM workshop_answer`).Scan(&rows, &bare); err != nil {
		t.Fatal(err)
	}
	if rows != 2 || bare != 2 {
		t.Errorf("%d rows, %d of them bare; want those of the two who did not erase", rows, bare)
	}
}

// TestWorkshopOfAnotherRole: one role more or less changes nothing as long as one
// is left that permits to answer.
func TestWorkshopOfAnotherRole(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	w := trained(t, db, "1", "mae", 2, 4)
	other := granted(t, db, "1", store.Auditor, store.Ministry, morning)
	do(t, db, func(tx *store.Tx) error {
		_, _, _, err := tx.RevokeRole(t.Context(), other.ID, after(1))
		return err
	})
	if got, found, err := db.WorkshopOf(t.Context(), w.StaffID); err != nil || !found || got.Comment != w.Comment {
		t.Error(got, found, err)
	}
}

// TestWorkshopSnapshot: the sums are taken once enough people are there, and stand
// still until as many different people have come, gone or changed as it takes,
// however long that is.
func TestWorkshopSnapshot(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	take := func(day int, want bool) store.WorkshopSnapshot {
		t.Helper()
		taken, err := db.TakeWorkshopSnapshot(t.Context(), morning.AddDate(0, 0, day), 6, 3)
		if err != nil || taken != want {
			t.Fatalf("day %d: taken %v, %v", day, taken, err)
		}
		s, _, err := db.WorkshopSnapshotNow(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	var all []store.WorkshopAnswers
	add := func(n int) {
		for range n {
			address := strconv.Itoa(len(all))
			all = append(all, trained(t, db, address, []string{"mae", "plan"}[len(all)%2], 1+len(all)%3, 4))
		}
	}
	add(2)
	if s := take(0, false); s.People != 0 {
		t.Error(s)
	}
	add(1)
	first := take(1, true)
	want := store.WorkshopSnapshot{TakenAt: morning.AddDate(0, 0, 1), People: 3, SumBefore: 6, SumAfter: 12,
		Institutions: map[string]int{"mae": 2, "plan": 1}}
	first.TakenAt = first.TakenAt.UTC()
	if diff := cmp.Diff(want, first); diff != "" {
		t.Error(diff)
	}
	add(3) // three have come
	w := all[0]
	w.PairAfter = 5 // one has changed, twice
	putWorkshop(t, db, w)
	w.PairAfter = 3
	putWorkshop(t, db, w)
	all[1].Comment = "Autre" // one has changed nothing that counts
	putWorkshop(t, db, all[1])
	do(t, db, func(tx *store.Tx) error { // one has gone
		_, err := tx.DropWorkshop(t.Context(), all[2].StaffID)
		return err
	})
	if s := take(400, false); s.People != 3 || s.SumAfter != 12 {
		t.Error(s)
	}
	add(1)
	s := take(401, true)
	if s.People != 6 {
		t.Error(s)
	}
	take(402, false) // nothing has changed since
}
