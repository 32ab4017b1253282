package fields

import (
	"net"
	"net/url"
	"strings"

	"mboka/flows"
	"mboka/locales"
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
	link, ok := SafeLink(clean(in.Text))
	if in.Code != "" || !ok {
		return flows.Reading{As: flows.Missed, Miss: &flows.Line{Key: locales.DirLinkMiss}}
	}
	return flows.Reading{As: flows.Taken, Codes: []string{flows.Written}, Text: link, Echo: &flows.Line{Key: locales.EchoText}}
}

// SafeLink is a text as a link that may stand on a public page; ok is false
// where it may not: a scheme but https, a bare number for a host, a user or
// password, a port, signs that belong in no address. The host is written so
// that one sees where it leads: letters of other scripts, which may look like
// ours, are refused.
func SafeLink(text string) (link string, ok bool) {
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || len(text) > longestAddress || strings.ToLower(u.Scheme) != "https" || u.User != nil || u.Port() != "" || u.Opaque != "" ||
		strings.ContainsAny(text, " <>\"'`\\{}|^") {
		return "", false
	}
	host := strings.ToLower(u.Hostname())
	labels := strings.Split(host, ".")
	if len(labels) < 2 || net.ParseIP(host) != nil || strings.IndexFunc(host, notHost) >= 0 || strings.Trim(labels[len(labels)-1], "0123456789") == "" {
		return "", false
	}
	for _, l := range labels {
		if l == "" || strings.HasPrefix(l, "xn--") {
			return "", false
		}
	}
	u.Scheme, u.Host = "https", host
	return u.String(), len(u.String()) <= longestAddress
}

func notHost(r rune) bool {
	return r != '.' && r != '-' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
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
