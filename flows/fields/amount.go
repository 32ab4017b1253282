package fields

import (
	"regexp"
	"strconv"
	"strings"

	"mboka/flows"
	"mboka/locales"
)

// Amount is a choice of bands of dollars: a bare number is the amount, a letter
// the row. Of another currency, or of two numbers, nothing is guessed.
type Amount struct{ Band }

// AmountOf makes an amount of a list of the reference data.
func AmountOf(list string) *Amount { return &Amount{Band: *BandOf(list)} }

// Read takes an amount ("1 500 $", "$2,000", "10k"), a letter, a tap or a label.
func (a *Amount) Read(v flows.View, in flows.Input) flows.Reading {
	if in.Code != "" {
		return readOne(a.list, in)
	}
	if n, ok := dollars(in.Text); ok {
		o, ok := a.row(n)
		if !ok {
			return a.miss()
		}
		r := taken(o)
		r.Echo = &flows.Line{Key: locales.BandEcho, Args: locales.Args{"Typed": strings.TrimSpace(in.Text), "Label": o.Label}}
		return r
	}
	if code, ok := pressed(a.list.Options, in); ok { // the whole label: "100" is no beginning of one
		return readOne(a.list, flows.Input{Code: code})
	}
	if strings.ContainsAny(in.Text, "0123456789") {
		return a.miss()
	}
	return a.Band.Read(v, in)
}

// dollarsShape is one amount with its sign before or behind it, thousands set
// apart or not.
var dollarsShape = regexp.MustCompile(`(?i)^\s*(?:us\s?\$|\$|usd)?\s*(\d{1,3}(?:[ .,'\x{a0}\x{202f}]\d{3})+|\d{1,8})\s*(k|mille|thousand)?\s*(?:us\s?\$|\$|usd|dollars?)?\s*$`)

// most is the largest amount that is read: above it stands a slip.
const most = 10_000_000

func dollars(text string) (int, bool) {
	m := dollarsShape.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(strings.NewReplacer(" ", "", ".", "", ",", "", "'", "", "\u00a0", "", "\u202f", "").Replace(m[1]))
	if m[2] != "" {
		n *= 1000
	}
	return n, err == nil && n <= most
}
