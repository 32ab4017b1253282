package jobs

import (
	"context"
	"slices"
	"time"

	"mboka/bot/protect"
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
	if err != nil {
		return err
	}
	if _, err := r.Store.TakeWorkshopSnapshot(ctx, r.now, changed, max(r.policy.K, r.policy.KCross)); err != nil {
		return err
	}
	return r.Store.Write(ctx, func(tx *store.Tx) error {
		// Also where it was taken before: a run may have ended between the two.
		if err := tx.PublishMonths(ctx, r.months); err != nil || !taken {
			return err
		}
		return tx.CountRun(ctx, r.run, snapshots, 1)
	})
}

// months are what is published of a snapshot: the total in its month. With the
// first snapshot also the months before it, back to the first member.
func (r *round) months(now store.Snapshot, joined []store.Joined) []store.PublishedMonth {
	rules := protect.Rules{K: r.policy.K, KCross: r.policy.KCross, Rounding: r.policy.Rounding}
	last := now.TakenAt.UTC().Format(monthForm)
	if len(joined) == 0 {
		return []store.PublishedMonth{{Month: last, SnapshotID: now.ID, Members: told(rules.Count(now.Members, rules.K))}}
	}
	var names []string
	var steps []int
	begin, err := time.Parse(monthForm, joined[0].Month)
	if err != nil || joined[0].Month > last {
		begin = now.TakenAt.UTC()
	}
	for m := begin; m.Format(monthForm) <= last; m = m.AddDate(0, 1, 0) {
		names, steps = append(names, m.Format(monthForm)), append(steps, 0)
	}
	for _, j := range joined {
		// Nobody registers after the snapshot: what a clock got wrong is of its month.
		steps[max(slices.Index(names, min(j.Month, last)), 0)] += j.N
	}
	out := make([]store.PublishedMonth, len(names))
	for i, cell := range rules.Running(steps, rules.K) {
		out[i] = store.PublishedMonth{Month: names[i], SnapshotID: now.ID, Members: told(cell)}
	}
	return out
}

// monthForm is a month as it is kept, after time's reference.
const monthForm = "2006-01"

func told(c protect.Cell) *int {
	if c.State != protect.Shown {
		return nil
	}
	return &c.N
}
