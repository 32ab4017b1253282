package store

import (
	"context"
	"fmt"
	"time"
)

// LastActs are the newest acts of the audit log, the newest first, without the
// words that were written with them.
func (r reader) LastActs(ctx context.Context, most int) ([]Entry, error) {
	rows, err := many[auditRow](ctx, r.q, `
		SELECT id, at, actor, role, organisation, act, object, size, exported, NULL::bytea AS sealed_words, understood
		FROM audit ORDER BY at DESC, id DESC LIMIT $1`, most)
	if err != nil {
		return nil, fmt.Errorf("read newest acts: %w", err)
	}
	entries := make([]Entry, 0, len(rows))
	for _, row := range rows {
		entries = append(entries, row.entry())
	}
	return entries, nil
}

// LastUnderstood is how the newest act of a kind by somebody was understood, since
// a time: of those that have it.
func (r reader) LastUnderstood(ctx context.Context, act, actor string, since time.Time) (understood []byte, found bool, err error) {
	row, found, err := one[struct {
		Understood []byte `db:"understood"`
	}](ctx, r.q, `
		SELECT understood FROM audit WHERE act = $1 AND actor = $2 AND at >= $3 AND understood IS NOT NULL
		ORDER BY at DESC, id DESC LIMIT 1`, act, actor, since)
	if err != nil {
		return nil, false, fmt.Errorf("find what was understood: %w", err)
	}
	return row.Understood, found, nil
}
