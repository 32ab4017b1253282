package store_test

import (
	"context"
	"errors"
	"sync"
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
		staff, chat, sealed, morning); err != nil {
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
	if diff := cmp.Diff([]string{"country_residence", "profession_group", "profession", "contribution_types", "city_residence", "display_name"}, shown); diff != "" {
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

func ask(t *testing.T, db *store.DB, o office, number string, minute int) (uuid.UUID, bool) {
	t.Helper()
	a := store.Asking{ID: uuid.New(), Chat: o.chat, Running: store.IOM, Number: number, Institution: "Ministère X", Purpose: "un hôpital", At: after(minute), ExpiresAt: after(minute + 100)}
	var asked bool
	do(t, db, func(tx *store.Tx) (err error) {
		_, asked, err = tx.AskShare(t.Context(), a)
		return err
	})
	return a.ID, asked
}

func answerShare(t *testing.T, db *store.DB, request, member uuid.UUID, yes bool, minute int) error {
	t.Helper()
	return db.Write(t.Context(), func(tx *store.Tx) error {
		var c *store.Consent
		if yes {
			given := consentAt(member, "share_gov", true, minute)
			c = &given
		}
		return tx.AnswerShare(t.Context(), request, member, c, after(minute))
	})
}

func TestRequestsForOneProfile(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db := open(t, url)
	id, chat := person(t, db, "1", "ABC234")
	do(t, db, func(tx *store.Tx) error { return tx.PutAnswers(t.Context(), id, after(1), everyAnswer) })
	ministry := appoint(t, db, url, "92", store.Official, store.Ministry)
	other := appoint(t, db, url, "93", store.Official, store.Ministry)
	card := func(o office, request uuid.UUID, minute int) (store.Card, error) {
		in := opening(o, "", minute)
		in.Request = request
		return openProfile(t, db, in)
	}
	if _, asked := ask(t, db, ministry, "ABC234", 2); asked {
		t.Error("asked without a yes to contact")
	}
	if _, asked := ask(t, db, ministry, "QQQ222", 2); asked {
		t.Error("asked nobody")
	}
	says(t, db, id, "contact", true, 3)
	first, asked := ask(t, db, ministry, "ABC234", 4)
	second, _ := ask(t, db, ministry, "ABC234", 5)
	if open, found, err := db.OpenRequest(t.Context(), id, after(6)); !asked || !found || err != nil || open.ID != first || open.Institution != "Ministère X" || open.Purpose != "un hôpital" {
		t.Fatalf("%+v %v %v", open, found, err)
	}
	if _, err := card(ministry, first, 6); !errors.Is(err, store.ErrNotShown) {
		t.Errorf("shown before the answer: %v", err)
	}
	if err := answerShare(t, db, first, id, true, 7); err != nil {
		t.Fatal(err)
	}
	if err := answerShare(t, db, first, id, false, 8); !errors.Is(err, store.ErrNotOpen) {
		t.Errorf("answered twice: %v", err)
	}
	if err := answerShare(t, db, second, id, false, 8); err != nil { // takes no other yes back
		t.Fatal(err)
	}
	if _, err := card(other, first, 9); !errors.Is(err, store.ErrNotShown) {
		t.Errorf("shown to somebody else: %v", err)
	}
	got, err := card(ministry, first, 9)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range got.Answers {
		switch a.Step {
		case "profession_group", "profession", "city_residence", "display_name":
		default:
			t.Errorf("%s is passed on", a.Step)
		}
	}
	if _, err := card(ministry, first, 10); !errors.Is(err, store.ErrNotShown) {
		t.Errorf("shown twice: %v", err)
	}
	third, _ := ask(t, db, ministry, "ABC234", 11)
	if err := answerShare(t, db, third, id, true, 12); err != nil {
		t.Fatal(err)
	}
	says(t, db, id, "share_gov", false, 13)
	if _, err := card(ministry, third, 14); !errors.Is(err, store.ErrNotShown) {
		t.Errorf("passed on after the withdrawal: %v", err)
	}
	fourth, _ := ask(t, db, ministry, "ABC234", 15)
	if err := answerShare(t, db, fourth, id, true, 16); err != nil {
		t.Fatal(err)
	}
	if _, err := card(ministry, third, 17); !errors.Is(err, store.ErrNotShown) {
		t.Errorf("a later yes to another request passes this one: %v", err)
	}
	late, _ := ask(t, db, ministry, "ABC234", 18)
	if err := answerShare(t, db, late, id, true, 118); !errors.Is(err, store.ErrNotOpen) {
		t.Errorf("answered after its end: %v", err)
	}
	all, err := db.Requests(t.Context(), id)
	if err != nil || len(all) != 5 || all[0].ID != late || !all[4].Passed || all[3].Answer != "no" || all[2].Passed {
		t.Errorf("%+v %v", all, err)
	}
	kept, _, err := db.KeptOf(t.Context(), chat)
	if err != nil || len(kept.Views) != 1 || kept.Views[0].Purpose != store.ForShare || !cmp.Equal(kept.Requests, all) {
		t.Errorf("handed out: %+v %+v %v", kept.Views, kept.Requests, err)
	}
}

// TestEndsTellNothing: a request that nobody was asked, one that was refused,
// one left open and one whose member is gone end alike.
func TestEndsTellNothing(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db := open(t, url)
	id, _ := person(t, db, "1", "ABC234")
	gone, _ := person(t, db, "2", "XYZ789")
	says(t, db, id, "contact", true, 1)
	says(t, db, gone, "contact", true, 1)
	o := appoint(t, db, url, "92", store.Official, store.Ministry)
	nobody, _ := ask(t, db, o, "QQQ222", 2)
	refused, _ := ask(t, db, o, "ABC234", 2)
	open, _ := ask(t, db, o, "ABC234", 2)
	erased, asked := ask(t, db, o, "XYZ789", 2)
	if !asked || answerShare(t, db, refused, id, false, 3) != nil {
		t.Fatal("not asked")
	}
	do(t, db, func(tx *store.Tx) error { return tx.EraseMember(t.Context(), gone, after(4)) })
	if got := sql(t, url, `SELECT count(*) FROM share_request WHERE id = '`+erased.String()+`' AND member_id IS NULL AND sealed_purpose IS NULL AND sealed_institution IS NULL`); got != "1" {
		t.Error("the texts of an erased member's request are left")
	}
	if early, err := db.Expired(t.Context(), after(101), 10); err != nil || len(early) != 0 {
		t.Errorf("told early: %v %v", early, err)
	}
	due, err := db.Expired(t.Context(), after(102), 10)
	if err != nil || len(due) != 4 {
		t.Fatalf("%v %v", due, err)
	}
	for _, r := range due {
		if r.Channel != "telegram" || r.Address != "92" || r.Language != "en" {
			t.Errorf("%+v", r)
		}
	}
	for _, request := range []uuid.UUID{nobody, refused, open, erased} {
		for i, want := range []bool{true, false} {
			do(t, db, func(tx *store.Tx) error {
				at, ended, err := tx.EndRequest(t.Context(), request, o.chat, after(102))
				if ended != want || want && !at.Equal(after(2)) {
					t.Errorf("time %d: %v %v", i, ended, at)
				}
				return err
			})
		}
	}
}

// TestAnswersAtOnce: of many answers to one request one is kept.
func TestAnswersAtOnce(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db := open(t, url)
	id, _ := person(t, db, "1", "ABC234")
	says(t, db, id, "contact", true, 1)
	request, _ := ask(t, db, appoint(t, db, url, "92", store.Official, store.Ministry), "ABC234", 2)
	var all sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		all.Go(func() { errs[i] = answerShare(t, db, request, id, i%2 == 0, 3) })
	}
	all.Wait()
	kept := 0
	for _, err := range errs {
		switch {
		case err == nil:
			kept++
		case !errors.Is(err, store.ErrNotOpen):
			t.Error(err)
		}
	}
	if kept != 1 {
		t.Errorf("%d answers are kept", kept)
	}
	if got := sql(t, url, `SELECT (SELECT count(*) FROM consent WHERE purpose = 'share_gov') = (SELECT count(*) FROM share_request WHERE answer = 'yes')`); got != "t" {
		t.Error("a consent without its answer")
	}
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
