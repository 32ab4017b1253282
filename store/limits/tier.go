package limits

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// Tier counts the people whom a sender has written to first, each once, in the
// last 24 hours to the microsecond. WhatsApp lets a sender reach only so many
// outside of their windows. It is safe for concurrent use, and all replicas with
// the same Redis and prefix count together.
type Tier struct {
	client redis.UniversalClient
	prefix string
}

// NewTier prepares the count. prefix is the first part of the keys, as for
// Holds; the client must not retry by itself.
func NewTier(client redis.UniversalClient, prefix string) *Tier {
	return &Tier{client: client, prefix: prefix}
}

func (t *Tier) key(channel string) string { return t.prefix + ":tier:" + channel }

// tierSpan is the time over which people are counted, in microseconds.
const tierSpan = int64(24 * time.Hour / time.Microsecond)

// takes marks ARGV[1] as written to now, if that person is among those of the
// last ARGV[3] microseconds or they are fewer than ARGV[2]. It returns whether,
// and if not, when there is room again.
var takes = redis.NewScript(`
local time = redis.call('TIME')
local now, most, span = time[1] * 1000000 + time[2], tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - span))
local count = redis.call('ZCARD', KEYS[1])
if count >= most and not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  if most <= 0 then return {0, string.format('%.0f', now + span)} end
  local leaves = redis.call('ZRANGE', KEYS[1], count - most, count - most, 'WITHSCORES')
  return {0, string.format('%.0f', leaves[2] + span)}
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
redis.call('PEXPIRE', KEYS[1], math.ceil(span / 1000))
return {1, '0'}`)

// Take asks whether a person may be written to first now, where at most so many
// may be in 24 hours, and counts them if so. person is a keyed hash. Whoever was
// written to within the last 24 hours may be again, and stays counted for 24
// hours from then on: what WhatsApp counts are the people of any 24 hours. If
// not ok, next is when, by Redis's clock, somebody else may be.
//
// A right that is taken is used up, also when the platform refuses the message:
// that errs on the side that is not refused.
func (t *Tier) Take(ctx context.Context, channel, person string, most int) (ok bool, next time.Time, err error) {
	got, err := takes.Run(ctx, t.client, []string{t.key(channel)}, person, most, tierSpan).Slice()
	if err != nil {
		return false, time.Time{}, fmt.Errorf("tier of %s: %w", channel, err)
	}
	if got[0] == int64(1) {
		return true, time.Time{}, nil
	}
	var at int64
	if _, err := fmt.Sscan(got[1].(string), &at); err != nil {
		return false, time.Time{}, fmt.Errorf("tier of %s: %w", channel, err)
	}
	return false, time.UnixMicro(at), nil
}

var taken = redis.NewScript(`
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
return redis.call('ZCOUNT', KEYS[1], string.format('(%.0f', now - ARGV[1]), '+inf')`)

// Left says how many people may be written to first now who have not been in
// the last 24 hours.
func (t *Tier) Left(ctx context.Context, channel string, most int) (int, error) {
	n, err := taken.Run(ctx, t.client, []string{t.key(channel)}, tierSpan).Int()
	if err != nil {
		return 0, fmt.Errorf("tier of %s: %w", channel, err)
	}
	return max(0, most-n), nil
}
