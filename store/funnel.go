package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// FunnelWeek is a week of registrations begun, as it was read.
type FunnelWeek struct {
	Week time.Time `db:"week"` // its Monday
	// Partial: some of what was begun in it is missing.
	Partial bool `db:"partial"`
}

// FunnelCount is how many registrations begun in a week came to a stage and no
// further. It is exact: what of it is published goes through bot/protect.
type FunnelCount struct {
	Week     time.Time `db:"week"`
	Language string    `db:"language"`
	Channel  string    `db:"channel"`
	Stage    string    `db:"stage"`
	Count    int       `db:"count"`
}

// FunnelPeriod are weeks as they were published together. Published is JSON, as
// package bot/figures writes and reads it: protected counts.
type FunnelPeriod struct {
	First     time.Time `db:"first"` // Monday of the first week
	Last      time.Time `db:"last"`  // Monday of the last one
	Published []byte    `db:"published"`
}

// HoldFunnel lets one transaction at a time fold the funnel.
func (tx *Tx) HoldFunnel(ctx context.Context) error {
	_, err := tx.tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('funnel'))`)
	return wrap("hold funnel", err)
}

// FunnelSince are the times from which on the counters are whole, the first one
// first.
func (r reader) FunnelSince(ctx context.Context) ([]time.Time, error) {
	rows, err := r.q.Query(ctx, `SELECT at FROM funnel_since ORDER BY at`)
	if err != nil {
		return nil, fmt.Errorf("read beginnings of counters: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	return all, wrap("read beginnings of counters", err)
}

// CountFunnelSince says that the counters are whole from a time on only.
func (tx *Tx) CountFunnelSince(ctx context.Context, at time.Time) error {
	_, err := tx.tx.Exec(ctx, `INSERT INTO funnel_since (at) VALUES ($1) ON CONFLICT (at) DO NOTHING`, at)
	return wrap("keep beginning of counters", err)
}

// FunnelWeeks are the weeks on record after a day, in order.
func (r reader) FunnelWeeks(ctx context.Context, after time.Time) ([]FunnelWeek, error) {
	rows, err := r.q.Query(ctx, `SELECT week, partial FROM funnel_week WHERE week > $1::date ORDER BY week`, day(after))
	if err != nil {
		return nil, fmt.Errorf("read weeks of the funnel: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[FunnelWeek])
	return all, wrap("read weeks of the funnel", err)
}

// PutFunnelWeek keeps a week as it was read, once: a week that is on record
// stays as it is.
func (tx *Tx) PutFunnelWeek(ctx context.Context, w FunnelWeek, counts []FunnelCount) (first bool, err error) {
	tag, err := tx.tx.Exec(ctx, `INSERT INTO funnel_week (week, partial) VALUES ($1::date, $2) ON CONFLICT (week) DO NOTHING`, day(w.Week), w.Partial)
	if err != nil || tag.RowsAffected() == 0 {
		return false, wrap("keep week of the funnel", err)
	}
	var batch pgx.Batch
	for _, c := range counts {
		batch.Queue(`INSERT INTO funnel_count (week, language, channel, stage, count) VALUES ($1::date, $2, $3, $4, $5)`,
			day(w.Week), c.Language, c.Channel, c.Stage, c.Count)
	}
	return true, wrap("keep week of the funnel", tx.tx.SendBatch(ctx, &batch).Close())
}

// FunnelCounts are the counts of the weeks that have not been published.
func (r reader) FunnelCounts(ctx context.Context) ([]FunnelCount, error) {
	rows, err := r.q.Query(ctx, `SELECT week, language, channel, stage, count FROM funnel_count ORDER BY week, language, channel, stage`)
	if err != nil {
		return nil, fmt.Errorf("read funnel: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[FunnelCount])
	return all, wrap("read funnel", err)
}

// LastFunnelPeriod is the newest period that was published.
func (r reader) LastFunnelPeriod(ctx context.Context) (p FunnelPeriod, found bool, err error) {
	p, found, err = one[FunnelPeriod](ctx, r.q, `SELECT first, last, published FROM funnel_period ORDER BY last DESC LIMIT 1`)
	return p, found, wrap("find period of the funnel", err)
}

// PublishFunnel keeps a period as it is published, and forgets the exact counts
// that it was made of.
func (tx *Tx) PublishFunnel(ctx context.Context, p FunnelPeriod) error {
	_, err := tx.tx.Exec(ctx, `INSERT INTO funnel_period (first, last, published) VALUES ($1::date, $2::date, $3)`, day(p.First), day(p.Last), p.Published)
	if err == nil {
		_, err = tx.tx.Exec(ctx, `DELETE FROM funnel_count WHERE week <= $1::date`, day(p.Last))
	}
	return wrap("publish funnel", err)
}

// day is a time as a date is written.
func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
