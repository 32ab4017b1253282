package fields

import (
	"net/url"
	"strings"

	"mboka/flows"
	"mboka/locales"
)

// WebAddress is the address of a page, where a meeting is held online.
type WebAddress struct{}

// longestAddress is in bytes: it stands in a message beside all else.
const longestAddress = 200

// Offer asks for a text.
func (WebAddress) Offer(flows.View) flows.Offer { return flows.Offer{Marks: flows.None, Free: true} }

// Read takes an address of a page; https:// may be left out.
func (WebAddress) Read(_ flows.View, in flows.Input) flows.Reading {
	text := clean(in.Text)
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if in.Code != "" || err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || len(text) > longestAddress ||
		!strings.Contains(strings.Trim(u.Hostname(), "."), ".") || strings.ContainsAny(text, " <>\"") {
		return flows.Reading{As: flows.Missed, Miss: &flows.Line{Key: locales.WebAddressMiss}}
	}
	return flows.Reading{As: flows.Taken, Codes: []string{flows.Written}, Text: text, Echo: &flows.Line{Key: locales.EchoText}}
}

// Show gives the beginning of it back.
func (WebAddress) Show(a flows.Answered) flows.Labels { return asWritten(shortened(a.Text)) }

// Lists are none.
func (WebAddress) Lists() [][]flows.Option { return nil }

// From is nothing.
func (WebAddress) From() string { return "" }
