package telegramtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// patience is how long a Wait hopes before it fails the test.
const patience = 15 * time.Second

// Message is one message as the person sees it now.
type Message struct {
	ID      int64
	FromBot bool
	Text    string     // of a document its caption
	File    *File      // nil: no document
	Photo   []byte     // nil: no picture
	Rows    [][]Button // inline keyboard
	Edits   int        // how often the bot changed it
	Deleted bool       // by the person
}

// phone is one private chat. The server's lock guards it.
type phone struct {
	chat        int64
	language    string
	blocked     bool
	deactivated bool
	lastID      int64
	messages    []*Message
}

// add appends a message. Ids count per chat, as message_id is only unique there.
func (ph *phone) add(m Message) *Message {
	ph.lastID++
	m.ID = ph.lastID
	ph.messages = append(ph.messages, &m)
	return &m
}

func (ph *phone) find(id int64) *Message {
	for _, m := range ph.messages {
		if m.ID == id {
			return m
		}
	}
	return nil
}

// person finds or makes the chat. The lock is held.
func (s *Server) person(chat int64) *phone {
	ph := s.phones[chat]
	if ph == nil {
		ph = &phone{chat: chat, language: "fr"}
		s.phones[chat] = ph
	}
	return ph
}

// Open makes the chat known, as if the person had pressed Start before; the
// phone speaks lang ("" tells none). Chats that write become known by
// themselves, with a French phone.
func (s *Server) Open(chat int64, lang string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.person(chat).language = lang
}

// Text has the person write a text and returns its message id.
func (s *Server) Text(chat int64, text string) int64 {
	return s.Say(chat, text, map[string]any{"text": text})
}

// Reply has the person write a message in reply to another one.
func (s *Server) Reply(chat, to int64, text string) int64 {
	return s.Say(chat, text, map[string]any{"text": text, "reply_to_message": map[string]any{
		"message_id": to, "date": time.Now().Unix(), "chat": map[string]any{"id": chat, "type": "private"},
	}})
}

// Say has the person send any message: shown is what their phone shows, fields
// are those of the Bot API's Message ("voice", "photo", "caption"…).
func (s *Server) Say(chat int64, shown string, fields map[string]any) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	ph := s.person(chat)
	m := ph.add(Message{Text: shown})
	message := ph.envelope(m.ID)
	for k, v := range fields {
		message[k] = v
	}
	s.push("message", "chat "+id(chat), map[string]any{"message": message})
	return m.ID
}

// EditText has the person change an earlier text of theirs.
func (s *Server) EditText(chat, message int64, text string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	ph := s.person(chat)
	m := ph.find(message)
	if m == nil || m.FromBot {
		s.t.Fatalf("telegramtest: message %d is not the person's", message)
	}
	m.Text = text
	edited := ph.envelope(message)
	edited["text"], edited["edit_date"] = text, time.Now().Unix()
	s.push("edited_message", "chat "+id(chat), map[string]any{"edited_message": edited})
}

// Tap has the person tap a button, given by its payload or its label (with or
// without the tick), in the newest message that has it. It fails the test when
// no message shows it. It returns the callback query's id.
func (s *Server) Tap(chat int64, button string) string {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	ph := s.person(chat)
	for _, m := range slices.Backward(ph.messages) {
		if m.Deleted {
			continue
		}
		for _, b := range slices.Concat(m.Rows...) {
			if b.Payload == button || b.Label == button || strings.TrimPrefix(b.Label, "✅ ") == button {
				return s.tap(ph, m, b.Payload)
			}
		}
	}
	s.t.Fatalf("telegramtest: no message shows the button %q", button)
	return ""
}

// TapOn has the person tap what an earlier version of a message showed, or what
// no message ever showed: phones are late, and payloads can be forged.
func (s *Server) TapOn(chat, message int64, payload string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ph := s.person(chat)
	m := ph.find(message)
	if m == nil {
		m = &Message{ID: message, FromBot: true}
	}
	return s.tap(ph, m, payload)
}

