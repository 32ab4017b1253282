package store_test

import (
	"context"
	"encoding/hex"
	"testing"

	"github.com/jackc/pgx/v5"

	"mboka/store"
	"mboka/store/seal"
	"mboka/store/storetest"
)

// open gives the records of a test's own database, where the test also needs
// its URL.
func open(t *testing.T, url string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), url, storetest.Keys(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// indexOf is how a new row keeps a chat, in hexadecimal digits.
func indexOf(t *testing.T, chat seal.Chat) string {
	t.Helper()
	return hex.EncodeToString(storetest.Keys(t).Indexes(chat)[0])
}

// trySQL goes behind the store's back: it runs a statement and gives its only
// value as text, "" if there is none.
func trySQL(t *testing.T, url, statement string) (string, error) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	results, err := conn.PgConn().Exec(t.Context(), statement).ReadAll()
	if err != nil {
		return "", err
	}
	for _, r := range results {
		if len(r.Rows) > 0 {
			return string(r.Rows[0][0]), nil
		}
	}
	return "", nil
}

func sql(t *testing.T, url, statement string) string {
	t.Helper()
	got, err := trySQL(t, url, statement)
	if err != nil {
		t.Fatal(err)
	}
	return got
}
