package store_test

import (
	"testing"
	"time"

	"mboka/store"
	"mboka/store/storetest"
)

// TestFiguresAreKnown: whatever was published over a snapshot, to whomever, in its
// order, and after a place what came since; and of two questions at the same time
// the second sees the first.
func TestFiguresAreKnown(t *testing.T) {
	t.Parallel()
	db := open(t, storetest.PostgresURL(t))
	ctx := t.Context()
	if _, err := db.TakeSnapshot(ctx, "S-1", morning, 20, time.Hour); err != nil {
		t.Fatal(err)
	}
	put := func(tx *store.Tx, id, query string, org store.Organisation) {
		t.Helper()
		if err := tx.PutFigure(ctx, store.Figure{ID: id, SnapshotID: "S-1", Organisation: org, At: morning, Query: []byte(query), Published: []byte(`{}`)}); err != nil {
			t.Error(err)
		}
	}
	known := func(tx *store.Tx) int {
		t.Helper()
		all, err := tx.FiguresOver(ctx, "S-1", 0)
		if err != nil {
			t.Error(err)
		}
		for i, f := range all {
			since, err := tx.FiguresOver(ctx, "S-1", f.Place)
			if err != nil || len(since) != len(all)-i-1 {
				t.Errorf("%d after place %d of %d: %v", len(since), f.Place, len(all), err)
			}
		}
		return len(all)
	}
	asked, done := make(chan struct{}), make(chan int)
	err := db.Write(ctx, func(tx *store.Tx) error {
		if n := known(tx); n != 0 {
			t.Errorf("%d before any", n)
		}
		go func() { // waits inside, until the first question is kept
			close(asked)
			n := 0
			if err := db.Write(ctx, func(tx *store.Tx) error { n = known(tx); return nil }); err != nil {
				t.Error(err)
			}
			done <- n
		}()
		<-asked
		put(tx, "AAAAA", `{"By": ["sex"]}`, store.Ministry)
		put(tx, "BBBBB", `{"By": ["sex"]}`, store.Ministry)
		put(tx, "CCCCC", `{"By": ["age_band"]}`, store.Ministry)
		put(tx, "DDDDD", `{"By": ["country_residence"]}`, store.IOM)
		put(tx, "EEEEE", `{"By": ["sector"]}`, store.Public)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := <-done; n != 5 {
		t.Errorf("the second sees %d figures, not 5", n)
	}
}
