package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// PutForm keeps what the author of an announcement filled in, sealed: to go on
// with after a refusal, and of a change what it changes.
func (tx *Tx) PutForm(ctx context.Context, id uuid.UUID, form []byte) error {
	sealed, err := tx.keys.Seal("announcement", id.String(), "sealed_form", form)
	if err == nil {
		_, err = tx.tx.Exec(ctx, `UPDATE announcement SET sealed_form = $2 WHERE id = $1`, id, sealed)
	}
	return wrapErr("put form", err)
}

// FormOf gives it back, nil where none is kept.
func (r reader) FormOf(ctx context.Context, id uuid.UUID) ([]byte, error) {
	var sealed []byte
	if err := r.q.QueryRow(ctx, `SELECT sealed_form FROM announcement WHERE id = $1`, id).Scan(&sealed); err != nil || sealed == nil {
		return nil, wrapErr("read form", err)
	}
	form, err := r.keys.Open("announcement", id.String(), "sealed_form", sealed)
	return form, wrapErr("read form", err)
}

// DraftStep is one answer of an announcement that is not finished. Without codes
// and text the question was passed over.
type DraftStep struct {
	Step  string
	Codes []string
	Text  string // sealed on record
}

// PutDraftStep keeps an answer of somebody's draft.
func (tx *Tx) PutDraftStep(ctx context.Context, staff uuid.UUID, s DraftStep, at time.Time) error {
	sealed, err := tx.sealText("announcement_draft", staff.String()+":"+s.Step, "sealed_text", s.Text)
	if err != nil {
		return wrapErr("put draft", err)
	}
	if s.Codes == nil {
		s.Codes = []string{}
	}
	_, err = tx.tx.Exec(ctx, `
		INSERT INTO announcement_draft (staff_id, step, codes, sealed_text, updated_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (staff_id, step) DO UPDATE SET codes = excluded.codes, sealed_text = excluded.sealed_text, updated_at = excluded.updated_at
		WHERE announcement_draft.updated_at <= excluded.updated_at`, staff, s.Step, s.Codes, sealed, at)
	return wrapErr("put draft", err)
}

// DropDraftStep forgets an answer.
func (tx *Tx) DropDraftStep(ctx context.Context, staff uuid.UUID, step string) error {
	_, err := tx.tx.Exec(ctx, `DELETE FROM announcement_draft WHERE staff_id = $1 AND step = $2`, staff, step)
	return wrapErr("drop draft", err)
}

// DropAnnouncementDraft forgets somebody's draft.
func (tx *Tx) DropAnnouncementDraft(ctx context.Context, staff uuid.UUID) error {
	_, err := tx.tx.Exec(ctx, `DELETE FROM announcement_draft WHERE staff_id = $1`, staff)
	return wrapErr("drop draft", err)
}

// DropAnnouncementDrafts forgets drafts on which nobody has worked since a time,
// as DropTurns.
func (tx *Tx) DropAnnouncementDrafts(ctx context.Context, before time.Time) (int64, error) {
	return tx.sweep(ctx, "drop drafts", `
		DELETE FROM announcement_draft WHERE staff_id IN (
			SELECT staff_id FROM announcement_draft GROUP BY staff_id HAVING max(updated_at) < $2 LIMIT $1)`, before)
}

// AnnouncementDraft gives somebody's draft, the answer that was given first
// before the others.
func (r reader) AnnouncementDraft(ctx context.Context, staff uuid.UUID) ([]DraftStep, error) {
	type row struct {
		Step  string   `db:"step"`
		Codes []string `db:"codes"`
		Text  []byte   `db:"sealed_text"`
	}
	rows, err := many[row](ctx, r.q, `SELECT step, codes, sealed_text FROM announcement_draft WHERE staff_id = $1 ORDER BY recorded_at, step`, staff)
	if err != nil {
		return nil, wrapErr("read draft", err)
	}
	steps := make([]DraftStep, 0, len(rows))
	for _, s := range rows {
		text, err := r.openText("announcement_draft", staff.String()+":"+s.Step, "sealed_text", s.Text)
		if err != nil {
			return nil, fmt.Errorf("read draft: %w", err)
		}
		steps = append(steps, DraftStep{Step: s.Step, Codes: s.Codes, Text: text})
	}
	return steps, nil
}
