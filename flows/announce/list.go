package announce

import (
	"strings"
	"sync"

	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
)

// The list begins with answer Listed: as its text a line for each announcement,
// its id, its title in a row, and what the text says of it, apart by tabs. Which
// is the one that was chosen.
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

func (listed) options(v flows.View) (out []flows.Option, lines []string) {
	given, _ := v.Answers.Get(Listed)
	for line := range strings.Lines(given.Text) {
		if f := strings.Split(strings.TrimRight(line, "\n"), "\t"); len(f) == 3 {
			out = append(out, flows.Option{Code: f[0], Label: locales.Label{f[1], f[1], f[1]}})
			lines = append(lines, f[2])
		}
	}
	return out, lines
}

// Offer shows them.
func (f listed) Offer(v flows.View) flows.Offer {
	rows, lines := f.options(v)
	body := flows.Line{Key: locales.AnnList, Args: locales.Args{"Lines": strings.Join(lines, "\n")}}
	return flows.Offer{Body: &body, Options: rows, Marks: flows.Numbers}
}

// Read takes what a choice takes.
func (f listed) Read(v flows.View, in flows.Input) flows.Reading {
	rows, _ := f.options(v)
	return fields.NewChoice(rows, nil).Read(v, in)
}

// Show names nothing: the answer is never shown again.
func (listed) Show(flows.Answered) flows.Labels { return nil }

// Lists are none that are known before.
func (listed) Lists() [][]flows.Option { return nil }

// From is nothing.
func (listed) From() string { return "" }
