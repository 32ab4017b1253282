package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"mboka/flows"
	"mboka/store"
	"mboka/store/seal"
	"mboka/store/sessions"
)

// trace is what one turn leaves for Postgres: the chat was here, in which
// language, and what was answered.
type trace struct {
	At        time.Time        `json:"t"`
	MessageID string           `json:"m"`
	Language  string           `json:"l"`
	Staff     bool             `json:"w,omitempty"` // a role was seen
	Answers   []flows.Answered `json:"a,omitempty"`
	Skipped   []string         `json:"k,omitempty"` // all that were skipped so far
	Flow      string           `json:"f,omitempty"`
	Version   int              `json:"v,omitempty"`
	Step      string           `json:"s,omitempty"`
}

// journal is the entry of a turn; none of what is not a message, and none before there is a record of the person,
// so that nothing of a refusal or of a minor reaches Postgres. Of staff without
// one it says only that they were here.
func (h *held) journal(in Inbound, t outcome) ([][]byte, error) {
	switch {
	case t.Session.Gated, t.Session.Member == "" && len(t.Session.Roles) == 0, in.Kind == Blocked, in.Kind == Unblocked, in.Kind == Unreached, in.Kind == Refused, in.Kind.note():
		return nil, nil
	}
	entry := trace{At: t.Session.At, MessageID: in.ID, Language: t.Session.Lang, Staff: len(t.Session.Roles) > 0}
	for _, e := range t.Events {
		if t.Session.Member == "" {
			break
		}
		if e.Name == flows.AnswerGiven && e.Flow == FlowRegistration && !e.Answer.Skipped {
			entry.Answers = append(entry.Answers, e.Answer)
		}
	}
	if i := t.Session.runs(FlowRegistration); i >= 0 && t.Session.Member != "" {
		state := t.Session.Stack[i]
		entry.Flow, entry.Version, entry.Step = state.Flow, state.Version, state.Step
		for _, a := range state.Answers {
			if a.Skipped {
				entry.Skipped = append(entry.Skipped, a.Step)
			}
		}
	}
	var out [][]byte
	for _, one := range append([]trace{entry}, h.modules(entry, t)...) {
		plain, err := json.Marshal(one)
		if err != nil {
			return nil, fmt.Errorf("encode journal: %w", err)
		}
		sealed, err := h.b.keys.Seal("journal", h.g.Chat.String(), "entry", plain)
		if err != nil {
			return nil, err
		}
		out = append(out, sealed)
	}
	return out, nil
}

// modules are the entries of the optional forms in which something was answered:
// their answers belong to a draft until the form is gone through.
func (h *held) modules(entry trace, t outcome) []trace {
	var out []trace
	for _, state := range t.Session.Stack {
		if moduleFacts[state.Flow] == "" || t.Session.Member == "" {
			continue
		}
		one := trace{At: entry.At, MessageID: entry.MessageID, Language: entry.Language, Staff: entry.Staff,
			Flow: state.Flow, Version: state.Version, Step: state.Step}
		said := false
		for _, e := range t.Events {
			if e.Name != flows.AnswerGiven || e.Flow != state.Flow {
				continue
			}
			said = true
			if !e.Answer.Skipped {
				one.Answers = append(one.Answers, e.Answer)
			}
		}
		for _, a := range state.Answers {
			if a.Skipped {
				one.Skipped = append(one.Skipped, a.Step)
			}
		}
		if said {
			out = append(out, one)
		}
	}
	return out
}

// Write-behind batches: chats per round, entries per chat and round.
const (
	dirtyChats   = 500
	dirtyEntries = 100
)

// writeBehind brings the journals of all chats to Postgres.
func (b *Bot) writeBehind(ctx context.Context) {
	chats, err := b.cfg.Sessions.Dirty(ctx, dirtyChats)
	if errors.Is(ctx.Err(), context.Canceled) {
		return // told to stop: Run writes once more at the end
	}
	if err != nil {
		b.log.Error("journals not listed: is Redis up?", "error", err)
		return
	}
	if len(chats) == 0 {
		return
	}
	if err := b.flush(ctx, chats...); err != nil && !errors.Is(ctx.Err(), context.Canceled) {
		b.log.Error("answers not yet in Postgres, they wait in Redis", "chats", len(chats), "error", err)
	}
}

// Flush is flush for who changes a record from outside a turn.
func (b *Bot) Flush(ctx context.Context, chats ...seal.Chat) error { return b.flush(ctx, chats...) }

// flush writes the journals of some chats now: before a record is read or
// changed, so that it is whole.
func (b *Bot) flush(ctx context.Context, chats ...seal.Chat) error {
	var traces []store.Trace
	through := make(map[seal.Chat]int64)
	for _, chat := range chats {
		entries, err := b.cfg.Sessions.Journal(ctx, chat, dirtyEntries)
		if err != nil {
			return err
		}
		for _, e := range entries {
			through[chat] = e.Seq
			t, err := b.traceOf(chat, e)
			if err != nil {
				b.log.Error("journal entry cannot be read, dropped", "chat", chat, "error", err)
				continue
			}
			traces = append(traces, t)
		}
	}
	if len(through) == 0 {
		return nil
	}
	switch err := b.cfg.Store.WriteBehind(ctx, traces); {
	case errors.Is(err, store.ErrBadAnswer):
		b.log.Error("an answer cannot be stored and was left out", "error", err)
	case err != nil:
		return fmt.Errorf("write behind: %w", err)
	}
	for chat, seq := range through {
		if err := b.cfg.Sessions.DropJournal(ctx, chat, seq); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bot) traceOf(chat seal.Chat, e sessions.Entry) (store.Trace, error) {
	plain, err := b.keys.Open("journal", chat.String(), "entry", e.Sealed)
	if err != nil {
		return store.Trace{}, err
	}
	var t trace
	if err := json.Unmarshal(plain, &t); err != nil {
		return store.Trace{}, fmt.Errorf("decode journal: %w", err)
	}
	out := store.Trace{Chat: chat, At: t.At, MessageID: t.MessageID, Language: t.Language, Staff: t.Staff}
	answers := make([]store.Answer, 0, len(t.Answers))
	for _, a := range t.Answers {
		answers = append(answers, store.Answer{Step: a.Step, Codes: a.Codes, Text: a.Text})
	}
	if moduleFacts[t.Flow] == "" {
		out.Answers = answers
	}
	if t.Flow != "" {
		out.Draft = &store.Draft{Chat: chat, Flow: t.Flow, Version: t.Version, Step: t.Step, Skipped: t.Skipped, Answers: answers}
	}
	return out, nil
}
