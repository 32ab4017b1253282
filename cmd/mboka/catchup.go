package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"mboka/bot"
	"mboka/bot/whatsapp"
	"mboka/store"
	"mboka/store/seal"
	"mboka/store/sessions"
)

// catchUpName names the guard and the watermark in Redis.
const catchUpName = "whatsapp-catchup"

const (
	// window is how far a pass ever goes back: for 24 hours after a message it
	// can be answered freely (twilio.com/docs/api/errors/63016).
	window = 24 * time.Hour
	// overlap is what a pass looks through once more: for clocks that differ,
	// and for messages that Twilio listed late.
	overlap = 10 * time.Minute
	// lostOverlap is the same after the loss of Redis, where what was answered
	// already would be answered again.
	lostOverlap = time.Minute
	// webhookTime is how long a webhook may be under way: Twilio gives all its
	// tries 15 seconds (twilio.com/docs/api/errors/11205). Younger messages
	// wait for the next pass.
	webhookTime = 20 * time.Second
)

// catchUp finds the WhatsApp messages whose webhooks never reached us. Twilio
// does not repeat those, but lists what it has received.
type catchUp struct {
	channel  *whatsapp.Channel
	take     func(context.Context, bot.Inbound) (fresh bool, err error)
	known    func(context.Context, bot.Inbound) (bool, error) // whether it was taken before
	sessions *sessions.Store
	db       *store.DB
	keys     *seal.Keys
	log      *slog.Logger
	clock    func() time.Time

	// done is when this replica's last complete pass began. Redis may lose the
	// watermark; this remembers it for as long as the process lives.
	done time.Time
	// newest is the last message on record when look was called, before
	// messages could be accepted anew.
	newest time.Time
}

// look finds out up to where the records know of messages, for the case that
// Redis does not know.
func (c *catchUp) look(ctx context.Context) error {
	at, err := c.db.LastInbound(ctx, c.channel.Name())
	if err == nil {
		c.newest = at
	}
	return err
}

// pass lists what people have written since the last one and has that accepted
// which is not known. Only a complete pass moves the watermark.
func (c *catchUp) pass(ctx context.Context) error {
	began := c.clock()
	mark, known, err := c.mark(ctx)
	if err != nil {
		return err
	}
	since := mark.Add(-overlap)
	if !known {
		since = mark.Add(-lostOverlap)
	}
	if floor := began.Add(-window); since.Before(floor) {
		since = floor
	}
	var found missed
	listed := 0
	err = c.channel.Inbound(ctx, since, func(in bot.Inbound) error {
		young := began.Sub(in.At) < webhookTime
		if !young {
			listed++
		}
		seen, err := c.known(ctx, in)
		if err == nil && !seen && !known && !young {
			seen, err = c.answered(ctx, in, mark)
		}
		switch {
		case err != nil:
			return err
		case seen:
			found.after(in)
		case !young:
			found.add(in)
		}
		return nil
	})
	var fresh, full int
	if err == nil { // of half a list nobody knows what came behind
		fresh, full, err = c.accept(ctx, found.messages)
	}
	c.log.Info("whatsapp catch-up", "listed", listed, "new", fresh, "complete", err == nil && full == 0)
	if err == nil && full > 0 {
		err = fmt.Errorf("%d messages wait until there is room in their chats", full)
	}
	if err != nil {
		return err
	}
	c.done = began
	return c.sessions.SetWatermark(ctx, catchUpName, began)
}

// accept takes in what was missed. A chat that is full holds up no other one.
func (c *catchUp) accept(ctx context.Context, messages []bot.Inbound) (fresh, full int, err error) {
	for _, in := range messages {
		if in.ID == "" {
			continue
		}
		isNew, err := c.take(ctx, in)
		switch {
		case errors.Is(err, sessions.ErrMailboxFull):
			full++
		case err != nil:
			return fresh, full, err
		case isNew:
			fresh++
		}
	}
	return fresh, full, nil
}

// missed are messages that nobody has accepted, in the order of the list.
type missed struct {
	messages []bot.Inbound
	of       map[string][]int // by address
}

func (m *missed) add(in bot.Inbound) {
	if m.of == nil {
		m.of = map[string][]int{}
	}
	m.of[in.Address] = append(m.of[in.Address], len(m.messages))
	m.messages = append(m.messages, in)
}

// after notes that one was accepted which its chat wrote behind what was missed:
// an answer to what was asked then would come too late. Whoever got no reply and
// wrote the same once more has had their answer.
func (m *missed) after(in bot.Inbound) {
	for _, i := range m.of[in.Address] {
		if said := &m.messages[i]; said.Kind == in.Kind && said.Text == in.Text && in.Text != "" {
			*said = bot.Inbound{}
		} else {
			said.Overtaken = true
		}
	}
}

// mark is up to when everything is accepted, as far as is known: the
// beginning of the last complete pass. Where Redis does not know it has lost
// the ids of seen messages as well, or this is the first pass of all; known is
// false then.
func (c *catchUp) mark(ctx context.Context) (at time.Time, known bool, err error) {
	at, known, err = c.sessions.Watermark(ctx, catchUpName)
	if err != nil || known {
		return at, known, err
	}
	if !c.done.IsZero() {
		return c.done, false, nil
	}
	return c.newest, false, nil
}

// answered tells from the records, where Redis cannot, whether a message was
// taken before: it is its chat's last one, or older than that. A last one that
// is newer than the mark says nothing of the others: it may have come after
// the loss, before its elders.
func (c *catchUp) answered(ctx context.Context, in bot.Inbound, mark time.Time) (bool, error) {
	a, found, err := c.db.AddressOf(ctx, c.keys.Chat(in.Channel, in.Address))
	if err != nil || !found {
		return false, err
	}
	// in.At is cut to the second, and earlier than the time of acceptance.
	older := !in.At.Add(time.Second).After(a.LastInboundAt) && !a.LastInboundAt.After(mark)
	return a.LastMessageID == in.ID || older, nil
}
