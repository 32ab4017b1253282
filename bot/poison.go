package bot

import (
	"context"

	"mboka/flows"
	"mboka/locales"
	"mboka/store/sessions"
)

// apologise sets a message aside that cannot be dealt with, and says so once.
// Where even that cannot be said, the message goes all the same: it must not
// block the chat.
func (h *held) apologise(ctx context.Context, m sessions.Message, in Inbound) (sessions.Saved, error) {
	request := sessions.SaveRequest{Aside: "failed three times"}
	reply, err := h.words(ctx, m, in, locales.Sorry, "sorry")
	switch {
	case in.Kind.note(): // nobody waits for an answer
	case err == nil:
		request.Replies = []sessions.Reply{reply}
	case transient(err):
		return sessions.Saved{}, err
	default:
		h.b.log.Error("no apology is possible", "chat", h.g.Chat, "message", m.ID, "error", err)
	}
	saved, err := h.save(ctx, m, request)
	if err == nil {
		h.b.log.Error("message set aside after three attempts: see `mboka stuck list`", "chat", h.g.Chat, "message", m.ID)
		h.b.metrics.Aside.Inc()
	}
	return saved, err
}

// busy tells the person once that their message is kept while Postgres is away.
// said is false when there is nothing new to send.
func (h *held) busy(ctx context.Context, m sessions.Message, in Inbound) (saved sessions.Saved, said bool) {
	if h.b.now().Sub(m.AcceptedAt) < h.b.cfg.Patience {
		return saved, false
	}
	reply, err := h.words(ctx, m, in, locales.Busy, "busy")
	if err == nil {
		saved, err = h.b.cfg.Sessions.Save(ctx, h.g, sessions.SaveRequest{
			Token: h.b.derived(h.g.Chat, "busy", m.ID), Once: "busy " + m.ID, Replies: []sessions.Reply{reply},
		})
	}
	if err != nil {
		h.b.log.Warn("not told that the answer waits", "chat", h.g.Chat, "message", m.ID, "error", err)
		return saved, false
	}
	return saved, saved.Send != nil
}

// words is a reply of one text alone, in the language of the chat.
func (h *held) words(ctx context.Context, m sessions.Message, in Inbound, key locales.Key, purpose string) (sessions.Reply, error) {
	s, err := h.read()
	if err != nil {
		s = Session{Lang: guessLanguage(in).String()}
	}
	t := outcome{thought: thought{Session: s, Prompt: flows.Prompt{Marks: flows.None, Body: flows.Line{Key: key}}}}
	return h.reply(ctx, m, in, t, purpose)
}
