package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Snapshot is a taking of all coded answers of registered members.
type Snapshot struct {
	ID      string    `db:"id"`
	TakenAt time.Time `db:"taken_at"`
	Members int       `db:"members"`
}

// SnapshotColumns are the variables of a snapshot, as SnapshotRows gives them.
var SnapshotColumns = []string{
	"age_band", "country_residence", "education_level", "employment_status", "field_of_study", "sector", "profession_group",
	"profession", "experience_years", "languages", "contribution_types", "city_residence", "years_abroad", "sex", "province_group",
	"registered_month",
	"availability", "target_group", "target_sector", "barriers", "remittance_frequency", "remittance_use",
	"fund_interest", "fund_amount_usd", "fund_instrument", "fund_sector", "fund_horizon", "fund_main_concern", "fund_trust_conditions",
}

// severalColumns are lists in the profile; a snapshot has them apart by spaces.
var severalColumns = map[string]bool{
	"languages": true, "contribution_types": true, "barriers": true, "remittance_use": true, "fund_sector": true, "fund_trust_conditions": true,
}

// studied are the columns that are in a snapshot only of who agrees to the
// study now.
const studied = "fund_"

// CurrentSnapshot finds the newest snapshot, the only one that has rows.
func (r reader) CurrentSnapshot(ctx context.Context) (s Snapshot, found bool, err error) {
	s, found, err = one[Snapshot](ctx, r.q, `SELECT id, taken_at, members FROM snapshot ORDER BY taken_at DESC LIMIT 1`)
	if err != nil {
		return Snapshot{}, false, fmt.Errorf("find snapshot: %w", err)
	}
	return s, found, nil
}

// TakeSnapshot replaces the current snapshot, where that is due: when what at
// least so many different members have said differs from it, since they joined,
// left or changed an answer, or when it is older than latest. So nobody can see
// by two snapshots what one member did. One at a time; id names the new one.
// also is done in the same transaction, whether one was taken or not.
func (db *DB) TakeSnapshot(ctx context.Context, id string, at time.Time, changed int, latest time.Duration, also ...func(tx *Tx, taken bool) error) (taken bool, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		taken = false
		if _, err := tx.tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('snapshot'))`); err != nil {
			return err
		}
		due, err := tx.snapshotDue(ctx, at, changed, latest)
		if err == nil && due {
			taken = true
			err = tx.takeSnapshot(ctx, id, at)
		}
		for _, do := range also {
			if err == nil {
				err = do(tx, taken)
			}
		}
		return err
	})
	if err != nil {
		return false, fmt.Errorf("take snapshot: %w", err)
	}
	return taken, nil
}

func (tx *Tx) snapshotDue(ctx context.Context, at time.Time, changed int, latest time.Duration) (bool, error) {
	last, found, err := tx.CurrentSnapshot(ctx)
	if err != nil || !found || at.Sub(last.TakenAt) >= latest {
		return err == nil, err
	}
	var due bool
	// Who left on the day of the last snapshot may have left before it: not counted.
	err = tx.tx.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM member m LEFT JOIN profile p ON p.member_id = m.id
				WHERE m.registered_at IS NOT NULL AND (m.registered_at > $1 OR p.updated_at > $1))
			+ (SELECT coalesce(sum(count), 0) FROM erased WHERE day > $1::timestamptz AT TIME ZONE 'UTC') >= $2`,
		last.TakenAt, changed).Scan(&due)
	if err != nil || !due || changed == 0 {
		return due, err
	}
	// Whoever came and went again, said the same once more or changed what is not
	// coded makes no difference that others could hide in: those count who joined
	// and are there, and whose answers of then are there no more.
	err = tx.tx.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM member WHERE registered_at > $2) + (SELECT count(*) FROM (
			SELECT `+strings.Join(SnapshotColumns, ", ")+` FROM snapshot_row EXCEPT ALL (`+snapshotNow()+`)) gone) >= $3`,
		ForFund, last.TakenAt, changed).Scan(&due)
	return due, err
}

// snapshotNow selects what a snapshot of now holds, in the order of
// SnapshotColumns; its $1 is ForFund.
func snapshotNow() string {
	var values []string
	for _, name := range SnapshotColumns {
		value := "p." + name
		switch {
		case severalColumns[name]:
			value = "array_to_string(p." + name + ", ' ')"
		case name == "registered_month":
			value = "to_char(m.registered_at AT TIME ZONE 'UTC', 'YYYY-MM')"
		}
		if strings.HasPrefix(name, studied) {
			value = "CASE WHEN study.granted THEN " + value + " END"
		}
		values = append(values, value)
	}
	return `
		SELECT ` + strings.Join(values, ", ") + `
		FROM member m LEFT JOIN profile p ON p.member_id = m.id
		LEFT JOIN (SELECT DISTINCT ON (member_id) member_id, granted FROM consent WHERE purpose = $1
			ORDER BY member_id, at DESC, id DESC) study ON study.member_id = m.id
		WHERE m.registered_at IS NOT NULL`
}

func (tx *Tx) takeSnapshot(ctx context.Context, id string, at time.Time) error {
	if _, err := tx.tx.Exec(ctx, `DELETE FROM snapshot_row`); err != nil {
		return err
	}
	tag, err := tx.tx.Exec(ctx, `
		INSERT INTO snapshot_row (`+strings.Join(SnapshotColumns, ", ")+`) `+snapshotNow()+` ORDER BY random()`, ForFund)
	if err != nil {
		return err
	}
	_, err = tx.tx.Exec(ctx, `INSERT INTO snapshot (id, taken_at, members) VALUES ($1, $2, $3)`, id, at, tag.RowsAffected())
	return err
}

// SnapshotRows reads the current snapshot: do gets the values of SnapshotColumns
// of one row after the other, "" where nothing was said. The slice is used again.
func (db *DB) SnapshotRows(ctx context.Context, do func(values []string)) (s Snapshot, found bool, err error) {
	err = pgx.BeginTxFunc(ctx, db.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if s, found, err = (reader{q: tx, keys: db.keys}).CurrentSnapshot(ctx); err != nil || !found {
			return err
		}
		var columns []string
		for _, name := range SnapshotColumns {
			columns = append(columns, "coalesce("+name+", '')")
		}
		rows, err := tx.Query(ctx, `SELECT `+strings.Join(columns, ", ")+` FROM snapshot_row`)
		if err != nil {
			return err
		}
		values, into := make([]string, len(SnapshotColumns)), make([]any, len(SnapshotColumns))
		for i := range values {
			into[i] = &values[i]
		}
		_, err = pgx.ForEachRow(rows, into, func() error { do(values); return nil })
		return err
	})
	if err != nil {
		return Snapshot{}, false, fmt.Errorf("read snapshot: %w", err)
	}
	return s, found, nil
}
