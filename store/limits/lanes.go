package limits

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"
)

// Lanes share a channel's sender between replies, which never wait here, and
// bulk: what the service says to many, one after the other. It is safe for
// concurrent use, and all replicas with the same Redis and prefix hold together.
type Lanes struct {
	client redis.UniversalClient
	prefix string
	holds  *Holds
	rates  map[string]Rate
	pace   *redis_rate.Limiter

	said    map[string]*atomic.Int64 // replies that Redis does not know of yet
	telling atomic.Bool              // the one goroutine that tells it runs
}

// NewLanes prepares the lanes of the channels in rates. prefix is the first part
// of the keys, as for Holds, which may be nil; the client must not retry by
// itself.
func NewLanes(client redis.UniversalClient, prefix string, holds *Holds, rates map[string]Rate) *Lanes {
	l := &Lanes{client: client, prefix: prefix, holds: holds, rates: rates,
		pace: redis_rate.NewLimiter(client), said: make(map[string]*atomic.Int64)}
	for channel := range rates {
		l.said[channel] = new(atomic.Int64)
	}
	return l
}

func (l *Lanes) key(kind, channel string) string { return l.prefix + ":" + kind + ":" + channel }

// Reply counts one reply of a channel. It costs the caller nothing: one
// goroutine at most tells Redis, of all replies at once that came while it was
// telling. A nil Lanes and a channel without a rate count nothing.
func (l *Lanes) Reply(channel string) {
	if l == nil || l.said[channel] == nil {
		return
	}
	l.said[channel].Add(1)
	if l.telling.CompareAndSwap(false, true) {
		go l.tell()
	}
}

func (l *Lanes) tell() {
	for {
		for channel, said := range l.said {
			if n := said.Swap(0); n > 0 {
				l.count(channel, n)
			}
		}
		l.telling.Store(false)
		if !l.untold() || !l.telling.CompareAndSwap(false, true) {
			return
		}
	}
}

func (l *Lanes) untold() bool {
	for _, said := range l.said {
		if said.Load() > 0 {
			return true
		}
	}
	return false
}

// count gives up after a second, when the replies do not matter any more. A
// replica that does not reach Redis sends neither replies nor bulk.
func (l *Lanes) count(channel string, n int64) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = counted.Run(ctx, l.client, []string{l.key("replies", channel)}, n).Err()
}

// What to ask of Slow when bulk was too fast for its platform.
const (
	Half    = 2
	Stop    = 0
	SlowFor = 5 * time.Minute // long enough to tell whether half the rate passes
)

// Slow makes the bulk of a channel slower for some time, in all replicas: by a
// factor, 2 for half the rate, or with 0 it stops. It is for a platform that
// finds us too fast without refusing the whole sender (see Holds). Whoever is
// refused on a lane that has been slow for a while slows it by the factor once
// more, down to a sixteenth; refusals of the same moment count as one. Nothing
// makes it faster but time: the latest end counts, then the full rate is back.
func (l *Lanes) Slow(ctx context.Context, channel string, factor int, d time.Duration) error {
	if l == nil || factor == 1 || factor < 0 || d <= 0 {
		return nil
	}
	var err error
	if ms := max(1, d.Milliseconds()); factor == 0 {
		err = longer.Run(ctx, l.client, []string{l.key("stop", channel)}, ms).Err()
	} else {
		err = slower.Run(ctx, l.client, []string{l.key("slow", channel)}, factor, ms).Err()
	}
	if err != nil {
		return fmt.Errorf("slow %s: %w", channel, err)
	}
	return nil
}
