package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// PublishedMonth is how many members there were at the end of a month, as it was
// published; of the current month, by now.
type PublishedMonth struct {
	Month      string `db:"month"` // "2026-11"
	SnapshotID string `db:"snapshot_id"`
	Members    *int   `db:"members"` // rounded; nil: too few to be told
}

// PublishedMonths are all months, the oldest first.
func (r reader) PublishedMonths(ctx context.Context) ([]PublishedMonth, error) {
	rows, err := r.q.Query(ctx, `SELECT month, snapshot_id, members FROM figure_month ORDER BY month`)
	if err != nil {
		return nil, fmt.Errorf("read months: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[PublishedMonth])
	if err != nil {
		return nil, fmt.Errorf("read months: %w", err)
	}
	return all, nil
}

// Joined is how many members of the current snapshot registered in a month. It
// is exact: what of it is published goes through bot/protect.
type Joined struct {
	Month string
	N     int
}

// PublishMonths has the current snapshot published in its month, once: publish
// gives the months to keep, of which those on record are replaced. Where there
// are none before, it also gets when the members registered.
func (tx *Tx) PublishMonths(ctx context.Context, publish func(now Snapshot, joined []Joined) []PublishedMonth) error {
	now, found, err := tx.CurrentSnapshot(ctx)
	if err != nil || !found {
		return err
	}
	var any, done bool
	err = tx.tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM figure_month), EXISTS (SELECT FROM figure_month WHERE snapshot_id = $1)`, now.ID).Scan(&any, &done)
	if err != nil || done {
		return wrapErr("find months", err)
	}
	var joined []Joined
	if !any {
		rows, err := tx.tx.Query(ctx, `
			SELECT registered_month, count(*) FROM snapshot_row WHERE registered_month IS NOT NULL GROUP BY 1 ORDER BY 1`)
		if err != nil {
			return fmt.Errorf("count months: %w", err)
		}
		if joined, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Joined]); err != nil {
			return fmt.Errorf("count months: %w", err)
		}
	}
	var batch pgx.Batch
	for _, m := range publish(now, joined) {
		batch.Queue(`
			INSERT INTO figure_month (month, snapshot_id, members) VALUES ($1, $2, $3)
			ON CONFLICT (month) DO UPDATE SET snapshot_id = excluded.snapshot_id, members = excluded.members, recorded_at = now()`,
			m.Month, now.ID, m.Members)
	}
	if batch.Len() == 0 {
		return errors.New("publish months: none to keep")
	}
	return wrapErr("keep months", tx.tx.SendBatch(ctx, &batch).Close())
}
