package fields

import (
	"strings"
	"unicode"

	"mboka/flows"
	"mboka/locales"
)

// Codes of what may be shown to everybody.
const (
	Show = "show"
	Hide = "hide"
)

// PublicName is a name that strangers read: the one that is known already, or
// another one. It is no way to reach somebody.
type PublicName struct {
	max  int // characters, as a person counts them
	from string
	ask  locales.Key // where no name is known
	keep locales.Key // where one is; its field is Label
	rows []flows.Option
}

// NewPublicName makes a name of at most so many characters. from is the step
// with the name that is known as its text, keep the question about that one,
// with the field Label, and the first of the rows, with code Show, takes it.
func NewPublicName(most int, from string, ask, keep locales.Key, rows ...flows.Option) *PublicName {
	return &PublicName{max: most, from: from, ask: ask, keep: keep, rows: rows}
}

func (p *PublicName) known(v flows.View) string {
	a, _ := v.Answers.Get(p.from)
	return a.Text
}

func (p *PublicName) offered(v flows.View) []flows.Option {
	if p.known(v) != "" {
		return p.rows
	}
	var rest []flows.Option
	for _, o := range p.rows {
		if o.Code != Show {
			rest = append(rest, o)
		}
	}
	return rest
}

// Offer asks for free text, beside the rows that there are now.
func (p *PublicName) Offer(v flows.View) flows.Offer {
	body := &flows.Line{Key: p.ask}
	if name := p.known(v); name != "" {
		body = &flows.Line{Key: p.keep, Args: locales.Args{"Label": asWritten(name)}}
	}
	return flows.Offer{Body: body, Options: p.offered(v), Marks: flows.None, Free: true}
}

// Read takes a row, or a text that reads like a name.
func (p *PublicName) Read(v flows.View, in flows.Input) flows.Reading {
	if code, ok := pressed(p.offered(v), in); ok {
		r := flows.Reading{As: flows.Taken, Codes: []string{code}}
		if code == Show {
			r.Text = p.known(v)
		}
		return r
	}
	if in.Code != "" {
		return flows.Reading{As: flows.Missed, Miss: &flows.Line{Key: locales.TextUnreadable}}
	}
	if reaches(in.Text) {
		return flows.Reading{As: flows.Missed, Miss: &flows.Line{Key: locales.DirNameReaches}}
	}
	r := readText(in.Text, p.max)
	if r.As == flows.Taken {
		r.Codes = []string{flows.Written}
	}
	return r
}

// mostDigits is how many digits a name may have: "Papa 3" is a name, a
// telephone number is none.
const mostDigits = 4

// reaches tells whether a text holds a number, a mail address or a page.
func reaches(text string) bool {
	digits := 0
	for _, r := range text {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	lower := strings.ToLower(text)
	return digits > mostDigits || strings.ContainsAny(text, "@/\\") || strings.Contains(lower, "www.") || strings.Contains(lower, "t.me")
}

// Show gives the name back, or names the row.
func (p *PublicName) Show(a flows.Answered) flows.Labels {
	if a.Text != "" {
		return asWritten(a.Text)
	}
	return show(flows.NewList(p.rows, nil), a.Codes)
}

// Lists are the rows.
func (p *PublicName) Lists() [][]flows.Option { return listOf(p.rows) }

// From is nothing: another name makes no answer wrong.
func (p *PublicName) From() string { return "" }
