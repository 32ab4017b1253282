package announce

import (
	"strings"
	"sync"

	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
)

// The list begins with answer Listed: as its text a line for each announcement,
// its id and how it is called in a row, apart by a space. Which is the one that
// was chosen.
const (
	Listed = "listed"
	Which  = "which"
)

// Chosen is the event that one was.
const Chosen = "chosen"

// List shows the announcements, and one of them when it is chosen.
var List = sync.OnceValue(func() *flows.Flow {
	f := flows.New(ListID, 1,
		flows.Step{ID: Which, Kind: flows.Fork, Ask: locales.AnnList, Field: listed{}},
		flows.Step{ID: Chosen, Kind: flows.End, Enter: Chosen, Ask: locales.AnnList})
	f.Given = []string{Listed}
	return f
})

// listed is a choice of the announcements in answer Listed.
type listed struct{}

func (listed) options(v flows.View) []flows.Option {
	given, _ := v.Answers.Get(Listed)
	var out []flows.Option
	for line := range strings.Lines(given.Text) {
		id, name, ok := strings.Cut(strings.TrimSpace(line), " ")
		if ok {
			out = append(out, flows.Option{Code: id, Label: locales.Label{name, name, name}})
		}
	}
	return out
}

// Offer shows them.
func (f listed) Offer(v flows.View) flows.Offer {
	return flows.Offer{Options: f.options(v), Marks: flows.Numbers}
}

// Read takes what a choice takes.
func (f listed) Read(v flows.View, in flows.Input) flows.Reading {
	return fields.NewChoice(f.options(v), nil).Read(v, in)
}

// Show names nothing: the answer is never shown again.
func (listed) Show(flows.Answered) flows.Labels { return nil }

// Lists are none that are known before.
func (listed) Lists() [][]flows.Option { return nil }

// From is nothing.
func (listed) From() string { return "" }
