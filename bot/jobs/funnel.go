package jobs

import (
	"context"
	"errors"

	"mboka/store"
)

// weeks is what the job "funnel" counts.
const weeks = "weeks"

// funnel reads what was counted of registrations begun in the weeks that are over,
// and publishes it when it is enough.
func (r *round) funnel(ctx context.Context) error {
	if r.Funnel == nil {
		return nil
	}
	n, err := r.Funnel(ctx, r.now)
	return errors.Join(err, r.Store.Write(ctx, func(tx *store.Tx) error { return tx.CountRun(ctx, r.run, weeks, n) }))
}
