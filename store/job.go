package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Run is what a scheduled job did in one of its periods.
type Run struct {
	Job        string
	Period     time.Time // its beginning
	StartedAt  time.Time
	FinishedAt time.Time        // zero: not finished
	Counts     map[string]int64 // by what was done
}

// runsKept is for how long runs are shown: two years of them are a few
// thousand small rows.
const runsKept = 2

// BeginRun finds the run of a job in a period, or begins it. One that was
// broken off goes on with its counts.
func (db *DB) BeginRun(ctx context.Context, job string, period, at time.Time) (Run, error) {
	r := Run{Job: job, Period: period}
	err := db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.tx.Exec(ctx, `DELETE FROM job_run WHERE job = $1 AND period < $2`, job, period.AddDate(-runsKept, 0, 0)); err != nil {
			return err
		}
		if _, err := tx.tx.Exec(ctx, `
			INSERT INTO job_run (job, period, started_at) VALUES ($1, $2, $3)
			ON CONFLICT (job, period) DO NOTHING`, job, period, at); err != nil {
			return err
		}
		row, _, err := one[runRow](ctx, tx.q, selectRun+` WHERE job = $1 AND period = $2`, job, period)
		if err == nil {
			r, err = row.run()
		}
		return err
	})
	if err != nil {
		return Run{}, fmt.Errorf("begin run: %w", err)
	}
	return r, nil
}

// CountRun adds to what a run did, in the transaction that did it, as its last
// statement: runs of the same period that overlap wait for each other here.
func (tx *Tx) CountRun(ctx context.Context, r Run, what string, n int64) error {
	if n == 0 {
		return nil
	}
	_, err := tx.tx.Exec(ctx, `
		UPDATE job_run SET counts = jsonb_set(counts, ARRAY[$3], to_jsonb(coalesce((counts ->> $3)::bigint, 0) + $4::bigint))
		WHERE job = $1 AND period = $2`, r.Job, r.Period, what, n)
	if err != nil {
		return fmt.Errorf("count run: %w", err)
	}
	return nil
}

// EndRun marks a run as finished and gives its counts. In the same transaction
// entries says what goes into the audit log; it is not asked again for a run
// that was finished before.
func (db *DB) EndRun(ctx context.Context, r Run, at time.Time, entries func(Run) []Entry) (done Run, first bool, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		tag, err := tx.tx.Exec(ctx, `
			UPDATE job_run SET finished_at = $3 WHERE job = $1 AND period = $2 AND finished_at IS NULL`, r.Job, r.Period, at)
		if err != nil {
			return err
		}
		first = tag.RowsAffected() == 1
		row, found, err := one[runRow](ctx, tx.q, selectRun+` WHERE job = $1 AND period = $2`, r.Job, r.Period)
		if err == nil && !found {
			err = errors.New("there is no such run")
		}
		if err != nil {
			return err
		}
		if done, err = row.run(); err != nil || !first {
			return err
		}
		for _, e := range entries(done) {
			if err := tx.Audit(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Run{}, false, fmt.Errorf("end run: %w", err)
	}
	return done, first, nil
}

// LastRuns gives the last finished run of each job.
func (r reader) LastRuns(ctx context.Context) (map[string]Run, error) {
	rows, err := many[runRow](ctx, r.q, `
		SELECT DISTINCT ON (job) job, period, started_at, finished_at, counts::text FROM job_run
		WHERE finished_at IS NOT NULL ORDER BY job, period DESC`)
	if err != nil {
		return nil, fmt.Errorf("read runs: %w", err)
	}
	last := make(map[string]Run, len(rows))
	for _, row := range rows {
		run, err := row.run()
		if err != nil {
			return nil, fmt.Errorf("read runs: %w", err)
		}
		last[run.Job] = run
	}
	return last, nil
}

type runRow struct {
	Job        string     `db:"job"`
	Period     time.Time  `db:"period"`
	StartedAt  time.Time  `db:"started_at"`
	FinishedAt *time.Time `db:"finished_at"`
	Counts     string     `db:"counts"`
}

const selectRun = `SELECT job, period, started_at, finished_at, counts::text FROM job_run`

func (row runRow) run() (Run, error) {
	r := Run{Job: row.Job, Period: row.Period, StartedAt: row.StartedAt, FinishedAt: orZero(row.FinishedAt)}
	return r, json.Unmarshal([]byte(row.Counts), &r.Counts)
}

// portion is how many rows one transaction of a clean-up deletes, so that it
// holds nobody up.
const portion = 2000

// sweep runs a deletion that takes at most portion rows ($1) and the caller's
// arguments, and says how many it took.
func (tx *Tx) sweep(ctx context.Context, doing, sql string, args ...any) (int64, error) {
	tag, err := tx.tx.Exec(ctx, sql, append([]any{portion}, args...)...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", doing, err)
	}
	return tag.RowsAffected(), nil
}

// DropTurns forgets the turns before a time, a portion of them, and says how
// many; zero when none is left. They are kept for 7 days: no platform repeats
// a message for longer than one.
func (tx *Tx) DropTurns(ctx context.Context, before time.Time) (int64, error) {
	return tx.sweep(ctx, "drop turns", `
		DELETE FROM turn WHERE (chat, message_id) IN (
			SELECT chat, message_id FROM turn WHERE at < $2 LIMIT $1)`, before)
}

// DropDrafts forgets drafts that nobody has touched since a time, of people who
// are registered; as DropTurns. Of others the draft is all there is of them.
func (tx *Tx) DropDrafts(ctx context.Context, before time.Time) (int64, error) {
	return tx.sweep(ctx, "drop drafts", `
		DELETE FROM draft WHERE (chat, flow) IN (
			SELECT d.chat, d.flow FROM draft d JOIN address a ON a.chat = d.chat JOIN member m ON m.id = a.member_id
			WHERE d.updated_at < $2 AND m.registered_at IS NOT NULL LIMIT $1)`, before)
}

// DropInvites forgets codes for roles that were good until before a time; as
// DropTurns. The roles that they gave stay.
func (tx *Tx) DropInvites(ctx context.Context, before time.Time) (int64, error) {
	return tx.sweep(ctx, "drop invites", `DELETE FROM invite WHERE id IN (SELECT id FROM invite WHERE expires_at < $2 LIMIT $1)`, before)
}

// DropLinkCodes does the same for codes that join chats.
func (tx *Tx) DropLinkCodes(ctx context.Context, before time.Time) (int64, error) {
	return tx.sweep(ctx, "drop link codes", `
		DELETE FROM link_code WHERE member_id IN (SELECT member_id FROM link_code WHERE expires_at < $2 LIMIT $1)`, before)
}

// KeepAudit makes the partitions of the audit log that a month and the next
// need, and drops those that end before a time. It says how many went. Nobody
// is let drop what is younger than twelve months.
func (tx *Tx) KeepAudit(ctx context.Context, month, before time.Time) (dropped int64, err error) {
	var batch pgx.Batch
	first := time.Date(month.UTC().Year(), month.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
	batch.Queue(`SELECT audit_month($1)`, first)
	batch.Queue(`SELECT audit_month($1)`, first.AddDate(0, 1, 0))
	batch.Queue(`SELECT audit_drop($1)`, before).QueryRow(func(row pgx.Row) error { return row.Scan(&dropped) })
	if err := tx.tx.SendBatch(ctx, &batch).Close(); err != nil {
		return 0, fmt.Errorf("keep audit log: %w", err)
	}
	return dropped, nil
}
