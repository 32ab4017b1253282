package fields

import "mboka/flows"

// Offered is a choice of which some rows are only there at times.
type Offered struct{ rows []Row }

// Row is an option, and when it is not offered.
type Row struct {
	flows.Option
	Unless flows.Cond
}

// NewOffered makes a choice of the rows given.
func NewOffered(rows ...Row) *Offered { return &Offered{rows: rows} }

func (o *Offered) list(v flows.View) *flows.List {
	var options []flows.Option
	for _, r := range o.rows {
		if !r.Unless.Holds(v.Answers) {
			options = append(options, r.Option)
		}
	}
	return flows.NewList(options, nil)
}

// Offer shows the rows that there are now.
func (o *Offered) Offer(v flows.View) flows.Offer {
	return flows.Offer{Options: o.list(v).Options, Marks: flows.Numbers}
}

// Read takes what a Choice takes.
func (o *Offered) Read(v flows.View, in flows.Input) flows.Reading { return readOne(o.list(v), in) }

// Show names the option.
func (o *Offered) Show(a flows.Answered) flows.Labels {
	return show(o.list(flows.View{}), a.Codes)
}

// Lists is the list of all rows.
func (o *Offered) Lists() [][]flows.Option {
	all := make([]flows.Option, 0, len(o.rows))
	for _, r := range o.rows {
		all = append(all, r.Option)
	}
	return [][]flows.Option{all}
}

// From is nothing: the rows hang on what the records say.
func (o *Offered) From() string { return "" }
