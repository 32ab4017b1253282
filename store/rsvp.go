package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Answers to the question whether somebody comes.
const (
	RSVPYes   = "yes"
	RSVPMaybe = "maybe"
	RSVPNo    = "no"
)

// RSVP is what somebody answered to a mission.
type RSVP struct {
	ID        uuid.UUID
	MissionID uuid.UUID
	MemberID  uuid.UUID // zero: of staff
	StaffID   uuid.UUID
	Answer    string
	Guests    int  // who comes with them, a number only
	Waiting   bool // yes, but the seats are taken
	ArrivedAt time.Time
	At        time.Time // of the answer: the waiting list goes by it
}

type rsvpRow struct {
	ID        uuid.UUID  `db:"id"`
	MissionID uuid.UUID  `db:"mission_id"`
	MemberID  *uuid.UUID `db:"member_id"`
	StaffID   *uuid.UUID `db:"staff_id"`
	Answer    string     `db:"answer"`
	Guests    int        `db:"guests"`
	Waiting   bool       `db:"waiting"`
	ArrivedAt *time.Time `db:"arrived_at"`
	At        time.Time  `db:"at"`
}

const selectRSVP = `SELECT id, mission_id, member_id, staff_id, answer, guests, waiting, arrived_at, at FROM rsvp`

func (row rsvpRow) rsvp() RSVP {
	return RSVP{
		ID: row.ID, MissionID: row.MissionID, MemberID: orZero(row.MemberID), StaffID: orZero(row.StaffID), Answer: row.Answer, Guests: row.Guests,
		Waiting: row.Waiting, ArrivedAt: orZero(row.ArrivedAt), At: row.At,
	}
}

// Invitee is who is asked to come: a member, or somebody of the staff.
type Invitee struct {
	Member uuid.UUID // zero: of staff
	Staff  uuid.UUID
}

// MostGuests is how many may come with somebody.
const MostGuests = 20

// LockMission gives a mission and holds it until the transaction ends: seats are
// given by one transaction after the other. ErrNoMission: there is none.
func (tx *Tx) LockMission(ctx context.Context, id uuid.UUID) (Mission, error) {
	if _, err := tx.tx.Exec(ctx, `SELECT FROM mission WHERE id = $1 FOR NO KEY UPDATE`, id); err != nil {
		return Mission{}, wrapErr("hold mission", err)
	}
	return tx.MissionByID(ctx, id)
}

// RSVPOf gives what somebody answered to a mission: who is a member and staff,
// what they answered as a member.
func (r reader) RSVPOf(ctx context.Context, mission uuid.UUID, who Invitee) (v RSVP, found bool, err error) {
	row, found, err := one[rsvpRow](ctx, r.q, selectRSVP+` WHERE mission_id = $1 AND (member_id = $2 OR staff_id = $3) ORDER BY member_id NULLS LAST LIMIT 1`,
		mission, orNull(who.Member), orNull(who.Staff))
	return row.rsvp(), found, wrapErr("read answer about a mission", err)
}

// RSVPsOf gives what somebody answered to missions, by mission.
func (r reader) RSVPsOf(ctx context.Context, who Invitee, missions []uuid.UUID) (map[uuid.UUID]RSVP, error) {
	rows, err := many[rsvpRow](ctx, r.q, selectRSVP+` WHERE mission_id = ANY($1) AND (member_id = $2 OR staff_id = $3)`,
		missions, orNull(who.Member), orNull(who.Staff))
	if err != nil {
		return nil, wrapErr("read answers about missions", err)
	}
	all := make(map[uuid.UUID]RSVP, len(rows))
	for _, row := range rows {
		all[row.MissionID] = row.rsvp()
	}
	return all, nil
}

