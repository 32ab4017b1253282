package storetest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"mboka/store"
	"mboka/store/storetest"
)

func TestPostgresIsFreshEachTime(t *testing.T) {
	t.Parallel()
	for i := range 6 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			db := storetest.Postgres(t)
			if err := db.PutContent(t.Context(), "hash", "sid", "name", "fr", time.Now()); err != nil {
				t.Fatal(err)
			}
			contents, err := db.Contents(t.Context())
			if err != nil || len(contents) != 1 {
				t.Errorf("contents = %v, %v", contents, err)
			}
		})
	}
}

func TestPostgresIsMigrated(t *testing.T) {
	t.Parallel()
	if n, err := store.Pending(t.Context(), storetest.PostgresURL(t)); err != nil || n != 0 {
		t.Errorf("pending = %d, %v", n, err)
	}
	if n, err := store.Pending(t.Context(), storetest.EmptyPostgresURL(t)); err != nil || n == 0 {
		t.Errorf("pending in an empty database = %d, %v", n, err)
	}
}

func TestPostgresIsDropped(t *testing.T) {
	t.Parallel()
	var url string
	t.Run("the test", func(t *testing.T) {
		url = storetest.PostgresURL(t)
		// Left open on purpose: it must not keep the database alive.
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close(context.Background()) })
	})
	if conn, err := pgx.Connect(t.Context(), url); err == nil {
		conn.Close(t.Context())
		t.Error("the database is still there")
	}
}

func TestKeysAreTheSame(t *testing.T) {
	t.Parallel()
	if first := storetest.Keys(t); first != storetest.Keys(t) {
		t.Error("two tests seal with different keys")
	}
	if storetest.Postgres(t).Keys() != storetest.Keys(t) {
		t.Error("the database is sealed with other keys")
	}
}

func TestTemplateNames(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for i, files := range []fstest.MapFS{
		{},
		{"1.sql": {Data: []byte("a")}},
		{"1.sql": {Data: []byte("b")}},
		{"2.sql": {Data: []byte("a")}},
		{"1.sql": {Data: []byte("a")}, "2.sql": {Data: []byte("a")}},
	} {
		name, err := storetest.TemplateName(files, strings.Repeat("q", len(files)))
		if err != nil {
			t.Fatal(err)
		}
		if other, twice := seen[name]; twice {
			t.Errorf("migrations %d and %d share a template", i, other)
		}
		seen[name] = i
	}
}

func BenchmarkPostgres(b *testing.B) {
	storetest.PostgresURL(b)
	for b.Loop() {
		storetest.PostgresURL(b)
	}
}
