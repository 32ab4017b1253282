package store

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// KeptReport is the protected part of an announcement's report as it was told
// first. It is told again from here: two reports a few people apart would
// give those away.
type KeptReport struct {
	AnnouncementID uuid.UUID `db:"announcement_id"`
	At             time.Time `db:"at"`      // when it was counted
	Settled        int       `db:"settled"` // deliveries that nothing more was to come of by then
	Report         []byte    `db:"report"`  // JSON of bot/announce
}

// ReportOf gives what is kept of a report, and false where there is none.
func (r reader) ReportOf(ctx context.Context, announcement uuid.UUID) (KeptReport, bool, error) {
	kept, found, err := one[KeptReport](ctx, r.q, `
		SELECT announcement_id, at, settled, report::text::bytea AS report FROM report WHERE announcement_id = $1`, announcement)
	return kept, found, wrapErr("read report", err)
}

// PutReport keeps a report in place of an older one, and gives the one that is
// kept: of two at the same time the first.
func (tx *Tx) PutReport(ctx context.Context, k KeptReport, older time.Time) (KeptReport, error) {
	if _, err := tx.tx.Exec(ctx, `
		INSERT INTO report (announcement_id, at, settled, report) VALUES ($1, $2, $3, $4)
		ON CONFLICT (announcement_id) DO UPDATE SET at = excluded.at, settled = excluded.settled, report = excluded.report
		WHERE report.at = $5`, k.AnnouncementID, k.At, k.Settled, string(k.Report), older); err != nil {
		return KeptReport{}, wrapErr("keep report", err)
	}
	kept, _, err := tx.ReportOf(ctx, k.AnnouncementID)
	return kept, err
}
