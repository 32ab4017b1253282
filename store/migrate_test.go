package store_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"mboka/store"
	"mboka/store/storetest"
)

func TestMigrateOnceForAll(t *testing.T) {
	t.Parallel()
	url := storetest.EmptyPostgresURL(t)
	all, err := store.Pending(t.Context(), url)
	if err != nil || all == 0 {
		t.Fatalf("pending = %d, %v", all, err)
	}
	if n := sql(t, url, `SELECT count(*) FROM pg_tables WHERE schemaname = 'public'`); n != "0" {
		t.Errorf("counting made %s tables", n)
	}
	var applied atomic.Int64
	var replicas sync.WaitGroup
	for range 3 {
		replicas.Go(func() {
			n, err := store.Migrate(t.Context(), url)
			if err != nil {
				t.Error(err)
			}
			applied.Add(int64(n))
		})
	}
	replicas.Wait()
	if int(applied.Load()) != all {
		t.Errorf("%d migrations applied, %d there are", applied.Load(), all)
	}
	if n, err := store.Migrate(t.Context(), url); n != 0 || err != nil {
		t.Errorf("a second time: %d, %v", n, err)
	}
	if n, err := store.Pending(t.Context(), url); n != 0 || err != nil {
		t.Errorf("pending = %d, %v", n, err)
	}
	if err := store.GrantService(t.Context(), url, storetest.ServiceRole); err != nil {
		t.Fatal(err)
	}
	person(t, open(t, url), "1", "ABC234")
}

func TestErrorsHideThePassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"postgres://user:hunter2@127.0.0.1:1/none?connect_timeout=1",
		"postgres://user:hunter2@:bad/none",
	} {
		db, openErr := store.Open(t.Context(), url, storetest.Keys(t))
		if openErr == nil {
			openErr = db.Ping(t.Context())
			db.Close()
		}
		_, migrateErr := store.Migrate(t.Context(), url)
		_, pendingErr := store.Pending(t.Context(), url)
		for _, err := range []error{openErr, migrateErr, pendingErr} {
			if err == nil || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error %v", err)
			}
		}
	}
}

// The schema itself refuses what would be a fault of the program.
func TestSchemaRefuses(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	id, _ := person(t, open(t, url), "1", "")
	for say, statement := range map[string]string{
		"a sentence for a code":    `INSERT INTO profile (member_id, updated_at, sector) VALUES ('ID', now(), 'I work in health')`,
		"a sentence in a list":     `INSERT INTO profile (member_id, updated_at, languages) VALUES ('ID', now(), '{fr,"I speak it"}')`,
		"an empty list":            `INSERT INTO profile (member_id, updated_at, languages) VALUES ('ID', now(), '{}')`,
		"no value in a list":       `INSERT INTO profile (member_id, updated_at, languages) VALUES ('ID', now(), '{fr,NULL}')`,
		"a country in small":       `INSERT INTO profile (member_id, updated_at, country_residence) VALUES ('ID', now(), 'be')`,
		"a profile of nobody":      `INSERT INTO profile (member_id, updated_at) VALUES (gen_random_uuid(), now())`,
		"an unknown purpose":       `INSERT INTO consent VALUES (gen_random_uuid(), 'ID', 'spam', true, '1', 'fr', 'telegram', now(), 'm1')`,
		"a short chat":             `INSERT INTO turn VALUES ('\x00', 'm1', now())`,
		"a number without a date":  `UPDATE member SET number = 'ABC234'`,
		"a date without a number":  `UPDATE member SET registered_at = now()`,
		"a draft without a chat":   `INSERT INTO draft VALUES (decode(repeat('00', 16), 'hex'), 'fund', 1, 'x', '{}', now())`,
		"an answer without draft":  `INSERT INTO draft_answer VALUES (decode(repeat('00', 16), 'hex'), 'fund', 'x', '{}', NULL, now())`,
		"an address of nobody":     `UPDATE address SET member_id = gen_random_uuid()`,
		"a second turn of message": `INSERT INTO turn VALUES (decode(repeat('00', 16), 'hex'), 'm1', now()), (decode(repeat('00', 16), 'hex'), 'm1', now())`,
	} {
		_, err := trySQL(t, url, strings.ReplaceAll(statement, "'ID'", "'"+id.String()+"'"))
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || !strings.HasPrefix(pg.Code, "23") { // integrity constraint violation
			t.Errorf("%s: %v", say, err)
		}
	}
}
