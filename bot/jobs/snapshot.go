package jobs

import (
	"context"
	"time"

	"mboka/store"
)

// snapshots is what the job "snapshot" counts.
const snapshots = "taken"

// A snapshot stands still until the answers of so many different members have
// changed as could hide one of them twice over, and at most a month (domain
// reference, 2.5).
const (
	changesPerK    = 2
	snapshotLatest = 30 * 24 * time.Hour
)

// snapshot takes the coded answers that figures are counted over, when it is
// time for new ones.
func (r *round) snapshot(ctx context.Context) error {
	changed := changesPerK * max(r.policy.K, r.policy.KCross)
	taken, err := r.Store.TakeSnapshot(ctx, "S-"+r.now.UTC().Format("20060102-150405"), r.now, changed, snapshotLatest)
	if err != nil || !taken {
		return err
	}
	return r.Store.Write(ctx, func(tx *store.Tx) error { return tx.CountRun(ctx, r.run, snapshots, 1) })
}
