package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mboka/store/seal"
)

// InviteeOf is who writes in a chat: their member, and what they are as staff.
// Either may be zero.
func (r reader) InviteeOf(ctx context.Context, chat seal.Chat) (Invitee, error) {
	row, _, err := one[struct {
		Member *uuid.UUID `db:"member"`
		Staff  *uuid.UUID `db:"staff"`
	}](ctx, r.q, `
		SELECT (SELECT member_id FROM address WHERE chat = ANY($1)) AS member, (SELECT id FROM staff WHERE chat = ANY($1)) AS staff`, r.index(chat))
	return Invitee{Member: orZero(row.Member), Staff: orZero(row.Staff)}, wrapErr("find who writes", err)
}

// MissionOfDelivery is the mission that a delivery to somebody told of, and as
// what they were told. found is false for a delivery to somebody else.
func (r reader) MissionOfDelivery(ctx context.Context, delivery uuid.UUID, who Invitee) (mission uuid.UUID, as Invitee, found bool, err error) {
	row, found, err := one[struct {
		Mission uuid.UUID  `db:"mission_id"`
		Member  *uuid.UUID `db:"member_id"`
		Staff   *uuid.UUID `db:"staff_id"`
	}](ctx, r.q, `
		SELECT a.mission_id, d.member_id, d.staff_id FROM delivery d JOIN announcement a ON a.id = d.announcement_id
		WHERE d.id = $1 AND (d.member_id = $2 OR d.staff_id = $3)`, delivery, orNull(who.Member), orNull(who.Staff))
	return row.Mission, Invitee{Member: orZero(row.Member), Staff: orZero(row.Staff)}, found, wrapErr("find delivery", err)
}

// Invitation is a mission that was announced, and what of it concerns one
// person.
type Invitation struct {
	Mission  Mission
	Audience []byte    // of its first notice
	ToldAt   time.Time // when it was sent to them; zero: never
	As       Invitee   // as what they were told; zero: never
}

// toldStates are those of deliveries by which somebody knows, or may.
const toldStates = `('sending', 'sent', 'delivered', 'read', 'unknown', 'parked', 'failed')`

// Invitations gives the missions ahead that were announced and are not
// cancelled, the next first, with whether they were sent to somebody.
func (r reader) Invitations(ctx context.Context, who Invitee, after time.Time) ([]Invitation, error) {
	type row struct {
		ID       uuid.UUID  `db:"id"`
		Audience []byte     `db:"audience"`
		Told     *time.Time `db:"told"`
		Member   *uuid.UUID `db:"member_id"`
		Staff    *uuid.UUID `db:"staff_id"`
	}
	rows, err := many[row](ctx, r.q, `
		SELECT m.id, first.audience::text::bytea AS audience, told.at AS told, told.member_id, told.staff_id
		FROM mission m
		JOIN LATERAL (SELECT id, audience FROM announcement WHERE mission_id = m.id AND kind = 'notice' AND status IN ('sending', 'paused', 'sent', 'closed')
			ORDER BY created_at, id LIMIT 1) first ON true
		LEFT JOIN LATERAL (SELECT coalesce(d.started_at, d.settled_at, d.recorded_at) AS at, d.member_id, d.staff_id
			FROM delivery d JOIN announcement a ON a.id = d.announcement_id
			WHERE a.mission_id = m.id AND (d.member_id = $2 OR d.staff_id = $3) AND d.state IN `+toldStates+`
			ORDER BY 1 DESC LIMIT 1) told ON true
		WHERE coalesce(m.ends_at, m.starts_at) > $1 AND m.cancelled_at IS NULL
		ORDER BY m.starts_at, m.id`, after, orNull(who.Member), orNull(who.Staff))
	if err != nil {
		return nil, wrapErr("list announced missions", err)
	}
	ids, at := make([]uuid.UUID, len(rows)), make(map[uuid.UUID]row, len(rows))
	for i, one := range rows {
		ids[i], at[one.ID] = one.ID, one
	}
	missions, err := r.missions(ctx, ` WHERE id = ANY($1) ORDER BY starts_at, id`, ids)
	if err != nil {
		return nil, wrapErr("list announced missions", err)
	}
	all := make([]Invitation, len(missions))
	for i, m := range missions {
		one := at[m.ID]
		all[i] = Invitation{Mission: m, Audience: one.Audience, ToldAt: orZero(one.Told), As: Invitee{Member: orZero(one.Member), Staff: orZero(one.Staff)}}
	}
	return all, nil
}

