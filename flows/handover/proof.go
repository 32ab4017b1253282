package handover

import (
	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
)

// Begin is the code of the one button: there is nothing to prove.
const Begin = "new"

// proof takes the button, or its words; a name or a code is not for this field
// to judge.
type proof struct{}

// Offer shows the button and takes any text.
func (proof) Offer(flows.View) flows.Offer {
	return flows.Offer{Options: proof{}.Lists()[0], Marks: flows.None, Free: true}
}

// Read takes the button or the whole of its words, in any of the languages.
func (proof) Read(_ flows.View, in flows.Input) flows.Reading {
	if in.Code == Begin {
		return flows.Reading{As: flows.Taken, Codes: []string{Begin}}
	}
	folded := reference.Fold(in.Text)
	for _, lang := range locales.Langs {
		if in.Code == "" && folded == reference.Fold(locales.LabelOf(locales.RecycledNew).In(lang)) {
			return flows.Reading{As: flows.Taken, Codes: []string{Begin}}
		}
	}
	return flows.Reading{As: flows.Missed}
}

// Show names the answer.
func (proof) Show(flows.Answered) flows.Labels {
	return flows.Labels{locales.LabelOf(locales.RecycledNew)}
}

// Lists are the button.
func (proof) Lists() [][]flows.Option {
	return [][]flows.Option{{{Code: Begin, Label: locales.LabelOf(locales.RecycledNew)}}}
}

// From is nothing.
func (proof) From() string { return "" }
