package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// DryRunLife is how long a dry run is remembered, to compare later ones with.
const DryRunLife = 30 * 24 * time.Hour

// DryRun is what a coordinator has seen of an audience. Audience and Counts are
// JSON, as package bot/announce writes and reads them; the counts are exact.
type DryRun struct {
	ID           uuid.UUID    `db:"id"`
	RoleID       uuid.UUID    `db:"role_id"`
	Organisation Organisation `db:"organisation"`
	At           time.Time    `db:"at"`
	Audience     []byte       `db:"audience"`
	Counts       []byte       `db:"counts"`
}

// DryRuns gives what an organisation has seen within DryRunLife before a time,
// the newest first: those who work together see the same. Until the transaction
// ends no other one may ask for them: of two at the same time the second is
// compared with the first.
func (tx *Tx) DryRuns(ctx context.Context, org Organisation, at time.Time) ([]DryRun, error) {
	if _, err := tx.tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext($1))`, "dry_run:"+string(org)); err != nil {
		return nil, fmt.Errorf("wait for other dry runs: %w", err)
	}
	all, err := many[DryRun](ctx, tx.q, `
		SELECT id, role_id, organisation, at, audience::text::bytea AS audience, counts::text::bytea AS counts FROM dry_run
		WHERE organisation = $1 AND at > $2 ORDER BY at DESC, id`, org, at.Add(-DryRunLife))
	return all, wrapErr("read dry runs", err)
}

// PutDryRun keeps a dry run, and forgets those that are older than DryRunLife.
func (tx *Tx) PutDryRun(ctx context.Context, d DryRun) error {
	if _, err := tx.tx.Exec(ctx, `DELETE FROM dry_run WHERE at <= $1`, d.At.Add(-DryRunLife)); err != nil {
		return wrapErr("forget dry runs", err)
	}
	_, err := tx.tx.Exec(ctx, `INSERT INTO dry_run (id, role_id, organisation, at, audience, counts) VALUES ($1, $2, $3, $4, $5, $6)`,
		d.ID, d.RoleID, d.Organisation, d.At, string(d.Audience), string(d.Counts))
	return wrapErr("keep dry run", err)
}

// AuditOnce adds an act unless it is in the log: for what is looked up again when
// a turn is repeated.
func (tx *Tx) AuditOnce(ctx context.Context, e Entry) error {
	var there bool
	if err := tx.q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM audit WHERE id = $1 AND at = $2)`, e.ID, e.At).Scan(&there); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	if there {
		return nil
	}
	return tx.Audit(ctx, e)
}
