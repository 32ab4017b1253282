package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations gives the migration files, in the order in which they apply.
func Migrations() fs.FS {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the name above is valid
	}
	return sub
}

// migrateLimit bounds one migration statement's wait for the connection only;
// the statements themselves may take as long as they need.
const migrateLimit = 10 * time.Second

// provider opens a database for goose. The caller closes it.
func provider(url string, opts ...goose.ProviderOption) (*goose.Provider, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err // pgx hides the password
	}
	cfg.ConnectTimeout = migrateLimit
	setDefault(cfg.RuntimeParams, "application_name", "mboka migrate")
	db := stdlib.OpenDB(*cfg)
	p, err := goose.NewProvider(goose.DialectPostgres, db, Migrations(), append(opts, goose.WithLogger(goose.NopLogger()))...)
	if err != nil {
		db.Close()
		return nil, err
	}
	return p, nil
}

// Migrate brings a database to the newest schema, River's queue included, and
// says how many migrations that took. Several replicas may call it at once: one
// works, the others wait for up to five minutes.
func Migrate(ctx context.Context, url string) (applied int, err error) {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
	if err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	p, err := provider(url, goose.WithSessionLocker(locker))
	if err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	defer p.Close()
	results, err := p.Up(ctx)
	if err != nil {
		return len(results), fmt.Errorf("migrate: %w", err)
	}
	queue, err := migrateQueue(ctx, url)
	if err != nil {
		return len(results) + queue, fmt.Errorf("migrate queue: %w", err)
	}
	return len(results) + queue, nil
}

// Pending says how many migrations a database still lacks, River's included. It
// changes nothing, not even an empty database.
func Pending(ctx context.Context, url string) (int, error) {
	p, err := provider(url)
	if err != nil {
		return 0, fmt.Errorf("count migrations: %w", err)
	}
	defer p.Close()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return 0, fmt.Errorf("count migrations: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	sources := p.ListSources()
	pending, err := pendingQueue(ctx, url)
	if err != nil {
		return 0, fmt.Errorf("count migrations of the queue: %w", err)
	}
	var begun bool
	if err := conn.QueryRow(ctx, `SELECT to_regclass('goose_db_version') IS NOT NULL`).Scan(&begun); err != nil {
		return 0, fmt.Errorf("count migrations: %w", err)
	}
	if !begun {
		return pending + len(sources), nil
	}
	rows, err := conn.Query(ctx, `SELECT version_id FROM goose_db_version WHERE is_applied`)
	if err != nil {
		return 0, fmt.Errorf("count migrations: %w", err)
	}
	done, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return 0, fmt.Errorf("count migrations: %w", err)
	}
	for _, source := range sources {
		if !slices.Contains(done, source.Version) {
			pending++
		}
	}
	return pending, nil
}
