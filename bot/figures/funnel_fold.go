package figures

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/store"
	"mboka/store/sessions"
)

// Funnels brings what is counted in Redis of registrations begun to Postgres, a
// week at a time, and publishes it when there is enough.
type Funnels struct {
	DB       *store.DB
	Sessions *sessions.Store
	Policy   func(context.Context) (store.Policy, error)
	// Counted reads a week: see bot.Bot.BegunIn.
	Counted func(ctx context.Context, week time.Time) (all []bot.Beginnings, unread int, err error)
	Logger  *slog.Logger
}

const (
	week = 7 * 24 * time.Hour
	// settled is when a week does not change any more: when its last beginning has
	// been followed, and a day for messages that had to wait.
	settled = week + bot.BegunFor + 24*time.Hour
	// funnelMark is the watermark by which it is seen that Redis lost its data.
	funnelMark = "funnel"
)

// Run reads the weeks that are over and says how many. It may be ended at any
// time and called again, also by another process at the same time: reading
// changes nothing in Redis, where counters end by themselves, and a week is
// written once, as a whole.
func (f *Funnels) Run(ctx context.Context, now time.Time) (int64, error) {
	if err := f.watch(ctx, now); err != nil {
		return 0, err
	}
	since, err := f.DB.FunnelSince(ctx)
	if err != nil {
		return 0, err
	}
	known, err := f.DB.FunnelWeeks(ctx, time.Time{})
	if err != nil {
		return 0, err
	}
	var read int64
	for w := bot.WeekOf(since[0]); !w.Add(settled).After(now); w = w.AddDate(0, 0, 7) {
		if slices.ContainsFunc(known, func(k store.FunnelWeek) bool { return k.Week.Equal(w) }) {
			continue
		}
		first, err := f.fold(ctx, w, now, since)
		if err != nil {
			return read, err
		}
		if first {
			read++
		}
	}
	return read, f.publish(ctx)
}

// watch notes from when on the counters are whole: the first time, and when Redis
// has lost the mark that was set then, and with it the counters.
func (f *Funnels) watch(ctx context.Context, now time.Time) error {
	_, marked, err := f.Sessions.Watermark(ctx, funnelMark)
	if err != nil {
		return err
	}
	var known bool
	err = f.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldFunnel(ctx); err != nil {
			return err
		}
		since, err := tx.FunnelSince(ctx)
		if known = len(since) > 0; err != nil || known && marked {
			return err
		}
		return tx.CountFunnelSince(ctx, now)
	})
	if err != nil || marked {
		return err
	}
	if known {
		f.Logger.Warn("Redis has lost what was counted of registrations begun: the weeks in question say so")
	}
	return f.Sessions.SetWatermark(ctx, funnelMark, now)
}

// fold brings one week to Postgres.
func (f *Funnels) fold(ctx context.Context, w, now time.Time, since []time.Time) (first bool, err error) {
	all, unread, err := f.Counted(ctx, w)
	if err != nil {
		return false, err
	}
	if _, marked, err := f.Sessions.Watermark(ctx, funnelMark); err != nil || !marked {
		return false, err // lost since watch, perhaps before it was read: the next run says so
	}
	of := store.FunnelWeek{Week: w, Partial: unread > 0 || now.Sub(w.Add(week)) > sessions.TallyKept ||
		slices.ContainsFunc(since, func(at time.Time) bool { return at.After(w) })}
	counts := make([]store.FunnelCount, 0, len(all))
	for _, b := range all {
		if b.N < 1 { // counters that were lost in part
			continue
		}
		counts = append(counts, store.FunnelCount{Week: w, Language: b.Language, Channel: b.Channel, Stage: b.Stage, Count: b.N})
	}
	err = f.DB.Write(ctx, func(tx *store.Tx) error {
		if first, err = false, tx.HoldFunnel(ctx); err != nil {
			return err
		}
		first, err = tx.PutFunnelWeek(ctx, of, counts)
		return err
	})
	return first, err
}

// publish publishes the weeks that have not been, as soon as so many have begun
// in them as could hide one of them twice over, or, when they are many, as can be
// told at all. The exact counts go then.
func (f *Funnels) publish(ctx context.Context) error {
	policy, err := f.Policy(ctx)
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	return f.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldFunnel(ctx); err != nil {
			return err
		}
		last, _, err := tx.LastFunnelPeriod(ctx)
		if err != nil {
			return err
		}
		weeks, err := tx.FunnelWeeks(ctx, last.Last)
		if err != nil {
			return err
		}
		counts, err := tx.FunnelCounts(ctx)
		if err != nil {
			return err
		}
		all, err := periods(Rules(policy), policy.FunnelWeeks, weeks, counts)
		if err != nil {
			return fmt.Errorf("protect the funnel: %w", err)
		}
		for _, p := range all {
			if err := tx.PublishFunnel(ctx, p); err != nil {
				return err
			}
		}
		return nil
	})
}

// periods are the weeks that can be published, put together: after so many weeks
// with the least number of people that can be.
func periods(r protect.Rules, most int, weeks []store.FunnelWeek, counts []store.FunnelCount) ([]store.FunnelPeriod, error) {
	var out []store.FunnelPeriod
	var open []store.FunnelWeek
	var of []store.FunnelCount
	for _, w := range weeks {
		open = append(open, w)
		for _, c := range counts {
			if c.Week.Equal(w.Week) {
				of = append(of, c)
			}
		}
		n := 0
		for _, c := range of {
			n += c.Count
		}
		if n < 2*max(r.K, r.KCross) && len(open) < most {
			continue
		}
		tables, err := publishFunnel(r, of, open)
		if errors.Is(err, protect.ErrTooFew) {
			continue
		}
		if err != nil {
			return nil, err
		}
		published, err := json.Marshal(tables)
		if err != nil {
			return nil, err
		}
		out = append(out, store.FunnelPeriod{First: open[0].Week, Last: w.Week, Published: published})
		open, of = nil, nil
	}
	return out, nil
}
