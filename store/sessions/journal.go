package sessions

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
)

// Entry is one thing that Postgres has yet to learn about a chat.
type Entry struct {
	Seq    int64 // grows within a chat, with gaps, and is never used twice
	Sealed []byte
}

// Journal reads the oldest entries of a chat's journal, at most limit, oldest
// first, and leaves them there. It needs no lease.
func (s *Store) Journal(ctx context.Context, chat Chat, limit int) ([]Entry, error) {
	if limit <= 0 {
		return nil, nil
	}
	raws, err := s.client.LRange(ctx, s.keys(chat)[5], 0, int64(limit)-1).Result()
	if err != nil {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	entries := make([]Entry, 0, len(raws))
	for _, raw := range raws {
		head, sealed, found := bytes.Cut([]byte(raw), []byte{'\n'})
		seq, err := strconv.ParseInt(string(head), 10, 64)
		if !found || err != nil {
			return nil, fmt.Errorf("read journal: %w", errAnswer)
		}
		entries = append(entries, Entry{Seq: seq, Sealed: sealed})
	}
	return entries, nil
}

// DropJournal removes the entries up to and including a number, once they are
// safe in Postgres. By number and not by count, so that two replicas that
// wrote the same entries do not drop a newer one between them. It needs no
// lease and may be repeated.
func (s *Store) DropJournal(ctx context.Context, chat Chat, through int64) error {
	if _, err := s.run(ctx, dropScript, Grip{Chat: chat}, "", through); err != nil {
		return fmt.Errorf("drop journal: %w", err)
	}
	return nil
}
