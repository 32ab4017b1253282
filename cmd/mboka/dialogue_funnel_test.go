package main

import (
	"context"
	"strconv"
	"time"

	"mboka/bot"
)

// stops are how many stopped at each of bot.Stages.
type stops [11]int

// toldWeeks are made-up weeks of the funnel: many people, fewer, and hardly any.
var toldWeeks = []map[[2]string]stops{
	{
		{"fr", "telegram"}: {14, 31, 9, 22, 12, 9, 6, 34, 41, 11, 96},
		{"fr", "whatsapp"}: {22, 40, 12, 18, 11, 8, 4, 30, 28, 9, 70},
		{"en", "telegram"}: {6, 8, 3, 5, 3, 2, 1, 8, 9, 3, 25},
		{"en", "whatsapp"}: {3, 5, 2, 4, 2, 1, 0, 6, 5, 2, 14},
		{"ln", "telegram"}: {5, 12, 6, 8, 4, 2, 2, 6, 4, 1, 12},
		{"ln", "whatsapp"}: {8, 16, 9, 9, 6, 3, 1, 5, 4, 2, 11},
	},
	{
		{"fr", "telegram"}: {3, 12, 2, 4, 2, 1, 1, 9, 12, 2, 28},
		{"fr", "whatsapp"}: {4, 9, 1, 3, 2, 1, 0, 7, 6, 1, 19},
		{"ln", "whatsapp"}: {1, 3, 1, 1, 1, 0, 0, 2, 1, 0, 5},
	},
	{
		{"fr", "telegram"}: {2, 6, 1, 2, 0, 0, 0, 3, 1, 0, 6},
		{"en", "whatsapp"}: {0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0},
	},
}

// funnel has the first weeks of toldWeeks read and published as the job does it,
// the last one just now. It begins anew, whatever was published before.
func (d *dialogue) funnel(last string) {
	d.t.Helper()
	n, err := strconv.Atoi(last)
	if err != nil || n < 1 || n > len(toldWeeks) {
		d.t.Fatalf("no week %q", last)
	}
	d.s.jobsDone()
	first := bot.WeekOf(time.Now()).AddDate(0, 0, -7*len(toldWeeks))
	d.s.sql(`TRUNCATE funnel_count, funnel_period, funnel_week, funnel_since`)
	d.s.sql(`INSERT INTO funnel_since VALUES ($1)`, first)
	funnels, _ := d.s.funnelsOf(d.t)
	funnels.Counted = func(_ context.Context, week time.Time) (all []bot.Beginnings, unread int, err error) {
		for of, stopped := range toldWeeks[int(week.Sub(first).Hours())/(7*24)] {
			for i, n := range stopped {
				if n > 0 {
					all = append(all, bot.Beginnings{Language: of[0], Channel: of[1], Stage: bot.Stages[i], N: n})
				}
			}
		}
		return all, 0, nil
	}
	for i := range n {
		if read, err := funnels.Run(d.t.Context(), first.AddDate(0, 0, 7*i+15)); read != 1 || err != nil {
			d.t.Fatal("weeks read:", read, err)
		}
	}
}
