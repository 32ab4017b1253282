package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"mboka/store/seal"
)

// ErrNotAllowed: the chat has no live role with that permission.
var ErrNotAllowed = errors.New("no live role allows this")

// RoleSilence is after how long without a message of its chat a role lapses
// (domain reference, 2.6).
const RoleSilence = 90 * 24 * time.Hour

// Held is a role that somebody holds.
type Held struct {
	ID           uuid.UUID    `db:"id"`
	StaffID      uuid.UUID    `db:"staff_id"`
	Role         Role         `db:"role"`
	Organisation Organisation `db:"organisation"`
	GrantedAt    time.Time    `db:"granted_at"`
	LastSeenAt   time.Time    `db:"last_seen_at"`
}

const selectHeld = `
	SELECT r.id, r.staff_id, r.role, r.organisation, r.granted_at, s.last_seen_at
	FROM role r JOIN staff s ON s.id = r.staff_id`

// RolesOf gives the live roles of a chat at a time. It is for menus only: what
// does the work asks Allowed.
func (r reader) RolesOf(ctx context.Context, chat seal.Chat, at time.Time) ([]Held, error) {
	held, err := many[Held](ctx, r.q, selectHeld+`
		WHERE s.chat = ANY($1) AND r.ended_at IS NULL AND s.last_seen_at > $2 ORDER BY r.role, r.organisation`,
		r.index(chat), at.Add(-RoleSilence))
	if err != nil {
		return nil, fmt.Errorf("read roles: %w", err)
	}
	return held, nil
}

// Allowed finds the live role that permits something to a chat, and holds it
// until the transaction ends: a revocation waits, or has come first. Without
// one the error is ErrNotAllowed.
func (tx *Tx) Allowed(ctx context.Context, chat seal.Chat, p Permission, running Organisation, at time.Time) (Held, error) {
	held, err := many[Held](ctx, tx.tx, selectHeld+`
		WHERE s.chat = ANY($1) AND r.ended_at IS NULL AND s.last_seen_at > $2 ORDER BY r.role, r.organisation FOR SHARE OF r`,
		tx.index(chat), at.Add(-RoleSilence))
	if err != nil {
		return Held{}, fmt.Errorf("check role: %w", err)
	}
	for _, h := range held {
		if May(p, h.Role, h.Organisation, running) {
			return h, nil
		}
	}
	return Held{}, fmt.Errorf("check role: %w", ErrNotAllowed)
}
