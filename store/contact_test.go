package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/store"
	"mboka/store/storetest"
)

const week = 7 * 24 * time.Hour

func sending(writer, card uuid.UUID, at time.Time) store.Sending {
	return store.Sending{ID: uuid.New(), Writer: writer, Card: card, Name: "Écrivain Fictif", Text: "Bonjour, parlons de Matadi.", At: at,
		ExpiresAt: at.Add(week), MostInDay: 3, MostBlocks: 3}
}

// send is a message, and what came of it.
func send(t *testing.T, db *store.DB, s store.Sending) error {
	t.Helper()
	return db.Write(t.Context(), func(tx *store.Tx) error { return tx.SendContact(t.Context(), s) })
}

func due(t *testing.T, db *store.DB, at time.Time) []store.DueContact {
	t.Helper()
	got, err := db.DueContacts(t.Context(), store.DueQuery{At: at, PerDay: 2, HeardSince: morning.Add(-time.Hour), Awake: []string{"", "BE"}, Most: 10})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// tell is one pass: all who are due are told, until nobody is.
func tell(t *testing.T, db *store.DB, at time.Time) (told []store.DueContact) {
	t.Helper()
	for {
		some := due(t, db, at)
		if len(some) == 0 {
			return told
		}
		for _, d := range some {
			if err := db.ContactTold(t.Context(), d.ID, d.Reply, at); err != nil {
				t.Fatal(err)
			}
		}
		told = append(told, some...)
	}
}

func TestMessageAndReply(t *testing.T) {
	t.Parallel()
	db, ctx := storetest.Postgres(t), t.Context()
	writer, _ := person(t, db, "1", "WRT234")
	owner, _ := person(t, db, "2", "OWN234")
	card := showCard(t, db, owner, after(1))
	s := sending(writer, card, after(2))
	if err := send(t, db, s); err != nil {
		t.Fatal(err)
	}
	told := tell(t, db, after(3))
	if len(told) != 1 || told[0].Address != "2" || told[0].Reply || !told[0].HeardAt.Equal(morning) {
		t.Fatalf("%+v", told)
	}
	c, found, err := db.OpenContact(ctx, owner, uuid.Nil, after(3))
	if !found || err != nil || c.Text != s.Text || c.Name != s.Name || c.ID != s.ID {
		t.Fatal(c, found, err)
	}
	for _, id := range []uuid.UUID{writer, uuid.New()} { // nobody else reads or answers it
		if _, found, _ := db.OpenContact(ctx, id, s.ID, after(3)); found {
			t.Error("somebody else reads it")
		}
		if err := db.Write(ctx, func(tx *store.Tx) error {
			return tx.AnswerContact(ctx, s.ID, id, store.ContactReply, "faux", after(4), after(5))
		}); !errors.Is(err, store.ErrNotOpen) {
			t.Error(err)
		}
	}
	do(t, db, func(tx *store.Tx) error {
		return tx.AnswerContact(ctx, s.ID, owner, store.ContactReply, "Avec plaisir.", after(4), after(4).Add(week))
	})
	if err := db.Write(ctx, func(tx *store.Tx) error {
		return tx.AnswerContact(ctx, s.ID, owner, store.ContactNo, "", after(5), after(5))
	}); !errors.Is(err, store.ErrNotOpen) {
		t.Error("answered twice:", err)
	}
	told = tell(t, db, after(6))
	if len(told) != 1 || told[0].Address != "1" || !told[0].Reply {
		t.Fatalf("%+v", told)
	}
	r, found, err := db.RepliedContact(ctx, writer, s.ID, after(6))
	if !found || err != nil || r.Reply != "Avec plaisir." || r.Text != "" || r.Name != "" {
		t.Errorf("%+v %v %v", r, found, err)
	}
	if _, found, _ := db.RepliedContact(ctx, owner, s.ID, after(6)); found {
		t.Error("whoever replied reads it as the writer")
	}
	if n, err := db.DropContacts(ctx, after(4).Add(week).Add(-time.Second)); n != 0 || err != nil {
		t.Error(n, err)
	}
	if n, err := db.DropContacts(ctx, after(4).Add(week)); n != 1 || err != nil {
		t.Error(n, err)
	}
}

// TestWriterCannotTell: whatever became of the card, the writer is answered the
// same, and for nobody a word is kept.
func TestWriterCannotTell(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db, ctx := open(t, url), t.Context()
	owner, _ := person(t, db, "2", "OWN234")
	card := showCard(t, db, owner, after(1))
	n := 0
	try := func(what string, card uuid.UUID) {
		t.Helper()
		n++
		writer, _ := person(t, db, fmt.Sprint("w", n), fmt.Sprintf("WRT%03d", n))
		for i, want := range []error{nil, store.ErrContactTwice} {
			if err := send(t, db, sending(writer, card, after(10+i))); !errors.Is(err, want) || want == nil && err != nil {
				t.Errorf("%s, try %d: %v", what, i, err)
			}
		}
	}
	try("live", card)
	blocked, _ := person(t, db, "b", "BLK234")
	s := sending(blocked, card, after(5))
	do(t, db, func(tx *store.Tx) error {
		if err := tx.SendContact(ctx, s); err != nil {
			return err
		}
		return tx.AnswerContact(ctx, s.ID, owner, store.ContactBlock, "", after(6), after(6))
	})
	if err := send(t, db, sending(blocked, card, after(6).Add(week))); err != nil {
		t.Error("blocked:", err)
	}
	try("no such card", uuid.New())
	withdraw(t, db, owner, after(20))
	try("withdrawn", card)
	if got := sql(t, url, `SELECT count(*) FROM directory_contact WHERE sealed_text IS NOT NULL OR sealed_name IS NOT NULL OR addressee_id IS NOT NULL AND answer IS NULL`); got != "0" {
		t.Errorf("%s rows with words for nobody", got)
	}
	if told := tell(t, db, after(30)); len(told) > 0 {
		t.Errorf("%d are told", len(told))
	}
	if err := send(t, db, sending(owner, showCard(t, db, owner, after(40)), after(41))); !errors.Is(err, store.ErrContactSelf) {
		t.Error(err)
	}
}

func TestLimitsOfMessages(t *testing.T) {
	t.Parallel()
	db, ctx := storetest.Postgres(t), t.Context()
	writer, _ := person(t, db, "w", "WRT234")
	for i := range 4 {
		owner, _ := person(t, db, fmt.Sprint(i), fmt.Sprintf("OWN%03d", i))
		s := sending(writer, showCard(t, db, owner, after(1)), after(2+i))
		if err := send(t, db, s); i < 3 && err != nil || i == 3 && !errors.Is(err, store.ErrContactLimit) {
			t.Error(i, err)
		}
		if i == 3 {
			s.At, s.ExpiresAt = s.At.Add(25*time.Hour), s.ExpiresAt.Add(25*time.Hour)
			if err := send(t, db, s); err != nil {
				t.Error("the next day:", err)
			}
		}
	}
	// One person is told of two a day; the others wait, and nobody is lost.
	owner, _ := person(t, db, "popular", "OWN999")
	card := showCard(t, db, owner, after(1))
	var last store.Sending
	for i := range 5 {
		w, _ := person(t, db, fmt.Sprint("v", i), fmt.Sprintf("VRT%03d", i))
		last = sending(w, card, after(60+i))
		if err := send(t, db, last); err != nil {
			t.Fatal(err)
		}
	}
	counts := map[string]int{}
	for day := range 3 {
		for _, d := range tell(t, db, after(100).Add(time.Duration(day)*25*time.Hour)) {
			if d.Address == "popular" {
				counts[fmt.Sprint(day)]++
			}
		}
	}
	if counts["0"] != 2 || counts["1"] != 2 || counts["2"] != 1 {
		t.Errorf("told a day: %v", counts)
	}
	// Whoever three people had enough of writes to nobody any more.
	bad, _ := person(t, db, "bad", "BAD234")
	for i := range 4 {
		o, _ := person(t, db, fmt.Sprint("o", i), fmt.Sprintf("OON%03d", i))
		s := sending(bad, showCard(t, db, o, after(1)), after(200).Add(time.Duration(i)*25*time.Hour))
		err := send(t, db, s)
		if i == 3 {
			if !errors.Is(err, store.ErrContactBarred) {
				t.Error(err)
			}
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		do(t, db, func(tx *store.Tx) error {
			return tx.AnswerContact(ctx, s.ID, o, store.ContactBlock, "", s.At.Add(time.Minute), s.At)
		})
	}
}

func TestWithdrawalAndErasureOfMessages(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db, ctx := open(t, url), t.Context()
	owner, _ := person(t, db, "1", "OWN234")
	card := showCard(t, db, owner, after(1))
	writer, _ := person(t, db, "2", "WRT234")
	s := sending(writer, card, after(2))
	if err := send(t, db, s); err != nil {
		t.Fatal(err)
	}
	tell(t, db, after(3))
	withdraw(t, db, owner, after(4))
	if _, found, _ := db.OpenContact(ctx, owner, s.ID, after(5)); found {
		t.Error("shown after the withdrawal")
	}
	// An erased owner takes their reply along, an erased writer the message.
	card = showCard(t, db, owner, after(6))
	again := sending(writer, card, after(7))
	if err := send(t, db, again); err != nil {
		t.Fatal(err)
	}
	do(t, db, func(tx *store.Tx) error {
		if err := tx.AnswerContact(ctx, again.ID, owner, store.ContactReply, "Oui", after(8), after(8).Add(week)); err != nil {
			return err
		}
		return tx.EraseMember(ctx, owner, after(9))
	})
	if _, found, _ := db.RepliedContact(ctx, writer, again.ID, after(10)); found {
		t.Error("the words of somebody who is erased")
	}
	if told := tell(t, db, after(10)); len(told) > 0 {
		t.Errorf("%+v", told)
	}
	do(t, db, func(tx *store.Tx) error { return tx.EraseMember(ctx, writer, after(11)) })
	if n := sql(t, url, `SELECT count(*) FROM directory_contact`); n != "0" {
		t.Errorf("%s messages of somebody who is erased", n)
	}
}
