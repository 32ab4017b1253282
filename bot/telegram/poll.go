package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
	sdk "github.com/go-telegram/bot"

	"mboka/bot"
)

// Guard lets one replica at a time poll. It waits until it is this one's turn
// or ctx ends. The context it returns ends when the turn is lost; release gives
// the turn back and is called once, also after it was lost.
type Guard func(ctx context.Context) (held context.Context, release func(), err error)

func unguarded(ctx context.Context) (context.Context, func(), error) {
	return ctx, func() {}, nil
}

// batch is how many updates one getUpdates may bring; the API's maximum.
const batch = 100

// Poll receives updates by long polling until ctx ends, then returns nil. It
// first removes a webhook that is left over, keeping what waits there.
//
// Updates are accepted one after the other in Telegram's order, and the offset
// moves behind an update only when accept returned nil for it: one that fails is
// tried again for ever, with growing waits. After a crash or a lost guard the
// unconfirmed ones come again, so accept must know them by their ID.
//
// Everything passing is waited out; the one error it returns is a token that
// Telegram does not know. A nil guard means that there is only one replica.
func (c *Channel) Poll(ctx context.Context, accept bot.Accept, guard Guard) error {
	if guard == nil {
		guard = unguarded
	}
	p := &poller{Channel: c, accept: accept, waits: backoff.NewExponentialBackOff()}
	p.waits.InitialInterval = c.retryWait
	p.waits.Multiplier = 2
	for {
		held, release, err := guard(ctx)
		if err == nil {
			err = p.run(held)
			release()
		}
		if ctx.Err() != nil {
			return nil
		}
		if errors.Is(err, errToken) {
			return fmt.Errorf("poll Telegram: %w", err)
		}
		if err != nil {
			c.log.Error("telegram polling guard", "error", err)
		}
		p.pause(ctx, p.waits.NextBackOff())
	}
}

var errToken = errors.New("the token or the API URL is not valid")

// poller is one run of Poll.
type poller struct {
	*Channel
	accept   bot.Accept
	waits    *backoff.ExponentialBackOff
	troubled bool // the present trouble has been logged
}

// run polls until ctx ends, returning nil, or errToken.
func (p *poller) run(ctx context.Context) error {
	if err := p.removeWebhook(ctx); err != nil {
		return err
	}
	var offset int64
	for ctx.Err() == nil {
		updates, err := p.getUpdates(ctx, offset)
		if err != nil {
			if err := p.trouble(ctx, err); err != nil {
				return err
			}
			continue
		}
		p.recovered()
		if len(updates) == 0 {
			// The empty answer confirmed everything before offset. Ids start
			// anew at random after a quiet week, perhaps below it.
			offset = 0
			continue
		}
		next := p.takeAll(ctx, updates, offset)
		if next == offset { // nothing in it even had an id: do not spin on it
			p.pause(ctx, max(time.Second, p.retryWait))
		}
		offset = next
	}
	return nil
}

func (p *poller) removeWebhook(ctx context.Context) error {
	for ctx.Err() == nil {
		var a attempt
		_, err := p.api.DeleteWebhook(a.watch(ctx), &sdk.DeleteWebhookParams{DropPendingUpdates: false})
		if err == nil {
			p.recovered()
			return nil
		}
		failed := classify(err, &a)
		if failed.Account {
			return errToken
		}
		p.note(ctx, "removing the webhook", failed)
		p.pause(ctx, max(failed.RetryAfter, p.waits.NextBackOff()))
	}
	return nil
}

// takeAll has the updates accepted in order and returns the next offset.
func (p *poller) takeAll(ctx context.Context, updates []json.RawMessage, offset int64) int64 {
	for _, raw := range updates {
		id, err := p.takeOne(ctx, raw)
		for err != nil {
			p.pause(ctx, p.waits.NextBackOff())
			if ctx.Err() != nil {
				return offset
			}
			id, err = p.takeOne(ctx, raw)
		}
		p.waits.Reset()
		if id > 0 {
			offset = id + 1
		}
	}
	return offset
}

func (p *poller) takeOne(ctx context.Context, raw json.RawMessage) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, acceptTimeout)
	defer cancel()
	return p.take(ctx, raw, p.accept)
}

func (p *poller) getUpdates(ctx context.Context, offset int64) ([]json.RawMessage, error) {
	// A dead connection must not be waited for much longer than the poll.
	ctx, cancel := context.WithTimeout(ctx, p.pollTimeout+10*time.Second)
	defer cancel()
	var updates []json.RawMessage
	err := p.raw(ctx, "getUpdates", map[string]any{
		"offset": offset, "limit": batch, "timeout": int(p.pollTimeout.Seconds()), "allowed_updates": allowedUpdates,
	}, &updates)
	return updates, err
}

// trouble logs a failed getUpdates and waits; it returns errToken when waiting
// cannot help.
func (p *poller) trouble(ctx context.Context, err error) error {
	wait := p.waits.NextBackOff()
	var refused *apiError
	doing := "getting updates"
	if errors.As(err, &refused) {
		switch refused.code {
		case 401, 404:
			return errToken
		case 409:
			doing = "getting updates: another program reads this bot's updates, or a webhook was set"
		}
		wait = max(wait, refused.retryAfter)
	}
	p.note(ctx, doing, err)
	p.pause(ctx, wait)
	return nil
}

// note logs the first of a row of failures; the metrics tell the rest.
func (p *poller) note(ctx context.Context, doing string, err error) {
	if p.troubled || ctx.Err() != nil {
		return
	}
	p.troubled = true
	p.log.Warn("telegram polling waits", "doing", doing, "error", err)
}

func (p *poller) recovered() {
	p.waits.Reset()
	if p.troubled {
		p.troubled = false
		p.log.Info("telegram polling goes on")
	}
}

func (p *poller) pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
