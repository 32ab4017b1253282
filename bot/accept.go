package bot

import (
	"context"
	"encoding/json"
	"fmt"

	"mboka/store/seal"
	"mboka/store/sessions"
)

// Accept takes one inbound event into its chat's mailbox, in one Redis call,
// and begins the turn when the chat's lease was free. It is the Accept that
// channels are given.
func (b *Bot) Accept(ctx context.Context, in Inbound) error {
	_, err := b.Take(ctx, in)
	return err
}

// Take is Accept that also tells whether the event is new. What was found by
// listing (Late) and is known is no duplicate: it is asked for again on
// purpose.
func (b *Bot) Take(ctx context.Context, in Inbound) (fresh bool, err error) {
	chat := b.keys.Chat(in.Channel, in.Address)
	plain, err := json.Marshal(in)
	if err != nil {
		return false, fmt.Errorf("encode message: %w", err)
	}
	sealed, err := b.keys.Seal("mailbox", chat.String(), in.ID, plain)
	if err != nil {
		return false, fmt.Errorf("seal message: %w", err)
	}
	// The token is new for every delivery: one of the same update again must be
	// known as seen, and not be given the lease of the first.
	got, err := b.cfg.Sessions.Accept(ctx, chat, in.ID, b.cfg.Token(), sealed, b.holder)
	if err != nil {
		return false, fmt.Errorf("accept message: %w", err)
	}
	b.sawClock(got.Now)
	switch {
	case got.Seen && in.Late:
		return false, nil
	case got.Seen:
		b.metrics.Duplicates.Inc()
		return false, nil
	case in.Late:
		b.metrics.CaughtUp.WithLabelValues(in.Channel).Inc()
	}
	b.metrics.Accepted.WithLabelValues(in.Channel).Inc()
	if got.Grip != nil {
		b.work(got.Grip)
	}
	return true, nil
}

// Known tells whether an event was accepted before, as far as Redis knows.
func (b *Bot) Known(ctx context.Context, in Inbound) (bool, error) {
	known, err := b.cfg.Sessions.Seen(ctx, b.keys.Chat(in.Channel, in.Address), in.ID)
	if err != nil {
		return false, fmt.Errorf("look for message: %w", err)
	}
	return known, nil
}

// derived names what comes of a message, the same at each try: a save, a reply.
func (b *Bot) derived(chat seal.Chat, what, id string) string {
	sum := b.keys.Code("token", what+":"+chat.String()+":"+id, 8)
	return fmt.Sprintf("%x", sum)
}

// work holds a chat in its own goroutine. When all slots are taken, or the bot
// is about to end, the lease goes back, and the sweeper of any replica picks
// the chat up.
func (b *Bot) work(g *sessions.Grip) {
	ctx := context.Background() // a turn outlives the request that began it
	if b.closing.Load() {
		b.giveBack(ctx, g, 0)
		return
	}
	select {
	case b.slots <- struct{}{}:
	default:
		b.giveBack(ctx, g, 0)
		return
	}
	b.holds.Go(func() {
		defer func() { <-b.slots }()
		b.hold(ctx, g)
	})
}

// sweep finishes what nobody is working on: a lease ran out, a retry is due,
// all slots were taken.
func (b *Bot) sweep(ctx context.Context) {
	free := cap(b.slots) - len(b.slots)
	if free == 0 {
		return
	}
	due, err := b.cfg.Sessions.Due(ctx, free)
	if err != nil {
		b.log.Error("due chats not listed: is Redis up?", "error", err)
		return
	}
	for _, chat := range due {
		if ctx.Err() != nil {
			return
		}
		g, ok, err := b.claim(ctx, chat)
		if err != nil {
			b.log.Error("chat not claimed", "chat", chat, "error", err)
			return
		}
		if ok {
			b.work(g)
		}
	}
}

// claim is not broken off by a stop: a claim whose answer is lost costs the chat
// a lease's length.
func (b *Bot) claim(ctx context.Context, chat seal.Chat) (*sessions.Grip, bool, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), waitStore)
	defer cancel()
	return b.cfg.Sessions.Claim(ctx, chat, b.holder)
}
