package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/store"
	"mboka/store/storetest"
)

// Merges, erasures and late answers at the same time: whatever order they come
// in, no answer of somebody who is still there is lost, and nothing hangs.
func TestMergeBesideOthers(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	ctx := t.Context()
	const people = 8
	var all sync.WaitGroup
	for i := range people {
		a, chatA := person(t, p.db, fmt.Sprint("a", i), fmt.Sprint("AAA", i))
		b, chatB := person(t, p.db, fmt.Sprint("b", i), fmt.Sprint("BBB", i))
		all.Go(func() { // both at once, crosswise
			err := p.db.Write(ctx, func(tx *store.Tx) error {
				return tx.MergeMembers(ctx, store.Merge{ID: uuid.New(), Survivor: a, Merged: b, At: after(1)})
			})
			if err != nil && !errors.Is(err, store.ErrNoMember) {
				t.Error("merge:", err)
			}
		})
		all.Go(func() {
			err := p.db.Write(ctx, func(tx *store.Tx) error {
				return tx.MergeMembers(ctx, store.Merge{ID: uuid.New(), Survivor: b, Merged: a, At: after(1)})
			})
			if err != nil && !errors.Is(err, store.ErrNoMember) {
				t.Error("merge the other way:", err)
			}
		})
		all.Go(func() {
			if err := p.db.WriteBehind(ctx, []store.Trace{
				{Chat: chatB, At: after(2), MessageID: "m2", Answers: []store.Answer{answer("sex", "f")}},
				{Chat: chatA, At: after(2), MessageID: "m2", Answers: []store.Answer{answer("sector", "ict")}},
			}); err != nil {
				t.Error("write behind:", err)
			}
		})
	}
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("it hangs")
	}
	// Of each pair one member is there. Its profile may lack what was written
	// to the other before the merge that took no answers over, but never what
	// came after it: then both answers are there.
	if n := sql(t, p.url, `SELECT count(*) FROM member`); n != fmt.Sprint(people+2) {
		t.Errorf("%s members", n)
	}
	lost := sql(t, p.url, `
		SELECT count(*) FROM address a WHERE a.last_message_id <> 'm2' AND a.member_id IN
			(SELECT survivor_id FROM member_merge)`)
	if lost != "0" {
		t.Errorf("%s chats were left out of a batch because they changed hands", lost)
	}
}

// TestMergeKnowsEveryTable fails when a table begins to refer to members and
// nobody has said what becomes of its rows in a merge and a split.
func TestMergeKnowsEveryTable(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	got := sql(t, url, `SELECT string_agg(DISTINCT conrelid::regclass::text, ' ' ORDER BY conrelid::regclass::text)
		FROM pg_constraint WHERE contype = 'f' AND confrelid = 'member'::regclass`)
	if want := "address consent delivery directory_block directory_card directory_contact feedback link_code member_merge notice profile profile_view rsvp share_request"; got != want {
		t.Errorf("tables %q refer to members, merge.go and split.go know %q", got, want)
	}
}
