package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// WorkshopSums are sums over people of whom a before and an after are known. They
// are exact, and for package protect alone.
type WorkshopSums struct {
	People int `json:"people"`
	Before int `json:"before"`
	After  int `json:"after"`
}

func (s WorkshopSums) plus(before, after int) WorkshopSums {
	return WorkshopSums{s.People + 1, s.Before + before, s.After + after}
}

// WorkshopSnapshot is a taking of all pairs.
type WorkshopSnapshot struct {
	TakenAt      time.Time
	All          WorkshopSums
	Institutions map[string]WorkshopSums // "": not said
}

// WorkshopSnapshotNow is the snapshot that stands.
func (r reader) WorkshopSnapshotNow(ctx context.Context) (s WorkshopSnapshot, found bool, err error) {
	row, found, err := one[struct {
		TakenAt time.Time `db:"taken_at"`
		Tally   []byte    `db:"tally"`
	}](ctx, r.q, `SELECT taken_at, tally::text::bytea AS tally FROM workshop_snapshot ORDER BY taken_at DESC LIMIT 1`)
	if err != nil || !found {
		return WorkshopSnapshot{}, false, wrapErr("find workshop snapshot", err)
	}
	s.TakenAt = row.TakenAt
	if err := json.Unmarshal(row.Tally, &s.Institutions); err != nil {
		return WorkshopSnapshot{}, false, fmt.Errorf("read workshop snapshot: %w", err)
	}
	for _, one := range s.Institutions {
		s.All = WorkshopSums{s.All.People + one.People, s.All.Before + one.Before, s.All.After + one.After}
	}
	return s, true, nil
}

// TakeWorkshopSnapshot replaces the snapshot where so many different people have
// come, gone or changed their pair since it was taken, however long that takes:
// two means are never apart by a few people. The first is taken when there are
// enough people in it. One at a time.
func (db *DB) TakeWorkshopSnapshot(ctx context.Context, at time.Time, changed, first int) (taken bool, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		taken = false
		if _, err := tx.tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('workshop_snapshot'))`); err != nil {
			return err
		}
		// Who answers meanwhile waits, and counts as a change of the next one.
		if _, err := tx.tx.Exec(ctx, `LOCK TABLE workshop_answer IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return err
		}
		due, err := tx.workshopDue(ctx, changed, first)
		if err != nil || !due {
			return err
		}
		taken = true
		return tx.takeWorkshops(ctx, at)
	})
	return taken, wrapErr("take workshop snapshot", err)
}

func (tx *Tx) workshopDue(ctx context.Context, changed, first int) (bool, error) {
	var before, people, joined, edited, still int
	err := tx.tx.QueryRow(ctx, `
		SELECT coalesce((SELECT people FROM workshop_snapshot ORDER BY taken_at DESC LIMIT 1), -1),
			count(*) FILTER (WHERE pair_before IS NOT NULL), count(*) FILTER (WHERE pair_before IS NOT NULL AND counted = 0),
			count(*) FILTER (WHERE counted = 2), count(*) FILTER (WHERE counted > 0)
		FROM workshop_answer`).Scan(&before, &people, &joined, &edited, &still)
	if err != nil {
		return false, err
	}
	if before < 0 {
		return people >= first, nil
	}
	return joined+edited+before-still >= changed, nil
}

func (tx *Tx) takeWorkshops(ctx context.Context, at time.Time) error {
	rows, err := tx.tx.Query(ctx, `SELECT coalesce(institution, ''), pair_before, pair_after FROM workshop_answer WHERE pair_before IS NOT NULL`)
	if err != nil {
		return err
	}
	tally, people := map[string]WorkshopSums{}, 0
	var institution string
	var before, after int
	if _, err := pgx.ForEachRow(rows, []any{&institution, &before, &after}, func() error {
		people++
		tally[institution] = tally[institution].plus(before, after)
		return nil
	}); err != nil {
		return err
	}
	raw, err := json.Marshal(tally)
	if err != nil {
		return err
	}
	var batch pgx.Batch
	batch.Queue(`DELETE FROM workshop_snapshot`)
	batch.Queue(`INSERT INTO workshop_snapshot (taken_at, people, tally) VALUES ($1, $2, $3)`, at, people, raw)
	batch.Queue(`UPDATE workshop_answer SET counted = 1 WHERE pair_before IS NOT NULL`)
	return tx.tx.SendBatch(ctx, &batch).Close()
}
