package store

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Refusal is why an announcement was refused: one of them, or neither.
type Refusal struct {
	Code string // of the form of a refusal
	Text string // in the words of who refused; sealed on record
}

// RefuseAnnouncement ends an announcement for which somebody asked for a yes, or
// takes back that they did: ErrStatus where nobody does any more.
func (tx *Tx) RefuseAnnouncement(ctx context.Context, id uuid.UUID, why Refusal, at time.Time) error {
	sealed, err := tx.sealText("announcement", id.String(), "sealed_refusal", why.Text)
	if err != nil {
		return wrapErr("refuse announcement", err)
	}
	return tx.move(ctx, "refuse announcement", id, []string{AnnouncementReview},
		`status = 'cancelled', ended_at = $3, refusal = nullif($4, ''), sealed_refusal = $5`, "", at, why.Code, sealed)
}

// RefusalOf gives the reason of a refusal, nothing where there was none.
func (r reader) RefusalOf(ctx context.Context, id uuid.UUID) (Refusal, error) {
	var why Refusal
	var sealed []byte
	err := r.q.QueryRow(ctx, `SELECT coalesce(refusal, ''), sealed_refusal FROM announcement WHERE id = $1`, id).Scan(&why.Code, &sealed)
	if err == nil {
		why.Text, err = r.openText("announcement", id.String(), "sealed_refusal", sealed)
	}
	return why, wrapErr("read refusal", err)
}
