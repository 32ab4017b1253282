package store

import (
	"context"
	"time"
)

// Template is a text that WhatsApp has approved, or not yet.
type Template struct {
	Kind      string    `db:"kind"`
	Language  string    `db:"language"` // of the words
	Hash      string    `db:"hash"`     // of what was submitted
	SID       string    `db:"sid"`      // Twilio's
	Name      string    `db:"name"`     // at WhatsApp
	Category  string    `db:"category"` // as WhatsApp counts it
	State     string    `db:"state"`    // the platform's word
	CheckedAt time.Time `db:"checked_at"`
}

// Templates gives all that were ever created, by kind and language, the one
// that was looked at last first.
func (r reader) Templates(ctx context.Context) ([]Template, error) {
	all, err := many[Template](ctx, r.q, `
		SELECT kind, language, hash, sid, name, category, state, checked_at FROM whatsapp_template
		ORDER BY kind, language, checked_at DESC, hash`)
	return all, wrapErr("read templates", err)
}

// PutTemplate keeps a template, in place of what was known of the same text.
// What was looked at earlier does not replace what was looked at later.
func (db *DB) PutTemplate(ctx context.Context, t Template) error {
	_, err := db.pool.Exec(ctx, `
		INSERT INTO whatsapp_template (kind, language, hash, sid, name, category, state, checked_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (kind, language, hash) DO UPDATE SET sid = excluded.sid, name = excluded.name, category = excluded.category,
			state = excluded.state, checked_at = excluded.checked_at
		WHERE whatsapp_template.checked_at <= excluded.checked_at`,
		t.Kind, t.Language, t.Hash, t.SID, t.Name, t.Category, t.State, t.CheckedAt)
	return wrapErr("put template", err)
}
