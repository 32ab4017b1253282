package workshop

import (
	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales/reference"
)

// institutionList is the list of the reference data.
const institutionList = "official_institution"

// institution is the choice of an institution. Security bodies are in it only
// where the form begins with Security: by default nobody is asked to say that
// they are of one.
type institution struct{ all, usual *fields.Choice }

func newInstitution() institution {
	return institution{all: fields.NewChoice(institutions(), nil), usual: fields.ChoiceOf(institutionList)}
}

// institutions are all rows, those too that are off by default.
func institutions() []flows.Option {
	rows := reference.List(institutionList)
	out := make([]flows.Option, 0, len(rows))
	for _, r := range rows {
		out = append(out, flows.Option{Code: r.Code, Label: r.Label, Desc: r.Desc})
	}
	return out
}

func (i institution) of(a flows.Answers) *fields.Choice {
	if a.Code(Security) == Open {
		return i.all
	}
	return i.usual
}

// Offer shows the list.
func (i institution) Offer(v flows.View) flows.Offer { return i.of(v.Answers).Offer(v) }

// Read takes what a choice takes.
func (i institution) Read(v flows.View, in flows.Input) flows.Reading {
	return i.of(v.Answers).Read(v, in)
}

// Show names the institution, whatever is offered now.
func (i institution) Show(a flows.Answered) flows.Labels { return i.all.Show(a) }

// Lists are both.
func (i institution) Lists() [][]flows.Option { return append(i.all.Lists(), i.usual.Lists()...) }

// From is nothing: what is offered hangs on no answer of the person.
func (institution) From() string { return "" }
