package announce

import (
	"context"
	"time"

	"mboka/bot/protect"
	"mboka/store"
)

// Result is what came of a mission, as whoever asks for figures is told: the
// counters of what announced it, reminders and changes left out, and who comes.
type Result struct {
	Mission       store.Mission
	Announcements int
	Counters      Counters
	Turnout       Turnout
}

// Asked says which results.
type Asked struct {
	Country string // "": any
	Most    int
	At      time.Time
}

// Results are those of the missions that were announced last, the last first.
func (r *Reports) Results(ctx context.Context, tx *store.Tx, rules protect.Rules, d Asked) ([]Result, error) {
	missions, err := tx.MissionsAnnounced(ctx, d.Country, d.Most)
	if err != nil {
		return nil, err
	}
	out := make([]Result, 0, len(missions))
	for _, m := range missions {
		one, err := resultOf(ctx, tx, rules, m, d)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

func resultOf(ctx context.Context, tx *store.Tx, rules protect.Rules, m store.Mission, d Asked) (Result, error) {
	all, err := tx.AnnouncementsOf(ctx, m.ID)
	if err != nil {
		return Result{}, err
	}
	out, stopped := Result{Mission: m}, 0
	fine, _ := fineOfAll(all)
	for _, a := range all {
		if a.Kind != store.AnnounceNotice || !hasPlan(a) {
			continue
		}
		pace, err := tx.PaceOf(ctx, a.ID, d.At)
		if err != nil {
			return Result{}, err
		}
		n, err := tx.Stopped(ctx, a.ID, stoppedWithin)
		if err != nil {
			return Result{}, err
		}
		out.Announcements, out.Counters, stopped = out.Announcements+1, out.Counters.Plus(countersOf(pace.States)), max(stopped, n)
	}
	coming, err := tx.ComingTo(ctx, m.ID)
	if err != nil {
		return Result{}, err
	}
	out.Turnout = turnoutOf(rules, fine, m, coming, stopped, 0, d.At)
	return out, nil
}
