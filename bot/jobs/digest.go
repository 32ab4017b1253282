package jobs

import (
	"context"
	"errors"

	"mboka/store"
)

// digests is what the job "digest" counts.
const digests = "sent"

// digest tells staff who asked for it what has changed. It runs each hour so that
// it finds everybody's morning.
func (r *round) digest(ctx context.Context) error {
	if r.Digests == nil {
		return nil
	}
	n, err := r.Digests(ctx, r.now)
	return errors.Join(err, r.Store.Write(ctx, func(tx *store.Tx) error { return tx.CountRun(ctx, r.run, digests, n) }))
}
