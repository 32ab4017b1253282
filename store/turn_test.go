package store_test

import (
	"context"
	"errors"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/store"
	"mboka/store/storetest"
)

func TestTurnGivesWhatItGave(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	chat := db.Keys().Chat("telegram", "1")
	for name, want := range map[string]map[string]string{
		"nothing": nil, "empty": {}, "codes": {"Number": "ABC234", "Code": "é\x00"},
	} {
		got, replayed, err := db.Turn(t.Context(), chat, name, morning, func(*store.Tx) (map[string]string, error) { return want, nil })
		if err != nil || replayed || !maps.Equal(got, want) {
			t.Errorf("%s: %v %v %v", name, got, replayed, err)
		}
		got, replayed, err = db.Turn(t.Context(), chat, name, morning.Add(time.Hour), func(*store.Tx) (map[string]string, error) {
			t.Errorf("%s: ran again", name)
			return nil, nil
		})
		if err != nil || !replayed || !maps.Equal(got, want) {
			t.Errorf("%s again: %v %v %v", name, got, replayed, err)
		}
	}
	other := db.Keys().Chat("telegram", "2")
	if _, replayed, err := db.Turn(t.Context(), other, "codes", morning, func(*store.Tx) (map[string]string, error) { return nil, nil }); replayed || err != nil {
		t.Errorf("the same id in another chat: %v %v", replayed, err)
	}
}

// A turn that is cut short, by an error, a panic or the end of its time, leaves
// neither its row nor its effects.
func TestTurnIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	chat := db.Keys().Chat("telegram", "1")
	create := func(tx *store.Tx) error {
		return tx.CreateMember(context.WithoutCancel(t.Context()), store.Member{ID: uuid.UUID{1}, Language: "fr", CreatedAt: morning})
	}
	ctx, cancel := context.WithCancel(t.Context())
	for name, end := range map[string]func() error{
		"error": func() error { return errors.New("no") },
		"panic": func() error { panic("no") },
		"time":  func() error { cancel(); return nil },
	} {
		func() {
			defer func() { recover() }()
			c := t.Context()
			if name == "time" {
				c = ctx
			}
			_, _, err := db.Turn(c, chat, "m1", morning, func(tx *store.Tx) (map[string]string, error) {
				if err := create(tx); err != nil {
					t.Error(err)
				}
				return nil, end()
			})
			if err == nil {
				t.Errorf("%s: no error", name)
			}
		}()
	}
	_, replayed, err := db.Turn(t.Context(), chat, "m1", morning, func(tx *store.Tx) (map[string]string, error) {
		return nil, create(tx) // fails if one of them is there
	})
	if replayed || err != nil {
		t.Errorf("after all: %v %v", replayed, err)
	}
}

func TestTurnsAreDropped(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	chat := db.Keys().Chat("telegram", "1")
	run := func(id string, at time.Time) (replayed bool) {
		_, replayed, err := db.Turn(t.Context(), chat, id, at, func(*store.Tx) (map[string]string, error) { return nil, nil })
		if err != nil {
			t.Fatal(err)
		}
		return replayed
	}
	run("old", morning)
	run("new", morning.Add(time.Hour))
	do(t, db, func(tx *store.Tx) error {
		n, err := tx.DropTurns(t.Context(), morning.Add(time.Minute))
		if n != 1 {
			t.Errorf("dropped %d", n)
		}
		return err
	})
	if run("old", morning) || !run("new", morning) {
		t.Error("dropped the wrong one")
	}
}

// A result that was moved to another message does not open there.
func TestTurnResultIsBoundToItsMessage(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db := open(t, url)
	chat := db.Keys().Chat("telegram", "1")
	for _, id := range []string{"m1", "m2"} {
		if _, _, err := db.Turn(t.Context(), chat, id, morning, func(*store.Tx) (map[string]string, error) { return map[string]string{"of": id}, nil }); err != nil {
			t.Fatal(err)
		}
	}
	sql(t, url, `UPDATE turn SET sealed_result = (SELECT sealed_result FROM turn WHERE message_id = 'm1') WHERE message_id = 'm2'`)
	if got, _, err := db.Turn(t.Context(), chat, "m2", morning, nil); err == nil {
		t.Errorf("opened as %v", got)
	}
}

// The turn that erases its chat can be repeated, also at the same time, and is
// counted once.
func TestTurnThatErases(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db := open(t, url)
	_, chat := person(t, db, "1", "ABC234")
	erase := func() error {
		_, _, err := db.Turn(t.Context(), chat, "m1", morning, func(tx *store.Tx) (map[string]string, error) {
			m, found, err := tx.MemberByChat(t.Context(), chat)
			if err != nil || !found {
				return nil, err
			}
			return nil, tx.EraseMember(t.Context(), m.ID, morning)
		})
		return err
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if err := erase(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := sql(t, url, `SELECT sum(count) FROM erased WHERE day = '2026-11-24'`); n != "1" {
		t.Errorf("counted %s times", n)
	}
	if _, found, err := db.MemberByChat(t.Context(), chat); found || err != nil {
		t.Errorf("found %v, %v", found, err)
	}
}

// Two transactions that wait for each other in a circle: PostgreSQL gives one
// of them up, and it runs again.
func TestWriteRunsAgainAfterADeadlock(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	one, _ := person(t, db, "1", "")
	two, _ := person(t, db, "2", "")
	var firsts, all sync.WaitGroup
	firsts.Add(2)
	for _, order := range [][2]uuid.UUID{{one, two}, {two, one}} {
		all.Go(func() {
			met := sync.OnceFunc(func() { firsts.Done(); firsts.Wait() })
			err := db.Write(t.Context(), func(tx *store.Tx) error {
				if err := tx.SetRecovery(t.Context(), order[0], make([]byte, 32)); err != nil {
					return err
				}
				met()
				return tx.SetRecovery(t.Context(), order[1], make([]byte, 32))
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}
