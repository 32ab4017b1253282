package fields

import (
	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
)

// PublicLink is the address of a page about somebody's work: over https, of a
// named host, without a password in it. It may be the one that is known.
type PublicLink struct {
	from string
	rows []flows.Option
	keep locales.Key
	ask  locales.Key
}

// NewPublicLink makes a link as NewPublicName makes a name.
func NewPublicLink(from string, ask, keep locales.Key, rows ...flows.Option) *PublicLink {
	return &PublicLink{from: from, ask: ask, keep: keep, rows: rows}
}

func (p *PublicLink) name() *PublicName {
	return &PublicName{from: p.from, ask: p.ask, keep: p.keep, rows: p.rows}
}

// Offer asks for an address, beside the rows that there are now.
func (p *PublicLink) Offer(v flows.View) flows.Offer {
	offer := p.name().Offer(v)
	if known := p.name().known(v); known != "" {
		offer.Body.Args = locales.Args{"Label": asWritten(shortened(known))}
	}
	return offer
}

// Read takes a row, or an address; https:// may be left out.
func (p *PublicLink) Read(v flows.View, in flows.Input) flows.Reading {
	n := p.name()
	if code, ok := pressed(n.offered(v), in); ok {
		r := flows.Reading{As: flows.Taken, Codes: []string{code}}
		if code == Show {
			r.Text = n.known(v)
		}
		return r
	}
	link, ok := reference.SafeLink(clean(in.Text))
	if in.Code != "" || !ok {
		return flows.Reading{As: flows.Missed, Miss: &flows.Line{Key: locales.DirLinkMiss}}
	}
	return flows.Reading{As: flows.Taken, Codes: []string{flows.Written}, Text: link, Echo: &flows.Line{Key: locales.EchoText}}
}

// Show gives the beginning of it back, or names the row.
func (p *PublicLink) Show(a flows.Answered) flows.Labels {
	if a.Text != "" {
		return asWritten(shortened(a.Text))
	}
	return show(flows.NewList(p.rows, nil), a.Codes)
}

// Lists are the rows.
func (p *PublicLink) Lists() [][]flows.Option { return listOf(p.rows) }

// From is nothing.
func (p *PublicLink) From() string { return "" }
