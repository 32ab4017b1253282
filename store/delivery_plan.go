package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Plan says which deliveries an announcement needs.
type Plan struct {
	Announcement uuid.UUID
	Reach        Reach
	Channels     []string // that the service can send by
	// Cap is how many first notices a member gets within CapPeriod; negative: as
	// many as there are (changes, reminders).
	Cap int
	At  time.Time
}

// CapPeriod is what the cap of announcements to one person counts over.
const CapPeriod = 30 * 24 * time.Hour

// PlanPortion is how many people one transaction plans for.
const PlanPortion = 10000

// capped counts what a person ($2) was told of in CapPeriod before $1, besides one
// announcement: a query for a lateral join or a value.
func capped(member, at, but string) string {
	return `(SELECT count(*) FROM delivery o JOIN announcement oa ON oa.id = o.announcement_id
		WHERE o.member_id = ` + member + ` AND o.started_at > ` + at + `::timestamptz - interval '30 days' AND o.announcement_id <> ` + but + `
			AND oa.kind = 'notice' AND o.state IN ('sending', 'sent', 'delivered', 'read', 'unknown'))`
}

// reachable is the chat of a member ($member) within reach that was heard last,
// by a channel of a list.
func reachable(member, channels, first string) string {
	return `(SELECT a.chat, a.channel, a.sealed_address, a.last_inbound_at FROM address a
		WHERE a.member_id = ` + member + ` AND a.unreachable_at IS NULL AND a.channel = ANY(` + channels + `)
		ORDER BY ` + first + `a.last_inbound_at DESC NULLS LAST, a.created_at DESC, a.chat LIMIT 1)`
}

// PlanDeliveries adds the deliveries to the next people, by id, after one of
// them: a portion. Ids are those of announcement and person, so that who is
// planned for already stays as they are. last is the person to go on after,
// Nil when there is nobody any more. Where they go on is said of both tables: of
// one alone, each portion reads the other from its beginning.
func (tx *Tx) PlanDeliveries(ctx context.Context, p Plan, after uuid.UUID) (last uuid.UUID, err error) {
	from, args := p.Reach.members(7)
	return tx.plan(ctx, `
		WITH meant AS MATERIALIZED (
			SELECT m.id, m.language, coalesce(p.country_residence, '') AS country, p.city_residence AS city
			FROM `+from+` AND m.id > $2 AND p.member_id > $2 ORDER BY m.id LIMIT $3
		), others AS MATERIALIZED (
			SELECT id FROM announcement
			WHERE kind = 'notice' AND id <> $1 AND (status IN ('sending', 'paused', 'sent') OR ended_at > $6::timestamptz - interval '30 days')
		), told AS MATERIALIZED (
			SELECT o.member_id, count(*) AS n FROM others JOIN delivery o ON o.announcement_id = others.id JOIN meant ON meant.id = o.member_id
			WHERE o.started_at > $6::timestamptz - interval '30 days' AND o.state IN ('sending', 'sent', 'delivered', 'read', 'unknown') GROUP BY 1
		), added AS (
			INSERT INTO delivery (id, announcement_id, member_id, channel, language, country, place, state, reason, settled_at)
			SELECT md5($1::uuid::text || meant.id::text)::uuid, $1, meant.id, coalesce(chat.channel, ''), meant.language, meant.country,
				coalesce(meant.city, meant.country), CASE WHEN skipped.reason IS NULL THEN 'planned' ELSE 'skipped' END,
				skipped.reason, CASE WHEN skipped.reason IS NOT NULL THEN $6::timestamptz END
			FROM meant LEFT JOIN LATERAL `+reachable(`meant.id`, `$4`, ``)+` chat ON true LEFT JOIN told ON told.member_id = meant.id,
			LATERAL (SELECT CASE WHEN chat.channel IS NULL THEN 'gone' WHEN $5 >= 0 AND coalesce(told.n, 0) >= $5 THEN 'cap' END AS reason) skipped
			ON CONFLICT DO NOTHING
		)
		SELECT id FROM meant ORDER BY id DESC LIMIT 1`, p, after, args)
}

