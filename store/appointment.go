package store

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// NextComing is the mission ahead that somebody has said yes or maybe to and
// that begins first. A cancelled one counts too: a calendar may still have it.
func (r reader) NextComing(ctx context.Context, who Invitee, at time.Time) (mission uuid.UUID, found bool, err error) {
	row, found, err := one[struct {
		ID uuid.UUID `db:"id"`
	}](ctx, r.q, `
		SELECT m.id FROM rsvp r JOIN mission m ON m.id = r.mission_id
		WHERE (r.member_id = $1 OR r.staff_id = $2) AND r.answer IN ('yes', 'maybe') AND m.starts_at > $3
		ORDER BY m.starts_at, m.id LIMIT 1`, orNull(who.Member), orNull(who.Staff), at)
	return row.ID, found, wrapErr("find the next mission", err)
}
