package store

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Feedback is what somebody says after a mission.
type Feedback struct {
	ID        uuid.UUID
	MissionID uuid.UUID
	MemberID  uuid.UUID // zero: of staff
	StaffID   uuid.UUID
	Attended  bool
	Useful    string // code of the answer; "": not asked, or skipped
	Text      string // a grievance or a wish; sealed on record
	At        time.Time
}

type feedbackRow struct {
	ID        uuid.UUID  `db:"id"`
	MissionID uuid.UUID  `db:"mission_id"`
	MemberID  *uuid.UUID `db:"member_id"`
	StaffID   *uuid.UUID `db:"staff_id"`
	Attended  *bool      `db:"attended"`
	Useful    *string    `db:"useful"`
	Text      []byte     `db:"sealed_text"`
	At        time.Time  `db:"at"`
}

const selectFeedback = `SELECT id, mission_id, member_id, staff_id, attended, useful, sealed_text, at FROM feedback`

func (r reader) openFeedback(row feedbackRow) (Feedback, error) {
	text, err := r.openText("feedback", row.ID.String(), "sealed_text", row.Text)
	return Feedback{
		ID: row.ID, MissionID: row.MissionID, MemberID: orZero(row.MemberID), StaffID: orZero(row.StaffID), Attended: orZero(row.Attended),
		Useful: orZero(row.Useful), Text: text, At: row.At,
	}, err
}

// PutFeedback keeps what somebody says after a mission, in place of what they
// said before.
func (tx *Tx) PutFeedback(ctx context.Context, f Feedback) error {
	if _, err := tx.tx.Exec(ctx, `DELETE FROM feedback WHERE mission_id = $1 AND (member_id = $2 OR staff_id = $3)`,
		f.MissionID, orNull(f.MemberID), orNull(f.StaffID)); err != nil {
		return wrapErr("put feedback", err)
	}
	sealed, err := tx.sealText("feedback", f.ID.String(), "sealed_text", f.Text)
	if err != nil {
		return wrapErr("put feedback", err)
	}
	_, err = tx.tx.Exec(ctx, `
		INSERT INTO feedback (id, mission_id, member_id, staff_id, attended, useful, sealed_text, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		f.ID, f.MissionID, orNull(f.MemberID), orNull(f.StaffID), f.Attended, orNull(f.Useful), sealed, f.At)
	return wrapErr("put feedback", err)
}

// FeedbackWords gives what people wrote about a mission, in an order that tells
// nothing of when or who, unless fewer than so many wrote something: then
// nothing, for the words of a few name them.
func (r reader) FeedbackWords(ctx context.Context, mission uuid.UUID, least int) ([]string, error) {
	rows, err := many[feedbackRow](ctx, r.q, selectFeedback+` WHERE mission_id = $1 AND sealed_text IS NOT NULL ORDER BY md5(id::text)`, mission)
	if err != nil || len(rows) < least {
		return nil, wrapErr("read words about a mission", err)
	}
	words := make([]string, len(rows))
	for i, row := range rows {
		f, err := r.openFeedback(row)
		if err != nil {
			return nil, wrapErr("read words about a mission", err)
		}
		words[i] = f.Text
	}
	return words, nil
}
