package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Settings gives the settings on record, by key, as they were written. What is
// not on record has its default: see NewPolicy.
func (r reader) Settings(ctx context.Context) (map[string]string, error) {
	type row struct {
		Key   string `db:"key"`
		Value string `db:"value"`
	}
	rows, err := many[row](ctx, r.q, `SELECT key, value FROM setting`)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	settings := make(map[string]string, len(rows))
	for _, s := range rows {
		settings[s.Key] = s.Value
	}
	return settings, nil
}

// PutSetting keeps a setting, and that somebody changed it: by is an actor of
// the audit log. A value that ParseSetting
// refuses, or that does not go together with the other settings, is refused
// with that sentence. An empty value takes the setting back to its default.
func (db *DB) PutSetting(ctx context.Context, key, value, by string, at time.Time) error {
	if err := ParseSetting(key, value); err != nil {
		return fmt.Errorf("put setting: %w", err)
	}
	act := uuid.New()
	return db.Write(ctx, func(tx *Tx) error {
		// One at a time, or two changes could each fit the old other one.
		if _, err := tx.tx.Exec(ctx, `LOCK TABLE setting IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return fmt.Errorf("put setting: %w", err)
		}
		all, err := tx.Settings(ctx)
		if err != nil {
			return err
		}
		all[key] = value
		if _, err := NewPolicy(all); err != nil {
			return fmt.Errorf("put setting: %w", err)
		}
		if _, err := tx.tx.Exec(ctx, `
			INSERT INTO setting (key, value, updated_at, updated_by) VALUES ($1, $2, $3, $4)
			ON CONFLICT (key) DO UPDATE SET
				value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
			key, value, at, by); err != nil {
			return fmt.Errorf("put setting: %w", err)
		}
		return tx.Audit(ctx, Entry{ID: act, At: at, Actor: by, Act: "setting.set", Object: key})
	})
}
