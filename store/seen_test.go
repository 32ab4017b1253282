package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/store"
	"mboka/store/seal"
	"mboka/store/storetest"
)

// office is a chat of the staff, with its role.
type office struct {
	chat seal.Chat
	role uuid.UUID
}

// appoint gives a chat a role, behind the store's back: how roles are taken up
// is no matter here.
func appoint(t *testing.T, db *store.DB, url, address string, role store.Role, org store.Organisation) office {
	t.Helper()
	staff, id, chat := uuid.New(), uuid.New(), db.Keys().Chat("telegram", address)
	sealed, err := db.Keys().Seal("staff", staff.String(), "sealed_address", []byte(address))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), `
		INSERT INTO staff (id, chat, channel, sealed_address, language, joined_at, last_seen_at) VALUES ($1, $2, 'telegram', $3, 'en', $4, $4)`,
		staff, db.Keys().Indexes(chat)[0], sealed, morning); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `INSERT INTO role (id, staff_id, role, organisation, granted_at) VALUES ($1, $2, $3, $4, $5)`,
		id, staff, role, org, morning); err != nil {
		t.Fatal(err)
	}
	return office{chat, id}
}

// says records a yes or a no.
func says(t *testing.T, db *store.DB, member uuid.UUID, purpose string, yes bool, minute int) {
	t.Helper()
	do(t, db, func(tx *store.Tx) error {
		return tx.RecordConsent(t.Context(), consentAt(member, purpose, yes, minute))
	})
}

func consentAt(member uuid.UUID, purpose string, yes bool, minute int) store.Consent {
	return store.Consent{ID: uuid.New(), MemberID: member, Purpose: purpose, Granted: yes, NoticeVersion: "1", Language: "fr", Channel: "telegram", At: after(minute), MessageID: "c" + uuid.NewString()}
}

func opening(o office, number string, minute int) store.Opening {
	return store.Opening{ID: uuid.New(), Chat: o.chat, Running: store.IOM, At: after(minute), Number: number}
}

func openProfile(t *testing.T, db *store.DB, o store.Opening) (card store.Card, err error) {
	t.Helper()
	err = db.Write(t.Context(), func(tx *store.Tx) error {
		var failed error
		card, failed = tx.OpenProfile(t.Context(), o)
		return failed
	})
	return card, err
}

func TestOpenProfileNeedsRoleAndConsent(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db := open(t, url)
	id, _ := person(t, db, "1", "ABC234")
	person(t, db, "2", "XYZ789")
	do(t, db, func(tx *store.Tx) error { return tx.PutAnswers(t.Context(), id, after(1), everyAnswer) })
	ours := appoint(t, db, url, "91", store.Coordinator, store.IOM)
	theirs := map[string]office{
		"ministry coordinator":    appoint(t, db, url, "92", store.Coordinator, store.Ministry),
		"association coordinator": appoint(t, db, url, "93", store.Coordinator, store.Association),
		"official":                appoint(t, db, url, "94", store.Official, store.IOM),
		"auditor":                 appoint(t, db, url, "95", store.Auditor, store.IOM),
		"admin":                   appoint(t, db, url, "96", store.Admin, store.IOM),
		"approver":                appoint(t, db, url, "97", store.Approver, store.IOM),
		"nobody":                  {chat: db.Keys().Chat("telegram", "98")},
	}
	shut := func(what string, o store.Opening, want error) {
		t.Helper()
		if card, err := openProfile(t, db, o); !errors.Is(err, want) || len(card.Answers) > 0 || card.Number != "" {
			t.Errorf("%s: %v %v", what, card, err)
		}
	}
	shut("never asked", opening(ours, "ABC234", 2), store.ErrNotShown)
	says(t, db, id, "contact", true, 3)
	for what, o := range theirs {
		shut(what, opening(o, "ABC234", 4), store.ErrNotAllowed)
	}
	shut("no such number", opening(ours, "QQQ222", 4), store.ErrNotShown)
	shut("another person's yes", opening(ours, "XYZ789", 4), store.ErrNotShown)
	late := opening(ours, "ABC234", 4)
	late.At = morning.Add(store.RoleSilence)
	shut("lapsed role", late, store.ErrNotAllowed)
	card, err := openProfile(t, db, opening(ours, "ABC234", 5))
	if err != nil {
		t.Fatal(err)
	}
	var shown []string
	for _, a := range card.Answers {
		shown = append(shown, a.Step)
	}
	if diff := cmp.Diff([]string{"country_residence", "profession_group", "profession", "contribution_types", "city_residence", "display_name", "target_sector", "offer_text"}, shown); diff != "" {
		t.Error(diff)
	}
	views, err := db.Views(t.Context(), id)
	if err != nil || len(views) != 1 || views[0].Role != store.Coordinator || views[0].Organisation != store.IOM || views[0].Purpose != store.ForContact || !views[0].At.Equal(after(5)) {
		t.Errorf("%+v %v", views, err)
	}
	if got := sql(t, url, `SELECT count(*) || ' ' || count(object) FROM audit WHERE act = 'profile.open'`); got != "1 0" {
		t.Errorf("audit: %s", got)
	}
	says(t, db, id, "contact", false, 6)
	shut("withdrawn", opening(ours, "ABC234", 7), store.ErrNotShown)
	if got := sql(t, url, `SELECT count(*) FROM profile_view`); got != "1" {
		t.Errorf("%s views", got)
	}
}

