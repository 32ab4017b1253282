package meeting

import (
	"slices"
	"strconv"
	"strings"

	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
	"mboka/locales/reference"
)

// list is a choice of the missions in answer Ahead: its codes are their ids, its
// text a line for each, the name on the button and what is printed, apart by a
// tab.
type list struct{}

func (list) options(v flows.View) (options []flows.Option, printed string) {
	given, _ := v.Answers.Get(Ahead)
	lines := strings.Split(given.Text, "\n")
	var all []string
	for i, id := range given.Codes {
		if i >= len(lines) {
			break
		}
		name, line, _ := strings.Cut(lines[i], "\t")
		options = append(options, flows.Option{Code: id, Label: locales.Label{name, name, name}})
		all = append(all, "• "+line)
	}
	return options, strings.Join(all, "\n")
}

// Offer prints them, with a button for each.
func (f list) Offer(v flows.View) flows.Offer {
	options, printed := f.options(v)
	return flows.Offer{Body: &flows.Line{Key: locales.MissionsAhead, Args: locales.Args{"Lines": printed}}, Options: options, Marks: flows.Numbers}
}

// Read takes what a choice takes.
func (f list) Read(v flows.View, in flows.Input) flows.Reading {
	options, _ := f.options(v)
	return fields.NewChoice(options, nil).Read(v, in)
}

// Show names nothing: the answer is never shown again.
func (list) Show(flows.Answered) flows.Labels { return nil }

// Lists are none that are known before.
func (list) Lists() [][]flows.Option { return nil }

// From is nothing: the list comes from the records.
func (list) From() string { return "" }

// mostGuests is how many may come with somebody.
const mostGuests = 20

// guests is a number from 0 to mostGuests: the first few have buttons.
type guests struct{}

var few = []flows.Option{
	{Code: "0", Label: locales.LabelOf(locales.GuestsZero)},
	{Code: "1", Label: locales.LabelOf(locales.GuestsOne)},
	{Code: "2", Label: locales.LabelOf(locales.GuestsTwo)},
}

// Offer asks for a number.
func (guests) Offer(flows.View) flows.Offer {
	return flows.Offer{Body: &flows.Line{Key: locales.GuestsAsk, Args: locales.Args{"Max": mostGuests}}, Options: few, Marks: flows.None}
}

// Read takes a number in digits, a label, or a word for nobody.
func (guests) Read(v flows.View, in flows.Input) flows.Reading {
	text := in.Text
	if in.Code != "" {
		text = in.Code
	}
	n, ok := flows.Number(text)
	if !ok && in.Code == "" {
		for i, o := range few {
			if slices.ContainsFunc(locales.Langs[:], func(l locales.Lang) bool { return reference.Fold(o.Label.In(l)) == reference.Fold(text) }) {
				n, ok = i, true
			}
		}
		if slices.Contains(nobody, reference.Fold(text)) {
			n, ok = 0, true
		}
	}
	if !ok || n < 0 || n > mostGuests {
		return flows.Reading{As: flows.Missed, Miss: &flows.Line{Key: locales.GuestsBounds, Args: locales.Args{"Max": mostGuests}}}
	}
	return flows.Reading{As: flows.Taken, Codes: []string{strconv.Itoa(n)}}
}

// Words for nobody, and for nothing, folded.
var nobody = strings.Split("non|no|te|personne|seul|seule|nobody|alone|just me|moi seul|moto te|moto moko te|ngai moko|rien|nothing|eloko te", "|")

// Show prints the number.
func (guests) Show(a flows.Answered) flows.Labels {
	if len(a.Codes) == 0 {
		return nil
	}
	return flows.Labels{{a.Codes[0], a.Codes[0], a.Codes[0]}}
}

// Lists are the buttons.
func (guests) Lists() [][]flows.Option { return [][]flows.Option{few} }

// From is nothing.
func (guests) From() string { return "" }

// nothing is the button of who has no word to say.
const nothing = "nothing"

var nothingToSay = []flows.Option{{Code: nothing, Label: locales.LabelOf(locales.FeedbackNothing)}}

// words is a text that nobody has to write.
type words struct{ *fields.Text }

// Offer asks for a text.
func (w words) Offer(v flows.View) flows.Offer {
	offer := w.Text.Offer(v)
	offer.Options = nothingToSay
	return offer
}

// Read takes a text, or that there is none.
func (w words) Read(v flows.View, in flows.Input) flows.Reading {
	if in.Code == nothing || in.Code == "" && slices.Contains(nobody, reference.Fold(in.Text)) {
		return flows.Reading{As: flows.Taken, Codes: []string{nothing}}
	}
	reading := w.Text.Read(v, in)
	reading.Echo = nil // a complaint is not repeated into the chat
	return reading
}

// Lists is the button.
func (words) Lists() [][]flows.Option { return [][]flows.Option{nothingToSay} }
