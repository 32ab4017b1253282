package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"mboka/bot"
	"mboka/bot/console"
)

// demoService is the service of a demo: all that `serve` runs, over imitated
// platforms. Its time is moved by stopping it and starting it again later, so
// that nothing is under way meanwhile, and what fell due is found as after a
// night without power.
type demoService struct {
	stores   *stores
	clock    *demoClock
	channels []bot.Channel
	public   string
	log      *slog.Logger

	mu   sync.RWMutex // held to stop and start; for reading while something is handed over
	bot  *bot.Bot
	stop func() error
}

// demoChannels imitates both platforms: one is the terminal's, both are shown on
// the phones.
func demoChannels(t *terminal, phones *console.Phones) []bot.Channel {
	out := []bot.Channel{t.channel}
	phones.Watch(t.channel)
	for name, caps := range imitated {
		if name != t.as {
			other := console.New(name, caps, func(string, bot.Message) {})
			phones.Watch(other)
			out = append(out, other)
		}
	}
	return out
}

// start runs the loop, the jobs and the chores until stop.
func (d *demoService) start(ctx context.Context) error {
	registry := prometheus.NewRegistry()
	b, err := wire(d.stores, d.channels, d.public, d.log, registry)
	if err != nil {
		return err
	}
	tempo := usualTempo()
	tempo.clock = d.clock.now
	srv := service{stores: d.stores, on: channels{imitated: d.channels}, bot: b, log: d.log, registry: registry, tempo: tempo}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	botCtx, stopBot := context.WithCancel(context.WithoutCancel(ctx))
	var chores, loop sync.WaitGroup
	var ended error
	loop.Go(func() { ended = b.Run(botCtx) })
	queue, err := srv.startQueue(ctx)
	if err == nil {
		for _, c := range srv.chores() {
			chores.Go(func() { c.tend(ctx) })
		}
	}
	d.bot, d.stop = b, func() error {
		cancel()
		srv.stopQueue(ctx, queue) // jobs speak through the bot
		chores.Wait()
		stopBot()
		loop.Wait()
		return ended
	}
	if err != nil {
		return errors.Join(err, d.stop())
	}
	return nil
}

// Accept hands something to the service as it runs now.
func (d *demoService) Accept(ctx context.Context, in bot.Inbound) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	d.clock.sync()
	return d.bot.Accept(ctx, in)
}

// forward moves the service's time.
func (d *demoService) forward(ctx context.Context, by time.Duration) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.stop(); err != nil {
		return err
	}
	if err := d.clock.move(by); err != nil {
		return err
	}
	return d.start(ctx)
}

// turnLog tells the phones what each turn said, and hands on what an operator
// has to know.
type turnLog struct {
	slog.Handler
	phones *console.Phones
}

// Enabled lets the lines of turns through too.
func (l turnLog) Enabled(context.Context, slog.Level) bool { return true }

// Handle reads the line of a turn.
func (l turnLog) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == "turn" {
		var chat, message string
		var said []string
		r.Attrs(func(a slog.Attr) bool {
			switch a.Key {
			case "chat":
				chat = a.Value.String()
			case "message":
				message = a.Value.String()
			case "said":
				said, _ = a.Value.Any().([]string)
			}
			return true
		})
		l.phones.Turned(chat, message, slices.Clone(said))
	}
	if !l.Handler.Enabled(ctx, r.Level) {
		return nil
	}
	return l.Handler.Handle(ctx, r)
}
