package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/store/seal"
)

// Address is where a member can be written to. A member may have several.
type Address struct {
	Chat          seal.Chat // of Channel and Address
	MemberID      uuid.UUID
	Channel       string // telegram, whatsapp, console
	Address       string // opaque; sealed on record
	CreatedAt     time.Time
	LastInboundAt time.Time // zero: never wrote; opens the 24 hours of WhatsApp
	LastMessageID string    // of the message at LastInboundAt
	UnreachableAt time.Time // zero: reachable, as far as is known
	LinkedAt      time.Time // zero: the member registered here; else when it was joined
}

// PutAddress adds an address, or gives one on record to this member: the drafts
// of its earlier owner go then. LastInboundAt and LastMessageID never go
// backwards; CreatedAt and UnreachableAt of an address on record stay.
func (tx *Tx) PutAddress(ctx context.Context, a Address) error {
	sealed, err := tx.keys.Seal("address", a.Chat.String(), "sealed_address", []byte(a.Address))
	if err != nil {
		return fmt.Errorf("put address: %w", err)
	}
	var batch pgx.Batch
	tx.alone(&batch, a.Chat)
	batch.Queue(`
		DELETE FROM draft USING address
		WHERE draft.chat = ANY($1) AND address.chat = draft.chat AND address.member_id <> $2`,
		tx.index(a.Chat), a.MemberID)
	batch.Queue(`
		INSERT INTO address (chat, member_id, channel, sealed_address, created_at, last_inbound_at, last_message_id, linked_at)
		VALUES (`+onRecord+`, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (chat) DO UPDATE SET
			member_id = excluded.member_id,
			channel = excluded.channel,
			sealed_address = excluded.sealed_address,
			linked_at = excluded.linked_at,
			last_message_id = CASE
				WHEN excluded.last_inbound_at >= address.last_inbound_at OR address.last_inbound_at IS NULL
				THEN excluded.last_message_id ELSE address.last_message_id END,
			last_inbound_at = greatest(address.last_inbound_at, excluded.last_inbound_at)`,
		tx.index(a.Chat), a.MemberID, a.Channel, sealed, a.CreatedAt, orNull(a.LastInboundAt), orNull(a.LastMessageID), orNull(a.LinkedAt))
	if err := tx.tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("put address: %w", err)
	}
	return nil
}

type addressRow struct {
	Chat          []byte     `db:"chat"`
	MemberID      uuid.UUID  `db:"member_id"`
	Channel       string     `db:"channel"`
	SealedAddress []byte     `db:"sealed_address"`
	CreatedAt     time.Time  `db:"created_at"`
	LastInboundAt *time.Time `db:"last_inbound_at"`
	LastMessageID *string    `db:"last_message_id"`
	UnreachableAt *time.Time `db:"unreachable_at"`
	LinkedAt      *time.Time `db:"linked_at"`
}

const selectAddress = `
	SELECT chat, member_id, channel, sealed_address, created_at, last_inbound_at, last_message_id, unreachable_at, linked_at
	FROM address`

// AddressOf finds the address of a chat.
func (r reader) AddressOf(ctx context.Context, chat seal.Chat) (a Address, found bool, err error) {
	row, found, err := one[addressRow](ctx, r.q, selectAddress+` WHERE chat = ANY($1)`, r.index(chat))
	if err == nil && found {
		a, err = r.openAddress(row)
	}
	if err != nil {
		return Address{}, false, fmt.Errorf("find address: %w", err)
	}
	return a, found, nil
}

// Addresses gives all addresses of a member, the oldest first.
func (r reader) Addresses(ctx context.Context, member uuid.UUID) ([]Address, error) {
	rows, err := many[addressRow](ctx, r.q, selectAddress+` WHERE member_id = $1 ORDER BY created_at, chat`, member)
	if err != nil {
		return nil, fmt.Errorf("read addresses: %w", err)
	}
	all := make([]Address, 0, len(rows))
	for _, row := range rows {
		a, err := r.openAddress(row)
		if err != nil {
			return nil, fmt.Errorf("read addresses: %w", err)
		}
		all = append(all, a)
	}
	return all, nil
}

func (r reader) openAddress(row addressRow) (Address, error) {
	chat, err := r.keys.ChatOf(row.Chat)
	if err != nil {
		return Address{}, err
	}
	plain, err := r.keys.Open("address", chat.String(), "sealed_address", row.SealedAddress)
	if err != nil {
		return Address{}, err
	}
	return Address{
		Chat: chat, MemberID: row.MemberID, Channel: row.Channel, Address: string(plain),
		CreatedAt: row.CreatedAt, LastInboundAt: orZero(row.LastInboundAt), LastMessageID: orZero(row.LastMessageID),
		UnreachableAt: orZero(row.UnreachableAt), LinkedAt: orZero(row.LinkedAt),
	}, nil
}

// RemoveAddress takes a chat off the records: its address, its drafts, and its
// turns, the running one included.
func (tx *Tx) RemoveAddress(ctx context.Context, chat seal.Chat) error {
	for _, sql := range []string{`DELETE FROM turn WHERE chat = ANY($1)`, `DELETE FROM address WHERE chat = ANY($1)`} {
		if _, err := tx.tx.Exec(ctx, sql, tx.index(chat)); err != nil {
			return fmt.Errorf("remove address: %w", err)
		}
	}
	return nil
}

// SetReachable keeps whether a platform still delivers to a chat, as seen at a
// time. The first time it was found gone stays. What is older than the chat's
// last message, or than it being found gone, says nothing any more and is left
// out; so is a chat that is not on record.
func (db *DB) SetReachable(ctx context.Context, chat seal.Chat, reachable bool, at time.Time) error {
	sql := `UPDATE address SET unreachable_at = $2
		WHERE chat = ANY($1) AND unreachable_at IS NULL AND (last_inbound_at IS NULL OR last_inbound_at <= $2)`
	if reachable {
		sql = `UPDATE address SET unreachable_at = NULL WHERE chat = ANY($1) AND unreachable_at <= $2`
	}
	if _, err := db.pool.Exec(ctx, sql, db.index(chat), at); err != nil {
		return fmt.Errorf("set reachable: %w", err)
	}
	return nil
}

// LastInbound is when the newest message of a channel was accepted from
// anybody on record; zero when there is none.
func (r reader) LastInbound(ctx context.Context, channel string) (time.Time, error) {
	var at *time.Time
	err := r.q.QueryRow(ctx, `SELECT max(last_inbound_at) FROM address WHERE channel = $1`, channel).Scan(&at)
	if err != nil {
		return time.Time{}, fmt.Errorf("find newest message: %w", err)
	}
	return orZero(at), nil
}
