package store

import (
	"context"
	"fmt"
	"time"
)

// Contents gives the WhatsApp content objects that exist, from the hash of what
// they say to their SID.
func (r reader) Contents(ctx context.Context) (map[string]string, error) {
	type row struct {
		Hash string `db:"hash"`
		SID  string `db:"sid"`
	}
	rows, err := many[row](ctx, r.q, `SELECT hash, sid FROM whatsapp_content`)
	if err != nil {
		return nil, fmt.Errorf("read contents: %w", err)
	}
	contents := make(map[string]string, len(rows))
	for _, c := range rows {
		contents[c.Hash] = c.SID
	}
	return contents, nil
}

// PutContent keeps the SID of a content object, in place of an earlier one with
// the same hash.
func (db *DB) PutContent(ctx context.Context, hash, sid, name, language string, at time.Time) error {
	_, err := db.pool.Exec(ctx, `
		INSERT INTO whatsapp_content (hash, sid, name, language, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (hash) DO UPDATE SET
			sid = excluded.sid, name = excluded.name, language = excluded.language, created_at = excluded.created_at`,
		hash, sid, name, language, at)
	if err != nil {
		return fmt.Errorf("put content: %w", err)
	}
	return nil
}
