package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"mboka/store/seal"
)

// silentSince is when a member m gave the last sign of life: a message in any
// of their chats, else when the record began.
const silentSince = `greatest(m.created_at, m.silent_since, (SELECT max(a.last_inbound_at) FROM address a WHERE a.member_id = m.id))`

// Silence is how long a member has been silent, and what they were told about
// it since.
type Silence struct {
	Member     uuid.UUID
	Registered bool
	Language   string
	Since      time.Time
	Country    string // of residence, alpha-2; "" unknown
	City       string // of residence; "" unknown
	Warnings   int    // how often they were warned in this silence
	Open       bool   // what came of a warning is not known yet
	WarnedAt   time.Time
	DueAt      time.Time // nothing is erased before: they were told so
	// DeliveredAt is when it was first known that a warning arrived; zero: none
	// has, as far as is known.
	DeliveredAt time.Time
}

// SilentMembers gives the members who are silent since before a time, by id, at
// most limit of them after one id: those who are registered, or those who are
// not. Nobody is behind made-up ones: they are left out.
func (r reader) SilentMembers(ctx context.Context, before time.Time, registered bool, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	all, err := r.ids(ctx, `
		SELECT m.id FROM member m WHERE m.id > $3 AND (m.registered_at IS NOT NULL) = $2 AND m.created_at <= $1
		AND NOT m.synthetic AND `+silentSince+` <= $1 ORDER BY m.id LIMIT $4`, before, registered, after, limit)
	if err != nil {
		return nil, fmt.Errorf("find silent members: %w", err)
	}
	return all, nil
}

// SilenceOf looks at one member and holds them until the transaction ends: what
// they write meanwhile waits, or is seen. found is false when there is no such
// member any more.
func (tx *Tx) SilenceOf(ctx context.Context, id uuid.UUID) (s Silence, found bool, err error) {
	if _, err := tx.tx.Exec(ctx, `SELECT FROM address WHERE member_id = $1 ORDER BY chat FOR UPDATE`, id); err != nil {
		return Silence{}, false, fmt.Errorf("hold member: %w", err)
	}
	if _, err := tx.tx.Exec(ctx, `SELECT FROM member WHERE id = $1 FOR UPDATE`, id); err != nil {
		return Silence{}, false, fmt.Errorf("hold member: %w", err)
	}
	row, found, err := one[silenceRow](ctx, tx.q, `
		SELECT m.id, m.registered_at IS NOT NULL AS registered, m.language, s.since, p.country_residence, p.city_residence,
			w.warnings, w.open, w.warned_at, w.due_at, w.delivered_at
		FROM member m
		CROSS JOIN LATERAL (SELECT `+silentSince+` AS since) s
		CROSS JOIN LATERAL (
			SELECT coalesce(max(n.attempt), 0) AS warnings, coalesce(bool_or(n.state = 'queued'), false) AS open,
				max(n.queued_at) AS warned_at, max(n.due_at) AS due_at, min(n.settled_at) FILTER (WHERE n.state = 'sent') AS delivered_at
			FROM notice n WHERE n.member_id = m.id AND n.kind = 'retention' AND n.queued_at > s.since) w
		LEFT JOIN profile p ON p.member_id = m.id
		WHERE m.id = $1`, id)
	if err != nil || !found {
		if err != nil {
			err = fmt.Errorf("read silence: %w", err)
		}
		return Silence{}, false, err
	}
	return Silence{
		Member: row.ID, Registered: row.Registered, Language: row.Language, Since: row.Since,
		Country: orZero(row.Country), City: orZero(row.City),
		Warnings: row.Warnings, Open: row.Open, WarnedAt: orZero(row.WarnedAt), DueAt: orZero(row.DueAt), DeliveredAt: orZero(row.DeliveredAt),
	}, true, nil
}

type silenceRow struct {
	ID          uuid.UUID  `db:"id"`
	Registered  bool       `db:"registered"`
	Language    string     `db:"language"`
	Since       time.Time  `db:"since"`
	Country     *string    `db:"country_residence"`
	City        *string    `db:"city_residence"`
	Warnings    int        `db:"warnings"`
	Open        bool       `db:"open"`
	WarnedAt    *time.Time `db:"warned_at"`
	DueAt       *time.Time `db:"due_at"`
	DeliveredAt *time.Time `db:"delivered_at"`
}

// StaffChat gives the chat of a member of staff; the zero one after an erasure.
func (r reader) StaffChat(ctx context.Context, staff uuid.UUID) (seal.Chat, error) {
	chats, err := r.chats(ctx, `SELECT chat FROM staff WHERE id = $1 AND chat IS NOT NULL`, staff)
	if err != nil || len(chats) == 0 {
		return seal.Chat{}, wrap("find chat of staff", err)
	}
	return chats[0], nil
}
