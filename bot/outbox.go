package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"mboka/store/limits"
	"mboka/store/sessions"
)

// outgoing is a reply as it lies sealed in the outbox.
type outgoing struct {
	Channel string    `json:"c"`
	Address string    `json:"a"`
	Since   time.Time `json:"t"` // when the message it answers was accepted
	// HeardAt is when the person last wrote before a notice, which answers nothing.
	HeardAt time.Time `json:"h,omitzero"`
	About   About     `json:"b,omitzero"` // of a notice that may wait
	Message Message   `json:"m"`
}

// Sends of a reply.
const (
	// replyLife is how long a reply is tried: after a day nobody waits for it,
	// and on WhatsApp nothing may be sent.
	replyLife   = 24 * time.Hour
	firstWait   = time.Second
	longestWait = time.Minute
	// faultHold is how long a sender waits whose account is refused: somebody
	// has to mend it, and until then replies are not lost.
	faultHold = time.Minute
	// holdSpread is over how long the replies that waited for a hold are spread.
	holdSpread = 2 * time.Second
	// mostDoubts is how often a reply is sent while nobody knows whether it
	// arrived: said twice is better than not at all, three times is not.
	mostDoubts = 2
	// lookAgain is how long to wait when nobody can tell yet, and lookLimit for
	// how long that may go on before the reply is sent again unseen.
	lookAgain = 15 * time.Second
	lookLimit = 10 * time.Minute
)

// send deals with the oldest reply of the chat: it is handed to its platform,
// or where an earlier sending was left in doubt, looked into.
func (h *held) send(ctx context.Context, r sessions.Reply) (sessions.Saved, error) {
	o := sessions.Outcome{ReplyID: r.ID, Attempt: r.Attempt}
	out, failed := h.openReply(r)
	switch {
	case failed != nil:
		o.State = sessions.Failed
	case r.State == sessions.Unknown:
		var err error
		if o.State, o.RetryAt, err = h.doubt(ctx, r, out); err != nil {
			return sessions.Saved{}, err
		}
		if o.State == sessions.Failed {
			failed = &SendError{Outcome: Unknown, Code: "no_answer", Err: errors.New("no answer, or refused later")}
		}
	default:
		o.State, o.RetryAt, failed = h.try(ctx, r, out)
	}
	h.b.metrics.Sends.WithLabelValues(string(o.State)).Inc()
	if failed != nil {
		h.b.log.Warn("reply not sent", "channel", out.Channel, "chat", h.g.Chat, "reply", r.ID, "attempt", r.Attempt,
			"state", o.State, "again", o.RetryAt, "code", failed.Code, "error", failed)
	}
	o.State = h.settled(ctx, r.ID, o.State)
	return h.b.cfg.Sessions.Settle(ctx, h.g, o)
}

func (h *held) openReply(r sessions.Reply) (outgoing, *SendError) {
	plain, err := h.b.keys.Open("outbox", h.g.Chat.String(), r.ID, r.Sealed)
	if err != nil {
		return outgoing{}, &SendError{Outcome: Rejected, Code: "unreadable", Err: err}
	}
	var out outgoing
	if err := json.Unmarshal(plain, &out); err != nil {
		return outgoing{}, &SendError{Outcome: Rejected, Code: "unreadable", Err: err}
	}
	if h.b.channels[out.Channel] == nil {
		return out, &SendError{Outcome: Rejected, Code: "channel_off", Err: fmt.Errorf("channel %q is off", out.Channel)}
	}
	return out, nil
}

// try hands a reply to its platform, unless the sender is held or the person
// may not be written to now, and says what becomes of it.
func (h *held) try(ctx context.Context, r sessions.Reply, out outgoing) (sessions.State, time.Duration, *SendError) {
	channel, now := h.b.channels[out.Channel], h.b.now()
	if s, err := h.read(); err == nil && (s.Away || s.Gated && out.Since.Before(s.GatedAt)) {
		return sessions.Failed, 0, &SendError{Outcome: Rejected, Code: "sealed", Err: errors.New("whoever it was for may not have the address any more")}
	}
	if left := h.b.cfg.Holds.Until(out.Channel).Sub(h.b.cfg.Clock()); left > 0 {
		return sessions.Retry, left + h.b.spread(holdSpread), nil
	}
	if window := channel.Capabilities().Window; window > 0 && now.Sub(h.heard(out)) > window {
		if out.Message.Notice == "" {
			return sessions.Parked, 0, &SendError{Outcome: OutsideWindow, Code: "window", Err: errors.New("it waits until the person writes")}
		}
		out.Message.Outside = true // the channel knows whether there is an approved text
	}
	if !h.awaited(ctx, out) {
		return sessions.Failed, 0, &SendError{Outcome: Rejected, Code: "moot", Err: errors.New("what it is about is over")}
	}
	h.b.cfg.Lanes.Reply(out.Channel)
	failed := deliver(ctx, channel, out)
	if failed == nil {
		return sessions.Sent, 0, nil
	}
	h.b.mind(ctx, h.g.Chat, out.Channel, out.Address, r.ID, failed)
	state, wait := settleAs(failed, channel.Capabilities(), r.Attempt, now.Sub(out.Since))
	if state == sessions.Retry {
		wait += h.b.spread(wait / 2)
	}
	return state, wait, failed
}

