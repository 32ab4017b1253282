package store_test

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/store"
	"mboka/store/storetest"
)

// A new table needs a line in the table of grants, and a line its table.
func TestEveryTableHasItsGrant(t *testing.T) {
	t.Parallel()
	got := strings.Fields(sql(t, storetest.PostgresURL(t), `
		SELECT string_agg(CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname, ' ')
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema')`))
	granted := slices.Sorted(maps.Keys(store.ServiceGrants()))
	slices.Sort(got)
	if !slices.Equal(got, granted) {
		t.Errorf("the tables are %v,\nthose of the grants %v", got, granted)
	}
}

// role makes a PostgreSQL role of a test's own.
func role(t *testing.T, url, options string) string {
	t.Helper()
	name := "role_" + strings.ToLower(rand.Text())
	sql(t, url, "CREATE ROLE "+name+" "+options)
	t.Cleanup(func() {
		conn, err := pgx.Connect(context.Background(), url)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(context.Background())
		if _, err := conn.PgConn().Exec(context.Background(), "DROP OWNED BY "+name+"; DROP ROLE "+name).ReadAll(); err != nil {
			t.Error(err)
		}
	})
	return name
}

// Whoever has the rights of the service, an intruder too, cannot change what
// the log says, nor the tables.
func TestServiceCannotChangeTheLog(t *testing.T) {
	t.Parallel()
	owner := storetest.PostgresURL(t)
	url, db := storetest.ServiceURL(t, owner), open(t, owner)
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		return tx.Audit(t.Context(), store.Entry{ID: uuid.New(), At: morning, Actor: store.ActorService, Act: "retention.run"})
	})
	if err != nil {
		t.Fatal(err)
	}
	part := "audit_" + morning.Format("2006_01")
	for _, change := range []string{
		`UPDATE audit SET size = 1`, `DELETE FROM audit`, `TRUNCATE audit`, `DROP TABLE audit`, `LOCK TABLE audit IN ACCESS EXCLUSIVE MODE`,
		`UPDATE PART SET size = 1`, `DELETE FROM PART`, `TRUNCATE PART`, `DROP TABLE PART`, `ALTER TABLE audit DETACH PARTITION PART`,
		`INSERT INTO PART SELECT * FROM PART`,
		`ALTER TABLE audit DISABLE TRIGGER ALL`, `ALTER TABLE PART DISABLE TRIGGER ALL`, `DROP TRIGGER audit_no_change ON audit`,
		`SET session_replication_role = replica`, `SET ROLE mboka`,
		`CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
		`ALTER TABLE audit OWNER TO mboka_service`, `CREATE RULE quiet AS ON INSERT TO audit DO INSTEAD NOTHING`,
		`SELECT audit_drop(now())`, `SELECT audit_drop(now() - interval '11 months')`,
		`CREATE TABLE other (n int)`, `CREATE SCHEMA other`, `CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
		`ALTER TABLE member ADD other text`, `DROP TABLE turn`, `TRUNCATE turn`, `UPDATE consent SET granted = true`,
		`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, true)`,
	} {
		if _, err := trySQL(t, url, strings.ReplaceAll(change, "PART", part)); err == nil {
			t.Errorf("%s was done", change)
		}
	}
	if n := sql(t, owner, `SELECT count(*) FROM audit`); n != "1" {
		t.Errorf("%s acts, not 1", n)
	}
	if owns, err := db.OwnsTables(t.Context()); err != nil || owns {
		t.Errorf("the service owns its tables: %t, %v", owns, err)
	}
	if old := sql(t, url, `SELECT audit_month('2020-01-05'); SELECT audit_drop(now() - interval '36 months')`); old != "" {
		t.Log(old)
	}
	if n := sql(t, owner, `SELECT count(*) FROM pg_inherits WHERE inhparent = 'audit'::regclass`); n != "1" {
		t.Errorf("%s months, not 1: the service makes and drops whole old ones", n)
	}
}

// Nobody tricks the functions with the rights of the owner by tables of the
// same names elsewhere.
func TestLogFunctionsLookInTheirSchema(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	for _, f := range []string{"audit_month(timestamptz)", "audit_drop(timestamptz)"} {
		if got := sql(t, url, `SELECT array_to_string(proconfig, ';') FROM pg_proc WHERE oid = '`+f+`'::regprocedure`); got != "search_path=public, pg_temp" {
			t.Errorf("%s runs with %q", f, got)
		}
	}
}

// Granting again takes back what was given meanwhile.
func TestGrantServiceTakesBack(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	name := role(t, url, "LOGIN")
	for range 2 {
		if err := store.GrantService(t.Context(), url, name); err != nil {
			t.Fatal(err)
		}
		sql(t, url, `GRANT UPDATE, DELETE, TRUNCATE ON audit TO `+name+`; GRANT UPDATE (purpose) ON consent TO `+name+`;
			GRANT CREATE ON SCHEMA public TO `+name+`; GRANT ALL ON FUNCTION audit_refuse() TO `+name)
	}
	if err := store.GrantService(t.Context(), url, name); err != nil {
		t.Fatal(err)
	}
	if got := sql(t, url, `SELECT has_table_privilege('`+name+`', 'audit', 'UPDATE, DELETE, TRUNCATE') OR has_column_privilege('`+name+`', 'consent', 'purpose', 'UPDATE')
		OR has_schema_privilege('`+name+`', 'public', 'CREATE')`); got != "f" {
		t.Error("it kept rights")
	}
}

// A role that would have more rights than those of the table is refused, and
// nothing has changed then.
func TestGrantServiceRefuses(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	refused := func(say, name, why string) {
		t.Helper()
		err := store.GrantService(t.Context(), url, name)
		if !errors.Is(err, store.ErrServiceRole) || !strings.Contains(err.Error(), why) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", say, err)
		}
	}
	refused("nobody", "no_such_role", "CREATE ROLE")
	owner := sql(t, url, `SELECT current_user`)
	refused("the owner", owner, "superuser")
	refused("a maker of roles", role(t, url, "CREATEROLE"), "superuser")
	group := role(t, url, "")
	sql(t, url, "GRANT UPDATE ON audit TO "+group)
	name := role(t, url, "LOGIN IN ROLE "+group)
	refused("by a group", name, "audit: INSERT, SELECT, UPDATE")
	if got := sql(t, url, `SELECT has_table_privilege('`+name+`', 'member', 'SELECT')`); got != "f" {
		t.Error("it was refused, and has rights nevertheless")
	}
	sql(t, url, "REVOKE UPDATE ON audit FROM "+group+"; GRANT SELECT, DELETE ON turn TO PUBLIC; GRANT TRUNCATE ON turn TO PUBLIC")
	refused("by everybody", name, "turn: DELETE, INSERT, SELECT, TRUNCATE, UPDATE")
	sql(t, url, "REVOKE ALL ON turn FROM PUBLIC; ALTER TABLE erased OWNER TO "+group)
	refused("an owner's group", name, "owns the tables")
	sql(t, url, "ALTER TABLE erased OWNER TO "+owner)
	if err := store.GrantService(t.Context(), url, name); err != nil {
		t.Error(err)
	}
}
