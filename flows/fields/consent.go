package fields

import (
	"strings"

	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
)

// Codes of a consent.
const (
	Agree  = "yes"
	Refuse = "no"
	// Details asks to know more first. It is no answer.
	Details = "more"
)

// Consent takes exact words or taps only: the whole label in any of the three
// languages, case, accents, punctuation and what stands in brackets ignored.
// Never a number, a beginning, a typo or a guess.
type Consent struct {
	options []flows.Option
	exact   map[string]string
}

// NewConsent makes a consent of its labels. more may be "".
func NewConsent(yes, more, no locales.Key) *Consent {
	c := &Consent{exact: make(map[string]string)}
	c.add(Agree, yes)
	if more != "" {
		c.add(Details, more)
	}
	c.add(Refuse, no)
	return c
}

// RefuseFirst makes a consent whose first button is the no: where a yes cannot
// be taken back, the thumb that hurries must not find it.
func RefuseFirst(no, yes locales.Key) *Consent {
	c := &Consent{exact: make(map[string]string)}
	c.add(Refuse, no)
	c.add(Agree, yes)
	return c
}

func (c *Consent) add(code string, key locales.Key) {
	label := locales.LabelOf(key)
	c.options = append(c.options, flows.Option{Code: code, Label: label})
	for _, lang := range locales.Langs {
		whole := label.In(lang)
		c.exact[reference.Fold(whole)] = code
		c.exact[reference.Fold(Bare(whole))] = code
	}
}

// Bare is a label without what stands in brackets: the words to write.
func Bare(label string) string {
	before, _, _ := strings.Cut(label, " (")
	return before
}

// Offer shows the buttons.
func (c *Consent) Offer(flows.View) flows.Offer {
	return flows.Offer{Options: c.options, Marks: flows.Words}
}

// Read takes the exact words.
func (c *Consent) Read(_ flows.View, in flows.Input) flows.Reading {
	code := in.Code
	if code == "" {
		code = c.exact[reference.Fold(in.Text)]
	}
	switch code {
	case Agree, Refuse:
		return flows.Reading{As: flows.Taken, Codes: []string{code}}
	case Details:
		return flows.Reading{As: flows.Asked}
	}
	first, last := c.options[0], c.options[len(c.options)-1] // in the order of the buttons
	return flows.Reading{As: flows.Missed, Miss: &flows.Line{Key: locales.ConsentExact, Args: locales.Args{"Yes": c.words(first.Code), "No": c.words(last.Code)}}}
}

func (c *Consent) words(code string) locales.Label {
	var out locales.Label
	for _, o := range c.options {
		if o.Code == code {
			for _, lang := range locales.Langs {
				out[lang] = Bare(o.Label.In(lang))
			}
		}
	}
	return out
}

// Show names the answer.
func (c *Consent) Show(a flows.Answered) flows.Labels {
	out := flows.Labels{}
	for _, code := range a.Codes {
		out = append(out, c.words(code))
	}
	return out
}

// Lists are the buttons.
func (c *Consent) Lists() [][]flows.Option { return [][]flows.Option{c.options} }

// From is nothing.
func (c *Consent) From() string { return "" }
