package sessions

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// Guess is something that a chat may fail so often to write; then it is not
// looked at until the lock has passed since the last failure. One failure alone
// is forgotten after the same time.
type Guess struct {
	sign string // in the key
	most int
}

// What is guarded against guessing.
var (
	LinkCodes = Guess{"t", 2}  // codes that join chats
	JoinCodes = Guess{"i", 5}  // codes that give a role
	Proofs    = Guess{"g", 2}  // the name or recovery code of whoever returns
	DoorCodes = Guess{"e", 10} // entry codes: at a door thumbs slip, and each has 45 bits
)

const tryLock = time.Hour

// Tries is how a chat stands with writing codes.
type Tries struct {
	Left  int       // tries before the lock
	Until time.Time // of the lock; zero when there is none
}

// Tries tells how a chat stands at a time, the failed try by this very message
// left out: a repeated turn finds what the first one found.
func (s *Store) Tries(ctx context.Context, g Guess, chat Chat, messageID string, at time.Time) (Tries, error) {
	failed, err := s.client.ZRangeWithScores(ctx, s.triesKey(g, chat), 0, -1).Result()
	if err != nil {
		return Tries{}, fmt.Errorf("read tries: %w", err)
	}
	return g.triesOf(failed, messageID, at), nil
}

// Failed keeps a failed try, by its message: repeated, it counts once.
func (s *Store) Failed(ctx context.Context, g Guess, chat Chat, messageID string, at time.Time) (Tries, error) {
	if err := checkIDs(messageID); err != nil {
		return Tries{}, fmt.Errorf("keep try: %w", err)
	}
	key := s.triesKey(g, chat)
	var failed *redis.ZSliceCmd
	_, err := s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.ZRemRangeByScore(ctx, key, "-inf", strconv.FormatInt(at.Add(-tryLock).UnixMilli(), 10))
		p.ZAdd(ctx, key, redis.Z{Score: float64(at.UnixMilli()), Member: messageID})
		p.PExpire(ctx, key, tryLock)
		failed = p.ZRangeWithScores(ctx, key, 0, -1)
		return nil
	})
	if err != nil {
		return Tries{}, fmt.Errorf("keep try: %w", err)
	}
	return g.triesOf(failed.Val(), "", at), nil
}

func (g Guess) triesOf(failed []redis.Z, but string, at time.Time) Tries {
	n, last := 0, time.Time{}
	for _, z := range failed { // in order of time
		if z.Member != but {
			n, last = n+1, time.UnixMilli(int64(z.Score)).UTC()
		}
	}
	switch ends := last.Add(tryLock); {
	case !at.Before(ends):
		return Tries{Left: g.most}
	case n < g.most:
		return Tries{Left: g.most - n}
	default:
		return Tries{Until: ends}
	}
}

func (s *Store) triesKey(g Guess, chat Chat) string {
	return s.partition(chat.Partition()) + g.sign + ":" + chat.String()
}
