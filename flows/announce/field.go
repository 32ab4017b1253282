package announce

import (
	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
)

// unnumbered is a choice whose rows have no numbers, because a number means a
// line of the review above it.
type unnumbered struct{ *fields.Choice }

// Offer shows the rows.
func (u unnumbered) Offer(v flows.View) flows.Offer {
	o := u.Choice.Offer(v)
	o.Marks = flows.None
	return o
}

// dry is what can be done after a dry run: to ask for a yes only where it may
// be sent.
type dry struct{}

func (dry) options(v flows.View) []flows.Option {
	rows := []flows.Option{option("preview", locales.AnnShow), option("change", locales.AnnChange)}
	if v.Facts[flows.FactDryRun].Answers.Code(flows.FactDryRun) == flows.DryRunReady {
		rows = append(rows, option("submit", locales.AnnSubmit))
	}
	return rows
}

// Offer shows the dry run.
func (d dry) Offer(v flows.View) flows.Offer {
	return flows.Offer{Options: d.options(v), Marks: flows.Numbers}
}

// Read takes what a choice takes.
func (d dry) Read(v flows.View, in flows.Input) flows.Reading {
	return fields.NewChoice(d.options(v), nil).Read(v, in)
}

// Show names nothing: the answer is never shown again.
func (dry) Show(flows.Answered) flows.Labels { return nil }

// Lists are the rows, with the last one.
func (d dry) Lists() [][]flows.Option {
	return [][]flows.Option{append(d.options(flows.View{}), option("submit", locales.AnnSubmit))}
}

// From is nothing.
func (dry) From() string { return "" }
