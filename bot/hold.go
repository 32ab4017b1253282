package bot

import (
	"context"
	"errors"
	"time"

	"mboka/store/sessions"
)

// hold works on one chat until nothing is left to do: replies first, then
// messages, in order. It renews the lease beside the work. A chat that always
// has something new gives its place to others after turnLimit.
func (b *Bot) hold(ctx context.Context, g *sessions.Grip) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go b.renew(ctx, stop, g)
	h := &held{b: b, g: g, stored: g.Session}
	send, next, behind := g.Send, g.Head, g.Waiting
	for until := b.cfg.Clock().Add(turnLimit); ; {
		did, err := h.step(ctx, send, next, behind)
		b.sawClock(did.Now)
		if err != nil {
			h.putDown(ctx, err)
			return
		}
		if did.Released {
			return
		}
		send, next, behind = did.Send, did.Next, did.Waiting
		if send == nil && (b.closing.Load() || b.cfg.Clock().After(until)) {
			b.giveBack(ctx, g, 0)
			return
		}
	}
}

// step does one thing for the chat. Each has turnLimit of its own: a reply must
// not be cut off because others took long before it.
func (h *held) step(ctx context.Context, send *sessions.Reply, next *sessions.Message, behind int) (sessions.Saved, error) {
	ctx, cancel := context.WithTimeout(ctx, turnLimit)
	defer cancel()
	switch {
	case send != nil:
		return h.send(ctx, *send)
	case next != nil:
		return h.turn(ctx, *next, behind)
	}
	return sessions.Saved{Released: true}, h.b.cfg.Sessions.Release(ctx, h.g)
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
	if transient(err) {
		wait = waitStore
	}
	h.b.metrics.Stumbles.Inc()
	h.b.log.Error("turn not finished, it will be tried again", "chat", h.g.Chat, "error", err)
	h.b.giveBack(context.WithoutCancel(ctx), h.g, wait)
}

// giveBack ends a lease. What waits is due again after wait, on any replica.
func (b *Bot) giveBack(ctx context.Context, g *sessions.Grip, wait time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, waitStore)
	defer cancel()
	if err := b.cfg.Sessions.Postpone(ctx, g, wait); err != nil && !errors.Is(err, sessions.ErrLost) {
		b.log.Warn("lease not given back", "chat", g.Chat, "error", err)
	}
}
