package store

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// WorkshopAnswers are what somebody of the staff answered before and after the latest
// workshop that they took part in. Before, After and Satisfaction go from 1 to
// 5; 0: not answered.
type WorkshopAnswers struct {
	ID           uuid.UUID
	StaffID      uuid.UUID
	Institution  string
	Role         string // sealed on record
	Topics       []string
	Before       int
	After        int
	Satisfaction int
	Comment      string    // sealed on record, and never quoted
	EnteredAt    time.Time // the questions before were gone through
	LeftAt       time.Time // those after were
	// PairBefore and PairAfter are the last before that was followed by an after:
	// they stay while the next workshop is under way.
	PairBefore int
	PairAfter  int
	// Mission is the workshop that the answers are about; zero: one that was not
	// announced. PairMission, PairEnteredAt and PairSatisfaction are of the pair.
	Mission          uuid.UUID
	PairMission      uuid.UUID
	PairEnteredAt    time.Time
	PairSatisfaction int
	Agreed           WorkshopConsent
	UpdatedAt        time.Time
}

// WorkshopConsent is the yes that these answers stand on.
type WorkshopConsent struct {
	At        time.Time
	MessageID string
	Version   string
	Language  string
}

type workshopRow struct {
	ID             uuid.UUID  `db:"id"`
	StaffID        uuid.UUID  `db:"staff_id"`
	Institution    *string    `db:"institution"`
	Role           []byte     `db:"sealed_role"`
	Topics         []string   `db:"topics"`
	Before         *int       `db:"before"`
	After          *int       `db:"after"`
	Satisfaction   *int       `db:"satisfaction"`
	Comment        []byte     `db:"sealed_comment"`
	EnteredAt      *time.Time `db:"entered_at"`
	LeftAt         *time.Time `db:"left_at"`
	PairBefore     *int       `db:"pair_before"`
	PairAfter      *int       `db:"pair_after"`
	AgreedAt       time.Time  `db:"agreed_at"`
	AgreedMessage  string     `db:"agreed_message"`
	AgreedVersion  string     `db:"agreed_version"`
	AgreedLanguage string     `db:"agreed_language"`
	UpdatedAt      time.Time  `db:"updated_at"`

	Mission          *uuid.UUID `db:"mission_id"`
	PairMission      *uuid.UUID `db:"pair_mission_id"`
	PairEnteredAt    *time.Time `db:"pair_entered_at"`
	PairSatisfaction *int       `db:"pair_satisfaction"`
}

const selectWorkshop = `
	SELECT id, staff_id, institution, sealed_role, topics, before, after, satisfaction, sealed_comment, entered_at, left_at,
		pair_before, pair_after, agreed_at, agreed_message, agreed_version, agreed_language, updated_at,
		mission_id, pair_mission_id, pair_entered_at, pair_satisfaction
	FROM workshop_answer WHERE staff_id = $1`

// WorkshopOf gives what somebody of the staff answered.
func (r reader) WorkshopOf(ctx context.Context, staff uuid.UUID) (w WorkshopAnswers, found bool, err error) {
	row, found, err := one[workshopRow](ctx, r.q, selectWorkshop, staff)
	if err != nil || !found {
		return WorkshopAnswers{}, false, wrapErr("find workshop answers", err)
	}
	w, err = r.openWorkshop(row)
	return w, err == nil, wrapErr("find workshop answers", err)
}

func (r reader) openWorkshop(row workshopRow) (WorkshopAnswers, error) {
	role, err := r.openText("workshop_answer", row.ID.String(), "sealed_role", row.Role)
	if err != nil {
		return WorkshopAnswers{}, err
	}
	comment, err := r.openText("workshop_answer", row.ID.String(), "sealed_comment", row.Comment)
	return WorkshopAnswers{
		ID: row.ID, StaffID: row.StaffID, Institution: orZero(row.Institution), Role: role, Topics: row.Topics,
		Before: orZero(row.Before), After: orZero(row.After), Satisfaction: orZero(row.Satisfaction), Comment: comment,
		EnteredAt: orZero(row.EnteredAt), LeftAt: orZero(row.LeftAt), PairBefore: orZero(row.PairBefore), PairAfter: orZero(row.PairAfter),
		Mission: orZero(row.Mission), PairMission: orZero(row.PairMission), PairEnteredAt: orZero(row.PairEnteredAt), PairSatisfaction: orZero(row.PairSatisfaction),
		Agreed: WorkshopConsent{row.AgreedAt, row.AgreedMessage, row.AgreedVersion, row.AgreedLanguage}, UpdatedAt: row.UpdatedAt,
	}, err
}