// heard is when the person last wrote, as far as we know: the reply tells, and
// only for an old one the session is opened.
func (h *held) heard(out outgoing) time.Time {
	last := out.Since
	if isNotification(out.Message.ID) {
		last = out.HeardAt
	}
	if s, err := h.read(); err == nil && s.At.After(last) {
		return s.At
	}
	return last
}

// deliver calls the platform. A panic on the way leaves the outcome unknown.
func deliver(ctx context.Context, channel Channel, out outgoing) (failed *SendError) {
	err := func() (err error) {
		defer recovered(&err)
		_, err = channel.Send(ctx, out.Address, out.Message)
		return err
	}()
	if err == nil {
		return nil
	}
	if !errors.As(err, &failed) {
		failed = &SendError{Outcome: Unknown, Code: "panic", Err: err}
	}
	return failed
}

// mind carries out what a refusal says beyond its one message: the sender is
// held in all replicas, or the address is out of reach. The chat hears of that
// like of a message, in order: its session must not outlive the owner.
func (b *Bot) mind(ctx context.Context, chat sessions.Chat, channel, address, reply string, failed *SendError) {
	switch {
	case failed.Account:
		wait := failed.RetryAfter
		if failed.Outcome == Rejected {
			wait = max(wait, faultHold)
			b.log.Error("the platform refuses this whole sender: nothing is lost, replies wait until it is mended",
				"channel", channel, "code", failed.Code, "error", failed)
		}
		b.metrics.Holds.WithLabelValues(channel).Inc()
		if err := b.cfg.Holds.Hold(ctx, channel, max(wait, firstWait)); err != nil {
			b.log.Warn("the hold is not shared: is Redis up?", "channel", channel, "error", err)
		}
		if failed.Outcome != Throttled {
			break
		}
		if err := b.cfg.Lanes.Slow(ctx, channel, limits.Half, max(wait, firstWait)+limits.SlowFor); err != nil {
			b.log.Warn("bulk is not slowed: is Redis up?", "channel", channel, "error", err)
		}
	case failed.Outcome == Gone:
		note := Inbound{Channel: channel, Address: address, ID: "unreached:" + reply, Kind: Unreached}
		if err := b.Accept(ctx, note); err != nil {
			b.log.Warn("not kept that an address is out of reach", "chat", chat, "error", err)
		}
	}
}

// settleAs turns what a platform said into the state of the reply.
func settleAs(failed *SendError, caps Capabilities, attempt int, age time.Duration) (sessions.State, time.Duration) {
	waits := failed.Outcome == Retry || failed.Outcome == Throttled || failed.Account
	switch {
	case waits && age > replyLife:
		return sessions.Failed, 0
	case failed.Outcome == Rejected && failed.Account:
		return sessions.Retry, faultHold
	case waits:
		backoff := min(firstWait<<min(attempt-1, 8), longestWait)
		return sessions.Retry, max(backoff, failed.RetryAfter)
	case failed.Outcome == Unknown:
		return sessions.Unknown, caps.Doubt
	case failed.Outcome == OutsideWindow:
		return sessions.Parked, 0
	}
	return sessions.Failed, 0
}

// spread is a random part of a wait, so that what was refused together does not
// come again together.
func (b *Bot) spread(most time.Duration) time.Duration {
	return time.Duration(b.cfg.Chance() * float64(most)).Round(time.Millisecond)
}

// doubt decides about a reply that may have arrived: what the platform said
// since, else what it says when asked. Where nobody knows, it is sent again
// once; after the death of a sender always, once for each death.
func (h *held) doubt(ctx context.Context, r sessions.Reply, out outgoing) (sessions.State, time.Duration, error) {
	fates, err := h.b.cfg.Sessions.Fates(ctx, h.g.Chat, r.ID)
	if err != nil {
		return "", 0, err
	}
	refused := 0
	for _, f := range fates {
		if !f.Failed {
			return sessions.Sent, 0, nil
		}
		refused++
	}
	if refused > 0 {
		return sessions.Failed, 0, nil
	}
	if look := h.b.cfg.LookUps[out.Channel]; look != nil {
		found, err := look(ctx, out.Address, out.Message, out.Since)
		var failed *SendError
		switch {
		case found && errors.As(err, &failed):
			h.b.mind(ctx, h.g.Chat, out.Channel, out.Address, r.ID, failed)
			return sessions.Failed, 0, nil
		case found:
			return sessions.Sent, 0, nil
		case err != nil && h.b.now().Sub(out.Since) < lookLimit:
			return sessions.Unknown, lookAgain, nil
		}
	}
	if r.Doubts >= mostDoubts {
		return sessions.Failed, 0, nil
	}
	return sessions.Retry, 0, nil
}
