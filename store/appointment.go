package store

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// NextComing is the mission ahead that somebody, as a member or as staff, has
// said yes or maybe to and that begins first. A cancelled one counts too: a
// calendar may still have it. member or staff may be zero.
func (r reader) NextComing(ctx context.Context, member, staff uuid.UUID, at time.Time) (mission uuid.UUID, found bool, err error) {
	row, found, err := one[struct {
		ID uuid.UUID `db:"id"`
	}](ctx, r.q, `
		SELECT m.id FROM rsvp r JOIN mission m ON m.id = r.mission_id
		WHERE (r.member_id = $1 OR r.staff_id = $2) AND r.answer IN ('yes', 'maybe') AND m.starts_at > $3
		ORDER BY m.starts_at, m.id LIMIT 1`, orNull(member), orNull(staff), at)
	return row.ID, found, wrapErr("find the next mission", err)
}

// Comes tells whether somebody has said yes to a mission and has a seat.
func (r reader) Comes(ctx context.Context, mission, member, staff uuid.UUID) (bool, error) {
	_, found, err := one[struct {
		ID uuid.UUID `db:"id"`
	}](ctx, r.q, `
		SELECT id FROM rsvp WHERE mission_id = $1 AND (member_id = $2 OR staff_id = $3) AND answer = 'yes' AND NOT waiting
		LIMIT 1`, mission, orNull(member), orNull(staff))
	return found, wrapErr("find a seat", err)
}
