package fields

import (
	"math"
	"strings"

	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
)

// Choice is one option out of a list.
type Choice struct{ list *flows.List }

// NewChoice makes a choice of the options given.
func NewChoice(options []flows.Option, aliases map[string][]string) *Choice {
	return &Choice{list: flows.NewList(options, aliases)}
}

// ChoiceOf makes a choice of a list of the reference data, with what people
// call its options.
func ChoiceOf(list string) *Choice { return &Choice{list: calledList(list)} }

// Options reads a list of the reference data. A row that is off by default is
// left out.
func Options(list string) []flows.Option {
	rows := reference.List(list)
	out := make([]flows.Option, 0, len(rows))
	for _, r := range rows {
		if r.Flag == "off_by_default" {
			continue
		}
		high := r.High
		if high == 0 && r.Low > 0 {
			high = math.MaxInt // open above
		}
		out = append(out, flows.Option{
			Code: r.Code, Label: r.Label, Desc: r.Desc, Exclusive: r.Exclusive, Flag: r.Flag,
			HasRange: r.HasRange, Low: r.Low, High: high,
		})
	}
	return out
}

// Offer shows the list.
func (c *Choice) Offer(flows.View) flows.Offer {
	return flows.Offer{Options: c.list.Options, Marks: flows.Numbers}
}

// Read takes a tap, a row number, a label, a beginning of one; a near miss is
// a guess.
func (c *Choice) Read(_ flows.View, in flows.Input) flows.Reading { return readOne(c.list, in) }

func readOne(list *flows.List, in flows.Input) flows.Reading {
	if in.Code != "" {
		if o, ok := list.Has(in.Code); ok {
			return flows.Reading{As: flows.Taken, Codes: []string{o.Code}}
		}
		return missList(list)
	}
	if o, ok := list.Name(in.Text); ok {
		return taken(o)
	}
	if n, ok := flows.Number(in.Text); ok {
		if o, ok := list.Row(n); ok {
			return taken(o)
		}
		return missList(list)
	}
	if guess := list.Guess(in.Text); len(guess) > 0 {
		return flows.Reading{As: flows.Unsure, Guess: guess}
	}
	return missList(list)
}

// taken is an answer that was typed: it is echoed, so that a wrong reading is
// seen at once.
func taken(o flows.Option) flows.Reading {
	return flows.Reading{As: flows.Taken, Codes: []string{o.Code}, Echo: echo(o.Label)}
}

func echo(l locales.Label) *flows.Line {
	return &flows.Line{Key: locales.Echo, Args: locales.Args{"Label": l}}
}

func missList(list *flows.List) flows.Reading {
	return flows.Reading{As: flows.Missed, Miss: &flows.Line{Key: locales.NotUnderstood, Args: locales.Args{"Max": len(list.Options)}}}
}

// Show names the option.
func (c *Choice) Show(a flows.Answered) flows.Labels { return show(c.list, a.Codes) }

func show(list *flows.List, codes []string) flows.Labels {
	out := make(flows.Labels, 0, len(codes))
	for _, code := range codes {
		if o, ok := list.Has(code); ok {
			out = append(out, o.Label)
		}
	}
	return out
}

// Lists is the one list.
func (c *Choice) Lists() [][]flows.Option { return [][]flows.Option{c.list.Options} }

// From is nothing: the list is always the same.
func (c *Choice) From() string { return "" }

// Band is a choice of ranges: a bare number is the quantity, a letter the row.
type Band struct {
	Choice
	// years reads a calendar year as the years since then, and asks back.
	years bool
}

// BandOf makes a band of a list of the reference data.
func BandOf(list string) *Band { return &Band{Choice: *ChoiceOf(list)} }

// YearsOf makes a band of years: "1990" may be the year in which they began.
func YearsOf(list string) *Band { return &Band{Choice: *ChoiceOf(list), years: true} }

// Offer shows the list under letters.
func (b *Band) Offer(v flows.View) flows.Offer {
	o := b.Choice.Offer(v)
	o.Marks = flows.Letters
	return o
}

// Read takes a quantity ("37", "37 ans"), a letter, a tap or a label. A
// quantity that falls into a row that ends the flow is asked back.
func (b *Band) Read(v flows.View, in flows.Input) flows.Reading {
	if in.Code != "" {
		return readOne(b.list, in)
	}
	if n, ok := flows.Quantity(in.Text); ok {
		return b.quantity(n, in)
	}
	folded := reference.Fold(in.Text)
	if len(folded) == 1 && folded[0] >= 'a' && int(folded[0]-'a') < len(b.list.Options) {
		return taken(b.list.Options[folded[0]-'a'])
	}
	if o, ok := b.list.Name(in.Text); ok {
		return taken(o)
	}
	guess := b.list.Guess(in.Text)
	if n := flows.Figures(in.Text); len(n) > 0 {
		guess = b.rows(n) // a label with other figures is no guess
	}
	if len(guess) > 0 {
		return flows.Reading{As: flows.Unsure, Guess: guess}
	}
	return b.miss()
}

// rows are those that some figures fall into: "10 à 15" may be two of them.
func (b *Band) rows(figures []int) []flows.Option {
	var out []flows.Option
	for _, n := range figures {
		o, ok := b.row(n)
		if ok && o.Flag != flows.FlagEnds && (len(out) == 0 || out[len(out)-1].Code != o.Code) && len(out) < maxGuesses {
			out = append(out, o)
		}
	}
	return out
}

// oldest is the highest number of years taken as one: above it stands a
// calendar year or a slip.
const oldest = 120

func (b *Band) quantity(n int, in flows.Input) flows.Reading {
	typed := strings.TrimSpace(in.Text)
	if b.years && n > oldest {
		since := in.At.Year() - n
		if since < 0 || since > oldest {
			return b.miss()
		}
		o, ok := b.row(since)
		if !ok || o.Flag == flows.FlagEnds {
			return b.miss()
		}
		return flows.Reading{As: flows.Unsure, Guess: []flows.Option{o}}
	}
	o, ok := b.row(n)
	if !ok {
		return b.miss()
	}
	if o.Flag == flows.FlagEnds {
		return flows.Reading{
			As: flows.Unsure, Codes: []string{o.Code}, Whole: true,
			Ask: &flows.Line{Key: locales.AgeConfirm, Args: locales.Args{"Typed": digits(typed)}},
		}
	}
	r := taken(o)
	r.Echo = &flows.Line{Key: locales.BandEcho, Args: locales.Args{"Typed": typed, "Label": o.Label}}
	return r
}

func digits(s string) string {
	if n, ok := flows.Quantity(s); ok {
		return itoa(n)
	}
	return s
}

func (b *Band) row(n int) (flows.Option, bool) {
	for _, o := range b.list.Options {
		if o.HasRange && n >= o.Low && n <= o.High {
			return o, true
		}
	}
	return flows.Option{}, false
}

func (b *Band) miss() flows.Reading {
	last := string(rune('A' + len(b.list.Options) - 1))
	return flows.Reading{As: flows.Missed, Miss: &flows.Line{Key: locales.NotUnderstoodBand, Args: locales.Args{"Last": last}}}
}
