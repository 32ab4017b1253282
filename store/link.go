package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// LinkCode is a code that joins another chat to a member. The code itself is
// not kept, only its hash.
type LinkCode struct {
	MemberID  uuid.UUID
	ExpiresAt time.Time
	UsedAt    time.Time // zero: not used
}

// PutLinkCode keeps the hash of a member's code, 32 bytes, in place of an
// earlier one, which is worth nothing from then on.
func (tx *Tx) PutLinkCode(ctx context.Context, member uuid.UUID, hash []byte, expires time.Time) error {
	_, err := tx.tx.Exec(ctx, `
		INSERT INTO link_code (member_id, hash, expires_at) VALUES ($1, $2, $3)
		ON CONFLICT (member_id) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at, used_at = NULL`,
		member, hash, expires)
	if err != nil {
		return fmt.Errorf("put link code: %w", err)
	}
	return nil
}

// LinkCode finds a code by its hash and holds it until the transaction ends: of
// two that use it at the same time the second sees what the first did.
func (tx *Tx) LinkCode(ctx context.Context, hash []byte) (c LinkCode, found bool, err error) {
	type linkRow struct {
		MemberID  uuid.UUID  `db:"member_id"`
		ExpiresAt time.Time  `db:"expires_at"`
		UsedAt    *time.Time `db:"used_at"`
	}
	row, found, err := one[linkRow](ctx, tx.q, `
		SELECT member_id, expires_at, used_at FROM link_code WHERE hash = $1 FOR UPDATE`, hash)
	if err != nil {
		return LinkCode{}, false, fmt.Errorf("find link code: %w", err)
	}
	return LinkCode{MemberID: row.MemberID, ExpiresAt: row.ExpiresAt, UsedAt: orZero(row.UsedAt)}, found, nil
}

// UseLinkCode marks a code as used. After a merge its member may be gone, and
// the code with it: then there is nothing to mark.
func (tx *Tx) UseLinkCode(ctx context.Context, hash []byte, at time.Time) error {
	if _, err := tx.tx.Exec(ctx, `UPDATE link_code SET used_at = $2 WHERE hash = $1`, hash, at); err != nil {
		return fmt.Errorf("use link code: %w", err)
	}
	return nil
}
