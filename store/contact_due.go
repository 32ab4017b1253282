package store

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// DueContact is somebody who is to be told that a message, or the reply to one,
// waits for them.
type DueContact struct {
	ID       uuid.UUID
	Reply    bool
	Channel  string
	Address  string
	Language string
	HeardAt  time.Time
}

type dueRow struct {
	ID       uuid.UUID `db:"id"`
	Reply    bool      `db:"reply"`
	Chat     []byte    `db:"chat"`
	Channel  string    `db:"channel"`
	Address  []byte    `db:"sealed_address"`
	Language string    `db:"language"`
	HeardAt  time.Time `db:"last_inbound_at"`
}

// DueQuery says who may be told.
type DueQuery struct {
	At     time.Time
	PerDay int // messages that one person is told of in a day
	// HeardSince: an address that was silent before may be another person's now.
	HeardSince time.Time
	Awake      []string    // cities, countries for who named no city, "" for who named neither
	Not        []uuid.UUID // messages that cannot be told of now
	Most       int
}

// DueContacts gives whom to tell, one thing a person, the oldest first. They
// are told on the phone that they used last.
func (r reader) DueContacts(ctx context.Context, q DueQuery) ([]DueContact, error) {
	rows, err := many[dueRow](ctx, r.q, `
		SELECT DISTINCT ON (w.since, w.id) w.id, w.reply, a.chat, a.channel, a.sealed_address, a.last_inbound_at, m.language
		FROM (SELECT DISTINCT ON (due.member) due.* FROM (
			SELECT c.id, c.addressee_id AS member, false AS reply, c.sent_at AS since FROM directory_contact c
			WHERE c.told_at IS NULL AND c.answer IS NULL AND c.sealed_text IS NOT NULL AND c.addressee_id IS NOT NULL AND c.expires_at > $1
				AND (SELECT count(*) FROM directory_contact t WHERE t.addressee_id = c.addressee_id AND t.told_at > $2) < $3
			UNION ALL
			SELECT id, member_id, true, answered_at FROM directory_contact
			WHERE answer = 'reply' AND reply_told_at IS NULL AND sealed_reply IS NOT NULL AND expires_at > $1
		) due ORDER BY due.member, due.since, due.id) w
		JOIN member m ON m.id = w.member
		JOIN LATERAL (
			SELECT chat, channel, sealed_address, last_inbound_at FROM address
			WHERE member_id = m.id AND unreachable_at IS NULL AND last_inbound_at > $4 ORDER BY last_inbound_at DESC, chat LIMIT 1
		) a ON true
		LEFT JOIN profile p ON p.member_id = m.id
		WHERE coalesce(p.city_residence, p.country_residence, '') = ANY($5) AND w.id <> ALL($7)
		ORDER BY w.since, w.id LIMIT $6`,
		q.At, q.At.Add(-contactDay), q.PerDay, q.HeardSince, q.Awake, q.Most, append([]uuid.UUID{}, q.Not...))
	if err != nil {
		return nil, wrapErr("find who is to be told of messages", err)
	}
	due := make([]DueContact, 0, len(rows))
	for _, row := range rows {
		chat, err := r.keys.ChatOf(row.Chat)
		if err != nil {
			return nil, wrapErr("find who is to be told of messages", err)
		}
		address, err := r.openText("address", chat.String(), "sealed_address", row.Address)
		if err != nil {
			return nil, wrapErr("find who is to be told of messages", err)
		}
		due = append(due, DueContact{ID: row.ID, Reply: row.Reply, Channel: row.Channel, Address: address, Language: row.Language, HeardAt: row.HeardAt})
	}
	return due, nil
}

// ContactWaits tells whether a message still waits for an answer, or with reply
// whether the reply to it may still be read.
func (r reader) ContactWaits(ctx context.Context, id uuid.UUID, reply bool, at time.Time) (waits bool, err error) {
	err = r.q.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM directory_contact WHERE id = $1 AND expires_at > $3
			AND CASE WHEN $2 THEN answer = 'reply' AND sealed_reply IS NOT NULL ELSE answer IS NULL AND sealed_text IS NOT NULL AND addressee_id IS NOT NULL END)`,
		id, reply, at).Scan(&waits)
	return waits, wrapErr("ask whether a message waits", err)
}

// ContactTold keeps that somebody was told of a message, or of a reply. It may
// be repeated.
func (db *DB) ContactTold(ctx context.Context, id uuid.UUID, reply bool, at time.Time) error {
	column := "told_at"
	if reply {
		column = "reply_told_at"
	}
	_, err := db.pool.Exec(ctx, `UPDATE directory_contact SET `+column+` = $2 WHERE id = $1 AND `+column+` IS NULL`, id, at)
	return wrapErr("keep that a message was told of", err)
}

// DropContacts forgets the messages whose time has come, and says how many.
func (db *DB) DropContacts(ctx context.Context, at time.Time) (int64, error) {
	tag, err := db.pool.Exec(ctx, `DELETE FROM directory_contact WHERE expires_at <= $1`, at)
	return tag.RowsAffected(), wrapErr("drop messages", err)
}

// Contacts gives all messages that a member wrote or was told of, the newest first.
func (r reader) Contacts(ctx context.Context, member uuid.UUID) ([]Contact, error) {
	rows, err := many[contactRow](ctx, r.q, selectContact+` WHERE member_id = $1 OR addressee_id = $1 AND told_at IS NOT NULL ORDER BY sent_at DESC, id`, member)
	if err != nil {
		return nil, wrapErr("list messages", err)
	}
	var all []Contact
	for _, row := range rows {
		c, err := r.openContact(row)
		if err != nil {
			return nil, wrapErr("list messages", err)
		}
		all = append(all, c)
	}
	return all, nil
}

// Blocks counts whom a member wants to hear of no more.
func (r reader) Blocks(ctx context.Context, member uuid.UUID) (n int, err error) {
	err = r.q.QueryRow(ctx, `SELECT count(*) FROM directory_block WHERE member_id = $1`, member).Scan(&n)
	return n, wrapErr("count blocks", err)
}
