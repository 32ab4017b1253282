package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"mboka/store"
	"mboka/store/storetest"
)

// showCard makes a member public, with all that a card may show.
func showCard(t *testing.T, db *store.DB, member uuid.UUID, at time.Time) (id uuid.UUID) {
	t.Helper()
	do(t, db, func(tx *store.Tx) (err error) {
		if err = sayDirectory(t.Context(), tx, member, true, at); err != nil {
			return err
		}
		id, err = tx.PutCard(t.Context(), member, store.DirectoryCard{ID: uuid.New(), UpdatedAt: at, Name: "Maman Fictive", Link: "https://example.org/moi",
			Shows: []string{store.ShowCountry, store.ShowSector, store.ShowProfession, store.ShowLanguages}})
		return err
	})
	return id
}

func sayDirectory(ctx context.Context, tx *store.Tx, member uuid.UUID, yes bool, at time.Time) error {
	return tx.RecordConsent(ctx, store.Consent{ID: uuid.New(), MemberID: member, Purpose: store.ForDirectory, Granted: yes, NoticeVersion: "1",
		Language: "fr", Channel: "telegram", At: at, MessageID: fmt.Sprint(yes, at.UnixNano())})
}

// withdraw is a member's no, as its effect does it.
func withdraw(t *testing.T, db *store.DB, member uuid.UUID, at time.Time) {
	t.Helper()
	do(t, db, func(tx *store.Tx) error {
		return errors.Join(sayDirectory(t.Context(), tx, member, false, at), tx.DropCard(t.Context(), member))
	})
}

// answered puts coded answers into a profile.
func answered(t *testing.T, db *store.DB, member uuid.UUID, pairs ...string) {
	t.Helper()
	var given []store.Answer
	for i := 0; i < len(pairs); i += 2 {
		given = append(given, store.Answer{Step: pairs[i], Codes: strings.Split(pairs[i+1], ",")})
	}
	do(t, db, func(tx *store.Tx) error { return tx.PutAnswers(t.Context(), member, morning, given) })
}

