package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"mboka/locales"
	"mboka/store"
	"mboka/store/sessions"
)

// BaseArgs are the fields that any text may use: from the settings, and by the
// person's country.
func BaseArgs(p store.Policy, country string, caps Capabilities, lang locales.Lang) locales.Args {
	carrier := ""
	if caps.Carrier != "" {
		carrier = locales.Text(lang, caps.Carrier, nil)
	}
	return locales.Args{
		"Org": p.Organisation, "Contact": p.Contact, "Host": p.Host, "ComplaintBody": p.ComplaintBody,
		"URL": p.VerifyURL, "Link": p.VerifyURL, "Cap": p.CapMonth, "V": NoticeVersion,
		"Secours": p.Emergency(country), "Relais": p.Relay(country), "Carrier": carrier,
		"Word": firstWord(lang, locales.CmdContinue),
	}
}

// NoticeVersion is the version of the privacy notice in the catalogues. It
// goes up when its meaning changes; consents are stored with it.
const NoticeVersion = "1"

// outgoing is a reply as it lies sealed in the outbox.
type outgoing struct {
	Channel string  `json:"c"`
	Address string  `json:"a"`
	Message Message `json:"m"`
}

// request puts together what a turn leaves behind.
func (h *held) request(ctx context.Context, m sessions.Message, in Inbound, t outcome) (sessions.SaveRequest, error) {
	r := sessions.SaveRequest{DeleteSession: t.Forget, Supersede: !t.Silent}
	if !t.Silent {
		reply, err := h.reply(ctx, m, in, t)
		if err != nil {
			return r, err
		}
		// Files go first: the question that is asked again stays in sight.
		if r.Replies, err = h.files(ctx, m, in, t); err != nil {
			return r, err
		}
		r.Replies = append(r.Replies, reply)
	}
	if t.Forget {
		return r, nil
	}
	if !t.Silent {
		// Redis tells times in whole milliseconds: with a finer one, an answer
		// within the same would seem to be older than its question.
		t.Session.PromptAt = h.b.now().Truncate(time.Millisecond)
	}
	plain, err := t.Session.Encode()
	if err != nil {
		return r, err
	}
	if r.Session, err = h.b.keys.Seal("session", h.g.Chat.String(), "state", plain); err != nil {
		return r, err
	}
	r.Journal, err = h.journal(in, t)
	return r, err
}

func (h *held) reply(ctx context.Context, m sessions.Message, in Inbound, t outcome) (sessions.Reply, error) {
	channel, ok := h.b.channels[in.Channel]
	if !ok {
		return sessions.Reply{}, fmt.Errorf("channel %q is off", in.Channel)
	}
	caps := channel.Capabilities()
	base, err := h.base(ctx, t.Session, caps)
	if err != nil {
		return sessions.Reply{}, err
	}
	results := make(locales.Args, len(t.results))
	for k, v := range t.results {
		results[k] = v
	}
	message := Render(t.Prompt, Setting{Lang: t.Session.language(), Caps: caps, Base: base, Results: results})
	message.ID = h.b.derived(h.g.Chat, "reply", m.ID)
	if caps.Edits && t.Prompt.Ticking && in.Kind == Tap {
		message.Edits = in.Source
	}
	again := !t.fresh && len(t.Prompt.Lead) == 0 && t.Prompt.Flow != "" && message.Edits == ""
	return h.sealed(in, message, again)
}

// sealed is a message as it goes into the outbox.
func (h *held) sealed(in Inbound, message Message, again bool) (sessions.Reply, error) {
	plain, err := json.Marshal(outgoing{Channel: in.Channel, Address: in.Address, Message: message})
	if err != nil {
		return sessions.Reply{}, fmt.Errorf("encode reply: %w", err)
	}
	sealed, err := h.b.keys.Seal("outbox", h.g.Chat.String(), message.ID, plain)
	if err != nil {
		return sessions.Reply{}, err
	}
	return sessions.Reply{ID: message.ID, Sealed: sealed, Prompt: again}, nil
}

// send hands one reply to its platform and records what became of it. Where
// nobody knows, the answer comes back here as Unknown after a while.
func (h *held) send(ctx context.Context, r sessions.Reply) (sessions.Saved, error) {
	o := sessions.Outcome{ReplyID: r.ID, Attempt: r.Attempt}
	var err error
	if r.State == sessions.Unknown {
		o.State = sessions.Failed
		if r.Attempt < maxSends && h.b.doubts.first(r.ID) {
			o.State = sessions.Retry
			return h.b.cfg.Sessions.Settle(ctx, h.g, o)
		}
		err = &SendError{Outcome: Unknown, Code: "no_answer", Err: errors.New("no answer, twice")}
	} else {
		err = h.deliver(ctx, r)
		o.State, o.RetryAt = settleAs(err, r.Attempt)
	}
	if o.State == sessions.Sent || o.State == sessions.Failed {
		h.b.doubts.over(r.ID)
	}
	h.b.metrics.Sends.WithLabelValues(string(o.State)).Inc()
	if err != nil {
		var failed *SendError
		code := ""
		if errors.As(err, &failed) {
			code = failed.Code
		}
		h.b.log.Warn("reply not sent", "chat", h.g.Chat, "reply", r.ID, "attempt", r.Attempt, "state", o.State, "code", code, "error", err)
	}
	return h.b.cfg.Sessions.Settle(ctx, h.g, o)
}

func (h *held) deliver(ctx context.Context, r sessions.Reply) (err error) {
	defer recovered(&err) // then nobody knows whether it was taken
	plain, err := h.b.keys.Open("outbox", h.g.Chat.String(), r.ID, r.Sealed)
	if err != nil {
		return &SendError{Outcome: Rejected, Code: "unreadable", Err: err}
	}
	var out outgoing
	if err := json.Unmarshal(plain, &out); err != nil {
		return &SendError{Outcome: Rejected, Code: "unreadable", Err: err}
	}
	channel, ok := h.b.channels[out.Channel]
	if !ok {
		return &SendError{Outcome: Rejected, Code: "channel_off", Err: fmt.Errorf("channel %q is off", out.Channel)}
	}
	_, err = channel.Send(ctx, out.Address, out.Message)
	return err
}

// Sends of a reply: how often, and how long to wait between.
const (
	maxSends     = 6
	firstWait    = time.Second
	unknownWait  = 2 * time.Second
	longestSends = time.Minute
)

// settleAs turns what a platform said into the state of the reply.
func settleAs(err error, attempt int) (sessions.State, time.Duration) {
	if err == nil {
		return sessions.Sent, 0
	}
	var failed *SendError
	if !errors.As(err, &failed) {
		failed = &SendError{Outcome: Unknown, Err: err}
	}
	switch failed.Outcome {
	case Retry, Throttled:
		if attempt >= maxSends {
			return sessions.Failed, 0
		}
		wait := failed.RetryAfter
		if wait <= 0 {
			wait = min(firstWait<<min(attempt, 8), longestSends)
		}
		return sessions.Retry, wait
	case Unknown:
		return sessions.Unknown, unknownWait
	}
	return sessions.Failed, 0
}
