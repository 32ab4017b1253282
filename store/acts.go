package store

import (
	"context"
	"fmt"
)

// LastActs are the newest acts of the audit log, the newest first, without the
// words that were written with them.
func (r reader) LastActs(ctx context.Context, most int) ([]Entry, error) {
	rows, err := many[auditRow](ctx, r.q, `
		SELECT id, at, actor, role, organisation, act, object, size, exported, NULL::bytea AS sealed_words
		FROM audit ORDER BY at DESC, id DESC LIMIT $1`, most)
	if err != nil {
		return nil, fmt.Errorf("read newest acts: %w", err)
	}
	entries := make([]Entry, 0, len(rows))
	for _, row := range rows {
		entries = append(entries, Entry{
			ID: row.ID, At: row.At, Actor: row.Actor, Role: orZero(row.Role), Organisation: orZero(row.Organisation),
			Act: row.Act, Object: orZero(row.Object), Size: orZero(row.Size), Exported: row.Exported,
		})
	}
	return entries, nil
}
