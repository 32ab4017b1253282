package fields

import (
	"mboka/flows"
	"mboka/locales"
)

// Shown asks whether one thing that is known may be shown: its text is that of
// the step From.
type Shown struct {
	Choice
	from string
	ask  locales.Key
}

// NewShown makes the question: ask has the field Label.
func NewShown(from string, ask locales.Key, yes, no locales.Key, aliases map[string][]string) *Shown {
	return &Shown{from: from, ask: ask, Choice: *NewChoice([]flows.Option{
		{Code: Show, Label: locales.LabelOf(yes)}, {Code: Hide, Label: locales.LabelOf(no)},
	}, aliases)}
}

// Offer asks about what is known.
func (s *Shown) Offer(v flows.View) flows.Offer {
	offer := s.Choice.Offer(v)
	known, _ := v.Answers.Get(s.from)
	offer.Body = &flows.Line{Key: s.ask, Args: locales.Args{"Label": asWritten(known.Text)}}
	return offer
}
