package fields

import (
	"regexp"
	"strconv"
	"strings"

	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
)

// Quantity is a whole number within bounds: seats, kilometres.
type Quantity struct {
	low, high int
	words     []string // folded, that may stand beside it: "places", "km"
}

// NewQuantity makes a number from low to high, both included. flows.Quantity
// reads none from 10,000 on.
func NewQuantity(low, high int, words ...string) *Quantity {
	return &Quantity{low: low, high: high, words: words}
}

// halves are parts of one: flows.Quantity drops them, as of years.
var halves = regexp.MustCompile(`\d[.,]\d`)

// Offer asks for a text.
func (q *Quantity) Offer(flows.View) flows.Offer { return flows.Offer{Marks: flows.None, Free: true} }

// Read takes what states one number and nothing else.
func (q *Quantity) Read(_ flows.View, in flows.Input) flows.Reading {
	text := " " + strings.ReplaceAll(reference.Fold(in.Text), " ", "  ") + " "
	if strings.ContainsAny(in.Text, "+<>-–") { // bounds and ranges are no such number
		text = in.Text
	}
	for _, w := range q.words {
		text = strings.ReplaceAll(text, " "+w+" ", " ")
	}
	n, ok := flows.Quantity(glued(text, q.words))
	if in.Code != "" || !ok || halves.MatchString(in.Text) || n < q.low || n > q.high {
		return flows.Reading{As: flows.Missed, Miss: &flows.Line{Key: locales.QuantityMiss, Args: locales.Args{"Min": q.low, "Max": q.high}}}
	}
	return flows.Reading{As: flows.Taken, Codes: []string{strconv.Itoa(n)}, Echo: echo(numberLabel(n))}
}

// glued cuts a word off that stands right behind the digits: "60km".
func glued(text string, words []string) string {
	text = strings.TrimSpace(text)
	for _, w := range words {
		if rest, ok := strings.CutSuffix(text, w); ok && rest != "" && rest[len(rest)-1] >= '0' && rest[len(rest)-1] <= '9' {
			return rest
		}
	}
	return text
}

func numberLabel(n int) (out locales.Label) {
	for _, lang := range locales.Langs {
		out[lang] = locales.Number(lang, n)
	}
	return out
}

// Show prints the number.
func (q *Quantity) Show(a flows.Answered) flows.Labels {
	if len(a.Codes) != 1 {
		return nil
	}
	n, err := strconv.Atoi(a.Codes[0])
	if err != nil {
		return nil
	}
	return flows.Labels{numberLabel(n)}
}

// Lists are none.
func (q *Quantity) Lists() [][]flows.Option { return nil }

// From is nothing.
func (q *Quantity) From() string { return "" }