func publicIDs(t *testing.T, db *store.DB, q store.CardQuery) (ids []uuid.UUID) {
	t.Helper()
	if q.Most == 0 {
		q.Most = 100
	}
	cards, err := db.PublicCards(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	n, err := db.CountCards(t.Context(), store.CardQuery{Country: q.Country, Sector: q.Sector, Group: q.Group, Profession: q.Profession})
	if err != nil || q.After == "" && q.Most >= 100 && n != len(cards) {
		t.Fatalf("%d counted, %d found (%v)", n, len(cards), err)
	}
	for _, c := range cards {
		ids = append(ids, c.ID)
	}
	return ids
}

func TestCardShowsWhatIsSwitchedOn(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db, ctx := open(t, url), t.Context()
	id, _ := person(t, db, "1", "ABC234")
	answered(t, db, id, "country_residence", "BE", "sector", "health_social", "profession_group", "health", "profession", "nursing", "languages", "fr,ln", "sex", "2")
	card := showCard(t, db, id, after(1))
	got, found, err := db.PublicCard(ctx, card)
	want := store.PublicCard{ID: card, Place: got.Place, Name: "Maman Fictive", Link: "https://example.org/moi", Country: "BE", Sector: "health_social",
		Group: "health", Profession: "nursing", Languages: []string{"fr", "ln"}}
	if diff := cmp.Diff(want, got); diff != "" || !found || err != nil {
		t.Fatal(diff, found, err)
	}
	// A corrected answer is corrected here too; one taken back is gone.
	answered(t, db, id, "country_residence", "CA")
	do(t, db, func(tx *store.Tx) error { return tx.PutAnswers(ctx, id, after(2), []store.Answer{{Step: "sector"}}) })
	if got, _, err := db.PublicCard(ctx, card); err != nil || got.Country != "CA" || got.Sector != "" {
		t.Errorf("%+v (%v)", got, err)
	}
	// What is not shown is neither told nor found by.
	do(t, db, func(tx *store.Tx) error {
		_, err := tx.PutCard(ctx, id, store.DirectoryCard{ID: uuid.New(), UpdatedAt: after(3), Shows: []string{store.ShowLanguages}})
		return err
	})
	got, _, err = db.PublicCard(ctx, card) // the id stays through a change
	want = store.PublicCard{ID: card, Place: got.Place, Languages: []string{"fr", "ln"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	for _, q := range []store.CardQuery{{Country: "CA"}, {Group: "health"}, {Profession: "nursing"}, {Sector: "health_social"}} {
		if ids := publicIDs(t, db, q); len(ids) > 0 {
			t.Errorf("%+v finds who does not show it", q)
		}
	}
	if ids := publicIDs(t, db, store.CardQuery{}); !slices.Equal(ids, []uuid.UUID{card}) {
		t.Error(ids)
	}
	if n := sql(t, url, `SELECT count(*) FROM directory_card WHERE sealed_name IS NULL AND sealed_link IS NULL`); n != "1" {
		t.Error("the name and the link that are not shown any more are still kept")
	}
	if err := db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.PutCard(ctx, id, store.DirectoryCard{UpdatedAt: after(4)})
		return err
	}); err == nil {
		t.Error("a card without anything on it was taken")
	}
}

func TestWithdrawalIsAtOnce(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db, other, ctx := open(t, url), open(t, url), t.Context()
	id, _ := person(t, db, "1", "ABC234")
	answered(t, db, id, "country_residence", "BE")
	first := showCard(t, db, id, after(1))
	if countries, err := other.CardCountries(ctx); !slices.Equal(countries, []string{"BE"}) || err != nil {
		t.Error(countries, err)
	}
	withdraw(t, db, id, after(2))
	if _, found, err := other.PublicCard(ctx, first); found || err != nil {
		t.Error("the card is there", err)
	}
	if countries, err := other.CardCountries(ctx); len(countries) > 0 || err != nil {
		t.Error(countries, err)
	}
	second := showCard(t, db, id, after(3))
	if second == first || first == id || strings.Contains(second.String(), id.String()[:8]) {
		t.Error("the id came back, or is the member's")
	}
	if _, found, _ := other.PublicCard(ctx, first); found {
		t.Error("the old id leads to the new card")
	}
	// A no by whatever way is enough, also where the row is still there.
	do(t, db, func(tx *store.Tx) error { return sayDirectory(ctx, tx, id, false, after(4)) })
	if _, found, _ := other.PublicCard(ctx, second); found || len(publicIDs(t, other, store.CardQuery{})) > 0 {
		t.Error("shown without a yes")
	}
	if n := sql(t, url, `SELECT count(*) FROM directory_card`); n != "1" {
		t.Fatal("the test shows nothing", n)
	}
	do(t, db, func(tx *store.Tx) error { return tx.EraseMember(ctx, id, after(5)) })
	if n := sql(t, url, `SELECT count(*) FROM directory_card`); n != "0" {
		t.Error("erased, and the card stays")
	}
}

func TestOrderTellsNothing(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	var came []uuid.UUID
	for i := range 12 {
		id, _ := person(t, db, fmt.Sprint(i), fmt.Sprintf("ABC%03d", i))
		came = append(came, showCard(t, db, id, after(i)))
	}
	monday, tuesday := publicIDs(t, db, store.CardQuery{Order: "monday"}), publicIDs(t, db, store.CardQuery{Order: "tuesday"})
	if !slices.Equal(monday, publicIDs(t, db, store.CardQuery{Order: "monday"})) {
		t.Error("the order of a day changes")
	}
	if slices.Equal(monday, came) || slices.Equal(monday, tuesday) || len(monday) != 12 {
		t.Error("the order is that of another day, or in which they came")
	}
	// Paging meets each once, also when the card that it stands at goes.
	var seen []uuid.UUID
	after := ""
	for {
		page, err := db.PublicCards(t.Context(), store.CardQuery{Order: "monday", After: after, Most: 5})
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, c := range page {
			seen = append(seen, c.ID)
		}
		after = page[len(page)-1].Place
		if len(seen) == 5 {
			do(t, db, func(tx *store.Tx) error {
				return tx.DropCard(t.Context(), ownerOf(t, db, page[4].ID))
			})
		}
	}
	if !slices.Equal(seen, monday) {
		t.Errorf("paging saw %d cards, not each once", len(seen))
	}
}

// ownerOf finds whose card it is: by trying, as no function tells.
func ownerOf(t *testing.T, db *store.DB, card uuid.UUID) (owner uuid.UUID) {
	t.Helper()
	for i := range 12 {
		m, found, err := db.MemberByChat(t.Context(), db.Keys().Chat("telegram", fmt.Sprint(i)))
		if err != nil || !found {
			continue
		}
		if c, found, _ := db.CardOf(t.Context(), m.ID); found && c.ID == card {
			return m.ID
		}
	}
	t.Fatal("whose card?")
	return uuid.Nil
}

func TestCardsThroughMergeAndSplit(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	ctx := t.Context()
	third, _ := person(t, p.db, "3", "THR234")
	theirs := showCard(t, p.db, p.goes, after(1))
	written := sending(third, theirs, after(2))
	do(t, p.db, func(tx *store.Tx) error {
		if err := tx.SendContact(ctx, written); err != nil {
			return err
		}
		return tx.AnswerContact(ctx, written.ID, p.goes, store.ContactBlock, "", after(3), after(3))
	})
	p.mergeThem()
	if c, found, _ := p.db.CardOf(ctx, p.stays); !found || c.ID != theirs || c.Name != "Maman Fictive" {
		t.Errorf("%+v", c)
	}
	if n, _ := p.db.Blocks(ctx, p.stays); n != 1 {
		t.Error("whom they had enough of was forgotten")
	}
	p.split(p.there)
	if c, found, _ := p.db.CardOf(ctx, p.goes); !found || c.ID != theirs {
		t.Errorf("not given back: %+v", c)
	}
	if _, found, _ := p.db.CardOf(ctx, p.stays); found {
		t.Error("and kept")
	}
	for _, id := range []uuid.UUID{p.stays, p.goes} {
		if n, _ := p.db.Blocks(ctx, id); n != 1 {
			t.Error("a block must hold through both")
		}
	}
	// A no that was the last word takes the card of the other one down.
	q := newPair(t)
	showCard(t, q.db, q.goes, after(1))
	do(t, q.db, func(tx *store.Tx) error { return sayDirectory(ctx, tx, q.stays, false, after(2)) })
	q.mergeThem()
	if _, found, _ := q.db.CardOf(ctx, q.stays); found || len(publicIDs(t, q.db, store.CardQuery{})) > 0 {
		t.Error("public against the last word")
	}
	q.split(q.there)
	if ids := publicIDs(t, q.db, store.CardQuery{}); len(ids) > 0 {
		t.Error("public again by a split")
	}
}
