package fault

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mboka/bot/telegram/telegramtest"
	"mboka/bot/whatsapp/twiliotest"
	"mboka/locales"
)

// shown is one message of the bot on a phone.
type shown struct {
	id      int64 // Telegram's
	text    string
	choices map[string]string // payload or id by option code
	labels  string
}

// phone is what a person holds. write and tap are false when the platform lost
// the message: nothing will come of it, or at least the platform does not know.
type phone interface {
	channel() string
	address() string
	write(text string) bool
	tap(m shown, code string) bool
	messages() []shown
}

type telegramPhone struct {
	server *telegramtest.Server
	chat   int64
}

func (p telegramPhone) channel() string { return "telegram" }
func (p telegramPhone) address() string { return strconv.FormatInt(p.chat, 10) }

func (p telegramPhone) write(text string) bool {
	p.server.Text(p.chat, text)
	return true // kept for a day
}

func (p telegramPhone) tap(m shown, code string) bool {
	p.server.TapOn(p.chat, m.id, m.choices[code])
	return true
}

func (p telegramPhone) messages() []shown {
	var all []shown
	for _, m := range p.server.Messages(p.chat) {
		if !m.FromBot {
			continue
		}
		s := shown{id: m.ID, text: m.Text, choices: map[string]string{}}
		for _, row := range m.Rows {
			for _, b := range row {
				s.add(b.Payload, b.Label)
			}
		}
		all = append(all, s)
	}
	return slices.DeleteFunc(all, shown.notice)
}

type whatsappPhone struct {
	server *twiliotest.Server
	addr   string
}

func (p whatsappPhone) channel() string        { return "whatsapp" }
func (p whatsappPhone) address() string        { return p.addr }
func (p whatsappPhone) write(text string) bool { return p.server.Text(p.addr, text) == 200 }

func (p whatsappPhone) tap(m shown, code string) bool {
	return p.server.Tap(p.addr, m.choices[code]) == 200
}

func (p whatsappPhone) messages() []shown {
	var all []shown
	for _, m := range p.server.Messages(p.addr) {
		s := shown{text: m.Body, choices: map[string]string{}}
		for _, c := range append(append([]twiliotest.Choice(nil), m.Buttons...), m.Rows...) {
			s.add(c.ID, c.Title)
		}
		all = append(all, s)
	}
	return slices.DeleteFunc(all, shown.notice)
}

// add notes a button. Payloads are "run.step.code"; the run is the person's own.
func (s *shown) add(payload, label string) {
	parts := strings.SplitN(payload, ".", 3)
	if doubt, _, ok := strings.Cut(parts[len(parts)-1], "-"); ok && strings.HasPrefix(doubt, "~") {
		parts[len(parts)-1] = doubt // the mark of the question is another each time
	}
	if len(parts) < 3 {
		parts = []string{"", "", payload}
	}
	s.choices[parts[2]] = payload
	s.labels += fmt.Sprintf("\n[%s] %s.%s", label, parts[1], parts[2])
}

// notice tells whether a message only says that the answer has to wait: where a
// break is longer than the bot's patience people are told, and the answer to
// what they wrote follows.
func (s shown) notice() bool {
	for _, lang := range locales.Langs {
		if s.text == locales.Text(lang, locales.Busy, nil) {
			return true
		}
	}
	return false
}
