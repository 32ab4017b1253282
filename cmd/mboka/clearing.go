package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"mboka/bot"
	"mboka/bot/whatsapp"
	"mboka/store/seal"
	"mboka/store/sessions"
)

// clearingName names the guard in Redis.
const clearingName = "whatsapp-clearing"

const (
	// clearingAge is how old a clearing must be before it can be done: longer
	// than a turn, so that the last reply is in the outbox, or has left it.
	clearingAge = time.Minute
	// clearingWaits is the longest wait for the next try. The waits grow with
	// the age of the clearing.
	clearingWaits = time.Hour
	// mostClearings bounds one pass; the rest is there the next time.
	mostClearings = 100
)

// clearing deletes Twilio's copies of the chats that were erased. The first
// time at once, then again until the last reply has left and nothing is on its
// way any more: Twilio deletes only what is settled.
type clearing struct {
	channel  *whatsapp.Channel
	sessions *sessions.Store
	keys     *seal.Keys
	count    prometheus.Counter
	log      *slog.Logger
	clock    func() time.Time
}

// pass goes on after a chat that fails: another's copies need not wait for it.
func (c clearing) pass(ctx context.Context) error {
	due, err := c.sessions.Clearings(ctx, mostClearings)
	if err != nil {
		return err
	}
	var failed error
	for _, d := range due {
		done, err := c.one(ctx, d)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case done:
			c.count.Inc()
			err = c.sessions.Cleared(ctx, d)
		default:
			age := c.clock().Sub(d.Since)
			err = errors.Join(err, c.sessions.ClearAgain(ctx, d, min(age/8, clearingWaits)))
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("chat %s: %w", d.Chat, err))
		}
	}
	if len(due) > 0 {
		c.log.Info("whatsapp clearing", "chats", len(due), "complete", failed == nil)
	}
	return failed
}

func (c clearing) one(ctx context.Context, d sessions.Clearing) (done bool, err error) {
	of, err := bot.OpenClearing(c.keys, d)
	if err != nil {
		return false, err
	}
	switch err := c.channel.Forget(ctx, of.Address, of.At); {
	case errors.Is(err, whatsapp.ErrInTransit):
		return false, nil
	case err != nil:
		return false, err
	}
	return d.Waiting == 0 && c.clock().Sub(d.Since) >= clearingAge, nil
}
