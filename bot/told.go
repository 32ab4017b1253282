package bot

import (
	"context"
	"fmt"
	"strings"

	"mboka/store/sessions"
)

// Told is what a platform says of a message after it took it, by a callback
// that may come twice, late, out of order, or before the call that sent the
// message has returned.
type Told struct {
	Channel    string
	Address    string // whom the message was for; empty: not one of ours
	ReplyID    string // Message.ID
	ProviderID string // the platform's id of this sending
	Rank       int    // grows as the message goes on
	State      string // the platform's word
	Code       string // its error code, "" for none
	// Failure says what to do about a message that came to nothing.
	Failure *SendError
	// Delivered tells that it has reached the phone.
	Delivered bool
	// Read tells that the person has opened it.
	Read bool
	// AsText tells that the form was refused: as text the words may pass.
	AsText bool
}

// Told takes in what became of a message. An error means that the store is not
// there. It may be repeated.
func (b *Bot) Told(ctx context.Context, t Told) error {
	if t.Address == "" || t.ReplyID == "" {
		return nil
	}
	if strings.HasPrefix(t.ReplyID, deliveryPrefix) {
		return b.delivered(ctx, t)
	}
	chat := b.keys.Chat(t.Channel, t.Address)
	if t.Failure != nil {
		b.metrics.Undelivered.WithLabelValues(t.Channel).Inc()
		b.log.Warn("reply not delivered", "channel", t.Channel, "chat", chat, "reply", t.ReplyID,
			"state", t.State, "code", t.Code, "error", t.Failure)
		b.mind(ctx, chat, t.Channel, t.Address, t.ReplyID, t.Failure)
		if t.AsText && !isNotification(t.ReplyID) {
			// Through the same door as what people send: in order, and only once.
			again := Inbound{Channel: t.Channel, Address: t.Address, ID: "refused:" + t.ProviderID, Kind: Refused}
			if err := b.Accept(ctx, again); err != nil {
				return err
			}
		}
	}
	if err := b.noticed(ctx, chat, t.ReplyID, t.notification()); err != nil {
		return err
	}
	_, err := b.cfg.Sessions.PutFate(ctx, chat, t.ReplyID, sessions.Fate{
		ProviderID: t.ProviderID, Rank: t.Rank, State: t.State, Code: t.Code, Failed: t.Failure != nil,
	})
	if err != nil {
		return fmt.Errorf("settle reply: %w", err)
	}
	return nil
}

// deliveryPrefix begins the outbox id of a delivery of an announcement.
const deliveryPrefix = "delivery-"

// delivered hands on what became of a delivery of an announcement.
func (b *Bot) delivered(ctx context.Context, t Told) error {
	if b.cfg.Delivered == nil {
		return nil
	}
	if err := b.cfg.Delivered(ctx, t); err != nil {
		return fmt.Errorf("settle delivery: %w", err)
	}
	return nil
}

// Refused carries out what a refusal of a message says beyond that message: the
// whole sender is held, in all replicas, or the address is out of reach. It is
// for messages that the bot does not send itself.
func (b *Bot) Refused(ctx context.Context, channel, address, reply string, failed *SendError) {
	b.mind(ctx, b.keys.Chat(channel, address), channel, address, reply, failed)
}

// CountDelivery counts a step of a delivery by the state that it led to.
func (b *Bot) CountDelivery(channel, state string) {
	b.metrics.Deliveries.WithLabelValues(channel, state).Inc()
}
