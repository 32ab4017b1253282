package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// KeptMission is what is kept of one person and one mission: what they were
// told of it, what they answered, and what they said after it.
type KeptMission struct {
	Mission    Mission
	Deliveries []KeptDelivery // the oldest first
	RSVP       RSVP           // Answer "": none
	Feedback   Feedback       // At zero: none
}

// KeptDelivery is a delivery with the kind of its announcement.
type KeptDelivery struct {
	Delivery
	Kind string
}

// keptMissions are the missions that a person was told of or has answered, by
// their beginning. member or staff is zero.
func (r reader) keptMissions(ctx context.Context, member, staff uuid.UUID) ([]KeptMission, error) {
	deliveries, err := many[struct {
		deliveryRow
		Mission uuid.UUID `db:"mission_id"`
		Kind    string    `db:"kind"`
	}](ctx, r.q, `
		SELECT `+deliveryColumns+`, a.mission_id, a.kind FROM delivery d JOIN announcement a ON a.id = d.announcement_id
		WHERE d.member_id = $1 OR d.staff_id = $2 ORDER BY a.created_at, a.id`, orNull(member), orNull(staff))
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	rsvps, err := many[rsvpRow](ctx, r.q, selectRSVP+` WHERE member_id = $1 OR staff_id = $2`, orNull(member), orNull(staff))
	if err != nil {
		return nil, fmt.Errorf("list answers about missions: %w", err)
	}
	feedbacks, err := many[feedbackRow](ctx, r.q, selectFeedback+` WHERE member_id = $1 OR staff_id = $2`, orNull(member), orNull(staff))
	if err != nil {
		return nil, fmt.Errorf("list feedback: %w", err)
	}
	var ids []uuid.UUID
	for _, d := range deliveries {
		ids = append(ids, d.Mission)
	}
	for _, v := range rsvps {
		ids = append(ids, v.MissionID)
	}
	for _, f := range feedbacks {
		ids = append(ids, f.MissionID)
	}
	missions, err := r.missions(ctx, ` WHERE id = ANY($1) ORDER BY starts_at NULLS FIRST, created_at, id`, ids)
	if err != nil {
		return nil, fmt.Errorf("list missions: %w", err)
	}
	if len(missions) == 0 {
		return nil, nil
	}
	all, at := make([]KeptMission, len(missions)), make(map[uuid.UUID]int, len(missions))
	for i, m := range missions {
		all[i].Mission, at[m.ID] = m, i
	}
	for _, d := range deliveries {
		one := &all[at[d.Mission]]
		one.Deliveries = append(one.Deliveries, KeptDelivery{Delivery: d.delivery(), Kind: d.Kind})
	}
	for _, v := range rsvps {
		all[at[v.MissionID]].RSVP = v.rsvp()
	}
	for _, f := range feedbacks {
		if all[at[f.MissionID]].Feedback, err = r.openFeedback(f); err != nil {
			return nil, fmt.Errorf("list feedback: %w", err)
		}
	}
	return all, nil
}

// ambassadorOf is the code of the link that a member came by; "": none.
func (r reader) ambassadorOf(ctx context.Context, member uuid.UUID) (code string, err error) {
	err = r.q.QueryRow(ctx, `SELECT a.code FROM member m JOIN ambassador a ON a.id = m.ambassador_id WHERE m.id = $1`, member).Scan(&code)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("read the link that a member came by: %w", err)
	}
	return code, nil
}

// deliveryColumns are the columns of deliveryRow, of a table d.
const deliveryColumns = `d.id, d.announcement_id, d.member_id, d.staff_id, d.channel, d.language, d.country, d.place, d.state, d.reason, d.means,
	d.rank, d.attempt, d.due_at, d.started_at, d.settled_at, d.provider_id`