// PutRSVP keeps somebody's answer to a mission that is held (LockMission), and
// gives it as it is kept. A yes gets a seat where there is one, else it waits;
// who has said yes already keeps the seat, or the place in the waiting list.
// Guests are kept by PutGuests.
func (tx *Tx) PutRSVP(ctx context.Context, m Mission, v RSVP) (RSVP, error) {
	was, found, err := tx.RSVPOf(ctx, m.ID, Invitee{Member: v.MemberID, Staff: v.StaffID})
	if err != nil {
		return RSVP{}, err
	}
	if found && was.Answer == v.Answer {
		return was, nil
	}
	v.Guests, v.Waiting = 0, false
	if v.Answer == RSVPYes {
		if v.Waiting, err = tx.full(ctx, m, 1); err != nil {
			return RSVP{}, err
		}
	}
	if found {
		v.ID, v.ArrivedAt = was.ID, was.ArrivedAt
		_, err = tx.tx.Exec(ctx, `
			UPDATE rsvp SET answer = $2, guests = $3, waiting = $4, at = $5, door_hash = NULL WHERE id = $1`, v.ID, v.Answer, v.Guests, v.Waiting, v.At)
	} else {
		_, err = tx.tx.Exec(ctx, `
			INSERT INTO rsvp (id, mission_id, member_id, staff_id, answer, guests, waiting, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			v.ID, m.ID, orNull(v.MemberID), orNull(v.StaffID), v.Answer, v.Guests, v.Waiting, v.At)
	}
	v.MissionID = m.ID
	return v, wrapErr("put answer about a mission", err)
}

// Errors of seats that a caller branches on.
var (
	// ErrFull: there are not so many seats.
	ErrFull = errors.New("there are not so many seats")
	// ErrNoSeat: they have not said yes, or wait for a seat.
	ErrNoSeat = errors.New("no seat is kept for them")
)

// PutGuests keeps how many come with somebody who has said yes to a mission that
// is held, and gives the answer as it is kept. With ErrFull nothing has changed:
// they do not all find a seat. Who waits may wait for as many as they like.
func (tx *Tx) PutGuests(ctx context.Context, m Mission, who Invitee, guests int) (RSVP, error) {
	v, found, err := tx.RSVPOf(ctx, m.ID, who)
	if err == nil && (!found || v.Answer != RSVPYes) {
		err = ErrNoSeat
	}
	if err == nil && !v.Waiting && guests > v.Guests {
		var full bool
		if full, err = tx.full(ctx, m, guests-v.Guests); full {
			err = ErrFull
		}
	}
	if err == nil {
		_, err = tx.tx.Exec(ctx, `UPDATE rsvp SET guests = $2 WHERE id = $1`, v.ID, guests)
	}
	if err != nil {
		return v, wrapErr("put guests", err)
	}
	v.Guests = guests
	return v, nil
}

// full tells whether so many more would be too many.
func (tx *Tx) full(ctx context.Context, m Mission, more int) (bool, error) {
	if m.Capacity == 0 {
		return false, nil
	}
	taken, err := tx.taken(ctx, m.ID)
	return taken+more > m.Capacity, err
}

func (tx *Tx) taken(ctx context.Context, mission uuid.UUID) (n int, err error) {
	err = tx.tx.QueryRow(ctx, `SELECT coalesce(sum(1 + guests), 0) FROM rsvp WHERE mission_id = $1 AND answer = 'yes' AND NOT waiting`, mission).Scan(&n)
	return n, wrapErr("count seats", err)
}

// Seat gives free seats of a mission that is held to who waits for them: whoever
// answered first, unless more come with them than there are seats. A notice is
// queued to each but one (who learns of it in this turn), and how many were given
// one is told. Nobody is given a seat once the mission has begun or is
// cancelled.
func (tx *Tx) Seat(ctx context.Context, m Mission, at time.Time, but Invitee) (seated int, err error) {
	if !m.StartsAt.After(at) || !m.CancelledAt.IsZero() {
		return 0, nil
	}
	// Whoever is being erased or merged just now is left to the next time.
	waiting, err := many[rsvpRow](ctx, tx.q, `
		SELECT r.id, r.mission_id, r.member_id, r.staff_id, r.answer, r.guests, r.waiting, r.arrived_at, r.at
		FROM rsvp r WHERE r.mission_id = $1 AND r.answer = 'yes' AND r.waiting
			AND (r.member_id IS NULL OR r.member_id IN (SELECT id FROM member WHERE id = r.member_id FOR KEY SHARE SKIP LOCKED))
		ORDER BY r.at, r.id`, m.ID)
	if err != nil || len(waiting) == 0 {
		return 0, wrapErr("give seats", err)
	}
	taken, err := tx.taken(ctx, m.ID)
	if err != nil {
		return 0, err
	}
	for _, row := range waiting {
		v := row.rsvp()
		if m.Capacity > 0 && taken+1+v.Guests > m.Capacity {
			continue
		}
		taken += 1 + v.Guests
		seated++
		if _, err := tx.tx.Exec(ctx, `UPDATE rsvp SET waiting = false WHERE id = $1`, v.ID); err != nil {
			return 0, wrapErr("give seats", err)
		}
		if who := (Invitee{Member: v.MemberID, Staff: v.StaffID}); who != but {
			if err := tx.putSeatNotice(ctx, v, at); err != nil {
				return 0, wrapErr("give seats", err)
			}
		}
	}
	return seated, nil
}

// NotificationSeat: a seat is free now, and theirs.
const NotificationSeat = "seat"

// putSeatNotice queues the notice that somebody has a seat now, to the chat that
// they were heard in last.
func (tx *Tx) putSeatNotice(ctx context.Context, v RSVP, at time.Time) error {
	_, err := tx.tx.Exec(ctx, `
		INSERT INTO notice (id, member_id, staff_id, chat, kind, attempt, queued_at, due_at, state, settled_at, mission_id)
		SELECT $1, $2, $3, c.chat, 'seat', 1, $4, NULL, CASE WHEN c.chat IS NULL THEN 'failed' ELSE 'queued' END, CASE WHEN c.chat IS NULL THEN $4::timestamptz END, $5
		FROM (SELECT 1) one LEFT JOIN LATERAL (
			SELECT chat, last_inbound_at AS heard FROM address WHERE member_id = $2 AND unreachable_at IS NULL
			UNION ALL SELECT chat, last_seen_at FROM staff WHERE id = $3 AND chat IS NOT NULL
			ORDER BY heard DESC NULLS LAST LIMIT 1) c ON true`,
		uuid.NewSHA1(v.ID, fmt.Appendf(nil, "seat %d", at.UnixMicro())), orNull(v.MemberID), orNull(v.StaffID), at, v.MissionID)
	return err
}

// MissionOfNotice is the mission that a notice is about.
func (r reader) MissionOfNotice(ctx context.Context, notice uuid.UUID) (Mission, error) {
	all, err := r.missions(ctx, ` WHERE id = (SELECT mission_id FROM notice WHERE id = $1)`, notice)
	if err == nil && len(all) == 0 {
		err = ErrNoMission
	}
	if err != nil {
		return Mission{}, wrapErr("read mission of a notice", err)
	}
	return all[0], nil
}

// MissionsWaited gives the missions ahead that somebody waits for a seat of.
func (r reader) MissionsWaited(ctx context.Context, at time.Time) ([]uuid.UUID, error) {
	ids, err := r.ids(ctx, `
		SELECT id FROM mission m WHERE starts_at > $1 AND cancelled_at IS NULL
			AND EXISTS (SELECT FROM rsvp WHERE mission_id = m.id AND answer = 'yes' AND waiting) ORDER BY id`, at)
	return ids, wrapErr("list missions with a waiting list", err)
}
