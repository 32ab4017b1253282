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

// Reading finds by time, act and actor, opens words only when asked, and is an
// act itself.
func TestReadAudit(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	role := uuid.New()
	add := func(hours int, e store.Entry) {
		t.Helper()
		e.ID, e.At = uuid.New(), morning.Add(time.Duration(hours)*time.Hour)
		if err := db.Write(t.Context(), func(tx *store.Tx) error { return tx.Audit(t.Context(), e) }); err != nil {
			t.Fatal(err)
		}
	}
	add(1, store.Entry{Actor: store.ActorService, Act: "retention.run", Size: 3})
	add(0, store.Entry{Actor: store.ActorOperator, Act: "setting.set", Object: "k"})
	add(2, store.Entry{Actor: store.RoleActor(role), Role: "official", Organisation: "ministry", Act: "figure.ask", Object: "F-1", Size: 40, Exported: true, Words: "combien d'infirmières ?"})
	by := func() store.Entry {
		return store.Entry{ID: uuid.New(), At: morning.Add(3 * time.Hour), Actor: store.ActorOperator, Act: "audit.show"}
	}
	for say, c := range map[string]struct {
		q    store.AuditQuery
		want string
	}{
		"all":      {store.AuditQuery{Since: morning}, "setting.set retention.run figure.ask"},
		"later":    {store.AuditQuery{Since: morning.Add(time.Minute)}, "retention.run figure.ask"},
		"an act":   {store.AuditQuery{Since: morning, Act: "setting.set"}, "setting.set"},
		"an actor": {store.AuditQuery{Since: morning, Actor: store.RoleActor(role)}, "figure.ask"},
		"nothing":  {store.AuditQuery{Since: morning, Act: "figure.ask", Actor: store.ActorService}, ""},
	} {
		got, err := db.AuditLog(t.Context(), c.q)
		acts := make([]string, 0, len(got))
		for _, e := range got {
			acts = append(acts, e.Act)
			if e.Words != "" {
				t.Errorf("%s: words nobody asked for", say)
			}
		}
		if err != nil || strings.Join(acts, " ") != c.want {
			t.Errorf("%s: %v, %v", say, acts, err)
		}
	}
	got, err := db.ReadAudit(t.Context(), store.AuditQuery{Since: morning, Act: "figure.ask", Words: true}, by())
	if err != nil || len(got) != 1 || got[0].Words != "combien d'infirmières ?" || got[0].Role != "official" ||
		got[0].Organisation != "ministry" || got[0].Object != "F-1" || got[0].Size != 40 || !got[0].Exported {
		t.Errorf("%+v, %v", got, err)
	}
	shown, err := db.AuditLog(t.Context(), store.AuditQuery{Since: morning, Act: "audit.show"})
	if err != nil || len(shown) != 1 || shown[0].Size != 1 {
		t.Errorf("%+v, %v", shown, err)
	}
}
