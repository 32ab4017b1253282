package fields

import (
	"slices"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"

	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
)

// Note is a text on any subject, beside which there may be buttons.
type Note struct {
	max  int // characters, as a person counts them
	rows []flows.Option
}

// NewNote makes a text of at most so many characters, or one of the buttons.
func NewNote(most int, rows ...flows.Option) *Note { return &Note{max: most, rows: rows} }

// Offer asks for free text.
func (n *Note) Offer(flows.View) flows.Offer {
	return flows.Offer{Options: n.rows, Marks: flows.None, Free: true}
}

// Read takes a button or its whole label, else a text that has a letter and is
// not too long.
func (n *Note) Read(_ flows.View, in flows.Input) flows.Reading {
	if code, ok := pressed(n.rows, in); ok {
		return flows.Reading{As: flows.Taken, Codes: []string{code}}
	}
	text := clean(in.Text)
	switch {
	case in.Code != "" || strings.IndexFunc(text, unicode.IsLetter) < 0:
		return flows.Reading{As: flows.Missed, Miss: &flows.Line{Key: locales.NoteUnreadable}}
	case uniseg.GraphemeClusterCount(text) > n.max:
		return flows.Reading{As: flows.Missed, Miss: &flows.Line{Key: locales.TextTooLong, Args: locales.Args{"Max": n.max}}}
	}
	return flows.Reading{As: flows.Taken, Codes: []string{flows.Written}, Text: text, Echo: &flows.Line{Key: locales.EchoText}}
}

// pressed finds the button that was tapped, or written out as a whole.
func pressed(rows []flows.Option, in flows.Input) (string, bool) {
	if in.Code != "" {
		found := slices.ContainsFunc(rows, func(o flows.Option) bool { return o.Code == in.Code })
		return in.Code, found
	}
	for _, o := range rows {
		for _, lang := range locales.Langs {
			if folded := reference.Fold(o.Label.In(lang)); folded != "" && folded == reference.Fold(in.Text) {
				return o.Code, true
			}
		}
	}
	return "", false
}

// shownText is how much of a text a review shows, in characters: a review has
// many lines, and a message on WhatsApp 1,600 characters.
const shownText = 48

// Show gives the beginning of the text back, or names the button.
func (n *Note) Show(a flows.Answered) flows.Labels {
	if a.Text == "" {
		return show(flows.NewList(n.rows, nil), a.Codes)
	}
	return asWritten(shortened(a.Text))
}

func shortened(text string) string {
	if uniseg.GraphemeClusterCount(text) <= shownText {
		return text
	}
	var b strings.Builder
	for g, i := uniseg.NewGraphemes(text), 0; i < shownText-1 && g.Next(); i++ {
		b.WriteString(g.Str())
	}
	return strings.TrimRight(b.String(), " ") + "…"
}

// Lists are the buttons.
func (n *Note) Lists() [][]flows.Option { return listOf(n.rows) }

// listOf is the list of some buttons; without any there is none.
func listOf(rows []flows.Option) [][]flows.Option {
	if len(rows) == 0 {
		return nil
	}
	return [][]flows.Option{rows}
}

// From is nothing.
func (n *Note) From() string { return "" }
