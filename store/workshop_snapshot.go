package store

import (
	"context"
	"encoding/json"
	"time"
)

// WorkshopSnapshot is a taking of all pairs of a before and an after. Its numbers
// are exact, and for package protect alone.
type WorkshopSnapshot struct {
	TakenAt      time.Time
	People       int
	SumBefore    int
	SumAfter     int
	Institutions map[string]int // people by institution; "": not said
}

// WorkshopSnapshotNow is the snapshot that stands.
func (r reader) WorkshopSnapshotNow(ctx context.Context) (s WorkshopSnapshot, found bool, err error) {
	row, found, err := one[struct {
		TakenAt      time.Time `db:"taken_at"`
		People       int       `db:"people"`
		SumBefore    int       `db:"sum_before"`
		SumAfter     int       `db:"sum_after"`
		Institutions []byte    `db:"institutions"`
	}](ctx, r.q, `SELECT taken_at, people, sum_before, sum_after, institutions::text::bytea AS institutions FROM workshop_snapshot ORDER BY taken_at DESC LIMIT 1`)
	if err != nil || !found {
		return WorkshopSnapshot{}, false, wrapErr("find workshop snapshot", err)
	}
	s = WorkshopSnapshot{TakenAt: row.TakenAt, People: row.People, SumBefore: row.SumBefore, SumAfter: row.SumAfter}
	err = json.Unmarshal(row.Institutions, &s.Institutions)
	return s, err == nil, wrapErr("read workshop snapshot", err)
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
	if _, err := tx.tx.Exec(ctx, `DELETE FROM workshop_snapshot`); err != nil {
		return err
	}
	if _, err := tx.tx.Exec(ctx, `
		INSERT INTO workshop_snapshot (taken_at, people, sum_before, sum_after, institutions)
		SELECT $1, coalesce(sum(n), 0), coalesce(sum(before), 0), coalesce(sum(after), 0), coalesce(jsonb_object_agg(institution, n), '{}')
		FROM (SELECT coalesce(institution, '') AS institution, count(*) AS n, sum(pair_before) AS before, sum(pair_after) AS after
			FROM workshop_answer WHERE pair_before IS NOT NULL GROUP BY 1) by_institution`, at); err != nil {
		return err
	}
	_, err := tx.tx.Exec(ctx, `UPDATE workshop_answer SET counted = (pair_before IS NOT NULL)::int WHERE counted <> (pair_before IS NOT NULL)::int`)
	return err
}
