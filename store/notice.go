package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"mboka/store/seal"
)

// Kinds of notices.
const (
	NoticeRetention  = "retention"   // a member is silent: what is kept will be erased
	NoticeRoleLapsed = "role_lapsed" // a member of staff was silent: the role has ended
)

// States of a notice. Only NoticeSent counts as delivered.
const (
	NoticeQueued  = "queued"
	NoticeSent    = "sent"
	NoticeParked  = "parked" // the platform's window is closed
	NoticeFailed  = "failed"
	NoticeUnknown = "unknown" // nobody can tell
)

// Notice is something that the service says first, to one chat.
type Notice struct {
	ID        uuid.UUID
	MemberID  uuid.UUID // Nil: to staff, or the person is erased
	StaffID   uuid.UUID // Nil: to a member
	Chat      seal.Chat // zero: no chat was on record, or the person is erased
	Kind      string
	Attempt   int // counted from 1
	QueuedAt  time.Time
	DueAt     time.Time // what it warns of does not happen before; zero: it warns of nothing
	State     string
	SettledAt time.Time // zero while queued
}

// PutNotice adds a notice. Without a chat it has failed already.
func (tx *Tx) PutNotice(ctx context.Context, n Notice) error {
	n.State = NoticeQueued
	if n.Chat.IsZero() {
		n.State, n.SettledAt = NoticeFailed, n.QueuedAt
	}
	_, err := tx.tx.Exec(ctx, `
		INSERT INTO notice (id, member_id, staff_id, chat, kind, attempt, queued_at, due_at, state, settled_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		n.ID, orNull(n.MemberID), orNull(n.StaffID), orNull(n.Chat), n.Kind, n.Attempt, n.QueuedAt, orNull(n.DueAt), n.State, orNull(n.SettledAt))
	if err != nil {
		return fmt.Errorf("put notice: %w", err)
	}
	return nil
}

// SettleNotice keeps what became of a notice, unless something of the same rank
// or a higher one is known. It may be repeated, and come for a notice that is
// not there any more.
func (db *DB) SettleNotice(ctx context.Context, id uuid.UUID, state string, rank int, at time.Time) error {
	if _, err := db.pool.Exec(ctx, `
		UPDATE notice SET state = $2, rank = $3, settled_at = $4 WHERE id = $1 AND rank < $3`, id, state, rank, at); err != nil {
		return fmt.Errorf("settle notice: %w", err)
	}
	return nil
}

// GiveUpNotices settles as unknown what was queued before a time and of which
// nothing was heard, and says how many.
func (tx *Tx) GiveUpNotices(ctx context.Context, before, at time.Time) (int64, error) {
	tag, err := tx.tx.Exec(ctx, `
		UPDATE notice SET state = 'unknown', settled_at = $2 WHERE state = 'queued' AND queued_at < $1`, before, at)
	if err != nil {
		return 0, fmt.Errorf("give up notices: %w", err)
	}
	return tag.RowsAffected(), nil
}

// DropNotices forgets notices from before a time, as DropTurns.
func (tx *Tx) DropNotices(ctx context.Context, before time.Time) (int64, error) {
	return tx.sweep(ctx, "drop notices", `DELETE FROM notice WHERE id IN (SELECT id FROM notice WHERE queued_at < $2 LIMIT $1)`, before)
}

// OpenNotice is a notice that is queued, and whom it is for.
type OpenNotice struct {
	Notice
	Channel  string
	Address  string
	Language string
	HeardAt  time.Time // zero: never
}

type openRow struct {
	ID            uuid.UUID  `db:"id"`
	MemberID      *uuid.UUID `db:"member_id"`
	StaffID       *uuid.UUID `db:"staff_id"`
	Chat          seal.Chat  `db:"chat"`
	Kind          string     `db:"kind"`
	Attempt       int        `db:"attempt"`
	QueuedAt      time.Time  `db:"queued_at"`
	DueAt         *time.Time `db:"due_at"`
	Channel       string     `db:"channel"`
	SealedAddress []byte     `db:"sealed_address"`
	Language      string     `db:"language"`
	HeardAt       *time.Time `db:"heard_at"`
}

// OpenNotices gives the queued notices of a kind whose chat is still that of
// the person they are for, by id, at most limit of them after one id.
func (r reader) OpenNotices(ctx context.Context, kind string, after uuid.UUID, limit int) ([]OpenNotice, error) {
	rows, err := many[openRow](ctx, r.q, `
		SELECT n.id, n.member_id, n.staff_id, n.chat, n.kind, n.attempt, n.queued_at, n.due_at,
			coalesce(s.channel, a.channel) AS channel, coalesce(s.sealed_address, a.sealed_address) AS sealed_address,
			coalesce(s.language, m.language) AS language,
			CASE WHEN s.id IS NULL THEN a.last_inbound_at ELSE s.last_seen_at END AS heard_at
		FROM notice n
		LEFT JOIN staff s ON s.id = n.staff_id AND s.chat = n.chat
		LEFT JOIN address a ON a.member_id = n.member_id AND a.chat = n.chat
		LEFT JOIN member m ON m.id = a.member_id
		WHERE n.state = 'queued' AND n.kind = $1 AND n.id > $2 AND (s.id IS NOT NULL OR m.id IS NOT NULL)
		ORDER BY n.id LIMIT $3`, kind, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read notices: %w", err)
	}
	open := make([]OpenNotice, 0, len(rows))
	for _, row := range rows {
		table, id := "address", row.Chat.String()
		if row.StaffID != nil {
			table, id = "staff", row.StaffID.String()
		}
		plain, err := r.keys.Open(table, id, "sealed_address", row.SealedAddress)
		if err != nil {
			return nil, fmt.Errorf("read notices: %w", err)
		}
		open = append(open, OpenNotice{
			Notice: Notice{ID: row.ID, MemberID: orZero(row.MemberID), StaffID: orZero(row.StaffID), Chat: row.Chat,
				Kind: row.Kind, Attempt: row.Attempt, QueuedAt: row.QueuedAt, DueAt: orZero(row.DueAt), State: NoticeQueued},
			Channel: row.Channel, Address: string(plain), Language: row.Language, HeardAt: orZero(row.HeardAt),
		})
	}
	return open, nil
}

type noticeRow struct {
	ID        uuid.UUID  `db:"id"`
	MemberID  *uuid.UUID `db:"member_id"`
	StaffID   *uuid.UUID `db:"staff_id"`
	Chat      *seal.Chat `db:"chat"`
	Kind      string     `db:"kind"`
	Attempt   int        `db:"attempt"`
	QueuedAt  time.Time  `db:"queued_at"`
	DueAt     *time.Time `db:"due_at"`
	State     string     `db:"state"`
	SettledAt *time.Time `db:"settled_at"`
}

// NoticesTo gives the notices to a member, the oldest first.
func (r reader) NoticesTo(ctx context.Context, member uuid.UUID) ([]Notice, error) {
	rows, err := many[noticeRow](ctx, r.q, `
		SELECT id, member_id, staff_id, chat, kind, attempt, queued_at, due_at, state, settled_at FROM notice
		WHERE member_id = $1 ORDER BY queued_at, id`, member)
	if err != nil {
		return nil, fmt.Errorf("read notices: %w", err)
	}
	var all []Notice
	for _, row := range rows {
		all = append(all, Notice{ID: row.ID, MemberID: orZero(row.MemberID), StaffID: orZero(row.StaffID), Chat: orZero(row.Chat),
			Kind: row.Kind, Attempt: row.Attempt, QueuedAt: row.QueuedAt, DueAt: orZero(row.DueAt), State: row.State, SettledAt: orZero(row.SettledAt)})
	}
	return all, nil
}
