package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// mergedDirectory is what was a merged member's own of the directory.
type mergedDirectory struct {
	Card     uuid.UUID   // that the survivor took over, having none; zero: none
	CardAt   time.Time   // when it had been changed last
	Written  []uuid.UUID // messages
	Received []uuid.UUID
}

func (tx *Tx) directoryOf(ctx context.Context, m Merge) (d mergedDirectory, err error) {
	mine, found, err := tx.CardOf(ctx, m.Merged)
	if err != nil {
		return d, err
	}
	if _, taken, err := tx.CardOf(ctx, m.Survivor); err != nil {
		return d, err
	} else if found && !taken {
		d.Card, d.CardAt = mine.ID, mine.UpdatedAt
	}
	if d.Written, err = tx.ids(ctx, `SELECT id FROM directory_contact WHERE member_id = $1 ORDER BY id`, m.Merged); err != nil {
		return d, err
	}
	d.Received, err = tx.ids(ctx, `SELECT id FROM directory_contact WHERE addressee_id = $1 ORDER BY id`, m.Merged)
	return d, err
}

// mergeDirectory hands the survivor what the merged member had, before that one
// goes with the rest. There is one card: the survivor's, if there was one. Who
// wrote to themselves has written to nobody.
func mergeDirectory(batch *pgx.Batch, m Merge) {
	batch.Queue(`UPDATE directory_card SET member_id = $2 WHERE member_id = $1
		AND NOT EXISTS (SELECT FROM directory_card o WHERE o.member_id = $2)`, m.Merged, m.Survivor)
	batch.Queue(`DELETE FROM directory_contact WHERE member_id = $1 AND addressee_id = $2 OR member_id = $2 AND addressee_id = $1`, m.Merged, m.Survivor)
	batch.Queue(`UPDATE directory_contact SET member_id = $2 WHERE member_id = $1`, m.Merged, m.Survivor)
	batch.Queue(`UPDATE directory_contact SET addressee_id = $2 WHERE addressee_id = $1`, m.Merged, m.Survivor)
	copyBlocks(batch, m.Merged, m.Survivor)
}

// copyBlocks has what somebody wants nothing of, and who wants nothing of them,
// hold for another member too.
func copyBlocks(batch *pgx.Batch, from, to uuid.UUID) {
	batch.Queue(`INSERT INTO directory_block (member_id, blocked_id, at)
		SELECT $2, blocked_id, at FROM directory_block WHERE member_id = $1 AND blocked_id <> $2
		ON CONFLICT (member_id, blocked_id) DO NOTHING`, from, to)
	batch.Queue(`INSERT INTO directory_block (member_id, blocked_id, at)
		SELECT member_id, $2, at FROM directory_block WHERE blocked_id = $1 AND member_id <> $2
		ON CONFLICT (member_id, blocked_id) DO NOTHING`, from, to)
}

// splitDirectory gives back what was handed over; blocks hold for both from now
// on: nobody hears again of whom they had enough. A card that was changed since
// stays where it was changed: what was written on it then is no other person's.
// Who wrote to a card meanwhile, and waits, has written to its owner.
func splitDirectory(batch *pgx.Batch, survivor uuid.UUID, j journalled) {
	was := j.rows.Directory
	batch.Queue(`UPDATE directory_card SET member_id = $3 WHERE member_id = $1 AND id = $2 AND updated_at = $4`, survivor, was.Card, j.Merged, was.CardAt)
	batch.Queue(`UPDATE directory_contact SET addressee_id = $3 WHERE addressee_id = $1 AND card_id = $2 AND answer IS NULL AND member_id <> $3
		AND EXISTS (SELECT FROM directory_card WHERE id = $2 AND member_id = $3)`, survivor, was.Card, j.Merged)
	batch.Queue(`UPDATE directory_contact SET member_id = $3 WHERE member_id = $1 AND id = ANY($2)`, survivor, was.Written, j.Merged)
	batch.Queue(`UPDATE directory_contact SET addressee_id = $3 WHERE addressee_id = $1 AND id = ANY($2)`, survivor, was.Received, j.Merged)
	copyBlocks(batch, survivor, j.Merged)
}

// cardNeedsConsent takes down the cards of those who do not say yes any more.
func (tx *Tx) cardNeedsConsent(ctx context.Context, members ...uuid.UUID) error {
	for _, id := range members {
		live, err := tx.LiveConsents(ctx, id)
		if err != nil {
			return err
		}
		if _, agrees := live[ForDirectory]; agrees {
			continue
		}
		if err := tx.DropCard(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// eraseWords takes a member's words, and those to them, out of messages. The
// card and what they wrote go with the member.
func (tx *Tx) eraseWords(ctx context.Context, member uuid.UUID) error {
	_, err := tx.tx.Exec(ctx, `
		UPDATE directory_contact SET addressee_id = NULL, sealed_text = NULL, sealed_name = NULL, sealed_reply = NULL WHERE addressee_id = $1`, member)
	return wrapErr("erase words of messages", err)
}

// keptDirectory adds what is kept of the directory.
func (r reader) keptDirectory(ctx context.Context, k *Kept, member uuid.UUID) (err error) {
	if k.Card, _, err = r.CardOf(ctx, member); err != nil {
		return err
	}
	if k.Contacts, err = r.Contacts(ctx, member); err != nil {
		return err
	}
	k.Blocked, err = r.Blocks(ctx, member)
	return err
}
