package main

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"mboka/bot/telegram/telegramtest"
	"mboka/bot/whatsapp/twiliotest"
)

// phone is one person's phone on one platform, as a dialogue uses it.
type phone interface {
	channel() string
	address() string
	write(text string)
	reply(text string)            // to the message whose button is the newest for a meeting
	tap(code string)              // the newest button whose payload ends in .code
	send(what string)             // voice, sticker, picture, place, contact, document, edited
	settled(before, edits int)    // waits for the reply
	count() (messages, edits int) // of the bot
	last() string                 // the newest message of the bot as it is seen
}

type telegramPhone struct {
	t    *testing.T
	srv  *telegramtest.Server
	chat int64
}

func (p telegramPhone) channel() string   { return "telegram" }
func (p telegramPhone) address() string   { return strconv.FormatInt(p.chat, 10) }
func (p telegramPhone) write(text string) { p.srv.Text(p.chat, text) }

func (p telegramPhone) tap(code string) {
	p.t.Helper()
	for _, m := range backward(p.srv.Messages(p.chat)) {
		for _, row := range m.Rows {
			for _, b := range row {
				if codeOf(b.Payload) == code || strings.TrimLeft(codeOf(b.Payload), "+-") == code {
					p.srv.TapOn(p.chat, m.ID, b.Payload)
					return
				}
			}
		}
	}
	p.t.Fatalf("no button %q on the phone:\n%s", code, p.last())
}

func (p telegramPhone) reply(text string) {
	p.t.Helper()
	for _, m := range backward(p.srv.Messages(p.chat)) {
		for _, row := range m.Rows {
			if strings.Contains(row[0].Payload, ".rsvp.") {
				p.srv.Reply(p.chat, m.ID, text)
				return
			}
		}
	}
	p.t.Fatalf("nothing about a meeting on the phone:\n%s", p.last())
}

func (p telegramPhone) send(what string) {
	fields := map[string]map[string]any{
		"voice":    {"file_id": "f", "file_unique_id": "u", "duration": 3},
		"sticker":  {"file_id": "f", "file_unique_id": "u", "type": "regular", "width": 1, "height": 1, "is_animated": false, "is_video": false},
		"location": {"latitude": 50.8, "longitude": 4.3},
		"contact":  {"phone_number": "+32460000009", "first_name": "X"},
		"document": {"file_id": "f", "file_unique_id": "u"},
	}
	if what == "edited" {
		p.srv.EditText(p.chat, p.srv.Messages(p.chat)[0].ID, "mbote mbote")
		return
	}
	name := map[string]string{"place": "location"}[what]
	if name == "" {
		name = what
	}
	var value any = fields[name]
	if what == "picture" {
		name, value = "photo", []any{map[string]any{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}}
	}
	p.srv.Say(p.chat, "("+what+")", map[string]any{name: value})
}

func (p telegramPhone) count() (messages, edits int) {
	for _, m := range p.srv.Messages(p.chat) {
		if m.FromBot {
			messages++
			edits += m.Edits
		}
	}
	return messages, edits
}

func (p telegramPhone) settled(before, edits int) {
	p.t.Helper()
	p.srv.WaitFor(p.chat, "a reply", func([]telegramtest.Message) bool { return true })
	poll(p.t, "a reply on Telegram", func() bool {
		m, e := p.count()
		return m+e > before+edits
	})
}

func (p telegramPhone) last() string {
	all := p.srv.Messages(p.chat)
	for i, m := range backward(all) {
		if !m.FromBot {
			continue
		}
		out := append(documents(all[:len(all)-1-i]), m.Text)
		for _, row := range m.Rows {
			line := ""
			for _, b := range row {
				line += "[" + b.Label + "] "
			}
			out = append(out, strings.TrimSpace(line))
		}
		return strings.Join(out, "\n")
	}
	return ""
}

