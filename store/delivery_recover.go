package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// recovered is how many deliveries are looked into at a time.
const recovered = 500

// StaleDeliveries gives those of an announcement that have been under way since
// before a time, the oldest first: whoever sent them has died, or could not tell
// what came of it. Each comes with the chats that it may have gone to.
func (r reader) StaleDeliveries(ctx context.Context, id uuid.UUID, before time.Time) ([]Claimed, error) {
	rows, err := many[claimedRow](ctx, r.q, `
		SELECT d.id, d.announcement_id, d.member_id, d.staff_id, d.state, d.reason, d.attempt, d.channel, coalesce(s.chat, a.chat) AS chat,
			coalesce(s.sealed_address, a.sealed_address) AS sealed_address, d.language, d.country, d.place, `+coming+`,
			coalesce(s.last_seen_at, a.last_inbound_at) AS heard_at, d.started_at, d.provider_id
		FROM (SELECT * FROM delivery WHERE announcement_id = $1 AND state = 'sending' AND started_at < $2 ORDER BY started_at LIMIT $3) d
		LEFT JOIN staff s ON s.id = d.staff_id AND s.channel = d.channel
		LEFT JOIN address a ON a.member_id = d.member_id AND a.channel = d.channel
		ORDER BY d.started_at, d.id`, id, before, recovered)
	if err != nil {
		return nil, fmt.Errorf("read stale deliveries: %w", err)
	}
	all := make([]Claimed, 0, len(rows))
	for _, row := range rows {
		c, err := r.openClaimed(row)
		if err != nil {
			return nil, fmt.Errorf("read stale deliveries: %w", err)
		}
		all = append(all, c)
	}
	return all, nil
}

// Withdraw ends the deliveries that wait for a message of somebody who does not
// agree to be told any more. Those that are planned end when they are claimed.
func (tx *Tx) Withdraw(ctx context.Context, id uuid.UUID, at time.Time) error {
	if _, err := tx.tx.Exec(ctx, `
		UPDATE delivery d SET state = 'withdrawn', reason = NULL, settled_at = $2 WHERE announcement_id = $1 AND state = 'parked' AND NOT `+
		strings.ReplaceAll(agreed, "$10", "$3"), id, at, at.Add(-RoleSilence)); err != nil {
		return fmt.Errorf("withdraw deliveries: %w", err)
	}
	return nil
}

// Unpark plans the deliveries again that wait for a message of somebody who has
// written since: after a time, and after what was sent to them last. What waits
// for the tier waits no longer either. It says how many.
func (tx *Tx) Unpark(ctx context.Context, id uuid.UUID, since time.Time) (int64, error) {
	tag, err := tx.tx.Exec(ctx, `
		UPDATE delivery d SET state = 'planned', reason = NULL, due_at = NULL, settled_at = NULL
		WHERE d.id IN (SELECT id FROM delivery WHERE announcement_id = $1 AND state = 'parked'
				UNION ALL SELECT id FROM delivery WHERE announcement_id = $1 AND state = 'planned' AND reason = 'tier')
			AND (d.state = 'parked' OR d.state = 'planned' AND d.reason = 'tier') AND (
			EXISTS (SELECT FROM address a WHERE a.member_id = d.member_id AND a.channel = d.channel AND a.unreachable_at IS NULL
				AND a.last_inbound_at > $2 AND (a.last_inbound_at > d.started_at) IS NOT FALSE)
			OR EXISTS (SELECT FROM staff s WHERE s.id = d.staff_id AND s.channel = d.channel
				AND s.last_seen_at > $2 AND (s.last_seen_at > d.started_at) IS NOT FALSE))`, id, since)
	if err != nil {
		return 0, fmt.Errorf("unpark deliveries: %w", err)
	}
	return tag.RowsAffected(), nil
}

