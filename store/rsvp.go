package store

import (
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