// PlanForStaff is the same for officials.
func (tx *Tx) PlanForStaff(ctx context.Context, p Plan, after uuid.UUID) (last uuid.UUID, err error) {
	from, args := p.Reach.staff(7, p.At)
	return tx.plan(ctx, `
		WITH meant AS MATERIALIZED (
			SELECT s.id, s.language, CASE WHEN s.channel = ANY($4) THEN s.channel ELSE '' END AS channel, $5::int AS unused
			FROM `+from+` AND s.id > $2 ORDER BY s.id LIMIT $3
		), added AS (
			INSERT INTO delivery (id, announcement_id, staff_id, channel, language, country, place, state, reason, settled_at)
			SELECT md5($1::uuid::text || id::text)::uuid, $1, id, channel, language, '', '', CASE channel WHEN '' THEN 'skipped' ELSE 'planned' END,
				CASE channel WHEN '' THEN 'gone' END, CASE channel WHEN '' THEN $6::timestamptz END
			FROM meant ON CONFLICT DO NOTHING
		)
		SELECT id FROM meant ORDER BY id DESC LIMIT 1`, p, after, args)
}

func (tx *Tx) plan(ctx context.Context, sql string, p Plan, after uuid.UUID, args []any) (uuid.UUID, error) {
	row, _, err := one[struct {
		ID uuid.UUID `db:"id"`
	}](ctx, tx.q, sql, append([]any{p.Announcement, after, PlanPortion, p.Channels, p.Cap, p.At}, args...)...)
	if err != nil {
		return uuid.Nil, fmt.Errorf("plan deliveries: %w", err)
	}
	return row.ID, nil
}

// Tally is how many deliveries of an announcement are alike.
type Tally struct {
	State    string `db:"state"`
	Country  string `db:"country"`
	Language string `db:"language"`
	Channel  string `db:"channel"`
	Means    string `db:"means"`
	Reason   string `db:"reason"`
	N        int64  `db:"n"`
}

// Totals counts the deliveries of an announcement, one line for each combination
// that there is. They are exact: what staff see of them passes bot/protect, but
// for the overall counters (domain reference, 2.5).
func (r reader) Totals(ctx context.Context, id uuid.UUID) ([]Tally, error) {
	all, err := many[Tally](ctx, r.q, `
		SELECT state, country, language, channel, coalesce(means, '') AS means, coalesce(reason, '') AS reason, count(*) AS n
		FROM delivery WHERE announcement_id = $1 GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6`, id)
	return all, wrapErr("count deliveries", err)
}

// Places are where the planned deliveries of an announcement go by a channel.
// It reads one entry of an index for each place.
func (r reader) Places(ctx context.Context, id uuid.UUID, channel string) ([]string, error) {
	rows, err := r.q.Query(ctx, `
		WITH RECURSIVE p AS (
			(SELECT place FROM delivery WHERE announcement_id = $1 AND channel = $2 AND state = 'planned' ORDER BY place LIMIT 1)
			UNION ALL
			SELECT (SELECT d.place FROM delivery d WHERE d.announcement_id = $1 AND d.channel = $2 AND d.state = 'planned' AND d.place > p.place ORDER BY d.place LIMIT 1)
			FROM p WHERE p.place IS NOT NULL
		)
		SELECT place FROM p WHERE place IS NOT NULL`, id, channel)
	if err != nil {
		return nil, fmt.Errorf("read places: %w", err)
	}
	places, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return places, wrapErr("read places", err)
}

// Ready counts the deliveries that a claim might begin now, up to a bound.
func (r reader) Ready(ctx context.Context, c Claim, most int) (n int, err error) {
	awake := c.Awake
	if awake == nil {
		awake = []string{}
	}
	err = r.q.QueryRow(ctx, `
		SELECT count(*) FROM (
			SELECT FROM delivery d WHERE d.announcement_id = $1 AND d.channel = $2 AND d.state = 'planned'
				AND (d.due_at <= $3) IS NOT FALSE AND (NOT $4 OR d.place = ANY($5)) LIMIT $6) ready`,
		c.Announcement, c.Channel, c.At, c.Quiet, awake, most).Scan(&n)
	return n, wrapErr("count what is ready", err)
}
