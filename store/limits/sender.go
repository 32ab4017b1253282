package limits

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/go-redis/redis_rate/v10"
)

// withoutRedis is how long bulk waits while nobody can tell what others send.
const withoutRedis = time.Second

// Sender sends a channel's bulk, one message after the other. It is for one
// goroutine.
type Sender struct {
	lanes   *Lanes
	channel string
	name    string // among all of all replicas
	sent    bool   // the last answer was yes
}

// Bulk gives a sender of a channel's bulk. Leave ends it.
func (l *Lanes) Bulk(channel string) *Sender {
	return &Sender{lanes: l, channel: channel, name: rand.Text()}
}

// Ask asks whether one message may go now. With 0 it must be sent at once: the
// right is used up and belongs to this moment, and the next call says that the
// message has been answered. Else nothing may be sent, and asking again is of use
// after wait. With an error neither: without Redis bulk does not go.
//
// Bulk takes what replies leave, at most Rate.Bulk. It goes one at a time, and no
// more than Rate.Senders messages are under way, over all announcements and
// replicas: so what arrives at the platform in any one second is as much as was
// granted in it, and one more for each of those when it was slow on the way.
// Whoever asks while so many are stands in line, and gets a place before who has
// just had one. When replies grow from none to many within it, a second may hold
// a few more.
func (s *Sender) Ask(ctx context.Context) (wait time.Duration, err error) {
	l := s.lanes
	rate, ok := l.rates[s.channel]
	if !ok {
		return withoutRedis, fmt.Errorf("bulk of %q: the channel has no rate", s.channel)
	}
	done := s.sent
	s.sent = false
	if left := l.holds.left(s.channel); left > 0 {
		if done {
			s.Leave(ctx)
		}
		return left, nil
	}
	// The gate and the pace are two calls. What is told between them counts for
	// the next message: one may go that would have had to wait.
	keys := []string{l.key("hold", s.channel), l.key("stop", s.channel), l.key("slow", s.channel), l.key("replies", s.channel),
		l.key("line", s.channel), l.key("heard", s.channel)}
	found, err := gate.Run(ctx, l.client, keys, rate.Replies, s.name, done, rate.Senders(), heardFor.Milliseconds()).Int64Slice()
	if err != nil {
		return withoutRedis, fmt.Errorf("bulk of %s: %w", s.channel, err)
	}
	room := rate.room(int(found[2]))
	if left := found[0]; left > 0 {
		return time.Duration(left) * time.Millisecond, nil
	}
	if before := found[3]; before > 0 { // one place is free again with each message
		return min(time.Second/time.Duration(room)*time.Duration(before), time.Second), nil
	}
	// Burst 1: messages are evenly apart, so that no second has more.
	limit := redis_rate.Limit{Rate: room, Burst: 1, Period: time.Second * time.Duration(found[1])}
	may, err := l.pace.Allow(ctx, l.key("bulk", s.channel), limit)
	switch {
	case err != nil:
		return withoutRedis, fmt.Errorf("bulk of %s: %w", s.channel, err)
	case may.Allowed == 0:
		return max(may.RetryAfter, time.Millisecond), nil
	}
	s.sent = true
	return 0, nil
}

// heardFor is for how long somebody keeps their place who is not heard of any
// more: longer than a call to a platform may take.
const heardFor = 25 * time.Second

// Leave gives the place in line to others. It may be repeated; where Redis does
// not hear of it, the place is free after heardFor.
func (s *Sender) Leave(ctx context.Context) {
	s.sent = false
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	pipe := s.lanes.client.Pipeline()
	pipe.ZRem(ctx, s.lanes.key("line", s.channel), s.name)
	pipe.ZRem(ctx, s.lanes.key("heard", s.channel), s.name)
	_, _ = pipe.Exec(ctx)
}
