package workshop

import (
	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
	"mboka/locales/reference"
)

// switched is a choice whose rows are all there only for some; to others the
// missing ones are no answer, however they are written.
type switched struct {
	all, usual *fields.Choice
	whole      func(flows.Answers) bool
}

// institutionList is the list of the reference data.
const institutionList = "official_institution"

// institutions have security bodies among them only where the form begins with
// Security: by default nobody is asked to say that they are of one.
func institutions() switched {
	rows := reference.List(institutionList)
	all := make([]flows.Option, 0, len(rows))
	for _, r := range rows {
		all = append(all, flows.Option{Code: r.Code, Label: r.Label, Desc: r.Desc})
	}
	return switched{fields.NewChoice(all, nil), fields.ChoiceOf(institutionList),
		func(a flows.Answers) bool { return a.Code(Security) == Open }}
}

// parts are the two of the form. To take answers back is offered to who has given
// some: they agreed before this time.
func parts() switched {
	two := []flows.Option{option(Before, locales.WorkshopBefore), option(After, locales.WorkshopAfter)}
	all := append(two[:2:2], option(Withdraw, locales.WorkshopWithdraw))
	return switched{fields.NewChoice(all, nil), fields.NewChoice(two, nil), func(a flows.Answers) bool {
		yes, agreed := a.Get(Consent)
		return agreed && yes.Proof == nil
	}}
}

func (s switched) of(a flows.Answers) *fields.Choice {
	if s.whole(a) {
		return s.all
	}
	return s.usual
}

// Offer shows the list.
func (s switched) Offer(v flows.View) flows.Offer { return s.of(v.Answers).Offer(v) }

// Read takes what a choice takes.
func (s switched) Read(v flows.View, in flows.Input) flows.Reading {
	return s.of(v.Answers).Read(v, in)
}

// Show names a row, whether it is offered now or not.
func (s switched) Show(a flows.Answered) flows.Labels { return s.all.Show(a) }

// Lists are both.
func (s switched) Lists() [][]flows.Option { return append(s.all.Lists(), s.usual.Lists()...) }

// From is nothing: what is offered hangs on no question of the form.
func (switched) From() string { return "" }
