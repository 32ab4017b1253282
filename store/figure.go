package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Figure is a published figure on record. Query and Published are JSON, as
// package bot/figures writes and reads them: codes and protected counts.
type Figure struct {
	ID           string       `db:"id"`
	SnapshotID   string       `db:"snapshot_id"`
	TakenAt      time.Time    `db:"taken_at"` // of the snapshot
	RoleID       uuid.UUID    `db:"role_id"`  // of who asked
	Organisation Organisation `db:"organisation"`
	At           time.Time    `db:"at"`
	Query        []byte       `db:"query"`
	Published    []byte       `db:"published"`
	Aside        bool         `db:"aside"` // nobody's words asked for it
}

// ErrFigureTaken: there is another figure of this id; try the next one.
var ErrFigureTaken = errors.New("the figure's id is taken")

// PutFigure keeps a figure, once. TakenAt is not looked at.
func (tx *Tx) PutFigure(ctx context.Context, f Figure) error {
	if err := tx.holdFigures(ctx, f.SnapshotID); err != nil {
		return err
	}
	tag, err := tx.tx.Exec(ctx, `
		INSERT INTO figure (id, snapshot_id, role_id, organisation, at, query, published, aside)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
		f.ID, f.SnapshotID, orNull(f.RoleID), f.Organisation, f.At, f.Query, f.Published, f.Aside)
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrFigureTaken
	}
	if err != nil {
		return fmt.Errorf("put figure: %w", err)
	}
	return nil
}

const selectFigure = `
	SELECT f.id, f.snapshot_id, s.taken_at, coalesce(f.role_id, '00000000-0000-0000-0000-000000000000') AS role_id,
		f.organisation, f.at, f.query, f.published, f.aside
	FROM figure f JOIN snapshot s ON s.id = f.snapshot_id`

// FigureByID finds a figure.
func (r reader) FigureByID(ctx context.Context, id string) (f Figure, found bool, err error) {
	f, found, err = one[Figure](ctx, r.q, selectFigure+` WHERE f.id = $1`, id)
	if err != nil {
		return Figure{}, false, fmt.Errorf("find figure: %w", err)
	}
	return f, found, nil
}

// FigureTold is a figure that has been published over a snapshot.
type FigureTold struct {
	Place     int64  `db:"place"` // in the order in which they were
	Query     []byte `db:"query"`
	Published []byte `db:"published"`
}

// FiguresOver gives what was published over a snapshot after a place, to
// whomever: figures are read by their ids, and people talk to each other. Until
// the transaction ends no other one may ask for them or put a figure: of two
// questions at the same time the second is compared with the first.
func (tx *Tx) FiguresOver(ctx context.Context, snapshot string, after int64) ([]FigureTold, error) {
	if err := tx.holdFigures(ctx, snapshot); err != nil {
		return nil, err
	}
	return tx.FiguresTold(ctx, snapshot, after)
}

// FiguresTold is FiguresOver for who waits for nobody: more may be published at
// any time. Figures get their places one transaction after the other, so that
// none before the last of these is missing.
func (r reader) FiguresTold(ctx context.Context, snapshot string, after int64) ([]FigureTold, error) {
	rows, err := r.q.Query(ctx, `SELECT place, query, published FROM figure WHERE snapshot_id = $1 AND place > $2 ORDER BY place`, snapshot, after)
	if err != nil {
		return nil, fmt.Errorf("read figures: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[FigureTold])
	if err != nil {
		return nil, fmt.Errorf("read figures: %w", err)
	}
	return all, nil
}

func (tx *Tx) holdFigures(ctx context.Context, snapshot string) error {
	if _, err := tx.tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext($1))`, "figures:"+snapshot); err != nil {
		return fmt.Errorf("wait for other figures: %w", err)
	}
	return nil
}
