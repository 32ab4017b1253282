package store

import (
	"context"
	"fmt"
	"time"
)

// Counted is how many people have one way of being told in common.
type Counted struct {
	Country  string `db:"country"`  // "" of staff
	Language string `db:"language"` // of the conversation
	Channel  string `db:"channel"`  // "": no chat within reach
	// Open: they wrote within the time that was asked for.
	Open bool `db:"open"`
	// Capped: enough was told them this month.
	Capped bool `db:"capped"`
	People int  `db:"people"`
}

// CountProspects counts people by all that decides how they are told, exactly:
// nothing of it may be shown before package bot/protect has seen it. window is
// how long after a message a chat stays open.
func (r reader) CountProspects(ctx context.Context, p Prospects, window time.Duration) ([]Counted, error) {
	sql, args := p.query(2)
	all, err := many[Counted](ctx, r.q, `
		SELECT country, language, channel, coalesce(heard_at >= $1, false) AS open, capped, count(*)::int AS people
		FROM (`+sql+`) prospect GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5`, append([]any{p.At.Add(-window)}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("count prospects: %w", err)
	}
	return all, nil
}
