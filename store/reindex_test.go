package store_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/store"
	"mboka/store/seal"
)

// byAddress compares addresses given at the same time in an order of its own:
// theirs turns with the index.
var byAddress = cmpopts.SortSlices(func(a, b store.Address) bool { return a.Address < b.Address })

func reindex(t *testing.T, db *store.DB) store.Resealed {
	t.Helper()
	done, err := db.Reindex(t.Context(), func(string, int) {})
	if err != nil || len(done.Failed) > 0 {
		t.Fatalf("%+v (%v)", done, err)
	}
	return done
}

// TestReindex turns the index under everything that has one. A new column
// with a chat fails it until its table is among indexedTables
// (store/reindex.go), or refers to one of them and changes with it.
func TestReindex(t *testing.T) {
	t.Parallel()
	r := newTurning(t, seal.IndexPart)
	chat := r.fill(r.before)
	kept, _, err := r.before.KeptOf(t.Context(), chat)
	if err != nil {
		t.Fatal(err)
	}
	// A key of another table changes with that table.
	own := bytesOf(t, r.url, `a.attname = 'chat' AND NOT EXISTS (
		SELECT FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.confupdtype = 'c' AND a.attnum = ANY(f.conkey))`)
	lots, err := r.promoted.Older(t.Context(), seal.IndexPart)
	if diff := cmp.Diff(own, columns(lots)); diff != "" || err != nil {
		t.Errorf("columns with a chat, and those that will turn: %s (%v)", diff, err)
	}
	for name, db := range map[string]*store.DB{"added": r.added, "promoted": r.promoted} {
		got, _, err := db.KeptOf(t.Context(), chat)
		if diff := cmp.Diff(kept, got, byAddress); diff != "" || err != nil {
			t.Errorf("before it turns, %s (%v): %s", name, err, diff)
		}
	}
	if done := reindex(t, r.promoted); done.Done < 3 {
		t.Errorf("%+v", done)
	}
	for name, db := range map[string]*store.DB{"added": r.added, "promoted": r.promoted, "after": r.after} {
		got, _, err := db.KeptOf(t.Context(), chat)
		if diff := cmp.Diff(kept, got, byAddress); diff != "" || err != nil {
			t.Errorf("%s (%v): %s", name, err, diff)
		}
		if _, replayed, err := db.Turn(t.Context(), chat, "m1", morning, nil); !replayed || err != nil {
			t.Errorf("%s: the turn is done again: %v", name, err)
		}
	}
	if lots, err := r.promoted.Under(t.Context(), r.old); len(lots) > 0 || err != nil {
		t.Errorf("left: %v (%v)", lots, err)
	}
	if done := reindex(t, r.promoted); done.Done != 0 {
		t.Errorf("a second time: %+v", done)
	}
	if _, found, _ := r.before.AddressOf(t.Context(), chat); found {
		t.Error("the old index still finds the address")
	}
	do(t, r.after, func(tx *store.Tx) error { return tx.EraseMember(t.Context(), kept.Member.ID, morning) })
	if n := sql(t, r.url, `SELECT (SELECT count(*) FROM turn) + (SELECT count(*) FROM draft_answer)`); n != "0" {
		t.Errorf("%s rows stay after an erasure", n)
	}
	if _, found, err := r.after.AddressOf(t.Context(), chat); found || err != nil {
		t.Error("the address stays after an erasure", err)
	}
}

// TestReindexPassesOver names a row that no key made, and does the rest.
func TestReindexPassesOver(t *testing.T) {
	t.Parallel()
	r := newTurning(t, seal.IndexPart)
	r.fill(r.before)
	r.hire(r.foreign(), seal.Chat{7})
	done, err := r.promoted.Reindex(t.Context(), func(string, int) {})
	if err != nil || len(done.Failed) != 1 || done.Failed[0].Why == nil {
		t.Fatalf("%+v (%v)", done, err)
	}
	if lots, err := r.promoted.Older(t.Context(), seal.IndexPart); len(lots) != 1 || lots[0].Rows != 1 || err != nil {
		t.Errorf("left: %v (%v)", lots, err)
	}
}

