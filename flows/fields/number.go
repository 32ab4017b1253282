package fields

import (
	"mboka/flows"
	"mboka/locales"
)

// MemberNumber is the number of a member, as it is printed or without its dash.
type MemberNumber struct{}

// Offer asks for a text.
func (MemberNumber) Offer(flows.View) flows.Offer { return flows.Offer{Marks: flows.None, Free: true} }

// Read takes a number. That there is such a member nobody knows here.
func (MemberNumber) Read(_ flows.View, in flows.Input) flows.Reading {
	if number, ok := flows.MemberNumber(in.Text); ok && in.Code == "" {
		return flows.Reading{As: flows.Taken, Text: number}
	}
	return flows.Reading{As: flows.Missed, Miss: &flows.Line{Key: locales.RequestShape}}
}

// Show prints the number in two groups.
func (MemberNumber) Show(a flows.Answered) flows.Labels {
	if len(a.Text) != 6 {
		return asWritten(a.Text)
	}
	return asWritten(a.Text[:3] + "-" + a.Text[3:])
}

// Lists are none.
func (MemberNumber) Lists() [][]flows.Option { return nil }

// From is nothing.
func (MemberNumber) From() string { return "" }
