package jobs

import (
	"context"

	"mboka/store"
)

// months is what the job "audit" counts: whole months of the log that went.
const months = "months"

// audit makes the partitions of the audit log for this month and the next, and
// drops those that are older than the log is kept.
func (r *round) audit(ctx context.Context) error {
	before := r.now.AddDate(0, -r.policy.RetentionAudit, 0)
	return r.Store.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.KeepAudit(ctx, r.now, before)
		if err != nil {
			return err
		}
		return tx.CountRun(ctx, r.run, months, n)
	})
}
