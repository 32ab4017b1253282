package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"mboka/store/seal"
)

// indexedTables are the tables with an index of a chat, apart from those whose
// chat refers to another table's and changes with it. A test fails for one
// that is missing.
var indexedTables = []string{"address", "turn", "staff"}

// turnable is the condition of rows whose index is not the primary key's.
func (r reader) turnable() (condition string, args []any) {
	prefix := r.keys.IndexPrefix()
	if len(prefix) == 0 {
		return `octet_length(chat) <> 16`, nil
	}
	return `(octet_length(chat) = 16 OR substring(chat FROM 1 FOR 5) <> $1)`, []any{prefix}
}

// Reindex gives all rows the index of the primary key. It goes chat by chat
// beside a running service: all rows of a chat turn at once, and a turn of that
// chat waits or has come first. It may be ended at any time and run again.
func (db *DB) Reindex(ctx context.Context, progress func(table string, done int)) (Resealed, error) {
	var all Resealed
	for _, table := range indexedTables {
		if err := db.reindexTable(ctx, table, &all, progress); err != nil {
			return all, fmt.Errorf("reindex %s: %w", table, err)
		}
	}
	return all, nil
}

func (db *DB) reindexTable(ctx context.Context, table string, all *Resealed, progress func(string, int)) error {
	condition, args := db.turnable()
	last, done := []byte{}, 0
	for {
		rows, err := db.pool.Query(ctx, fmt.Sprintf(`SELECT DISTINCT chat FROM %s WHERE chat > $%d AND %s ORDER BY chat LIMIT %d`,
			table, len(args)+1, condition, resealBatch), append(args[:len(args):len(args)], last)...)
		if err != nil {
			return err
		}
		indexes, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
		if err != nil {
			return err
		}
		for _, index := range indexes {
			chat, err := db.keys.ChatOf(index)
			if err == nil {
				err = db.turnIndex(ctx, chat)
			}
			switch {
			case err != nil && ctx.Err() != nil:
				return err
			case err != nil:
				all.Failed = append(all.Failed, Unopened{Row: table + ":" + hex.EncodeToString(index) + ":chat", Why: err})
			default:
				done++
				all.Done++
			}
			last = index
		}
		if len(indexes) > 0 {
			progress(table+".chat", done)
		}
		if len(indexes) < resealBatch {
			return nil
		}
	}
}

// errDoubled: a chat has rows under two indexes that exclude each other.
var errDoubled = errors.New("the chat has a row under its new index already")

// turnIndex gives all rows of a chat its newest index.
func (db *DB) turnIndex(ctx context.Context, chat seal.Chat) error {
	err := db.Write(ctx, func(tx *Tx) error {
		var batch pgx.Batch
		batch.Queue(lockChat, lockOf(chat))
		for _, table := range indexedTables {
			batch.Queue(fmt.Sprintf(`UPDATE %s SET chat = ($1::bytea[])[1] WHERE chat = ANY($1) AND chat <> ($1::bytea[])[1]`, table), tx.index(chat))
		}
		return tx.tx.SendBatch(ctx, &batch).Close()
	})
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" { // unique_violation, whose text repeats the key
		return errDoubled
	}
	return err
}
