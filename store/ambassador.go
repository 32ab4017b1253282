package store

import (
	"context"
	"errors"
	"regexp"
	"time"

	"github.com/google/uuid"
)

// ErrCodeTaken: another link has that code.
var ErrCodeTaken = errors.New("the code is taken")

// Ambassador is a link that is passed on, of a mission or of an association.
type Ambassador struct {
	ID           uuid.UUID
	Code         string    // eight signs without look-alikes
	MissionID    uuid.UUID // zero: of an association
	Label        string    // the association; sealed on record
	RoleID       uuid.UUID // of who made it
	Organisation Organisation
	CreatedAt    time.Time
	EndedAt      time.Time
}

type ambassadorRow struct {
	ID           uuid.UUID    `db:"id"`
	Code         string       `db:"code"`
	MissionID    *uuid.UUID   `db:"mission_id"`
	Label        []byte       `db:"sealed_label"`
	RoleID       uuid.UUID    `db:"role_id"`
	Organisation Organisation `db:"organisation"`
	CreatedAt    time.Time    `db:"created_at"`
	EndedAt      *time.Time   `db:"ended_at"`
}

const selectAmbassador = `SELECT id, code, mission_id, sealed_label, role_id, organisation, created_at, ended_at FROM ambassador`

var ambassadorShape = regexp.MustCompile(`^[2-9A-HJ-NP-Z]{8}$`)

func (r reader) openAmbassador(row ambassadorRow) (Ambassador, error) {
	label, err := r.openText("ambassador", row.ID.String(), "sealed_label", row.Label)
	return Ambassador{
		ID: row.ID, Code: row.Code, MissionID: orZero(row.MissionID), Label: label, RoleID: row.RoleID,
		Organisation: row.Organisation, CreatedAt: row.CreatedAt, EndedAt: orZero(row.EndedAt),
	}, err
}

// PutAmbassador keeps a new link. ErrCodeTaken: another one has its code, and
// nothing was kept.
func (tx *Tx) PutAmbassador(ctx context.Context, a Ambassador) error {
	label, err := tx.sealText("ambassador", a.ID.String(), "sealed_label", a.Label)
	if err != nil {
		return wrapErr("put link", err)
	}
	tag, err := tx.tx.Exec(ctx, `
		INSERT INTO ambassador (id, code, mission_id, sealed_label, role_id, organisation, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (code) DO NOTHING`,
		a.ID, a.Code, orNull(a.MissionID), label, a.RoleID, a.Organisation, a.CreatedAt)
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrCodeTaken
	}
	return wrapErr("put link", err)
}

// AmbassadorByCode finds a link that has not ended.
func (r reader) AmbassadorByCode(ctx context.Context, code string) (Ambassador, bool, error) {
	if !ambassadorShape.MatchString(code) {
		return Ambassador{}, false, nil
	}
	return r.ambassador(ctx, ` WHERE code = $1 AND ended_at IS NULL`, code)
}

// AmbassadorByID finds a link, also one that has ended.
func (r reader) AmbassadorByID(ctx context.Context, id uuid.UUID) (Ambassador, bool, error) {
	return r.ambassador(ctx, ` WHERE id = $1`, id)
}

// AmbassadorOf finds the link of a mission that an organisation has made and not
// ended.
func (r reader) AmbassadorOf(ctx context.Context, mission uuid.UUID, of Organisation) (Ambassador, bool, error) {
	return r.ambassador(ctx, ` WHERE mission_id = $1 AND organisation = $2 AND ended_at IS NULL ORDER BY created_at, id LIMIT 1`, mission, of)
}

func (r reader) ambassador(ctx context.Context, where string, args ...any) (Ambassador, bool, error) {
	row, found, err := one[ambassadorRow](ctx, r.q, selectAmbassador+where, args...)
	if err != nil || !found {
		return Ambassador{}, false, wrapErr("find link", err)
	}
	a, err := r.openAmbassador(row)
	return a, err == nil, wrapErr("find link", err)
}

// AmbassadorsOf are all links of associations that an organisation has made and
// not ended, the oldest first.
func (r reader) AmbassadorsOf(ctx context.Context, of Organisation) ([]Ambassador, error) {
	rows, err := many[ambassadorRow](ctx, r.q, selectAmbassador+` WHERE mission_id IS NULL AND organisation = $1 AND ended_at IS NULL ORDER BY created_at, id`, of)
	if err != nil {
		return nil, wrapErr("list links", err)
	}
	out := make([]Ambassador, 0, len(rows))
	for _, row := range rows {
		a, err := r.openAmbassador(row)
		if err != nil {
			return nil, wrapErr("list links", err)
		}
		out = append(out, a)
	}
	return out, nil
}

// EndAmbassador ends a link: whoever comes by it later is not counted for it.
func (tx *Tx) EndAmbassador(ctx context.Context, id uuid.UUID, at time.Time) error {
	_, err := tx.tx.Exec(ctx, `UPDATE ambassador SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL`, id, at)
	return wrapErr("end link", err)
}

// CameBy notes by which link somebody came who is not registered yet. A code that
// nobody has made, or that has ended, leaves nothing.
func (tx *Tx) CameBy(ctx context.Context, member uuid.UUID, code string) error {
	_, err := tx.tx.Exec(ctx, `
		UPDATE member SET ambassador_id = a.id FROM ambassador a
		WHERE member.id = $1 AND member.ambassador_id IS NULL AND a.code = $2 AND a.ended_at IS NULL`, member, code)
	return wrapErr("note the link of a member", err)
}

// CameIn is how many registered by a link in a month, those who have left since
// among them. It is exact: what of it is said goes through bot/protect.
type CameIn struct {
	Month time.Time `db:"month"` // its first day
	N     int       `db:"came"`
}

// CameBefore gives the months before that of a time in which somebody registered
// by a link, in order: the running month, in which one may be seen coming, is none
// of them.
func (r reader) CameBefore(ctx context.Context, id uuid.UUID, at time.Time) ([]CameIn, error) {
	all, err := many[CameIn](ctx, r.q, `SELECT month, came FROM ambassador_month WHERE ambassador_id = $1 AND month < $2::date ORDER BY month`, id, day(monthOf(at)))
	return all, wrapErr("count registrations by a link", err)
}

// monthOf is the first day of the month of a time (UTC).
func monthOf(at time.Time) time.Time {
	y, m, _ := at.UTC().Date()
	return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
}
