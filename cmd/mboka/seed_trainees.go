package main

import (
	"context"
	"time"

	"mboka/bot/synthetic"
	"mboka/store"
)

// madeUpTrainees is how many made-up officials a demo has: two workshops of 25.
const madeUpTrainees = 50

// seedTrainees puts made-up officials who were trained on record, as one group
// that was summed up: an account of staff, or a meeting, is made up for nobody.
func seedTrainees(ctx context.Context, db *store.DB, seed uint64, now time.Time) error {
	g := store.WorkshopGroup{ID: madeUpID("trainees", seed, madeUpTrainees), TakenAt: now.Truncate(time.Microsecond), Synthetic: true,
		Topics: map[string]int{}, Institutions: map[string]int{}}
	for t := range synthetic.Trainees(madeUpTrainees, seed) {
		g.People++
		g.SumBefore, g.SumAfter = g.SumBefore+t.Before, g.SumAfter+t.After
		g.Institutions[t.Institution]++
		if t.Content > 0 {
			g.Satisfied, g.SumSatisfaction = g.Satisfied+1, g.SumSatisfaction+t.Content
		}
		if len(t.Topics) > 0 {
			g.Wishing++
		}
		for _, topic := range t.Topics {
			g.Topics[topic]++
		}
	}
	return db.AddSyntheticWorkshops(ctx, []store.WorkshopGroup{g})
}