// documents are the lines for the documents at the end of a chat.
func documents(all []telegramtest.Message) []string {
	var out []string
	for _, m := range backward(all) {
		if m.File == nil {
			break
		}
		out = append([]string{"(" + m.File.Name + ") " + m.Text}, out...)
	}
	return out
}

type whatsappPhone struct {
	t    *testing.T
	srv  *twiliotest.Server
	addr string
}

func (p whatsappPhone) channel() string   { return "whatsapp" }
func (p whatsappPhone) address() string   { return p.addr }
func (p whatsappPhone) write(text string) { p.ok(p.srv.Text(p.addr, text)) }

func (p whatsappPhone) ok(status int) {
	p.t.Helper()
	if status != 200 {
		p.t.Fatalf("the webhook answered %d", status)
	}
}

func (p whatsappPhone) tap(code string) {
	p.t.Helper()
	for _, m := range backward(p.srv.Messages(p.addr)) {
		for _, c := range append(m.Buttons, m.Rows...) {
			if codeOf(c.ID) == code {
				p.ok(p.srv.Tap(p.addr, c.ID))
				return
			}
		}
	}
	p.t.Fatalf("no button or row %q on the phone:\n%s", code, p.last())
}

func (p whatsappPhone) reply(text string) {
	p.t.Helper()
	for _, m := range backward(p.srv.Messages(p.addr)) {
		if len(m.Buttons) > 0 && strings.Contains(m.Buttons[0].ID, ".rsvp.") {
			p.ok(p.srv.Reply(p.addr, m.SID, text))
			return
		}
	}
	p.t.Fatalf("nothing about a meeting on the phone:\n%s", p.last())
}

func (p whatsappPhone) send(what string) {
	media := map[string]string{"voice": "audio/ogg", "sticker": "image/webp", "picture": "image/jpeg", "contact": "text/vcard", "document": "application/pdf"}
	fields := url.Values{"NumMedia": {"1"}, "MediaUrl0": {"https://example.org/m"}, "MediaContentType0": {media[what]}}
	if what == "place" {
		fields = url.Values{"Latitude": {"50.8"}, "Longitude": {"4.3"}}
	}
	p.ok(p.srv.Post(p.addr, fields))
}

func (p whatsappPhone) count() (messages, edits int) { return len(p.srv.Messages(p.addr)), 0 }

func (p whatsappPhone) settled(before, _ int) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	p.srv.Wait(ctx, p.addr, before+1)
}

func (p whatsappPhone) last() string {
	all := p.srv.Messages(p.addr)
	if len(all) == 0 {
		return ""
	}
	m := all[len(all)-1]
	out := []string{m.Body}
	for _, b := range m.Buttons {
		out = append(out, "["+b.Title+"]")
	}
	if m.Opens != "" {
		out = append(out, "("+m.Opens+")")
	}
	for _, r := range m.Rows {
		line := "[" + r.Title + "]"
		if r.Desc != "" {
			line += " " + r.Desc
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

func codeOf(payload string) string {
	parts := strings.SplitN(payload, ".", 3)
	if len(parts) < 3 {
		return ""
	}
	if doubt, _, ok := strings.Cut(parts[2], "-"); ok && doubt[0] == '~' {
		return doubt // the mark of the question is another each time
	}
	return parts[2]
}

func backward[T any](all []T) []T {
	out := make([]T, 0, len(all))
	for i := len(all) - 1; i >= 0; i-- {
		out = append(out, all[i])
	}
	return out
}

// newPhone gives a fresh person on a channel, whose phone speaks lang.
func (s *testService) newPhone(t *testing.T, channel, lang string, n int) phone {
	if channel == "whatsapp" {
		return whatsappPhone{t: t, srv: s.twilio, addr: fmt.Sprintf("whatsapp:+3247%07d", n)}
	}
	chat := int64(7_000_000_000 + n)
	s.telegram.Open(chat, lang)
	return telegramPhone{t: t, srv: s.telegram, chat: chat}
}
