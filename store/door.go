package store

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// SetDoor keeps the hash of a door code (seal.Keys.CodeHash, 32 bytes) of who
// has a seat, in place of an earlier one, which proves nothing from then on.
// ErrNoSeat: they have no seat.
func (tx *Tx) SetDoor(ctx context.Context, mission uuid.UUID, who Invitee, hash []byte) error {
	tag, err := tx.tx.Exec(ctx, `
		UPDATE rsvp SET door_hash = $4 WHERE mission_id = $1 AND (member_id = $2 OR staff_id = $3) AND answer = 'yes' AND NOT waiting`,
		mission, orNull(who.Member), orNull(who.Staff), hash)
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrNoSeat
	}
	return wrapErr("set door code", err)
}

// doorOpen is how long before a mission begins, and after, its codes are looked
// at.
const doorOpen = 36 * time.Hour

// Shown is what a door code proves: a seat, how many come with it, and whether
// it was shown before. It tells nothing of whose it is.
type Shown struct {
	Guests   int
	Before   time.Time // when it was shown first; zero: never
	Timezone string    // of the mission
}

// ShowDoor looks at a door code that somebody shows at the entrance of a mission
// of an organisation, around its time, and keeps that it was shown. found is
// false for a code that proves nothing there.
func (tx *Tx) ShowDoor(ctx context.Context, org Organisation, hash []byte, at time.Time) (s Shown, found bool, err error) {
	row, found, err := one[struct {
		ID        uuid.UUID  `db:"id"`
		Guests    int        `db:"guests"`
		ArrivedAt *time.Time `db:"arrived_at"`
		Timezone  string     `db:"timezone"`
	}](ctx, tx.q, `
		SELECT r.id, r.guests, r.arrived_at, m.timezone FROM rsvp r JOIN mission m ON m.id = r.mission_id
		WHERE m.organisation = $1 AND m.cancelled_at IS NULL AND m.starts_at < $3 AND coalesce(m.ends_at, m.starts_at) > $4
			AND r.door_hash = $2 AND r.answer = 'yes' AND NOT r.waiting
		FOR UPDATE OF r`, org, hash, at.Add(doorOpen), at.Add(-doorOpen))
	if err != nil || !found {
		return Shown{}, false, wrapErr("show door code", err)
	}
	if row.ArrivedAt == nil {
		_, err = tx.tx.Exec(ctx, `UPDATE rsvp SET arrived_at = $2 WHERE id = $1`, row.ID, at)
	}
	return Shown{Guests: row.Guests, Before: orZero(row.ArrivedAt), Timezone: row.Timezone}, err == nil, wrapErr("show door code", err)
}
