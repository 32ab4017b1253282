package announce

import (
	"context"
	"log/slog"
	"time"

	"mboka/bot"
	"mboka/store"
)

// SendingConfig is what sending needs; cmd/mboka joins it. From Bulk on there
// are defaults.
type SendingConfig struct {
	Store    *store.DB
	Channels []bot.Channel
	Policy   func(context.Context) (store.Policy, error)
	// Reach says whom an audience is for.
	Reach func(Audience) store.Reach

	// Bulk gives a sender of a channel's bulk: ask asks whether one message may go
	// now, and leave ends it, see limits.Sender; Slow makes the bulk of a channel
	// slower after a refusal that concerns only it. Default: nothing is limited.
	Bulk func(channel string) (ask func(context.Context) (wait time.Duration, err error), leave func(context.Context))
	Slow func(ctx context.Context, channel string, d time.Duration) error
	// Tier asks whether a person may be written to first, see limits.Tier.
	Tier func(ctx context.Context, channel, person string, most int) (ok bool, next time.Time, err error)
	// HeldUntil is until when a whole sender is held, see limits.Holds.
	HeldUntil func(channel string) time.Time
	// Refused carries out what a refusal says beyond its one message, see
	// bot.Refused.
	Refused func(ctx context.Context, channel, address, reply string, failed *bot.SendError)
	// Approved tells whether a platform takes an approved text for a kind of notice,
	// or one that says that there is something, to somebody who has not written
	// for a day. Default: none.
	Approved func(channel string, kind bot.NoticeKind, language string) bool
	// Marketing tells whether the text of that kind counts as marketing.
	Marketing func(channel string, kind bot.NoticeKind, language string) bool
	// LookUps as in bot.Config.
	LookUps map[string]bot.LookUp
	// Count counts what became of an attempt, for metrics.
	Count func(channel, state string)

	Clock  func() time.Time
	Chance func() float64 // in [0, 1): spreads what would come at once
	Logger *slog.Logger
	// Stop is closed when the process is to end: pumps end after the message that
	// they send.
	Stop <-chan struct{}
	// Turn is for how long one pump job runs; default 10 s. Stale is after how long a
	// delivery counts as left behind, longer than any call takes; default 1 min.
	Turn, Stale time.Duration
	// Pumps is how many run at once, by channel, for one announcement: as many as
	// Bulk lets send, of all announcements together. Default: 4 each.
	Pumps map[string]int
}

const (
	usualTurn  = 10 * time.Second
	usualStale = time.Minute
	// callLimit bounds one sending: what takes longer may have been taken.
	callLimit = 20 * time.Second
	// usualPumps is enough where nothing is said: with a fifth of a second for a
	// call they send 20 a second.
	usualPumps = 4
	// mostPumps is for an announcement and channel, whatever is said: the places
	// that one process has for them.
	mostPumps = 24
)

// Sending tells announcements to the people whom they are for, from the ledger.
// It is safe for concurrent use, and in several processes at once.
type Sending struct {
	cfg      SendingConfig
	channels map[string]bot.Channel
	names    []string
	sleepers sleepers
}

// NewSending prepares sending. Nothing runs before Workers are given to a queue,
// or Tend and Pump are called.
func NewSending(cfg SendingConfig) *Sending {
	if cfg.Bulk == nil {
		cfg.Bulk = unlimited
	}
	if cfg.Slow == nil {
		cfg.Slow = func(context.Context, string, time.Duration) error { return nil }
	}
	if cfg.Tier == nil {
		cfg.Tier = func(context.Context, string, string, int) (bool, time.Time, error) { return true, time.Time{}, nil }
	}
	if cfg.HeldUntil == nil {
		cfg.HeldUntil = func(string) time.Time { return time.Time{} }
	}
	if cfg.Refused == nil {
		cfg.Refused = func(context.Context, string, string, string, *bot.SendError) {}
	}
	if cfg.Approved == nil {
		cfg.Approved = func(string, bot.NoticeKind, string) bool { return false }
	}
	if cfg.Marketing == nil {
		cfg.Marketing = func(_ string, kind bot.NoticeKind, _ string) bool { return kind == bot.NoticeMission }
	}
	if cfg.Count == nil {
		cfg.Count = func(string, string) {}
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Chance == nil {
		cfg.Chance = func() float64 { return 0 }
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Turn <= 0 {
		cfg.Turn = usualTurn
	}
	if cfg.Stale <= 0 {
		cfg.Stale = usualStale
	}
	s := &Sending{cfg: cfg, channels: make(map[string]bot.Channel)}
	for _, c := range cfg.Channels {
		s.channels[c.Name()] = c
		s.names = append(s.names, c.Name())
	}
	return s
}

func unlimited(string) (func(context.Context) (time.Duration, error), func(context.Context)) {
	return func(context.Context) (time.Duration, error) { return 0, nil }, func(context.Context) {}
}

// stopping tells whether the process is to end.
func (s *Sending) stopping() bool {
	select {
	case <-s.cfg.Stop:
		return true
	default:
		return false
	}
}

// rest waits, unless something ends it.
func (s *Sending) rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	case <-s.cfg.Stop:
	}
}
