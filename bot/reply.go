package bot

import (
	"context"
	"encoding/json"
	"fmt"

	"mboka/locales"
	"mboka/store"
	"mboka/store/sessions"
)

// BaseArgs are the fields that any text may use: from the settings, and by the
// person's country.
func BaseArgs(p store.Policy, country string, caps Capabilities, lang locales.Lang) locales.Args {
	return baseArgs(p, country, caps, lang, NoticeOf(p))
}

func baseArgs(p store.Policy, country string, caps Capabilities, lang locales.Lang, version string) locales.Args {
	carrier := ""
	if caps.Carrier != "" {
		carrier = locales.Text(lang, caps.Carrier, nil)
	}
	return locales.Args{
		"Org": p.Organisation, "Contact": p.Contact, "Host": p.Host, "ComplaintBody": p.ComplaintBody, "ComplaintPerson": p.ComplaintPerson,
		"URL": p.VerifyURL, "Link": p.VerifyURL, "Cap": p.CapMonth, "V": version,
		"Secours": p.Emergency(country), "Relais": p.Relay(country), "Carrier": carrier,
		"Word": firstWord(lang, locales.CmdContinue),
	}
}

// request puts together what a turn leaves behind.
func (h *held) request(ctx context.Context, m sessions.Message, in Inbound, t outcome) (sessions.SaveRequest, error) {
	r := sessions.SaveRequest{DeleteSession: t.Forget, Supersede: !t.Silent, Tally: h.tally(in, t.thought)}
	if !t.Silent {
		reply, err := h.reply(ctx, m, in, t, "reply")
		if err != nil {
			return r, err
		}
		// Files go first: the question that is asked again stays in sight.
		if r.Replies, err = h.files(ctx, m, in, t); err != nil {
			return r, err
		}
		r.Replies = append(r.Replies, reply)
		if showsNotice(t.Prompt) {
			policy, err := h.b.cfg.Policy(ctx)
			if err != nil {
				return r, fmt.Errorf("read settings: %w", err)
			}
			t.Session.Notice = NoticeOf(policy)
		}
	}
	if t.Forget {
		return r, nil
	}
	if !t.Silent {
		t.Session.prompted(h.b.now(), h.b.limits(in.Channel).BurstGap)
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

// reply puts an outcome into words. purpose tells the replies to one message
// apart.
func (h *held) reply(ctx context.Context, m sessions.Message, in Inbound, t outcome, purpose string) (sessions.Reply, error) {
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
	if t.Plain {
		caps = caps.withoutChoices()
	}
	message := Render(t.Prompt, Setting{Lang: t.Session.language(), Caps: caps, Base: base, Results: results})
	message.ID = h.b.derived(h.g.Chat, purpose, m.ID)
	if caps.Edits && t.Prompt.Ticking && in.Kind == Tap {
		message.Edits = in.Source
	}
	again := !t.fresh && len(t.Prompt.Lead) == 0 && t.Prompt.Flow != "" && message.Edits == ""
	return h.sealed(m, in, message, again)
}

// sealed is a message as it goes into the outbox.
func (h *held) sealed(m sessions.Message, in Inbound, message Message, again bool) (sessions.Reply, error) {
	out := outgoing{Channel: in.Channel, Address: in.Address, Since: m.AcceptedAt, Message: message}
	if in.Notification != nil {
		out.HeardAt, out.About = in.Notification.HeardAt, in.Notification.About
	}
	plain, err := json.Marshal(out)
	if err != nil {
		return sessions.Reply{}, fmt.Errorf("encode reply: %w", err)
	}
	sealed, err := h.b.keys.Seal("outbox", h.g.Chat.String(), message.ID, plain)
	if err != nil {
		return sessions.Reply{}, err
	}
	return sessions.Reply{ID: message.ID, Sealed: sealed, Prompt: again}, nil
}
