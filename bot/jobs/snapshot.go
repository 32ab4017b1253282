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

// A snapshot stands still until what so many different members have said differs
// from it as could hide one of them twice over (domain reference, 2.5).
const changesPerK = 2

// monthly is when a snapshot is replaced at the latest: with the day a month
// later, or the last one of a shorter month. So there is one of each month, also
// of February, and no hour at which the job runs makes it a day late.
func monthly(taken time.Time) time.Time {
	y, m, d := taken.UTC().Date()
	last := time.Date(y, m+2, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(y, m+1, min(d, last), 0, 0, 0, 0, time.UTC)
}

// snapshot takes the coded answers that figures are counted over, when it is
// time for new ones, and publishes the total of their month with them.
func (r *round) snapshot(ctx context.Context) error {
	changed := changesPerK * max(r.policy.K, r.policy.KCross)
	if _, err := r.Store.TakeWorkshopGroups(ctx, r.now, store.WorkshopRules{First: max(r.policy.K, r.policy.KCross), Changed: changed}); err != nil {
		return err
	}
	last, found, err := r.Store.CurrentSnapshot(ctx)
	if err != nil {
		return err
	}
	if !found { // then another run may take the first one meanwhile
		last.TakenAt = r.now
	}
	latest := monthly(last.TakenAt).Sub(last.TakenAt)
	_, err = r.Store.TakeSnapshot(ctx, "S-"+r.now.UTC().Format("20060102-150405"), r.now, changed, latest, func(tx *store.Tx, taken bool) error {
		// Also of one that was not taken by a job.
		if err := tx.PublishMonths(ctx, r.months); err != nil || !taken {
			return err
		}
		return tx.CountRun(ctx, r.run, snapshots, 1)
	})
	return err
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
