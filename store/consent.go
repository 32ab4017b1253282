package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// ErrConsentDiffers: a message is said to mean something else than it was
// recorded to mean. Consents are proof and never change.
var ErrConsentDiffers = errors.New("this message is on record with another consent")

// Consent is one yes or one withdrawal.
type Consent struct {
	ID            uuid.UUID `db:"id"`
	MemberID      uuid.UUID `db:"member_id"`
	Purpose       string    `db:"purpose"` // register, missions, contact, directory, share_gov or fund
	Granted       bool      `db:"granted"`
	NoticeVersion string    `db:"notice_version"`
	Language      string    `db:"language"`
	Channel       string    `db:"channel"`
	At            time.Time `db:"at"` // of the tap or the words
	MessageID     string    `db:"message_id"`
}

// RecordConsent keeps a consent. The same one again, by member, purpose and
// message, does nothing, whatever its ID; with another content it is refused
// with ErrConsentDiffers.
func (tx *Tx) RecordConsent(ctx context.Context, c Consent) error {
	tag, err := tx.tx.Exec(ctx, `
		INSERT INTO consent (id, member_id, purpose, granted, notice_version, language, channel, at, message_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (member_id, purpose, message_id) DO NOTHING`,
		c.ID, c.MemberID, c.Purpose, c.Granted, c.NoticeVersion, c.Language, c.Channel, c.At, c.MessageID)
	if err != nil {
		return fmt.Errorf("record consent: %w", err)
	}
	if tag.RowsAffected() == 1 {
		return nil
	}
	old, found, err := one[Consent](ctx, tx.tx, selectConsent+`
		WHERE member_id = $1 AND purpose = $2 AND message_id = $3`, c.MemberID, c.Purpose, c.MessageID)
	if err != nil {
		return fmt.Errorf("record consent: %w", err)
	}
	same := found && old.At.Equal(c.At.Truncate(time.Microsecond))
	old.ID, old.At = c.ID, c.At
	if !same || old != c {
		return fmt.Errorf("record consent: %w", ErrConsentDiffers)
	}
	return nil
}

const selectConsent = `
	SELECT id, member_id, purpose, granted, notice_version, language, channel, at, message_id
	FROM consent`

// Consents gives all consents of a member, the oldest first.
func (r reader) Consents(ctx context.Context, member uuid.UUID) ([]Consent, error) {
	all, err := many[Consent](ctx, r.q, selectConsent+` WHERE member_id = $1 ORDER BY at, id`, member)
	if err != nil {
		return nil, fmt.Errorf("read consents: %w", err)
	}
	return all, nil
}

// LastConsents gives a member's last word on each purpose, yes or no, by time
// and then by id. A purpose that was never spoken of is not in it.
func (r reader) LastConsents(ctx context.Context, member uuid.UUID) (map[string]Consent, error) {
	all, err := r.Consents(ctx, member)
	if err != nil {
		return nil, err
	}
	last := map[string]Consent{}
	for _, c := range all {
		last[c.Purpose] = c
	}
	return last, nil
}

// LiveConsents gives what a member agrees to now, by purpose: the last words
// that are a yes.
func (r reader) LiveConsents(ctx context.Context, member uuid.UUID) (map[string]Consent, error) {
	live, err := r.LastConsents(ctx, member)
	for purpose, c := range live {
		if !c.Granted {
			delete(live, purpose)
		}
	}
	return live, err
}
