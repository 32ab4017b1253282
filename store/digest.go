package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// How often a digest comes.
const (
	DigestWeek  = "week"
	DigestMonth = "month"
)

// Digest is that somebody is told regularly, in a role, what has changed.
type Digest struct {
	RoleID uuid.UUID
	Every  string    // DigestWeek or DigestMonth
	Since  time.Time // asked for
	Period time.Time // beginning of the last period that was made; zero: none yet
	SaidAt time.Time // that one was handed over; zero: not yet
	// FigureID is the figure of that one, EarlierID what it is compared with;
	// "" for none.
	FigureID, EarlierID string
}

type digestRow struct {
	RoleID    uuid.UUID  `db:"role_id"`
	Every     string     `db:"every"`
	Since     time.Time  `db:"since"`
	Period    *time.Time `db:"period"`
	SaidAt    *time.Time `db:"said_at"`
	FigureID  *string    `db:"figure_id"`
	EarlierID *string    `db:"earlier_id"`
}

const selectDigest = `SELECT d.role_id, d.every, d.since, d.period, d.said_at, d.figure_id, d.earlier_id FROM digest d`

func (row digestRow) digest() Digest {
	return Digest{
		RoleID: row.RoleID, Every: row.Every, Since: row.Since, Period: orZero(row.Period), SaidAt: orZero(row.SaidAt),
		FigureID: orZero(row.FigureID), EarlierID: orZero(row.EarlierID),
	}
}

// BeginDigest has a role told from a time on; it may have been before, in
// another rhythm.
func (tx *Tx) BeginDigest(ctx context.Context, role uuid.UUID, every string, at time.Time) error {
	_, err := tx.tx.Exec(ctx, `
		INSERT INTO digest (role_id, every, since) VALUES ($1, $2, $3)
		ON CONFLICT (role_id) DO UPDATE SET every = excluded.every, since = excluded.since`, role, every, at)
	return wrap("begin digest", err)
}

// EndDigest ends it; found is false where there was none.
func (tx *Tx) EndDigest(ctx context.Context, role uuid.UUID) (found bool, err error) {
	tag, err := tx.tx.Exec(ctx, `DELETE FROM digest WHERE role_id = $1`, role)
	return tag.RowsAffected() > 0, wrap("end digest", err)
}

// DigestOf finds the digest of a role.
func (r reader) DigestOf(ctx context.Context, role uuid.UUID) (Digest, bool, error) {
	row, found, err := one[digestRow](ctx, r.q, selectDigest+` WHERE d.role_id = $1`, role)
	return row.digest(), found, wrap("find digest", err)
}

// LockDigest is DigestOf for who is going to change it.
func (tx *Tx) LockDigest(ctx context.Context, role uuid.UUID) (Digest, bool, error) {
	row, found, err := one[digestRow](ctx, tx.q, selectDigest+` WHERE d.role_id = $1 FOR UPDATE`, role)
	return row.digest(), found, wrap("find digest", err)
}

// DigestsDue gives the roles that live at a time and have a digest of a rhythm
// whose period, by its beginning, was not made or not handed over, by id after
// one of them.
func (r reader) DigestsDue(ctx context.Context, every string, period, at time.Time, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	rows, err := r.q.Query(ctx, `
		SELECT d.role_id FROM digest d JOIN role r ON r.id = d.role_id JOIN staff s ON s.id = r.staff_id
		WHERE d.every = $1 AND d.since < $2 AND (d.period IS NULL OR d.period < $2 OR d.said_at IS NULL)
			AND r.ended_at IS NULL AND s.last_seen_at > $3 AND s.chat IS NOT NULL AND d.role_id > $4
		ORDER BY d.role_id LIMIT $5`, every, period, at.Add(-RoleSilence), after, limit)
	if err != nil {
		return nil, wrap("list digests", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return ids, wrap("list digests", err)
}

// MadeDigest keeps that a period was made, with its figure; "" for none.
func (tx *Tx) MadeDigest(ctx context.Context, role uuid.UUID, period time.Time, figure string) error {
	_, err := tx.tx.Exec(ctx, `
		UPDATE digest SET period = $2, said_at = NULL, earlier_id = coalesce(figure_id, earlier_id), figure_id = $3 WHERE role_id = $1`,
		role, period, orNull(figure))
	return wrap("keep digest", err)
}

// SaidDigest keeps that a period was handed over.
func (db *DB) SaidDigest(ctx context.Context, role uuid.UUID, period, at time.Time) error {
	_, err := db.pool.Exec(ctx, `UPDATE digest SET said_at = $3 WHERE role_id = $1 AND period = $2 AND said_at IS NULL`, role, period, at)
	return wrap("keep digest", err)
}

// MissionsBetween gives the missions that begin in a time and are not cancelled,
// the next first.
func (r reader) MissionsBetween(ctx context.Context, after, until time.Time) ([]Mission, error) {
	all, err := r.missions(ctx, ` WHERE starts_at > $1 AND starts_at <= $2 AND cancelled_at IS NULL ORDER BY starts_at, id`, after, until)
	return all, wrapErr("list missions", err)
}

// HeldRole finds a role that lives at a time, and holds it until the transaction
// ends, with whom it belongs to. Without one the error is ErrNotAllowed.
func (tx *Tx) HeldRole(ctx context.Context, id uuid.UUID, at time.Time) (Held, Staff, error) {
	h, found, err := one[Held](ctx, tx.q, selectHeld+` WHERE r.id = $1 AND r.ended_at IS NULL AND s.last_seen_at > $2 FOR SHARE OF r`, id, at.Add(-RoleSilence))
	if err == nil && !found {
		err = ErrNotAllowed
	}
	if err != nil {
		return Held{}, Staff{}, wrap("find role", err)
	}
	s, found, err := tx.StaffByRole(ctx, id)
	if err == nil && !found {
		err = ErrNotAllowed
	}
	return h, s, wrap("find role", err)
}

// endWithRoles ends what roles that have ended gave: their digests, and whose
// the answers about workshops are.
func (tx *Tx) endWithRoles(ctx context.Context, roles []uuid.UUID) error {
	if err := tx.endDigests(ctx, roles); err != nil {
		return err
	}
	return tx.partWorkshops(ctx, roles)
}

// endDigests ends those of roles that have ended.
func (tx *Tx) endDigests(ctx context.Context, roles []uuid.UUID) error {
	if len(roles) == 0 {
		return nil
	}
	_, err := tx.tx.Exec(ctx, `DELETE FROM digest WHERE role_id = ANY($1)`, roles)
	return err
}
