package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"

	"mboka/store"
)

// waiting is whom a message waits for: "" for nobody.
func (p *pair) waiting(id uuid.UUID, minute int, names map[uuid.UUID]string) (name string) {
	p.t.Helper()
	for member, of := range names {
		if _, found, err := p.db.OpenContact(p.t.Context(), member, id, after(minute)); err != nil {
			p.t.Fatal(err)
		} else if found {
			name += of
		}
	}
	return name
}

// TestMessagesThroughMergeAndSplit: what was written to and by somebody follows
// them, and what is written to a card meanwhile follows the card.
func TestMessagesThroughMergeAndSplit(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	third, _ := person(t, p.db, "3", "THR234")
	fourth, _ := person(t, p.db, "4", "FRT234")
	names := map[uuid.UUID]string{p.stays: "stays", p.goes: "goes", third: "third", fourth: "fourth"}
	theirs, thirds := showCard(t, p.db, p.goes, after(1)), showCard(t, p.db, third, after(1))
	before, written, self := sending(third, theirs, after(2)), sending(p.goes, thirds, after(3)), sending(p.stays, theirs, after(4))
	for _, s := range []store.Sending{before, written, self} {
		if err := send(t, p.db, s); err != nil {
			t.Fatal(err)
		}
	}
	p.do(func(ctx context.Context, tx *store.Tx) error {
		return tx.AnswerContact(ctx, written.ID, third, store.ContactReply, "Avec plaisir.", after(5), after(5).Add(week))
	})
	p.mergeThem()
	replied := func(member uuid.UUID) bool {
		_, found, err := p.db.RepliedContact(t.Context(), member, written.ID, after(70))
		return errors.Join(err) == nil && found
	}
	if got := p.waiting(before.ID, 61, names); got != "stays" || !replied(p.stays) {
		t.Errorf("merged, a message waits for %q", got)
	}
	if got := p.waiting(self.ID, 61, names); got != "" {
		t.Errorf("somebody has written to themselves: it waits for %q", got)
	}
	if err := send(t, p.db, sending(p.stays, theirs, after(62))); !errors.Is(err, store.ErrContactSelf) {
		t.Error("the card is their own now:", err)
	}
	meanwhile := sending(fourth, theirs, after(63))
	if err := send(t, p.db, meanwhile); err != nil {
		t.Fatal(err)
	}
	p.split(p.there)
	for _, id := range []uuid.UUID{before.ID, meanwhile.ID} {
		if got := p.waiting(id, 70, names); got != "goes" {
			t.Errorf("apart again, a message to their card waits for %q", got)
		}
	}
	if replied(p.stays) || !replied(p.goes) {
		t.Error("the reply is not the writer's")
	}
}

// TestTwoCardsThroughMergeAndSplit: of two cards one stays public, and a split
// makes nobody public: neither the card that went, nor under one person's yes
// what the other has written on it.
func TestTwoCardsThroughMergeAndSplit(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	mine, theirs := showCard(t, p.db, p.stays, after(1)), showCard(t, p.db, p.goes, after(2))
	p.mergeThem()
	if ids := publicIDs(t, p.db, store.CardQuery{}); !slices.Equal(ids, []uuid.UUID{mine}) {
		t.Errorf("merged: %v, not %v alone", ids, mine)
	}
	p.split(p.there)
	if ids := publicIDs(t, p.db, store.CardQuery{}); !slices.Equal(ids, []uuid.UUID{mine}) {
		t.Errorf("apart: %v, not %v alone", ids, mine)
	}
	if _, found, _ := p.db.PublicCard(t.Context(), theirs); found {
		t.Error("a card came back that nobody made")
	}

	q := newPair(t)
	card := showCard(t, q.db, q.goes, after(1))
	q.mergeThem()
	q.do(func(ctx context.Context, tx *store.Tx) error {
		if err := sayDirectory(ctx, tx, q.stays, true, after(62)); err != nil {
			return err
		}
		_, err := tx.PutCard(ctx, q.stays, store.DirectoryCard{ID: uuid.New(), Name: "Nom De L'Autre", Shows: []string{}, UpdatedAt: after(62)})
		return err
	})
	written := sending(mustPerson(t, q, "3", "THR234"), card, after(63))
	if err := send(t, q.db, written); err != nil {
		t.Fatal(err)
	}
	q.split(q.there)
	if c, found, _ := q.db.CardOf(t.Context(), q.goes); found {
		t.Errorf("public with what another has written: %q", c.Name)
	}
	if c, found, _ := q.db.CardOf(t.Context(), q.stays); !found || c.Name != "Nom De L'Autre" {
		t.Error("whoever wrote it has lost it")
	}
	if got := q.waiting(written.ID, 70, map[uuid.UUID]string{q.stays: "stays", q.goes: "goes"}); got != "stays" {
		t.Errorf("a message to the card waits for %q", got)
	}
}

func mustPerson(t *testing.T, p *pair, address, number string) uuid.UUID {
	t.Helper()
	id, _ := person(t, p.db, address, number)
	return id
}

// TestWithdrawnInOneIsWithdrawnInBoth: a card that was taken down, or erased,
// while two were one comes back with neither, and nobody reads what waited.
func TestWithdrawnInOneIsWithdrawnInBoth(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	third, _ := person(t, p.db, "3", "THR234")
	card := showCard(t, p.db, p.goes, after(1))
	s := sending(third, card, after(2))
	if err := send(t, p.db, s); err != nil {
		t.Fatal(err)
	}
	p.mergeThem()
	withdraw(t, p.db, p.stays, after(61))
	p.split(p.there)
	if ids := publicIDs(t, p.db, store.CardQuery{}); len(ids) > 0 {
		t.Error("public again by a split")
	}
	if got := p.waiting(s.ID, 70, map[uuid.UUID]string{p.stays: "stays", p.goes: "goes"}); got != "" {
		t.Errorf("after the withdrawal a message waits for %q", got)
	}
	if p.live(p.goes, store.ForDirectory) || p.live(p.stays, store.ForDirectory) {
		t.Error("the last word was no")
	}

	q := newPair(t)
	showCard(t, q.db, q.goes, after(1))
	q.mergeThem()
	q.do(func(ctx context.Context, tx *store.Tx) error { return tx.EraseMember(ctx, q.stays, after(61)) })
	if n := sql(t, q.url, `SELECT (SELECT count(*) FROM directory_card) + (SELECT count(*) FROM member_merge)`); n != "0" {
		t.Errorf("%s rows of who was erased", n)
	}
}
