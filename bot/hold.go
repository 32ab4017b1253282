package bot

import (
	"context"
	"errors"
	"time"

	"mboka/store"
	"mboka/store/sessions"
)

// hold works on one chat until nothing is left to do: replies first, then
// messages, in order. It renews the lease beside the work.
func (b *Bot) hold(ctx context.Context, g *sessions.Grip) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go b.renew(ctx, stop, g)
	h := &held{b: b, g: g, stored: g.Session}
	send, next := g.Send, g.Head
	for {
		var did sessions.Saved
		var err error
		switch {
		case send != nil:
			did, err = h.send(ctx, *send)
		case next != nil:
			did, err = h.turn(ctx, *next)
		default:
			err = b.cfg.Sessions.Release(ctx, g)
			did.Released = true
		}
		b.sawClock(did.Now)
		if err != nil {
			h.putDown(ctx, err)
			return
		}
		if did.Released {
			return
		}
		send, next = did.Send, did.Next
		if b.closing.Load() && send == nil {
			h.giveBack(ctx, 0)
			return
		}
	}
}

// held is a chat under our lease.
type held struct {
	b *Bot
	g *sessions.Grip
	// stored is the session as it stands in Redis.
	stored []byte
}

// renewals per lease: two may fail before the lease is lost.
const renewals = 3

func (b *Bot) renew(ctx context.Context, stop context.CancelCauseFunc, g *sessions.Grip) {
	ticker := time.NewTicker(b.cfg.Sessions.Lease() / renewals)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := b.cfg.Sessions.Renew(ctx, g); errors.Is(err, sessions.ErrLost) {
				stop(err)
				return
			}
		}
	}
}

// waits after a turn that could not be finished.
const (
	waitStore = 2 * time.Second
	waitFault = time.Second
)

// putDown ends the hold after an error. A lost lease is nothing: somebody else
// goes on. Anything else is tried again by whoever sweeps.
func (h *held) putDown(ctx context.Context, err error) {
	if errors.Is(err, sessions.ErrLost) || errors.Is(context.Cause(ctx), sessions.ErrLost) {
		return
	}
	wait := waitFault
	if store.Unavailable(err) {
		wait = waitStore
	}
	h.b.metrics.Stumbles.Inc()
	h.b.log.Error("turn not finished, it will be tried again", "chat", h.g.Chat, "error", err)
	h.giveBack(context.WithoutCancel(ctx), wait)
}

func (h *held) giveBack(ctx context.Context, wait time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, waitStore)
	defer cancel()
	if err := h.b.cfg.Sessions.Postpone(ctx, h.g, wait); err != nil && !errors.Is(err, sessions.ErrLost) {
		h.b.log.Warn("lease not given back", "chat", h.g.Chat, "error", err)
	}
}
