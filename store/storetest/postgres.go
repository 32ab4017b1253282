// Package storetest gives a test the real stores: a fresh, migrated database
// and a real Redis. Tests that use it may run side by side, in one package as
// in several.
//
// It may import store, store/cluster, store/seal and the clients of the two
// databases. Only tests import it.
package storetest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"mboka/store"
	"mboka/store/cluster"
	"mboka/store/seal"
)

// prepareLimit bounds starting the server and migrating the template.
const prepareLimit = 2 * time.Minute

// Postgres gives a database of the test's own, migrated and empty, with the
// rights of the service. It is closed and dropped when the test ends.
func Postgres(t testing.TB) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), ServiceURL(t, PostgresURL(t)), Keys(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// PostgresURL gives the URL of a database of the test's own, migrated and
// empty. It is dropped when the test ends, whoever still uses it.
func PostgresURL(t testing.TB) string {
	t.Helper()
	p, err := prepared()
	if err != nil {
		t.Fatal(err)
	}
	return p.create(t, "TEMPLATE "+p.template)
}

// ServiceRole is the role that has the rights of the service in every migrated
// database: see store.GrantService.
const ServiceRole = "mboka_service"

// ServiceURL gives the URL of the same database for the role of the service:
// what the program under test connects by.
func ServiceURL(t testing.TB, owner string) string {
	t.Helper()
	u, err := url.Parse(owner)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.User(ServiceRole)
	return u.String()
}

// EmptyPostgresURL gives the URL of a database without any table.
func EmptyPostgresURL(t testing.TB) string {
	t.Helper()
	p, err := prepared()
	if err != nil {
		t.Fatal(err)
	}
	return p.create(t, "TEMPLATE template0")
}

// Keys gives the keys that all tests of this process seal with.
func Keys(t testing.TB) *seal.Keys {
	t.Helper()
	keys, err := processKeys()
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

var processKeys = sync.OnceValues(func() (*seal.Keys, error) {
	doc, err := seal.New()
	if err != nil {
		return nil, err
	}
	return seal.Parse(doc)
})

// server is the server that all test processes of this user share, and the
// database on it that every test's own is copied from.
type server struct {
	cluster  *cluster.Cluster
	template string
}

// prepared is done once a process. The cluster is never stopped: its share
// ends with the process, and the server a while after the last one.
var prepared = sync.OnceValues(func() (server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), prepareLimit)
	defer cancel()
	dir, err := cluster.DefaultDir("test-pg")
	if err != nil {
		return server{}, err
	}
	c, err := cluster.Start(ctx, cluster.Options{Dir: dir, Fast: true})
	if err != nil {
		return server{}, err
	}
	s := server{cluster: c}
	if s.template, err = templateName(store.Migrations(), store.QueueVersion()); err != nil {
		return server{}, err
	}
	return s, s.makeTemplate(ctx)
})

// templateName tells apart what different migrations make.
func templateName(migrations fs.FS, queue string) (string, error) {
	hash := sha256.New()
	fmt.Fprintf(hash, "%s ", queue)
	names, err := fs.Glob(migrations, "*")
	if err != nil {
		return "", err
	}
	for _, name := range names {
		content, err := fs.ReadFile(migrations, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(hash, "%s %d ", name, len(content))
		hash.Write(content)
	}
	fmt.Fprint(hash, store.ServiceGrants()) // in the order of the keys
	return "template_" + hex.EncodeToString(hash.Sum(nil)[:8]), nil
}

// makeTemplate makes the template unless another process did. One of them works
// at a time; a template that was left half made has not got its name yet.
func (s server) makeTemplate(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.cluster.URL("postgres"))
	if err != nil {
		return fmt.Errorf("make template: %w", err)
	}
	defer conn.Close(context.Background()) // this gives the lock back
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock(hashtext('template'))`); err != nil {
		return fmt.Errorf("make template: %w", err)
	}
	var there bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, s.template).Scan(&there); err != nil || there {
		return err
	}
	unfinished := s.template + "_unfinished"
	for _, sql := range []string{
		"DO $$ BEGIN CREATE ROLE " + ServiceRole + " LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
		"DROP DATABASE IF EXISTS " + unfinished + " WITH (FORCE)",
		"CREATE DATABASE " + unfinished + " TEMPLATE template0",
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("make template: %w", err)
		}
	}
	if _, err := store.Migrate(ctx, s.cluster.URL(unfinished)); err != nil {
		return fmt.Errorf("make template: %w", err)
	}
	if err := store.GrantService(ctx, s.cluster.URL(unfinished), ServiceRole); err != nil {
		return fmt.Errorf("make template: %w", err)
	}
	if _, err := conn.Exec(ctx, "ALTER DATABASE "+unfinished+" RENAME TO "+s.template); err != nil {
		return fmt.Errorf("make template: %w", err)
	}
	return nil
}

// create makes a database for a test. Each use has its own connection: a pool
// would outlive the test.
func (s server) create(t testing.TB, from string) string {
	t.Helper()
	name := "test_" + hex.EncodeToString([]byte(rand.Text())[:12])
	if err := s.exec("CREATE DATABASE " + name + " " + from); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return s.cluster.URL(name)
}

func (s server) exec(sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), prepareLimit)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.cluster.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}
