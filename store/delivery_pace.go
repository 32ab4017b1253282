package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Pace is how far the sending of an announcement is.
type Pace struct {
	States map[string]int // deliveries by state
	Recent int            // of which the last attempt began since a time
}

// PaceOf counts the deliveries of an announcement by state, and the attempts
// since a time.
func (r reader) PaceOf(ctx context.Context, announcement uuid.UUID, since time.Time) (Pace, error) {
	type row struct {
		State  string `db:"state"`
		N      int    `db:"n"`
		Recent int    `db:"recent"`
	}
	rows, err := many[row](ctx, r.q, `
		SELECT state, count(*)::int AS n, (count(*) FILTER (WHERE started_at > $2))::int AS recent
		FROM delivery WHERE announcement_id = $1 GROUP BY state`, announcement, since)
	if err != nil {
		return Pace{}, fmt.Errorf("count deliveries: %w", err)
	}
	t := Pace{States: make(map[string]int, len(rows))}
	for _, one := range rows {
		t.States[one.State] = one.N
		if one.State != DeliverySending {
			t.Recent += one.Recent
		}
	}
	return t, nil
}

// Stopped counts the people who took their yes to announcements back within a
// while after an announcement had reached them.
func (r reader) Stopped(ctx context.Context, announcement uuid.UUID, within time.Duration) (int, error) {
	var n int
	err := r.q.QueryRow(ctx, `
		SELECT count(*) FROM delivery d
		WHERE d.announcement_id = $1 AND d.member_id IS NOT NULL AND d.state IN ('sent', 'delivered', 'read') AND EXISTS (
			SELECT FROM consent c WHERE c.member_id = d.member_id AND c.purpose = 'missions' AND NOT c.granted
				AND c.at >= d.started_at AND c.at < d.started_at + $2::interval)`, announcement, within).Scan(&n)
	return n, wrapErr("count who stopped", err)
}

// Coming are the answers to a mission, and what came of it.
type Coming struct {
	Yes, Maybe, No int
	Guests         int // whom those who say yes bring along
	Waiting        int // of the yes: the seats are taken
	Arrived        int // door codes that were shown
	Attended       int // said so in the feedback
	Absent         int // said the contrary
	Feedback       int // people who gave some
	Grievances     int // of them with words
	Useful         map[string]int
}

// ComingTo counts the answers to a mission. They are exact: what of them is said
// goes through bot/protect.
func (r reader) ComingTo(ctx context.Context, mission uuid.UUID) (Coming, error) {
	c := Coming{Useful: map[string]int{}}
	err := r.q.QueryRow(ctx, `
		SELECT count(*) FILTER (WHERE answer = 'yes'), count(*) FILTER (WHERE answer = 'maybe'), count(*) FILTER (WHERE answer = 'no'),
			coalesce(sum(guests) FILTER (WHERE answer = 'yes' AND NOT waiting), 0),
			count(*) FILTER (WHERE answer = 'yes' AND waiting), count(*) FILTER (WHERE arrived_at IS NOT NULL)
		FROM rsvp WHERE mission_id = $1`, mission).Scan(&c.Yes, &c.Maybe, &c.No, &c.Guests, &c.Waiting, &c.Arrived)
	if err != nil {
		return Coming{}, fmt.Errorf("count answers: %w", err)
	}
	type row struct {
		Attended *bool  `db:"attended"`
		Useful   string `db:"useful"`
		Words    bool   `db:"words"`
		N        int    `db:"n"`
	}
	rows, err := many[row](ctx, r.q, `
		SELECT attended, coalesce(useful, '') AS useful, sealed_text IS NOT NULL AS words, count(*)::int AS n
		FROM feedback WHERE mission_id = $1 GROUP BY 1, 2, 3`, mission)
	if err != nil {
		return Coming{}, fmt.Errorf("count feedback: %w", err)
	}
	for _, one := range rows {
		c.Feedback += one.N
		switch {
		case one.Attended != nil && *one.Attended:
			c.Attended += one.N
		case one.Attended != nil:
			c.Absent += one.N
		}
		if one.Words {
			c.Grievances += one.N
		}
		if one.Useful != "" {
			c.Useful[one.Useful] += one.N
		}
	}
	return c, nil
}
