package figures

import (
	"cmp"
	"context"

	"mboka/store"
)

// Load reads the current snapshot into memory; found is false before the first
// one was taken.
func Load(ctx context.Context, db *store.DB) (s *Snapshot, found bool, err error) {
	var taken store.Snapshot
	var failed error
	s, err = NewSnapshot(func(yield func(Row) bool) {
		taken, found, failed = db.SnapshotRows(ctx, func(values []string) { yield(values) })
	})
	if err = cmp.Or(failed, err); err != nil || !found {
		return nil, false, err
	}
	s.ID, s.Taken = taken.ID, taken.TakenAt
	s.Synthetic, err = db.HasSynthetic(ctx)
	return s, err == nil, err
}
