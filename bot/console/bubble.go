package console

import (
	"cmp"
	"net/url"
	"slices"
	"time"
	"unicode/utf8"

	"mboka/bot"
)

// Bubble is a message as it stands on a phone.
type Bubble struct {
	ID     string    `json:"id"`
	Number int       `json:"number"` // its place in the chat; an edited one keeps it
	Mine   bool      `json:"mine,omitempty"`
	Kind   string    `json:"kind,omitempty"` // what the person sent, where it is no text
	Text   string    `json:"text"`
	At     time.Time `json:"at"`
	Edited bool      `json:"edited,omitempty"`
	Lang   string    `json:"lang,omitempty"`
	// Rows are the buttons under it, Opens and List the list behind one button.
	Rows  [][]Button `json:"rows,omitempty"`
	Opens string     `json:"opens,omitempty"`
	List  []Button   `json:"list,omitempty"`

	Picture *Media `json:"picture,omitempty"`
	File    *Media `json:"file,omitempty"`

	seq int64
}

// Button is one button or row.
type Button struct {
	Payload string `json:"payload"`
	Label   string `json:"label"`
	Desc    string `json:"desc,omitempty"`
	Ticked  bool   `json:"ticked,omitempty"`
}

// Media is a picture or a file of the service.
type Media struct {
	Name string `json:"name,omitempty"` // for Phones.Media
	Path string `json:"path,omitempty"` // where the platform fetches it itself
	File string `json:"file"`           // as it is saved
	Type string `json:"-"`
	Size int    `json:"size,omitempty"`
	Data []byte `json:"-"`
}

// bubble is a message of the service as the phone shows it. p.mu is held.
func (p *Phones) bubble(channel, id string, m bot.Message) *Bubble {
	b := &Bubble{ID: id, Text: m.Text, Lang: m.Language}
	switch {
	case m.Picture != nil:
		b.Picture = p.keep(Media{File: m.Picture.Name, Type: "image/png", Data: m.Picture.Data})
		if at, err := url.Parse(m.Picture.URL); err == nil && m.Picture.URL != "" {
			b.Picture.Path, b.Picture.Name = at.Path, ""
		}
	case m.File != nil:
		b.File = p.keep(Media{File: m.File.Name, Type: m.File.Type, Data: m.File.Data})
	case m.Layout == bot.List:
		b.Opens, b.List = m.Opens, buttons(m.Choices)
	case m.Layout == bot.Buttons:
		b.Rows = rows(channel, m)
	}
	return b
}

// keep puts aside what a page fetches. p.mu is held.
func (p *Phones) keep(m Media) *Media {
	m.Size = len(m.Data)
	if m.Data != nil {
		m.Name = p.name()
		p.media[m.Name] = m
	}
	m.Data = nil
	return &m
}

// pairLabel is the longest label that stands beside another one on Telegram, as
// its channel lays keyboards out.
const pairLabel = 16

// rows lays buttons out. On Telegram two stand in a row while all labels are
// short, and the actions in the last one; elsewhere one under the other.
func rows(channel string, m bot.Message) (out [][]Button) {
	perRow := 1
	if channel == telegram {
		perRow = 2
	}
	choices := buttons(m.Choices)
	for _, c := range choices {
		if utf8.RuneCountInString(c.Label) > pairLabel {
			perRow = 1
		}
	}
	for part := range slices.Chunk(choices, perRow) {
		out = append(out, part)
	}
	if len(m.Actions) > 0 {
		out = append(out, buttons(m.Actions))
	}
	return out
}

func buttons(choices []bot.Choice) []Button {
	out := make([]Button, 0, len(choices))
	for _, c := range choices {
		out = append(out, Button(c))
	}
	return out
}

// Button finds a button of a message of the service, as it stands now.
func (p *Phones) Button(c Chat, message, payload string) (Button, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	here := p.of[[2]string{c.Channel, c.Address}]
	if here == nil {
		return Button{}, false
	}
	for _, b := range here.bubbles {
		if b.ID != message || b.Mine {
			continue
		}
		all := slices.Concat(append(b.Rows[:len(b.Rows):len(b.Rows)], b.List)...)
		if i := slices.IndexFunc(all, func(b Button) bool { return b.Payload == payload }); i >= 0 {
			return all[i], true
		}
	}
	return Button{}, false
}

func sortChanges(all []Change) {
	slices.SortStableFunc(all, func(a, b Change) int { return cmp.Compare(a.Seq, b.Seq) })
}
