package bot

import (
	"context"
	"fmt"
	"strings"
	"time"

	"mboka/flows"
	"mboka/locales"
	"mboka/store/sessions"
)

// Notification is something that the service says first. It is put into the chat's
// mailbox and takes its turn there, but it is nothing the person did: the
// session, what is asked, and when the person was last heard stay as they are.
type Notification struct {
	ID   string            `json:"id"` // of its row; it is said once
	Key  locales.Key       `json:"key"`
	Args map[string]string `json:"args,omitempty"`
	// About and Choices are buttons under the text: the codes and labels of one
	// step.
	About   About          `json:"about,omitzero"`
	Step    string         `json:"step,omitempty"`
	Choices []flows.Option `json:"choices,omitempty"`
	// Kind and Fields are for a platform that takes only approved texts now, see
	// Message.Notice. "": it is said within the window or not at all.
	Kind   NoticeKind `json:"kind,omitempty"`
	Fields []string   `json:"fields,omitempty"`
	// Language as the records have it.
	Language string `json:"language"`
	// HeardAt is when the person last wrote, as far as the records know: where
	// the platform has a window, it counts from there.
	HeardAt  time.Time `json:"heard_at,omitzero"`
	QueuedAt time.Time `json:"queued_at"`
	// Waits: where it may not be said now it waits until the person writes, as a
	// reply does.
	Waits bool `json:"waits,omitempty"`
	// Moot: the person having written since, there is nothing to say any more.
	Moot bool `json:"moot,omitempty"`
}

// Notified is the kind of a notice in a mailbox. No channel reports it.
const Notified Kind = "notice"

// notificationPrefix begins the outbox id of a notice; its own id follows.
const notificationPrefix = "notice-"

// awaitedPrefix is notificationPrefix where it waits until the person writes.
const awaitedPrefix = "awaited-"

// NotificationFate is what became of a notice. One of a rank that is not higher than
// what is known comes too late: fates may come twice and out of order.
type NotificationFate struct {
	State sessions.State // Sent, Parked, Failed or Unknown
	Rank  int
}

// The ranks of what becomes of a notice. A platform may take it and fail later,
// and one that was sent twice may fail once and arrive once.
const (
	rankUnknown = iota + 1
	rankTaken
	rankRefused
	rankUndelivered
	rankDelivered
)

// Notify has a notice said in a chat. It may be repeated.
func (b *Bot) Notify(ctx context.Context, channel, address string, n Notification) error {
	return b.Accept(ctx, Inbound{Channel: channel, Address: address, ID: "notice:" + n.ID, Kind: Notified, At: n.QueuedAt, Notification: &n})
}

// Forget has all that Redis keeps of a chat dropped, after what its mailbox
// holds: the record is gone. id names the erasure; it may be repeated.
func (b *Bot) Forget(ctx context.Context, channel, address, id string) error {
	return b.Accept(ctx, Inbound{Channel: channel, Address: address, ID: "forget:" + id, Kind: Erased})
}

// note tells what no person did: another chat of theirs, or the service itself.
func (k Kind) note() bool {
	return k == Renewed || k == Erased || k == Demoted || k == Notified || k.asks()
}

