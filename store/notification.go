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
	NotificationRetention  = "retention"   // a member is silent: what is kept will be erased
	NotificationRoleLapsed = "role_lapsed" // a member of staff was silent: the role has ended
	NotificationApproval   = "approval"    // to staff: an announcement waits for their yes
	NotificationDecision   = "decision"    // to its author: what became of it
)

// States of a notice. Only NotificationSent counts as delivered.
const (
	NotificationQueued  = "queued"
	NotificationSent    = "sent"
	NotificationParked  = "parked" // the platform's window is closed
	NotificationFailed  = "failed"
	NotificationUnknown = "unknown" // nobody can tell
)

// Notification is something that the service says first, to one chat.
type Notification struct {
	ID       uuid.UUID
	MemberID uuid.UUID // Nil: to staff, or the person is erased
	StaffID  uuid.UUID // Nil: to a member
	Chat     seal.Chat // zero: no chat was on record, or the person is erased
	Kind     string
	// AnnouncementID is what it is about; Nil for other kinds.
	AnnouncementID uuid.UUID

	Attempt   int // counted from 1
	QueuedAt  time.Time
	DueAt     time.Time // what it warns of does not happen before; zero: it warns of nothing
	State     string
	SettledAt time.Time // zero while queued
}

// PutNotification adds a notice. Without a chat it has failed already.
func (tx *Tx) PutNotification(ctx context.Context, n Notification) error {
	n.State = NotificationQueued
	var chat [][]byte // NULL where there is none
	if n.Chat.IsZero() {
		n.State, n.SettledAt = NotificationFailed, n.QueuedAt
	} else {
		chat = tx.index(n.Chat)
	}
	_, err := tx.tx.Exec(ctx, `
		INSERT INTO notice (id, member_id, staff_id, chat, kind, attempt, queued_at, due_at, state, settled_at, announcement_id)
		VALUES ($2, $3, $4, coalesce((SELECT chat FROM staff WHERE id = $4 AND chat = ANY($1)), `+onRecord+`), $5, $6, $7, $8, $9, $10, $11)`,
		chat, n.ID, orNull(n.MemberID), orNull(n.StaffID), n.Kind, n.Attempt, n.QueuedAt, orNull(n.DueAt), n.State, orNull(n.SettledAt), orNull(n.AnnouncementID))
	if err != nil {
		return fmt.Errorf("put notice: %w", err)
	}
	return nil
}

// SettleNotification keeps what became of a notice, unless something of the same rank
// or a higher one is known. It may be repeated, and come for a notice that is
// not there any more.
func (db *DB) SettleNotification(ctx context.Context, id uuid.UUID, state string, rank int, at time.Time) error {
	if _, err := db.pool.Exec(ctx, `
		UPDATE notice SET state = $2, rank = $3, settled_at = $4 WHERE id = $1 AND rank < $3`, id, state, rank, at); err != nil {
		return fmt.Errorf("settle notice: %w", err)
	}
	return nil
}

// GiveUpNotifications settles as unknown what was queued before a time and of which
// nothing was heard, and says how many.
func (tx *Tx) GiveUpNotifications(ctx context.Context, before, at time.Time) (int64, error) {
	tag, err := tx.tx.Exec(ctx, `
		UPDATE notice SET state = 'unknown', settled_at = $2 WHERE state = 'queued' AND queued_at < $1`, before, at)
	if err != nil {
		return 0, fmt.Errorf("give up notices: %w", err)
	}
	return tag.RowsAffected(), nil
}

// DropNotifications forgets notices from before a time, as DropTurns.
func (tx *Tx) DropNotifications(ctx context.Context, before time.Time) (int64, error) {
	return tx.sweep(ctx, "drop notices", `DELETE FROM notice WHERE id IN (SELECT id FROM notice WHERE queued_at < $2 LIMIT $1)`, before)
}

// OpenNotification is a notice that is queued, and whom it is for.
type OpenNotification struct {
	Notification
	Channel  string
	Address  string
	Language string
	HeardAt  time.Time // zero: never
}

type openRow struct {
	ID            uuid.UUID  `db:"id"`
	MemberID      *uuid.UUID `db:"member_id"`
	StaffID       *uuid.UUID `db:"staff_id"`
	Chat          []byte     `db:"chat"`
	Kind          string     `db:"kind"`
	Attempt       int        `db:"attempt"`
	QueuedAt      time.Time  `db:"queued_at"`
	DueAt         *time.Time `db:"due_at"`
	Channel       string     `db:"channel"`
	SealedAddress []byte     `db:"sealed_address"`
	Language      string     `db:"language"`
	HeardAt       *time.Time `db:"heard_at"`
}

// OpenNotifications gives the queued notices of a kind whose chat is still that of
// the person they are for, by id, at most limit of them after one id.
func (r reader) OpenNotifications(ctx context.Context, kind string, after uuid.UUID, limit int) ([]OpenNotification, error) {
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
	open := make([]OpenNotification, 0, len(rows))
	for _, row := range rows {
		chat, err := r.keys.ChatOf(row.Chat)
		if err != nil {
			return nil, fmt.Errorf("read notices: %w", err)
		}
		table, id := "address", chat.String()
		if row.StaffID != nil {
			table, id = "staff", row.StaffID.String()
		}
		plain, err := r.keys.Open(table, id, "sealed_address", row.SealedAddress)
		if err != nil {
			return nil, fmt.Errorf("read notices: %w", err)
		}
		open = append(open, OpenNotification{
			Notification: Notification{ID: row.ID, MemberID: orZero(row.MemberID), StaffID: orZero(row.StaffID), Chat: chat,
				Kind: row.Kind, Attempt: row.Attempt, QueuedAt: row.QueuedAt, DueAt: orZero(row.DueAt), State: NotificationQueued},
			Channel: row.Channel, Address: string(plain), Language: row.Language, HeardAt: orZero(row.HeardAt),
		})
	}
	return open, nil
}

type noticeRow struct {
	ID        uuid.UUID  `db:"id"`
	MemberID  *uuid.UUID `db:"member_id"`
	StaffID   *uuid.UUID `db:"staff_id"`
	Chat      []byte     `db:"chat"`
	Kind      string     `db:"kind"`
	Attempt   int        `db:"attempt"`
	QueuedAt  time.Time  `db:"queued_at"`
	DueAt     *time.Time `db:"due_at"`
	State     string     `db:"state"`
	SettledAt *time.Time `db:"settled_at"`
}

// NotificationsTo gives the notices to a member, the oldest first.
func (r reader) NotificationsTo(ctx context.Context, member uuid.UUID) ([]Notification, error) {
	rows, err := many[noticeRow](ctx, r.q, `
		SELECT id, member_id, staff_id, chat, kind, attempt, queued_at, due_at, state, settled_at FROM notice
		WHERE member_id = $1 ORDER BY queued_at, id`, member)
	if err != nil {
		return nil, fmt.Errorf("read notices: %w", err)
	}
	var all []Notification
	for _, row := range rows {
		var chat seal.Chat
		if row.Chat != nil {
			if chat, err = r.keys.ChatOf(row.Chat); err != nil {
				return nil, fmt.Errorf("read notices: %w", err)
			}
		}
		all = append(all, Notification{ID: row.ID, MemberID: orZero(row.MemberID), StaffID: orZero(row.StaffID), Chat: chat,
			Kind: row.Kind, Attempt: row.Attempt, QueuedAt: row.QueuedAt, DueAt: orZero(row.DueAt), State: row.State, SettledAt: orZero(row.SettledAt)})
	}
	return all, nil
}
