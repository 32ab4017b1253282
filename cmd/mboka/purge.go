package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"mboka/bot/whatsapp"
)

// purgeName names the guard in Redis.
const purgeName = "whatsapp-purge"

// keptAtTwilio is how long Twilio keeps bodies and numbers of messages: twice
// as long as the catch-up can need them, and so that even what is left behind
// for a while is gone within 72 hours.
const keptAtTwilio = 48 * time.Hour

// purge deletes Twilio's copies of messages. It keeps no state: a pass lists
// what is still there.
type purge struct {
	channel *whatsapp.Channel
	count   prometheus.Counter
	log     *slog.Logger
	clock   func() time.Time
}

func (p purge) pass(ctx context.Context) error {
	done, err := p.channel.Purge(ctx, p.clock().Add(-keptAtTwilio))
	p.count.Add(float64(done.Deleted))
	p.log.Info("whatsapp purge", "deleted", done.Deleted, "left", done.Left, "complete", err == nil)
	return err
}
