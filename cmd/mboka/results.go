package main

import (
	"context"
	"time"

	"mboka/bot/announce"
	"mboka/bot/figures"
	"mboka/bot/protect"
	"mboka/locales/reference"
	"mboka/store"
)

// results hands figures what reports know of meetings and visits, which is
// protected there.
func results(r *announce.Reports) figures.ResultsOf {
	return func(ctx context.Context, tx *store.Tx, rules protect.Rules, country string, most int, at time.Time) ([]figures.Result, error) {
		all, err := r.Results(ctx, tx, rules, announce.Asked{Country: country, Most: most, At: at})
		if err != nil {
			return nil, err
		}
		out := make([]figures.Result, 0, len(all))
		for _, one := range all {
			m, c, t := one.Mission, one.Counters, one.Turnout
			result := figures.Result{
				Mission: m.ID, Kind: m.Kind, City: m.City, Country: m.Country, K: t.K, Held: t.Held,
				Targeted: c.Targeted, Sent: c.Sent, Delivered: c.Delivered, Read: c.Read,
				Yes: t.Yes, Maybe: t.Maybe, No: t.No, Guests: t.Guests, Attended: t.Attended, Stopped: t.Stopped,
			}
			if !m.StartsAt.IsZero() {
				result.Day = m.StartsAt.In(reference.Zone(m.Timezone))
			}
			out = append(out, result)
		}
		return out, nil
	}
}
