package workshop

import (
	"slices"

	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
	"mboka/locales/reference"
)

// switched is a choice some of whose rows are there only for some; to others the
// missing ones are no answer, however they are written.
type switched struct {
	all  *fields.Choice
	sets []*fields.Choice // all that may be offered
	of   func(flows.Answers) *fields.Choice
}

// institutionList is the list of the reference data.
const institutionList = "official_institution"

// institutions have security bodies among them only where the form begins with
// Security: by default nobody is asked to say that they are of one.
func institutions() switched {
	rows := reference.List(institutionList)
	list := make([]flows.Option, 0, len(rows))
	for _, r := range rows {
		list = append(list, flows.Option{Code: r.Code, Label: r.Label, Desc: r.Desc})
	}
	all, usual := fields.NewChoice(list, nil), fields.ChoiceOf(institutionList)
	return switched{all, []*fields.Choice{all, usual}, func(a flows.Answers) *fields.Choice {
		if a.Code(Security) == Open {
			return all
		}
		return usual
	}}
}

// parts are the two of the form. The one after is offered where the form begins
// with Exit, and to take answers back to who has given some: they agreed before
// this time.
func parts() switched {
	rows := []flows.Option{option(Before, locales.WorkshopBefore), option(After, locales.WorkshopAfter), option(Withdraw, locales.WorkshopWithdraw)}
	without := func(codes ...string) *fields.Choice {
		return fields.NewChoice(slices.DeleteFunc(slices.Clone(rows), func(o flows.Option) bool { return slices.Contains(codes, o.Code) }), nil)
	}
	all, first, entered, back := without(), without(After, Withdraw), without(Withdraw), without(After)
	return switched{all, []*fields.Choice{all, first, entered, back}, func(a flows.Answers) *fields.Choice {
		yes, agreed := a.Get(Consent)
		gave := agreed && yes.Proof == nil
		switch exit := a.Code(Exit) == Open; {
		case exit && gave:
			return all
		case exit:
			return entered
		case gave:
			return back
		}
		return first
	}}
}

// Offer shows the list.
func (s switched) Offer(v flows.View) flows.Offer { return s.of(v.Answers).Offer(v) }

// Read takes what a choice takes.
func (s switched) Read(v flows.View, in flows.Input) flows.Reading {
	return s.of(v.Answers).Read(v, in)
}

// Show names a row, whether it is offered now or not.
func (s switched) Show(a flows.Answered) flows.Labels { return s.all.Show(a) }

// Lists are all that may be offered.
func (s switched) Lists() (lists [][]flows.Option) {
	for _, c := range s.sets {
		lists = append(lists, c.Lists()...)
	}
	return lists
}

// From is nothing: what is offered hangs on no question of the form.
func (switched) From() string { return "" }