// PutWorkshop keeps answers in place of those that the account had. The id and
// the consent of a row that is there stay. A pair that is in a group stays the one
// that was counted there, however it is corrected: only that of another workshop is
// counted again.
func (tx *Tx) PutWorkshop(ctx context.Context, w WorkshopAnswers) error {
	role, err := tx.sealText("workshop_answer", w.ID.String(), "sealed_role", w.Role)
	if err != nil {
		return wrapErr("put workshop answers", err)
	}
	comment, err := tx.sealText("workshop_answer", w.ID.String(), "sealed_comment", w.Comment)
	if err != nil {
		return wrapErr("put workshop answers", err)
	}
	_, err = tx.tx.Exec(ctx, `
		INSERT INTO workshop_answer (id, staff_id, institution, sealed_role, topics, before, after, satisfaction, sealed_comment,
			entered_at, left_at, pair_before, pair_after, agreed_at, agreed_message, agreed_version, agreed_language, updated_at,
			mission_id, pair_mission_id, pair_entered_at, pair_satisfaction)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
		ON CONFLICT (id) DO UPDATE SET institution = excluded.institution, sealed_role = excluded.sealed_role, topics = excluded.topics,
			before = excluded.before, after = excluded.after, satisfaction = excluded.satisfaction, sealed_comment = excluded.sealed_comment,
			entered_at = excluded.entered_at, left_at = excluded.left_at, pair_before = excluded.pair_before, pair_after = excluded.pair_after,
			updated_at = excluded.updated_at, mission_id = excluded.mission_id, pair_mission_id = excluded.pair_mission_id,
			pair_entered_at = excluded.pair_entered_at, pair_satisfaction = excluded.pair_satisfaction,
			counted = CASE WHEN workshop_answer.pair_entered_at IS DISTINCT FROM excluded.pair_entered_at
				AND (excluded.pair_mission_id IS NULL OR workshop_answer.pair_mission_id IS DISTINCT FROM excluded.pair_mission_id) THEN 0 ELSE workshop_answer.counted END`,
		w.ID, w.StaffID, orNull(w.Institution), role, w.Topics, orNull(w.Before), orNull(w.After), orNull(w.Satisfaction), comment,
		orNull(w.EnteredAt), orNull(w.LeftAt), orNull(w.PairBefore), orNull(w.PairAfter),
		w.Agreed.At, w.Agreed.MessageID, w.Agreed.Version, w.Agreed.Language, w.UpdatedAt,
		orNull(w.Mission), orNull(w.PairMission), orNull(w.PairEnteredAt), orNull(w.PairSatisfaction))
	return wrapErr("put workshop answers", err)
}

// DropWorkshop forgets what somebody of the staff answered, and that they did.
func (tx *Tx) DropWorkshop(ctx context.Context, staff uuid.UUID) (found bool, err error) {
	tag, err := tx.tx.Exec(ctx, `DELETE FROM workshop_answer WHERE staff_id = $1`, staff)
	return tag.RowsAffected() > 0, wrapErr("drop workshop answers", err)
}

// partWorkshops parts answers from accounts of which some roles have ended, where
// none is left that permits to answer: a pair stays for the means, under a new
// id and by its month; all else goes.
func (tx *Tx) partWorkshops(ctx context.Context, ended []uuid.UUID) error {
	if len(ended) == 0 {
		return nil
	}
	gone := ` staff_id IN (SELECT staff_id FROM role WHERE id = ANY($1))
		AND NOT EXISTS (SELECT FROM role o WHERE o.staff_id = workshop_answer.staff_id AND o.ended_at IS NULL AND o.role = ANY($2))`
	roles := Permissions[AnswerWorkshop].Roles
	if _, err := tx.tx.Exec(ctx, `DELETE FROM workshop_answer WHERE pair_before IS NULL AND`+gone, ended, roles); err != nil {
		return wrapErr("part workshop answers", err)
	}
	_, err := tx.tx.Exec(ctx, `
		UPDATE workshop_answer SET id = gen_random_uuid(), staff_id = NULL, sealed_role = NULL, topics = NULL, before = NULL, after = NULL,
			satisfaction = NULL, sealed_comment = NULL, entered_at = NULL, left_at = NULL, mission_id = NULL, pair_entered_at = NULL, pair_satisfaction = NULL,
			agreed_at = NULL, agreed_message = NULL, agreed_version = NULL, agreed_language = NULL,
			updated_at = date_trunc('month', updated_at), recorded_at = date_trunc('month', recorded_at)
		WHERE`+gone, ended, roles)
	return wrapErr("part workshop answers", err)
}
