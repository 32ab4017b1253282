package main

import (
	"context"
	"log/slog"
	random "math/rand/v2"
	"strconv"
	"time"

	"github.com/riverqueue/river"

	"mboka/bot"
	"mboka/bot/announce"
	"mboka/store"
	"mboka/store/limits"
)

// bulkTimes makes the platforms' rates so many times as high. It is no setting:
// a test links it, whose platforms are its own (-ldflags "-X main.bulkTimes=50").
var bulkTimes = "1"

func bulkRates() map[string]limits.Rate {
	times, err := strconv.Atoi(bulkTimes)
	if err != nil || times < 1 {
		times = 1
	}
	return limits.Scaled(limits.Rates, times)
}

// senders are how many send bulk at once, by channel.
func senders(rates map[string]limits.Rate) map[string]int {
	out := make(map[string]int, len(rates))
	for channel, r := range rates {
		out[channel] = r.Senders()
	}
	return out
}

// sending joins what tells announcements. Several of them over the same stores
// do the same work together.
func (s *stores) sending(b *bot.Bot, channels []bot.Channel, log *slog.Logger, clock func() time.Time, stop <-chan struct{}) *announce.Sending {
	tier := limits.NewTier(s.redis, "mboka")
	return announce.NewSending(announce.SendingConfig{
		Store: s.db, Channels: channels, Policy: s.settings.Policy, Reach: announce.Audience.Reach,
		Bulk: func(channel string) (func(context.Context) (time.Duration, error), func(context.Context)) {
			sender := s.lanes.Bulk(channel)
			return sender.Ask, sender.Leave
		},
		Slow: func(ctx context.Context, channel string, d time.Duration) error {
			return s.lanes.Slow(ctx, channel, limits.Half, d+limits.SlowFor)
		},
		Tier: tier.Take, HeldUntil: s.holds.Until, Refused: b.Refused, LookUps: lookUps(channels), Count: b.CountDelivery,
		Approved: approvedBy(channels), Marketing: marketingBy(channels),
		Clock: clock, Chance: random.Float64, Logger: log, Stop: stop, Pumps: senders(bulkRates()),
	})
}

// startSending begins to tell announcements where no other jobs run: the demo.
func (s *stores) startSending(ctx context.Context, b *bot.Bot, channels []bot.Channel, log *slog.Logger) (*store.Queue, error) {
	sending, workers := s.sending(b, channels, log, s.clock, ctx.Done()), river.NewWorkers()
	if err := sending.Register(workers); err != nil {
		return nil, err
	}
	queue, err := s.db.NewQueue(workers, sending.Periodic(), log)
	if err != nil {
		return nil, err
	}
	return queue, queue.Start(ctx)
}
