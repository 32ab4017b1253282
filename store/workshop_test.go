package store_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
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
		PairBefore: before, PairAfter: after, PairEnteredAt: morning, PairSatisfaction: 4, UpdatedAt: morning,
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
		half.PairBefore, half.PairAfter, half.After, half.PairSatisfaction, half.PairEnteredAt = 0, 0, 0, 0, time.Time{}
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
			AND num_nonnulls(staff_id, mission_id, pair_entered_at, pair_satisfaction, sealed_role, topics, before, after, satisfaction, sealed_comment, entered_at, left_at,
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

// TestWorkshopGroups: pairs are summed up once enough people are there, and then
// by as many new ones as it takes, each in one group that never changes: a workshop
// that is over has its own, where enough took part.
func TestWorkshopGroups(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db := open(t, url)
	rules := store.WorkshopRules{First: 3, Changed: 6}
	take := func(day int, want bool) []store.WorkshopGroup {
		t.Helper()
		taken, err := db.TakeWorkshopGroups(t.Context(), morning.AddDate(0, 0, day), rules)
		if err != nil || taken != want {
			t.Fatalf("day %d: taken %v, %v", day, taken, err)
		}
		all, err := db.WorkshopGroups(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	plans := planner(t, url)
	own, small := workshop(t, db, plans, morning), workshop(t, db, plans, morning)
	var all []store.WorkshopAnswers
	add := func(n int, mission uuid.UUID) {
		for range n {
			address := strconv.Itoa(len(all))
			w := trained(t, db, address, []string{"mae", "plan"}[len(all)%2], 1+len(all)%3, 4)
			w.Mission, w.PairMission, w.PairEnteredAt, w.PairSatisfaction = mission, mission, morning, 5
			putWorkshop(t, db, w)
			all = append(all, w)
		}
	}
	add(2, uuid.Nil)
	add(4, own) // not over for a week yet
	if got := take(0, false); len(got) != 0 {
		t.Error(got)
	}
	add(1, uuid.Nil)
	sql(t, url, `UPDATE workshop_answer SET agreed_version = 'workshop-1.3fa2c0' WHERE staff_id = '`+all[1].StaffID.String()+`'`) // to means alone
	first := take(1, true)
	want := []store.WorkshopGroup{{TakenAt: morning.AddDate(0, 0, 1), People: 3, SumBefore: 4, SumAfter: 12, Satisfied: 3, SumSatisfaction: 15,
		Wishing: 2, Topics: map[string]int{"policy": 2, "mapping": 2}, Institutions: map[string]int{"mae": 2, "plan": 1}}}
	if diff := cmp.Diff(want, first, cmpopts.IgnoreFields(store.WorkshopGroup{}, "ID"), cmpopts.EquateApproxTime(0)); diff != "" {
		t.Error(diff)
	}
	w := all[0] // counted once, however it is corrected
	w.PairAfter = 1
	putWorkshop(t, db, w)
	add(2, small)                        // with too few
	do(t, db, func(tx *store.Tx) error { // one of four has gone
		_, err := tx.DropWorkshop(t.Context(), all[2].StaffID)
		return err
	})
	if got := take(8, false); len(got) != 1 || got[0].People != 3 { // three of their own, two wait for a third
		t.Error(got)
	}
	add(2, uuid.Nil)
	add(2, own)
	got := take(9, true)
	if len(got) != 3 || got[0].People+got[1].People != 9 || got[2].People != 3 || got[2].SumAfter != 12 {
		t.Fatal(got)
	}
	for _, g := range got[:2] {
		switch {
		case g.Mission == own && g.People == 5:
		case g.Mission == uuid.Nil && g.People == 4:
		default:
			t.Error(g)
		}
	}
	w.Mission, w.PairMission, w.PairEnteredAt = small, small, after(3) // another workshop of one who was counted
	putWorkshop(t, db, w)
	add(5, own) // of a workshop that has its group
	got = take(10, true)
	if len(got) != 4 || got[0].Mission != uuid.Nil || got[0].People != 6 {
		t.Error(got)
	}
	take(11, false) // nobody is new since
	if err := db.AddSyntheticWorkshops(t.Context(), []store.WorkshopGroup{{ID: uuid.New(), TakenAt: morning, People: 10}}); !errors.Is(err, store.ErrRealMembers) {
		t.Error("made-up people beside real ones", err)
	}
}

// workshop plans one that is over the same day.
func workshop(t *testing.T, db *store.DB, role uuid.UUID, begins time.Time) uuid.UUID {
	t.Helper()
	m := store.Mission{ID: uuid.New(), Kind: store.Workshop, RoleID: role, Organisation: store.IOM, Timezone: "Africa/Kinshasa", StartsAt: begins, CreatedAt: begins,
		Texts: map[string]store.MissionText{"fr": {Title: "Atelier fictif", Summary: "Fictif."}}}
	do(t, db, func(tx *store.Tx) error { return tx.PutMission(t.Context(), m) })
	return m.ID
}
