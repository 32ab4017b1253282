package store_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"mboka/store"
	"mboka/store/storetest"
)

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
