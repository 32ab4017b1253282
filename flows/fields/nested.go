package fields

import (
	"mboka/flows"
	"mboka/locales"
)

// Nested is a choice whose list hangs on an earlier answer, with a last row
// that asks for a short text: "profession_" + the group answered.
type Nested struct {
	prefix, from string
	max          int
	lists        map[string]*flows.List
}

// NestedIn makes a choice of the lists prefix+code, for each code that the
// step from can have.
func NestedIn(prefix, from, fromList string, most int) *Nested {
	n := &Nested{prefix: prefix, from: from, max: most, lists: make(map[string]*flows.List)}
	for _, o := range Options(fromList) {
		if l := calledList(prefix + o.Code); len(l.Options) > 0 {
			n.lists[o.Code] = l
		}
	}
	return n
}

// Offer shows the list of the earlier answer; without one, a text is asked.
func (n *Nested) Offer(v flows.View) flows.Offer {
	list := n.lists[v.Answers.Code(n.from)]
	if list == nil || v.Sub == flows.FlagText {
		return flows.Offer{Body: &flows.Line{Key: locales.OtherTextAsk}, Marks: flows.None, Free: true}
	}
	return flows.Offer{Options: list.Options}
}

// Read takes what Choice takes; the row flagged text opens the text.
func (n *Nested) Read(v flows.View, in flows.Input) flows.Reading {
	list := n.lists[v.Answers.Code(n.from)]
	if (list == nil || v.Sub == flows.FlagText) && in.Code == "" {
		r := readText(in.Text, n.max)
		if r.As == flows.Taken {
			r.Codes = []string{other}
		}
		return r
	}
	if list == nil {
		return flows.Reading{As: flows.Missed, Miss: &flows.Line{Key: locales.TextUnreadable}}
	}
	r := readOne(list, in)
	if r.As != flows.Taken {
		return r
	}
	if o, ok := list.Has(r.Codes[0]); ok && o.Flag == flows.FlagText {
		return flows.Reading{As: flows.Opened, Sub: flows.FlagText}
	}
	return r
}

// Show names the option, or gives the text back. The lists share no code but
// "other".
func (n *Nested) Show(a flows.Answered) flows.Labels {
	if a.Text != "" {
		return asWritten(a.Text)
	}
	for _, code := range a.Codes {
		for _, list := range n.lists {
			if o, ok := list.Has(code); ok {
				return flows.Labels{o.Label}
			}
		}
	}
	return nil
}

// Lists are all of them.
func (n *Nested) Lists() [][]flows.Option {
	out := make([][]flows.Option, 0, len(n.lists))
	for _, list := range n.lists {
		out = append(out, list.Options)
	}
	return out
}

// From is the step whose answer chooses the list.
func (n *Nested) From() string { return n.from }
