package limits

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Holds are the holds on some senders. It is safe for concurrent use. A nil one
// holds nothing.
type Holds struct {
	client redis.UniversalClient
	prefix string
	clock  func() time.Time

	mu    sync.Mutex
	until map[string]time.Time // by name; all names that may be held
}

// NewHolds prepares the holds of these names. prefix is the first part of the
// keys, "mboka" in production; the client must not retry by itself.
func NewHolds(client redis.UniversalClient, prefix string, clock func() time.Time, names ...string) *Holds {
	h := &Holds{client: client, prefix: prefix, clock: clock, until: make(map[string]time.Time)}
	for _, name := range names {
		h.until[name] = time.Time{}
	}
	return h
}

func (h *Holds) key(name string) string { return h.prefix + ":hold:" + name }

// longer sets a hold, unless one that ends later stands.
var longer = redis.NewScript(`
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
end
return 0`)

// Hold holds a name for some time, here at once and in all replicas within
// their next Refresh. A hold is never shortened. With an error it holds here
// only.
func (h *Holds) Hold(ctx context.Context, name string, d time.Duration) error {
	if h == nil || d <= 0 {
		return nil
	}
	until := h.clock().Add(d)
	h.mu.Lock()
	if until.After(h.until[name]) {
		h.until[name] = until
	}
	h.mu.Unlock()
	if err := longer.Run(ctx, h.client, []string{h.key(name)}, max(1, d.Milliseconds())).Err(); err != nil {
		return fmt.Errorf("hold %s: %w", name, err)
	}
	return nil
}

// Until says until when a name is held, as far as this replica knows. It is in
// the past, or zero, for one that is free.
func (h *Holds) Until(name string) time.Time {
	if h == nil {
		return time.Time{}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.until[name]
}

// left is how long a name is held from now, as far as this replica knows.
func (h *Holds) left(name string) time.Duration {
	if h == nil {
		return 0
	}
	return h.Until(name).Sub(h.clock())
}

// Refresh learns of the holds that other replicas have set, in one round trip.
// After an error what is known stays.
func (h *Holds) Refresh(ctx context.Context) error {
	if h == nil {
		return nil
	}
	h.mu.Lock()
	names := slices.Sorted(maps.Keys(h.until))
	h.mu.Unlock()
	left := make([]*redis.DurationCmd, len(names))
	_, err := h.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, name := range names {
			left[i] = p.PTTL(ctx, h.key(name))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read holds: %w", err)
	}
	now := h.clock()
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, name := range names {
		if d := left[i].Val(); d > 0 && now.Add(d).After(h.until[name]) {
			h.until[name] = now.Add(d)
		}
	}
	return nil
}
