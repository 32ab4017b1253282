package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"mboka/store/seal"
)

// Turn runs do once for a message of a chat. Its row comes first in the
// transaction: if it is there already, do is not called, and what do gave at
// the time is returned with replayed set. The effects of do and its result are
// kept together or, with an error, not at all. Of two calls at the same time
// the second waits for the first.
//
// do may be called again within one call, after its effects were taken back,
// when PostgreSQL gives up the transaction in favour of another one.
//
// A turn that erases its own chat leaves no row either: repeated, it runs do
// again, which then finds no member. So does one whose row DropTurns took.
func (db *DB) Turn(ctx context.Context, chat seal.Chat, messageID string, at time.Time,
	do func(*Tx) (map[string]string, error),
) (result map[string]string, replayed bool, err error) {
	id := chat.String() + ":" + messageID
	err = db.Write(ctx, func(tx *Tx) error {
		result, replayed = nil, false
		first, err := tx.beginTurn(ctx, chat, messageID, at)
		if err != nil {
			return err
		}
		if !first {
			replayed = true
			result, err = tx.turnResult(ctx, chat, messageID, id)
			return err
		}
		if result, err = do(tx); err != nil {
			return err
		}
		plain, err := json.Marshal(result)
		if err != nil {
			return fmt.Errorf("write turn result: %w", err)
		}
		sealed, err := tx.keys.Seal("turn", id, "sealed_result", plain)
		if err != nil {
			return err
		}
		if _, err := tx.tx.Exec(ctx, `
			UPDATE turn SET sealed_result = $3 WHERE chat = ANY($1) AND message_id = $2`,
			tx.index(chat), messageID, sealed); err != nil {
			return fmt.Errorf("end turn: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, false, fmt.Errorf("turn: %w", err)
	}
	return result, replayed, nil
}

// beginTurn adds the row of a turn and says whether it is the first. It then
// locks the chat's address, because WriteBehind too locks addresses before
// members: a turn and a batch wait for each other in a row, not in a circle.
func (tx *Tx) beginTurn(ctx context.Context, chat seal.Chat, messageID string, at time.Time) (first bool, err error) {
	var batch pgx.Batch
	tx.alone(&batch, chat)
	batch.Queue(`
		INSERT INTO turn (chat, message_id, at)
		SELECT coalesce((SELECT chat FROM turn WHERE chat = ANY($1) AND message_id = $2), ($1::bytea[])[1]), $2, $3
		ON CONFLICT (chat, message_id) DO NOTHING`, tx.index(chat), messageID, at).Exec(func(tag pgconn.CommandTag) error {
		first = tag.RowsAffected() == 1
		return nil
	})
	batch.Queue(`SELECT FROM address WHERE chat = ANY($1) FOR NO KEY UPDATE`, tx.index(chat))
	if err := tx.tx.SendBatch(ctx, &batch).Close(); err != nil {
		return false, fmt.Errorf("begin turn: %w", err)
	}
	return first, nil
}

func (tx *Tx) turnResult(ctx context.Context, chat seal.Chat, messageID, id string) (map[string]string, error) {
	var sealed []byte
	err := tx.tx.QueryRow(ctx, `
		SELECT sealed_result FROM turn WHERE chat = ANY($1) AND message_id = $2`, tx.index(chat), messageID).Scan(&sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errAgain // erased or dropped since the insert met it
	}
	if err != nil {
		return nil, fmt.Errorf("read turn result: %w", err)
	}
	plain, err := tx.keys.Open("turn", id, "sealed_result", sealed)
	if err != nil {
		return nil, err
	}
	var result map[string]string
	if err := json.Unmarshal(plain, &result); err != nil {
		return nil, fmt.Errorf("read turn result: %w", err)
	}
	return result, nil
}

// EraseTurns forgets the turns of chats, the running one included.
func (tx *Tx) EraseTurns(ctx context.Context, chats ...seal.Chat) error {
	if _, err := tx.tx.Exec(ctx, `DELETE FROM turn WHERE chat = ANY($1)`, tx.indexes(chats)); err != nil {
		return fmt.Errorf("erase turns: %w", err)
	}
	return nil
}

// DropTurns forgets the turns before a time and says how many. They are kept
// for 7 days: no platform repeats a message for longer than one.
func (db *DB) DropTurns(ctx context.Context, before time.Time) (int64, error) {
	tag, err := db.pool.Exec(ctx, `DELETE FROM turn WHERE at < $1`, before)
	if err != nil {
		return 0, fmt.Errorf("drop turns: %w", err)
	}
	return tag.RowsAffected(), nil
}
