package sessions

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// clearingKept is how long a Clearing waits to be done before it is given up:
// whoever keeps copies for a while clears them by then in another way.
const clearingKept = 48 * time.Hour

// sinceField is the field of a clearing that is not sealed.
const sinceField = "since"

// Clearing is a chat of which a platform has still to delete its copies of
// messages, because nothing of the chat may be kept. It needs no lease, and
// outlives Forget.
type Clearing struct {
	Chat   Chat
	Since  time.Time // as it was given to Clear
	Sealed []byte
	// Waiting is how many replies had not left the chat's outbox yet.
	Waiting int
}

// Clear keeps a Clearing, due at once. It may be repeated; a later one takes
// the place of an earlier one.
func (s *Store) Clear(ctx context.Context, chat Chat, sealed []byte, at time.Time) error {
	key := s.clearingKey(chat)
	_, err := s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.HSet(ctx, key, sinceField, at.UnixMilli(), "sealed", sealed)
		p.PExpire(ctx, key, clearingKept)
		p.ZAdd(ctx, s.clearingIndex(chat), redis.Z{Score: float64(at.UnixMilli()), Member: chat.String()})
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep clearing: %w", err)
	}
	return nil
}

// Clearings lists those that are due, the longest waiting first, at most limit.
func (s *Store) Clearings(ctx context.Context, limit int) ([]Clearing, error) {
	now, err := s.client.Time(ctx).Result()
	if err != nil {
		return nil, fmt.Errorf("list clearings: %w", err)
	}
	chats, err := s.indexed(ctx, "clearing", strconv.FormatInt(now.UnixMilli(), 10), limit)
	if err != nil {
		return nil, fmt.Errorf("list clearings: %w", err)
	}
	var out []Clearing
	for _, chat := range chats {
		c := Clearing{Chat: chat}
		// The outbox first: a reply that leaves it meanwhile is with its platform.
		waiting, err := s.client.LLen(ctx, s.keys(chat)[3]).Result()
		if err != nil {
			return nil, fmt.Errorf("list clearings: %w", err)
		}
		kept, err := s.client.HGetAll(ctx, s.clearingKey(chat)).Result()
		if err != nil {
			return nil, fmt.Errorf("list clearings: %w", err)
		}
		if len(kept) == 0 { // it has expired
			if err := s.client.ZRem(ctx, s.clearingIndex(chat), chat.String()).Err(); err != nil {
				return nil, fmt.Errorf("list clearings: %w", err)
			}
			continue
		}
		since, err := strconv.ParseInt(kept["since"], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("list clearings: %w", errAnswer)
		}
		c.Since, c.Sealed, c.Waiting = time.UnixMilli(since), []byte(kept["sealed"]), int(waiting)
		out = append(out, c)
	}
	return out, nil
}

// ClearAgain makes a Clearing due again after a while.
func (s *Store) ClearAgain(ctx context.Context, c Clearing, in time.Duration) error {
	now, err := s.client.Time(ctx).Result()
	if err == nil {
		err = s.client.ZAddXX(ctx, s.clearingIndex(c.Chat), redis.Z{Score: float64(now.Add(in).UnixMilli()), Member: c.Chat.String()}).Err()
	}
	if err != nil {
		return fmt.Errorf("put off clearing: %w", err)
	}
	return nil
}

// clearedScript removes a clearing unless a later one has taken its place.
var clearedScript = redis.NewScript(`
if redis.call('HGET', KEYS[1], 'since') == ARGV[1] then
  redis.call('DEL', KEYS[1])
  redis.call('ZREM', KEYS[2], ARGV[2])
end
return 0`)

// Cleared says that a Clearing is done.
func (s *Store) Cleared(ctx context.Context, c Clearing) error {
	keys := []string{s.clearingKey(c.Chat), s.clearingIndex(c.Chat)}
	err := clearedScript.Run(ctx, s.client, keys, strconv.FormatInt(c.Since.UnixMilli(), 10), c.Chat.String()).Err()
	if err != nil && !errors.Is(err, redis.Nil) {
		return fmt.Errorf("end clearing: %w", err)
	}
	return nil
}

func (s *Store) clearingKey(chat Chat) string {
	return s.partition(chat.Partition()) + "c:" + chat.String()
}

func (s *Store) clearingIndex(chat Chat) string { return s.partition(chat.Partition()) + "clearing" }