// TestNothingDoublesWhileTheIndexTurns has two replicas, of which one does not
// write with the new key yet, do the same turns at once, while the index turns.
func TestNothingDoublesWhileTheIndexTurns(t *testing.T) {
	t.Parallel()
	r := newTurning(t, seal.IndexPart)
	const people = 12
	var ran [people]atomic.Int32
	var all sync.WaitGroup
	for i := range people {
		chat := r.added.Keys().Chat("telegram", string(rune('a'+i)))
		member := uuid.New()
		for _, db := range []*store.DB{r.added, r.promoted, r.added, r.promoted} {
			all.Go(func() {
				_, _, err := db.Turn(t.Context(), chat, "m1", morning, func(tx *store.Tx) (map[string]string, error) {
					ran[i].Add(1)
					if err := tx.CreateMember(t.Context(), store.Member{ID: member, Language: "fr", CreatedAt: morning}); err != nil {
						return nil, err
					}
					if err := tx.PutAddress(t.Context(), store.Address{Chat: chat, MemberID: member, Channel: "telegram", Address: "1", CreatedAt: morning}); err != nil {
						return nil, err
					}
					return nil, tx.PutDraft(t.Context(), store.Draft{Chat: chat, Flow: "fund", Version: 1, Step: "a", Answers: []store.Answer{answer("a", "x")}}, morning)
				})
				if err == nil {
					err = db.WriteBehind(t.Context(), []store.Trace{{Chat: chat, At: after(1), MessageID: "m2",
						Draft: &store.Draft{Flow: "fund", Version: 1, Step: "b", Answers: []store.Answer{answer("b", "y")}}}})
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
	}
	turned := make(chan struct{})
	go func() { all.Wait(); close(turned) }()
	for running := true; running; {
		if _, err := r.promoted.Reindex(t.Context(), func(string, int) {}); err != nil {
			t.Error(err)
		}
		select {
		case <-turned:
			running = false
		default:
		}
	}
	reindex(t, r.promoted)
	for i := range people {
		if n := ran[i].Load(); n != 1 {
			t.Errorf("person %d: the effects ran %d times", i, n)
		}
		chat := r.after.Keys().Chat("telegram", string(rune('a'+i)))
		if got := draftOf(t, r.after, chat, "fund"); len(got) != 2 {
			t.Errorf("person %d: %d answers, want 2", i, len(got))
		}
	}
	for table, want := range map[string]string{"turn": "12", "address": "12", "member": "12", "draft": "12", "draft_answer": "24"} {
		if n := sql(t, r.url, `SELECT count(*) FROM `+table); n != want {
			t.Errorf("%s rows of %s, want %s", n, table, want)
		}
	}
}

// TestAddressDoesNotDouble gives an address from two replicas at once, without
// a turn around it.
func TestAddressDoesNotDouble(t *testing.T) {
	t.Parallel()
	r := newTurning(t, seal.IndexPart)
	id, _ := person(t, r.before, "1", "")
	var all sync.WaitGroup
	for i := range 8 {
		for _, db := range []*store.DB{r.added, r.promoted} {
			all.Go(func() {
				err := db.Write(t.Context(), func(tx *store.Tx) error {
					return tx.PutAddress(t.Context(), store.Address{Chat: db.Keys().Chat("telegram", string(rune('a'+i))), MemberID: id, Channel: "telegram", Address: "x", CreatedAt: morning})
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	if n := sql(t, r.url, `SELECT count(*) FROM address`); n != "9" {
		t.Errorf("%s addresses, want 9", n)
	}
}

// TestChatIsNoValue: pgx refuses the name of a chat, so that nobody writes a
// query with it.
func TestChatIsNoValue(t *testing.T) {
	t.Parallel()
	r := newTurning(t, seal.IndexPart)
	_, chat := person(t, r.before, "1", "")
	conn, err := pgx.Connect(t.Context(), r.url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), `SELECT FROM address WHERE chat = $1`, chat); err == nil {
		t.Error("taken as an argument")
	}
	if _, err := conn.Exec(t.Context(), `SELECT FROM address WHERE chat = ANY($1)`, []seal.Chat{chat}); err == nil {
		t.Error("taken as an argument, in a list")
	}
	var got seal.Chat
	if err := conn.QueryRow(t.Context(), `SELECT chat FROM address`).Scan(&got); err == nil {
		t.Error("scanned")
	}
	if err := conn.QueryRow(t.Context(), `SELECT substring(chat FROM 1 FOR 16) FROM address`).Scan(&got); err == nil {
		t.Error("scanned 16 bytes")
	}
}
