package effects

import (
	"strconv"
	"strings"
	"time"

	"mboka/bot"
	"mboka/store"
)

// keptDirectory is what is kept of the public directory.
type keptDirectory struct {
	Card     *keptCard     `json:"card,omitempty"`
	Messages []keptMessage `json:"messages"`
	Blocked  int           `json:"blocked,omitempty"` // people of whom nothing is passed on
}

// keptCard is the public card. What it shows of the profile stands in answers.
type keptCard struct {
	ID        string    `json:"id"` // as in its address
	Name      string    `json:"name,omitempty"`
	Link      string    `json:"link,omitempty"`
	Shows     []string  `json:"shows"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// keptMessage is a message that the person wrote or was told of.
type keptMessage struct {
	Written    bool      `json:"written"` // by the person, not to them
	Name       string    `json:"name,omitempty"`
	Text       string    `json:"text,omitempty"`
	SentAt     time.Time `json:"sent_at"`
	ExpiresAt  time.Time `json:"expires_at"`
	Answer     string    `json:"answer,omitempty"`
	AnsweredAt time.Time `json:"answered_at,omitzero"`
	Reply      string    `json:"reply,omitempty"`
}

func directoryKept(all store.Kept) keptDirectory {
	k := keptDirectory{Messages: []keptMessage{}, Blocked: all.Blocked}
	if c := all.Card; !c.CreatedAt.IsZero() {
		k.Card = &keptCard{ID: bot.CardID(c.ID), Name: c.Name, Link: c.Link, Shows: c.Shows, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt}
	}
	for _, c := range all.Contacts {
		m := keptMessage{Written: c.Writer == all.Member.ID, SentAt: c.SentAt, ExpiresAt: c.ExpiresAt, Name: c.Name, Text: c.Text}
		// Whoever wrote learns of a reply, and of nothing else; nor, by what is left
		// of the message, whether anybody was told of it.
		if m.Written && c.Answer != store.ContactReply {
			m.Name, m.Text = "", ""
		} else {
			m.Answer, m.AnsweredAt, m.Reply = c.Answer, c.AnsweredAt, c.Reply
		}
		k.Messages = append(k.Messages, m)
	}
	return k
}

func (k keptDirectory) rows(row func(...string)) {
	if c := k.Card; c != nil {
		row("directory", "card", c.Name, strings.Join(c.Shows, " "), c.Link, moment(c.UpdatedAt), details("id", c.ID, "created_at", moment(c.CreatedAt)))
	}
	for _, m := range k.Messages {
		row("directory", "message", m.Name, m.Answer, m.Text, moment(m.SentAt),
			details("written", strconv.FormatBool(m.Written), "expires_at", moment(m.ExpiresAt), "answered_at", moment(m.AnsweredAt), "reply", m.Reply))
	}
	if k.Blocked > 0 {
		row("directory", "blocked", "", "", strconv.Itoa(k.Blocked), "", "")
	}
}
