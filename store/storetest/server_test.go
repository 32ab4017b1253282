package storetest_test

import (
	"testing"
	"time"

	"mboka/store"
	"mboka/store/storetest"
)

// What was committed survives the power switch, also seen through a proxy.
func TestPostgresServerIsKilled(t *testing.T) {
	t.Parallel()
	s := storetest.PostgresServer(t)
	p := storetest.NewProxy(t, "unix", storetest.SocketOf(t, s.URL()))
	db, err := store.Open(t.Context(), p.Through(t, s.URL()), storetest.Keys(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	for _, name := range []string{"one", "two"} {
		if err := db.PutContent(t.Context(), name, "sid", name, "fr", time.Now()); err != nil {
			t.Fatal(err)
		}
		s.Kill9()
		if err := db.Ping(t.Context()); !store.Unavailable(err) {
			t.Errorf("a dead server answered %v", err)
		}
		s.Restart()
	}
	contents, err := db.Contents(t.Context())
	if err != nil || len(contents) != 2 {
		t.Errorf("contents = %v, %v", contents, err)
	}
}
