package store

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// QueueAnnounce is the queue of announcements' jobs.
const QueueAnnounce = "announce"

// QueuePump is that of the jobs that send.
const QueuePump = "pump"

// Wake is the job of looking after one announcement: what is due is begun. Its
// worker stands in bot/announce.
type Wake struct {
	Announcement uuid.UUID `json:"announcement"`
}

// Kind is the name of the jobs in the queue.
func (Wake) Kind() string { return "announcement" }

// InsertOpts keeps them from the other jobs.
func (Wake) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueAnnounce} }

// inserter adds jobs within transactions. It needs no connection of its own.
var inserter = sync.OnceValues(func() (*river.Client[pgx.Tx], error) {
	return river.NewClient(riverpgxv5.New(nil), &river.Config{Logger: slog.New(slog.DiscardHandler)})
})

// Wake has an announcement looked after at a time, zero for now, if the
// transaction comes to pass. Without it that happens within seconds too.
func (tx *Tx) Wake(ctx context.Context, id uuid.UUID, at time.Time) error {
	if !at.After(time.Now()) { // a job with a time waits for the queue to look at its calendar
		at = time.Time{}
	}
	client, err := inserter()
	if err == nil {
		_, err = client.InsertTx(ctx, tx.tx, Wake{Announcement: id}, &river.InsertOpts{Queue: QueueAnnounce, ScheduledAt: at})
	}
	if err != nil {
		return fmt.Errorf("wake announcement: %w", err)
	}
	return nil
}

// Enqueue adds jobs, if the transaction comes to pass. One that is there
// already, by its own rule, is left out.
func (tx *Tx) Enqueue(ctx context.Context, jobs ...river.JobArgs) error {
	client, err := inserter()
	if err == nil {
		many := make([]river.InsertManyParams, len(jobs))
		for i, job := range jobs {
			many[i] = river.InsertManyParams{Args: job}
		}
		_, err = client.InsertManyTx(ctx, tx.tx, many)
	}
	if err != nil {
		return fmt.Errorf("add jobs: %w", err)
	}
	return nil
}

// DropJobs forgets jobs of announcements that ended before a time, as DropTurns:
// there are many of them, and nothing is asked of them any more.
func (tx *Tx) DropJobs(ctx context.Context, before time.Time) (int64, error) {
	return tx.sweep(ctx, "drop jobs", `
		DELETE FROM river_job WHERE id IN (
			SELECT id FROM river_job WHERE queue IN ('announce', 'pump') AND finalized_at < $2 LIMIT $1)`, before)
}

// Alone runs do while nobody else does under the same name and id, in any
// replica. ran is false where somebody does.
func (db *DB) Alone(ctx context.Context, name string, id uuid.UUID, do func() error) (ran bool, err error) {
	err = pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtext($1), hashtext($2))`, name, id.String()).Scan(&ran); err != nil || !ran {
			return err
		}
		return do()
	})
	return ran, wrapErr("alone", err)
}