// Postpone puts off the planned deliveries by a channel to people who have not
// written since a time: so many may be written to first, and they were.
func (db *DB) Postpone(ctx context.Context, id uuid.UUID, channel string, since, next time.Time) error {
	if _, err := db.pool.Exec(ctx, `
		UPDATE delivery d SET due_at = $4, reason = 'tier'
		WHERE d.announcement_id = $1 AND d.channel = $2 AND d.state = 'planned'
			AND NOT EXISTS (SELECT FROM address a WHERE a.member_id = d.member_id AND a.channel = $2 AND a.unreachable_at IS NULL AND a.last_inbound_at >= $3)
			AND NOT EXISTS (SELECT FROM staff s WHERE s.id = d.staff_id AND s.last_seen_at >= $3)`, id, channel, since, next); err != nil {
		return fmt.Errorf("postpone deliveries: %w", err)
	}
	return nil
}

// OpenAnnouncements are those to look after: whose time has come, whose sending
// is not over, and those with deliveries that an end has left behind.
func (r reader) OpenAnnouncements(ctx context.Context, at, stale time.Time) ([]uuid.UUID, error) {
	rows, err := r.q.Query(ctx, `
		SELECT id FROM announcement WHERE status = 'approved' AND begin_at <= $1 OR status IN ('sending', 'paused', 'sent')
		UNION
		SELECT id FROM announcement a WHERE status IN ('cancelled', 'closed') AND (
			EXISTS (SELECT FROM delivery WHERE announcement_id = a.id AND state = 'planned') OR EXISTS (SELECT FROM delivery WHERE announcement_id = a.id AND state = 'parked'))
		UNION
		SELECT announcement_id FROM delivery WHERE state = 'sending' AND started_at < $2`, at, stale)
	if err != nil {
		return nil, fmt.Errorf("list open announcements: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return ids, wrapErr("list open announcements", err)
}

// DeliveryByID gives a delivery.
func (r reader) DeliveryByID(ctx context.Context, id uuid.UUID) (d Delivery, found bool, err error) {
	row, found, err := one[deliveryRow](ctx, r.q, selectDelivery+` WHERE id = $1`, id)
	return row.delivery(), found, wrapErr("read delivery", err)
}

// Deliveries gives all of an announcement, by id.
func (r reader) Deliveries(ctx context.Context, announcement uuid.UUID) ([]Delivery, error) {
	rows, err := many[deliveryRow](ctx, r.q, selectDelivery+` WHERE announcement_id = $1 ORDER BY id`, announcement)
	if err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
	all := make([]Delivery, len(rows))
	for i, row := range rows {
		all[i] = row.delivery()
	}
	return all, nil
}

const selectDelivery = `
	SELECT id, announcement_id, member_id, staff_id, channel, language, country, place, state, reason, means, rank, attempt,
		due_at, started_at, settled_at, provider_id
	FROM delivery`

type deliveryRow struct {
	ID             uuid.UUID  `db:"id"`
	AnnouncementID uuid.UUID  `db:"announcement_id"`
	MemberID       *uuid.UUID `db:"member_id"`
	StaffID        *uuid.UUID `db:"staff_id"`
	Channel        string     `db:"channel"`
	Language       string     `db:"language"`
	Country        string     `db:"country"`
	Place          string     `db:"place"`
	State          string     `db:"state"`
	Reason         *string    `db:"reason"`
	Means          *string    `db:"means"`
	Rank           int        `db:"rank"`
	Attempt        int        `db:"attempt"`
	DueAt          *time.Time `db:"due_at"`
	StartedAt      *time.Time `db:"started_at"`
	SettledAt      *time.Time `db:"settled_at"`
	ProviderID     *string    `db:"provider_id"`
}

func (row deliveryRow) delivery() Delivery {
	return Delivery{
		ID: row.ID, AnnouncementID: row.AnnouncementID, MemberID: orZero(row.MemberID), StaffID: orZero(row.StaffID), Channel: row.Channel,
		Language: row.Language, Country: row.Country, Place: row.Place, State: row.State, Reason: orZero(row.Reason), Means: orZero(row.Means),
		Rank: row.Rank, Attempt: row.Attempt, DueAt: orZero(row.DueAt), StartedAt: orZero(row.StartedAt), SettledAt: orZero(row.SettledAt),
		ProviderID: orZero(row.ProviderID),
	}
}
