package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Invite is a code that gives a role, once. The code itself is not kept, only
// its hash.
type Invite struct {
	ID           uuid.UUID
	Role         Role
	Organisation Organisation
	CreatedAt    time.Time
	ExpiresAt    time.Time
	RoleID       uuid.UUID // zero: not used
}

// How long an invitation may be good for (domain reference, 2.6: 48 hours). A
// code that lies about for longer than two weeks is one that nobody watches.
const (
	InviteLife    = 48 * time.Hour
	InviteMinLife = time.Minute
	InviteMaxLife = 14 * 24 * time.Hour
)

// PutInvite keeps an invitation with the hash of its code, 32 bytes.
func (tx *Tx) PutInvite(ctx context.Context, i Invite, hash []byte) error {
	_, err := tx.tx.Exec(ctx, `
		INSERT INTO invite (id, hash, role, organisation, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		i.ID, hash, i.Role, i.Organisation, i.CreatedAt, i.ExpiresAt)
	if err != nil {
		return fmt.Errorf("put invite: %w", err)
	}
	return nil
}

// InviteByHash finds an invitation and holds it until the transaction ends: of
// two that use it at the same time the second sees what the first did.
func (tx *Tx) InviteByHash(ctx context.Context, hash []byte) (i Invite, found bool, err error) {
	type inviteRow struct {
		ID           uuid.UUID    `db:"id"`
		Role         Role         `db:"role"`
		Organisation Organisation `db:"organisation"`
		CreatedAt    time.Time    `db:"created_at"`
		ExpiresAt    time.Time    `db:"expires_at"`
		RoleID       *uuid.UUID   `db:"role_id"`
	}
	row, found, err := one[inviteRow](ctx, tx.q, `
		SELECT id, role, organisation, created_at, expires_at, role_id FROM invite WHERE hash = $1 FOR UPDATE`, hash)
	if err != nil {
		return Invite{}, false, fmt.Errorf("find invite: %w", err)
	}
	return Invite{
		ID: row.ID, Role: row.Role, Organisation: row.Organisation,
		CreatedAt: row.CreatedAt, ExpiresAt: row.ExpiresAt, RoleID: orZero(row.RoleID),
	}, found, nil
}

// UseInvite marks an invitation as used for a role.
func (tx *Tx) UseInvite(ctx context.Context, id, role uuid.UUID, at time.Time) error {
	if _, err := tx.tx.Exec(ctx, `UPDATE invite SET used_at = $3, role_id = $2 WHERE id = $1`, id, role, at); err != nil {
		return fmt.Errorf("use invite: %w", err)
	}
	return nil
}
