package store

import (
	"context"
	"encoding/binary"

	"github.com/jackc/pgx/v5"

	"mboka/store/seal"
)

// Every column named chat holds an index of the chat, which turns with `mboka
// keys reindex`. While it does, a row may lie under any of the enabled keys:
//
//   - a query asks for `chat = ANY($1)`, with what index or indexes gives,
//   - a new row gets the first of them, ($1::bytea[])[1], unless the chat has
//     one already: see onRecord and alone,
//   - what is read is a []byte that chatOf turns into a seal.Chat.
//
// A seal.Chat itself is refused as an argument and as a target by pgx, so none
// of this can be forgotten in silence. What is sealed with a chat as its id has
// the seal.Chat there, and opens as before when the index has turned.

// index gives a chat as any row may hold it, a new one first.
func (r reader) index(chat seal.Chat) [][]byte { return r.keys.Indexes(chat) }

// indexes gives all of several chats.
func (r reader) indexes(chats []seal.Chat) [][]byte {
	all := make([][]byte, 0, len(chats))
	for _, c := range chats {
		all = append(all, r.keys.Indexes(c)...)
	}
	return all
}

// chats reads the only column of a query, which is a chat.
func (r reader) chats(ctx context.Context, sql string, args ...any) ([]seal.Chat, error) {
	rows, err := r.q.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	kept, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		return nil, err
	}
	out := make([]seal.Chat, 0, len(kept))
	for _, index := range kept {
		c, err := r.keys.ChatOf(index)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// onRecord is a chat as its address has it; without one, as a new row does. $1
// is its index.
const onRecord = `coalesce((SELECT chat FROM address WHERE chat = ANY($1)), ($1::bytea[])[1])`

// alone makes a transaction the only one, until it ends, that may begin rows
// for a chat or turn its index. No unique index can tell that two indexes are
// the same chat's: without this, two replicas with different primaries could
// both begin it. With one key there is nothing to tell apart.
func (r reader) alone(batch *pgx.Batch, chat seal.Chat) {
	if len(r.index(chat)) > 1 {
		batch.Queue(lockChat, lockOf(chat))
	}
}

const lockChat = `SELECT pg_advisory_xact_lock($1)`

// lockOf names the lock of a chat. That two chats share one costs a wait.
func lockOf(chat seal.Chat) int64 { return int64(binary.BigEndian.Uint64(chat[:8])) }