// LatestInvitation is the mission ahead that somebody was told of last.
func (r reader) LatestInvitation(ctx context.Context, who Invitee, at time.Time) (mission uuid.UUID, as Invitee, found bool, err error) {
	row, found, err := one[struct {
		Mission uuid.UUID  `db:"mission_id"`
		Member  *uuid.UUID `db:"member_id"`
		Staff   *uuid.UUID `db:"staff_id"`
	}](ctx, r.q, `
		SELECT a.mission_id, d.member_id, d.staff_id FROM delivery d
		JOIN announcement a ON a.id = d.announcement_id AND a.kind IN ('notice', 'change', 'reminder_week', 'reminder_day')
		JOIN mission m ON m.id = a.mission_id AND m.starts_at > $3
		WHERE (d.member_id = $1 OR d.staff_id = $2) AND d.state IN ('sent', 'delivered', 'read', 'unknown')
		ORDER BY d.started_at DESC NULLS LAST, d.id LIMIT 1`, orNull(who.Member), orNull(who.Staff), at)
	return row.Mission, Invitee{Member: orZero(row.Member), Staff: orZero(row.Staff)}, found, wrapErr("find the latest announcement", err)
}

// Means tells whether an announcement for some people is for one of them,
// whatever they agreed to be told: they ask.
func (r reader) Means(ctx context.Context, f Reach, who Invitee, at time.Time) (meant bool, err error) {
	if f.Officials {
		sql, args := Prospects{Reach: f, At: at}.officials(2)
		err = r.q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM (`+sql+`) p WHERE p.staff_id = $1)`, append([]any{orNull(who.Staff)}, args...)...).Scan(&meant)
		return meant, wrapErr("ask whom an announcement is for", err)
	}
	f.Asking = true
	from, args := f.members(2)
	err = r.q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM `+from+` AND m.id = $1)`, append([]any{orNull(who.Member)}, args...)...).Scan(&meant)
	return meant, wrapErr("ask whom an announcement is for", err)
}

// InvitationTo is a mission that was announced, as Invitations has it, also one
// that is over or cancelled.
func (r reader) InvitationTo(ctx context.Context, mission uuid.UUID, who Invitee) (i Invitation, found bool, err error) {
	row, found, err := one[struct {
		Audience []byte `db:"audience"`
	}](ctx, r.q, `
		SELECT audience::text::bytea AS audience FROM announcement WHERE mission_id = $1 AND kind = 'notice' AND status IN ('sending', 'paused', 'sent', 'closed')
		ORDER BY created_at, id LIMIT 1`, mission)
	if err != nil || !found {
		return Invitation{}, false, wrapErr("find announced mission", err)
	}
	if i.Mission, err = r.MissionByID(ctx, mission); err != nil {
		return Invitation{}, false, err
	}
	i.Audience = row.Audience
	as, told, err := r.ToldOf(ctx, mission, who)
	if told {
		i.As, i.ToldAt = as, i.Mission.CreatedAt
	}
	return i, true, err
}

// ToldOf tells whether somebody was told of a mission, or is about to be, and as
// whom.
func (r reader) ToldOf(ctx context.Context, mission uuid.UUID, who Invitee) (as Invitee, told bool, err error) {
	row, told, err := one[struct {
		Member *uuid.UUID `db:"member_id"`
		Staff  *uuid.UUID `db:"staff_id"`
	}](ctx, r.q, `
		SELECT d.member_id, d.staff_id FROM delivery d JOIN announcement a ON a.id = d.announcement_id
		WHERE a.mission_id = $1 AND (d.member_id = $2 OR d.staff_id = $3) AND d.state IN `+toldStates+` ORDER BY d.member_id NULLS LAST LIMIT 1`,
		mission, orNull(who.Member), orNull(who.Staff))
	return Invitee{Member: orZero(row.Member), Staff: orZero(row.Staff)}, told, wrapErr("ask who was told", err)
}
