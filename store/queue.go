package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

const (
	// JobLimit is how long one try of a job may take. What is not done by then
	// is done by the next try.
	JobLimit = 10 * time.Minute
	// rescueAfter is when a job counts as left behind by a process that was
	// killed. Nothing runs that long, so no job is rescued from a living one.
	rescueAfter = JobLimit + 5*time.Minute
	// jobTries: with River's waits, which grow with the fourth power, a job is
	// tried for about seven hours. The next period begins a new one anyway.
	jobTries = 10
	// jobsKept is for how long finished jobs stay: longer than any period, for
	// they are what keeps a period from being begun twice.
	jobsKept = 40 * 24 * time.Hour
	// jobWorkers is how many jobs one process runs at once. They leave most of
	// the pool's connections to people's turns.
	jobWorkers = 4
	// pumpWorkers is how many deliveries one process sends at once: most of the
	// time each waits for a platform, and then it needs no connection.
	pumpWorkers = 24
	// fetchCooldown lets a short job follow the one before it at once.
	fetchCooldown = 10 * time.Millisecond
)

// Queue runs durable jobs over the records: each is done by one replica, again
// after a fault, and on another replica after a death.
type Queue struct{ client *river.Client[pgx.Tx] }

// NewQueue prepares a queue that works with these workers and begins these
// periodic jobs. It does nothing before Start.
func (db *DB) NewQueue(workers *river.Workers, periodic []*river.PeriodicJob, log *slog.Logger) (*Queue, error) {
	client, err := river.NewClient(riverpgxv5.New(db.pool), &river.Config{
		Workers:      workers,
		PeriodicJobs: periodic,
		Queues: map[string]river.QueueConfig{
			river.QueueDefault: {MaxWorkers: jobWorkers}, QueueAnnounce: {MaxWorkers: jobWorkers}, QueuePump: {MaxWorkers: pumpWorkers},
		},
		JobTimeout:                  JobLimit,
		RescueStuckJobsAfter:        rescueAfter,
		MaxAttempts:                 jobTries,
		CompletedJobRetentionPeriod: jobsKept,
		CancelledJobRetentionPeriod: jobsKept,
		DiscardedJobRetentionPeriod: jobsKept,
		FetchCooldown:               fetchCooldown,
		// Rebuilding indices is for the owner of the tables, which the service
		// need not be, and so few rows do not need it.
		ReindexerSchedule: river.NeverSchedule(),
		Logger:            slog.New(warnings{log.Handler()}),
	})
	if err != nil {
		return nil, fmt.Errorf("open queue: %w", err)
	}
	return &Queue{client: client}, nil
}

// Start begins to work. It returns at once.
func (q *Queue) Start(ctx context.Context) error {
	if err := q.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start queue: %w", err)
	}
	return nil
}

// Stop lets running jobs end until ctx does, then breaks them off: they are
// tried again later, here or elsewhere.
func (q *Queue) Stop(ctx context.Context) error {
	err := q.client.Stop(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), connectTimeout)
		defer cancel()
		err = q.client.StopAndCancel(last)
	}
	if err != nil {
		return fmt.Errorf("stop queue: %w", err)
	}
	return nil
}

// warnings passes on what an operator should read of River's log: it tells of
// itself much and of jobs only kinds, ids and errors.
type warnings struct{ slog.Handler }

// Enabled drops what is under a warning.
func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

// WithAttrs keeps the bound.
func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the bound.
func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }

// queueMigrator opens a database for River's migrations. The caller closes it.
func queueMigrator(ctx context.Context, url string) (*rivermigrate.Migrator[pgx.Tx], *pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, nil, err // pgx hides the password
	}
	cfg.MaxConns, cfg.ConnConfig.ConnectTimeout = 2, migrateLimit
	setDefault(cfg.ConnConfig.RuntimeParams, "application_name", "mboka migrate")
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		pool.Close()
		return nil, nil, err
	}
	return m, pool, nil
}

// migrateQueue makes River's tables, one replica at a time.
func migrateQueue(ctx context.Context, url string) (applied int, err error) {
	m, pool, err := queueMigrator(ctx, url)
	if err != nil {
		return 0, err
	}
	defer pool.Close()
	err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('mboka queue'))`); err != nil {
			return err
		}
		done, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil)
		if done != nil {
			applied = len(done.Versions)
		}
		return err
	})
	return applied, err
}

// pendingQueue counts the migrations of River that a database lacks.
func pendingQueue(ctx context.Context, url string) (int, error) {
	m, pool, err := queueMigrator(ctx, url)
	if err != nil {
		return 0, err
	}
	defer pool.Close()
	done, err := m.ExistingVersions(ctx)
	if err != nil {
		return 0, err
	}
	return len(m.AllVersions()) - len(done), nil
}

// QueueVersion names what River's migrations make, for whoever keeps a copy of
// a migrated database.
func QueueVersion() string {
	m, err := rivermigrate.New(riverpgxv5.New(nil), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		panic(err) // the main line is there in every version
	}
	hash := sha256.New()
	for _, v := range m.AllVersions() {
		fmt.Fprintf(hash, "%d %d ", v.Version, len(v.SQLUp))
		hash.Write([]byte(v.SQLUp))
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}