// notification is the turn over a notice.
func (h *held) notification(ctx context.Context, m sessions.Message, in Inbound) (t outcome, r sessions.SaveRequest, err error) {
	t.Silent = true
	if in.Notification == nil {
		return t, r, fmt.Errorf("notice without a text")
	}
	n := *in.Notification
	if s, err := h.read(); n.Moot && h.stored != nil && err == nil && s.At.After(n.QueuedAt) {
		return t, r, nil
	}
	if h.b.channels[in.Channel] == nil {
		return t, r, h.b.noticed(ctx, h.g.Chat, notificationPrefix+n.ID, NotificationFate{State: sessions.Failed, Rank: rankRefused})
	}
	args := make(locales.Args, len(n.Args))
	for k, v := range n.Args {
		args[k] = v
	}
	t.Silent, t.Session = false, Session{Lang: n.Language}
	t.Prompt = flows.Prompt{Marks: flows.None, Body: flows.Line{Key: n.Key, Args: args}}
	if len(n.Choices) > 0 {
		t.Prompt.Run, t.Prompt.Step, t.Prompt.Options = n.About.Run(), n.Step, n.Choices
	}
	caps := h.b.limits(in.Channel)
	base, err := h.base(ctx, t.Session, caps)
	if err != nil {
		return t, r, err
	}
	message := Render(t.Prompt, Setting{Lang: t.Session.language(), Caps: caps, Base: base})
	message.ID = notificationPrefix + n.ID
	if n.Waits {
		message.ID = awaitedPrefix + n.ID
	}
	message.Notice, message.Fields = n.Kind, n.Fields
	reply, err := h.sealed(m, in, message, false)
	if err != nil {
		return t, r, err
	}
	return t, sessions.SaveRequest{Replies: []sessions.Reply{reply}}, nil
}

// awaited tells whether there is still something to say. A notice may have lain
// for days until the person wrote, and what it is about may be withdrawn since.
// Where the records cannot be asked it is said: it names nothing, and whoever
// taps it reads what the records have then.
func (h *held) awaited(ctx context.Context, out outgoing) bool {
	id, waits := strings.CutPrefix(out.Message.ID, awaitedPrefix)
	if !waits || h.b.cfg.Awaited == nil {
		return true
	}
	is, err := h.b.cfg.Awaited(ctx, id, out.About)
	if err != nil {
		h.b.log.Warn("not known whether a notice is over, it is said", "chat", h.g.Chat, "notice", id, "error", err)
	}
	return is || err != nil
}

// isNotification tells whether an outbox id is that of a notice.
func isNotification(reply string) bool {
	return strings.HasPrefix(reply, notificationPrefix) || strings.HasPrefix(reply, awaitedPrefix)
}

// noticed hands on what became of a notice. Of other replies it knows nothing.
func (b *Bot) noticed(ctx context.Context, chat sessions.Chat, reply string, f NotificationFate) error {
	id, ok := strings.CutPrefix(reply, notificationPrefix)
	if !ok || b.cfg.Noticed == nil {
		return nil
	}
	if err := b.cfg.Noticed(ctx, chat, id, f); err != nil {
		return fmt.Errorf("settle notice: %w", err)
	}
	return nil
}

// settled deals with a notice after it was tried. One that may not be said now
// does not wait until the person writes, as a reply does: it is about their
// silence. The state for the outbox comes back. That a fate is not kept must
// not have the notice said again: whoever queued it gives it up after a while.
func (h *held) settled(ctx context.Context, reply string, state sessions.State) sessions.State {
	rank := 0
	switch state {
	case sessions.Unknown:
		rank = rankUnknown
	case sessions.Sent:
		rank = rankTaken
	case sessions.Parked, sessions.Failed:
		rank = rankRefused
	}
	if !strings.HasPrefix(reply, notificationPrefix) || rank == 0 {
		return state
	}
	if err := h.b.noticed(ctx, h.g.Chat, reply, NotificationFate{State: state, Rank: rank}); err != nil {
		h.b.log.Warn("not kept what became of a notice", "chat", h.g.Chat, "reply", reply, "error", err)
	}
	if state == sessions.Parked {
		return sessions.Failed
	}
	return state
}

// notification is what a platform's later word means for a notice.
func (t Told) notification() NotificationFate {
	switch {
	case t.Failure != nil && t.Failure.Outcome == OutsideWindow:
		return NotificationFate{State: sessions.Parked, Rank: rankUndelivered}
	case t.Failure != nil:
		return NotificationFate{State: sessions.Failed, Rank: rankUndelivered}
	case t.Delivered:
		return NotificationFate{State: sessions.Sent, Rank: rankDelivered}
	}
	return NotificationFate{State: sessions.Sent, Rank: rankTaken}
}
