package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/store"
	"mboka/store/storetest"
)

func TestAuditIsAppendOnly(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db := open(t, url)
	for i, at := range []time.Time{morning, morning, morning.AddDate(0, 1, 0)} {
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			return tx.Audit(t.Context(), store.Entry{
				ID: uuid.New(), At: at, Actor: store.ActorOperator, Act: "setting.set", Object: "k", Size: int64(i), Words: "mettez dix",
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := sql(t, url, `SELECT count(*) FROM audit`); n != "3" {
		t.Errorf("%s rows, want 3", n)
	}
	if n := sql(t, url, `SELECT count(*) FROM pg_inherits WHERE inhparent = 'audit'::regclass`); n != "2" {
		t.Errorf("%s partitions, want 2", n)
	}
	if strings.Contains(dump(t, url), "mettez") {
		t.Error("the words are on record in the clear")
	}
	for _, change := range []string{
		`UPDATE audit SET size = 1`, `DELETE FROM audit`, `TRUNCATE audit`,
		`DELETE FROM audit_` + morning.Format("2006_01"), `TRUNCATE audit_` + morning.Format("2006_01"),
		`SELECT audit_drop(now())`,
	} {
		if _, err := trySQL(t, url, change); err == nil {
			t.Errorf("%s was done", change)
		}
	}
}