func (s *Server) tap(ph *phone, m *Message, payload string) string {
	query := fmt.Sprintf("q%d-%d", ph.chat, s.nextID)
	s.queries[query] = true
	s.push("callback_query", "user "+id(ph.chat), map[string]any{"callback_query": map[string]any{
		"id": query, "from": ph.from(), "message": m.api(ph.chat), "chat_instance": "1", "data": payload,
	}})
	return query
}

// Delete has the person delete a message of the bot; no update tells it.
func (s *Server) Delete(chat, message int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.person(chat).find(message); m != nil {
		m.Deleted = true
	}
}

// Block has the person block the bot; Unblock takes it back.
func (s *Server) Block(chat int64) { s.member(chat, true, "member", "kicked") }

// Unblock is the other half of Block.
func (s *Server) Unblock(chat int64) { s.member(chat, false, "kicked", "member") }

func (s *Server) member(chat int64, blocked bool, before, after string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ph := s.person(chat)
	ph.blocked = blocked
	bot := map[string]any{"id": botID, "is_bot": true, "first_name": "Mboka"}
	s.push("my_chat_member", "member "+id(chat), map[string]any{"my_chat_member": map[string]any{
		"chat": ph.api(), "from": ph.from(), "date": time.Now().Unix(),
		"old_chat_member": map[string]any{"user": bot, "status": before},
		"new_chat_member": map[string]any{"user": bot, "status": after, "until_date": 0},
	}})
}

// Deactivate makes the account disappear; no update tells it.
func (s *Server) Deactivate(chat int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.person(chat).deactivated = true
}

func (ph *phone) api() map[string]any {
	return map[string]any{"id": ph.chat, "type": "private", "first_name": "Test"}
}

func (ph *phone) from() map[string]any {
	from := map[string]any{"id": ph.chat, "is_bot": false, "first_name": "Test"}
	if ph.language != "" {
		from["language_code"] = ph.language
	}
	return from
}

func (ph *phone) envelope(message int64) map[string]any {
	return map[string]any{"message_id": message, "date": time.Now().Unix(), "chat": ph.api(), "from": ph.from()}
}

// Messages are what the chat shows now, oldest first, without deleted ones.
func (s *Server) Messages(chat int64) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown(chat)
}

func (s *Server) shown(chat int64) []Message {
	ph := s.phones[chat]
	if ph == nil {
		return nil
	}
	var out []Message
	for _, m := range ph.messages {
		if !m.Deleted {
			c := *m
			c.Rows = slices.Clone(m.Rows) // rows are replaced whole, never changed
			out = append(out, c)
		}
	}
	return out
}

// Wait waits until the bot has sent at least n messages to the chat and returns
// all messages shown, the person's included. It fails the test after 15 s.
func (s *Server) Wait(chat int64, n int) []Message {
	s.t.Helper()
	return s.WaitFor(chat, fmt.Sprintf("%d messages of the bot", n), func(all []Message) bool {
		sent := 0
		for _, m := range all {
			if m.FromBot {
				sent++
			}
		}
		return sent >= n
	})
}

// WaitFor waits until what the chat shows fulfils a condition, named by what
// for the failure.
func (s *Server) WaitFor(chat int64, what string, ok func([]Message) bool) []Message {
	s.t.Helper()
	var all []Message
	s.until(what, func() bool {
		all = s.shown(chat)
		return ok(all)
	})
	return all
}

// WaitCalls waits until a method was called n times and returns the calls.
func (s *Server) WaitCalls(method string, n int) []Call {
	s.t.Helper()
	name := strings.ToLower(method)
	var calls []Call
	s.until(fmt.Sprintf("%d calls of %s", n, method), func() bool {
		calls = slices.Clone(s.calls[name])
		return len(calls) >= n
	})
	return calls
}

// until waits for a condition that is checked, with the lock held, at every
// change.
func (s *Server) until(what string, ok func() bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		s.mu.Lock()
		done, changed := ok(), s.changed
		s.mu.Unlock()
		if done {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			s.t.Fatalf("telegramtest: waited %v in vain for %s", patience, what)
		}
	}
}