// TestWithdrawalAgainstOpening: whichever commits first, no profile is opened
// after the withdrawal.
func TestWithdrawalAgainstOpening(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db := open(t, url)
	id, _ := person(t, db, "1", "ABC234")
	ours := appoint(t, db, url, "91", store.Coordinator, store.IOM)
	says(t, db, id, "contact", true, 1)
	withdrawn, answered := make(chan struct{}), make(chan error, 1)
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		if err := tx.RecordConsent(t.Context(), consentAt(id, "contact", false, 2)); err != nil {
			return err
		}
		go func() {
			close(withdrawn)
			answered <- db.Write(t.Context(), func(tx *store.Tx) error {
				_, err := tx.OpenProfile(t.Context(), opening(ours, "ABC234", 3))
				return err
			})
		}()
		<-withdrawn
		waiting(t, url) // the opening stands before the withdrawal, which is not committed
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-answered; !errors.Is(err, store.ErrNotShown) {
		t.Errorf("opened after the withdrawal: %v", err)
	}
	says(t, db, id, "contact", true, 4)
	recorded := make(chan error, 1)
	err = db.Write(t.Context(), func(tx *store.Tx) error {
		if _, err := tx.OpenProfile(t.Context(), opening(ours, "ABC234", 5)); err != nil {
			return err
		}
		go func() {
			recorded <- db.Write(t.Context(), func(tx *store.Tx) error { return tx.RecordConsent(t.Context(), consentAt(id, "contact", false, 6)) })
		}()
		waiting(t, url) // the withdrawal waits for the opening
		return nil
	})
	if err := errors.Join(err, <-recorded); err != nil {
		t.Fatal(err)
	}
	if got := sql(t, url, `SELECT count(*) FROM profile_view`); got != "1" {
		t.Errorf("%s views", got)
	}
}

// waiting waits until some transaction of this database waits for a lock.
func waiting(t *testing.T, url string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		if sql(t, url, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) != "0" {
			return
		}
	}
	t.Error("nobody waits")
}

// TestEraseTakesWhatStaffWereShown: the turn by which a profile was opened holds
// it, sealed, for some days; an erasure takes it along, and no other turn.
func TestEraseTakesWhatStaffWereShown(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db := open(t, url)
	id, _ := person(t, db, "1", "ABC234")
	says(t, db, id, "contact", true, 1)
	ours := appoint(t, db, url, "91", store.Coordinator, store.IOM)
	for minute, message := range map[int]string{2: "opens", 3: "else"} {
		_, _, err := db.Turn(t.Context(), ours.chat, message, after(minute), func(tx *store.Tx) (map[string]string, error) {
			if message == "else" {
				return nil, nil
			}
			_, err := tx.OpenProfile(t.Context(), opening(ours, "ABC234", minute))
			return map[string]string{"Card": "Mado"}, err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	do(t, db, func(tx *store.Tx) error { return tx.EraseMember(t.Context(), id, after(4)) })
	if got := sql(t, url, `SELECT string_agg(message_id, ' ') || (SELECT count(*) FROM profile_view) FROM turn`); got != "else0" {
		t.Errorf("left: %s", got)
	}
}

func TestMergeCarriesViewsAndRequests(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db := open(t, url)
	stays, _ := person(t, db, "1", "ABC234")
	goes, chat := person(t, db, "2", "XYZ789")
	says(t, db, goes, "contact", true, 1)
	ours := appoint(t, db, url, "91", store.Coordinator, store.IOM)
	if _, err := openProfile(t, db, opening(ours, "XYZ789", 2)); err != nil {
		t.Fatal(err)
	}
	request, _ := ask(t, db, ours, "XYZ789", 3)
	merge := store.Merge{ID: uuid.New(), Survivor: stays, Merged: goes, At: after(4)}
	do(t, db, func(tx *store.Tx) error { return tx.MergeMembers(t.Context(), merge) })
	count := func(id uuid.UUID) (int, int) {
		t.Helper()
		views, err := db.Views(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		requests, err := db.Requests(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return len(views), len(requests)
	}
	if v, r := count(stays); v != 1 || r != 1 {
		t.Errorf("after the merge %d views, %d requests", v, r)
	}
	if err := answerShare(t, db, request, stays, true, 5); err != nil {
		t.Error(err)
	}
	do(t, db, func(tx *store.Tx) error {
		id, found, err := tx.MergedWith(t.Context(), chat)
		if err != nil || !found {
			t.Fatal(found, err)
		}
		_, err = tx.SplitMember(t.Context(), stays, id)
		return err
	})
	if v, r := count(goes); v != 1 || r != 1 {
		t.Errorf("after the split %d views, %d requests", v, r)
	}
	if v, r := count(stays); v != 0 || r != 0 {
		t.Errorf("%d views, %d requests stay with the other", v, r)
	}
}
