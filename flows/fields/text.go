package fields

import (
	"strings"
	"unicode"

	"github.com/rivo/uniseg"

	"mboka/flows"
	"mboka/locales"
)

// Text is a short free text, sealed wherever it is stored.
type Text struct {
	max  int
	miss locales.Key // said of what is no text
}

// NewText makes a text of at most so many characters, as a person counts them.
func NewText(most int) *Text { return &Text{max: most, miss: locales.TextUnreadable} }

// NewSentence makes a text that is no name: one sentence on a subject.
func NewSentence(most int) *Text { return &Text{max: most, miss: locales.NoteUnreadable} }

// Offer asks for free text.
func (t *Text) Offer(flows.View) flows.Offer { return flows.Offer{Marks: flows.None, Free: true} }

// Read takes a text that has a letter and is not too long.
func (t *Text) Read(_ flows.View, in flows.Input) flows.Reading {
	if in.Code != "" {
		return flows.Reading{As: flows.Missed, Miss: &flows.Line{Key: t.miss}}
	}
	r := readText(in.Text, t.max)
	if r.As == flows.Missed && r.Miss.Key == locales.TextUnreadable {
		r.Miss = &flows.Line{Key: t.miss}
	}
	return r
}

func readText(text string, most int) flows.Reading {
	text = clean(text)
	if strings.IndexFunc(text, unicode.IsLetter) < 0 {
		return flows.Reading{As: flows.Missed, Miss: &flows.Line{Key: locales.TextUnreadable}}
	}
	if uniseg.GraphemeClusterCount(text) > most {
		return flows.Reading{As: flows.Missed, Miss: &flows.Line{Key: locales.TextTooLong, Args: locales.Args{"Max": most}}}
	}
	return flows.Reading{As: flows.Taken, Text: text, Echo: &flows.Line{Key: locales.EchoText}}
}

// clean keeps what can be read: one line, no control characters, no invisible
// direction marks, single spaces.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r) && r != '\u200d':
			return -1
		case r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// Show gives the text back to the person who wrote it, of a sentence the
// beginning: a review has many lines.
func (t *Text) Show(a flows.Answered) flows.Labels {
	if t.miss == locales.NoteUnreadable {
		return asWritten(shortened(a.Text))
	}
	return asWritten(a.Text)
}

func asWritten(text string) flows.Labels {
	if text == "" {
		return nil
	}
	return flows.Labels{locales.Label{text, text, text}}
}

// Lists are none.
func (t *Text) Lists() [][]flows.Option { return nil }

// From is nothing.
func (t *Text) From() string { return "" }
