package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// ErrNoticeDiffers: a version of the privacy notice is on record with another
// text. What people have agreed to never changes.
var ErrNoticeDiffers = errors.New("this version of the notice is on record with another text")

// Notice is a version of the privacy notice in one language and on one channel,
// filled in.
type Notice struct {
	Version  string    `db:"version"`
	Language string    `db:"language"`
	Channel  string    `db:"channel"`
	Body     string    `db:"body"`
	Details  string    `db:"details"` // what is said to who asks for more
	Since    time.Time `db:"since"`   // first in force; ignored by KeepNotice
}

// KeepNotice keeps all texts of one version, from when on it is in force. A
// version on record stays as it is; other texts under its name are refused with
// ErrNoticeDiffers. A new version is an act of the service.
func (db *DB) KeepNotice(ctx context.Context, texts []Notice, at time.Time) error {
	act := uuid.New()
	return db.Write(ctx, func(tx *Tx) error {
		added := int64(0)
		for _, n := range texts {
			tag, err := tx.tx.Exec(ctx, `
				INSERT INTO privacy_notice (version, language, channel, body, details, since) VALUES ($1, $2, $3, $4, $5, $6)
				ON CONFLICT (version, language, channel) DO NOTHING`,
				n.Version, n.Language, n.Channel, n.Body, n.Details, at)
			if err != nil {
				return fmt.Errorf("keep notice: %w", err)
			}
			var same bool
			if err := tx.tx.QueryRow(ctx, `
				SELECT body = $4 AND details = $5 FROM privacy_notice WHERE version = $1 AND language = $2 AND channel = $3`,
				n.Version, n.Language, n.Channel, n.Body, n.Details).Scan(&same); err != nil {
				return fmt.Errorf("keep notice: %w", err)
			}
			if !same {
				return fmt.Errorf("keep notice %s: %w", n.Version, ErrNoticeDiffers)
			}
			added += tag.RowsAffected()
		}
		if added == 0 {
			return nil
		}
		return tx.Audit(ctx, Entry{ID: act, At: at, Actor: ActorService, Act: "notice.new", Object: texts[0].Version, Size: added})
	})
}

// Notices gives every version of the privacy notice that was in force, the
// oldest first.
func (r reader) Notices(ctx context.Context) ([]Notice, error) {
	all, err := many[Notice](ctx, r.q, `
		SELECT version, language, channel, body, details, since FROM privacy_notice ORDER BY since, version, language, channel`)
	if err != nil {
		return nil, fmt.Errorf("read notices: %w", err)
	}
	return all, nil
}
