package fields

import (
	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
)

// other is the row that opens a text: the list is too long for a screen.
const other = "other"

// Country is a country of residence: nine rows by the sender's dialling zone,
// any other by its name, an alias, a flag or a near miss.
type Country struct{}

// Offer shows the quick picks.
func (Country) Offer(v flows.View) flows.Offer {
	if v.Sub == other {
		return flows.Offer{Body: &flows.Line{Key: locales.PlaceOther}, Marks: flows.None}
	}
	picks := reference.QuickPicks(v.Phone)
	options := make([]flows.Option, 0, len(picks)+1)
	for _, code := range picks {
		if c, ok := reference.CountryByCode(code); ok {
			options = append(options, flows.Option{Code: c.Alpha2, Label: c.Row})
		}
	}
	return flows.Offer{Options: append(options, otherRow(locales.OtherCountry))}
}

func otherRow(key locales.Key) flows.Option {
	return flows.Option{Code: other, Label: locales.LabelOf(key)}
}

// Read takes a tap, a row number, a name, a flag; a near miss is a guess.
func (c Country) Read(v flows.View, in flows.Input) flows.Reading {
	offer := c.Offer(v)
	if in.Code == "" && v.Sub == "" {
		if i, ok := flows.PickOne(offer.Options, in.Text); ok {
			in.Code = offer.Options[i].Code
			if in.Code != other {
				return takenCountry(in.Code)
			}
		}
	}
	if in.Code == other {
		return flows.Reading{As: flows.Opened, Sub: other}
	}
	if in.Code != "" {
		if _, ok := reference.CountryByCode(in.Code); ok {
			return flows.Reading{As: flows.Taken, Codes: []string{in.Code}}
		}
		return missPlace()
	}
	matches := reference.FindCountry(in.Text)
	if len(matches) > 0 && matches[0].Score == 1 && (len(matches) == 1 || matches[1].Score < 1) {
		return takenCountry(matches[0].Code)
	}
	return guesses(matches, func(code string) (locales.Label, bool) {
		c, ok := reference.CountryByCode(code)
		return c.Row, ok
	})
}

func takenCountry(code string) flows.Reading {
	c, _ := reference.CountryByCode(code)
	return flows.Reading{As: flows.Taken, Codes: []string{code}, Echo: echo(c.Row)}
}

func missPlace() flows.Reading {
	return flows.Reading{As: flows.Missed, Miss: &flows.Line{Key: locales.MissPlace}}
}

// closeScore is how much less alike a guess may be than the best one.
const closeScore = 0.05

func guesses(matches []reference.Match, name func(string) (locales.Label, bool)) flows.Reading {
	var out []flows.Option
	for _, m := range matches {
		if m.Score < matches[0].Score-closeScore {
			break
		}
		if label, ok := name(m.Code); ok {
			out = append(out, flows.Option{Code: m.Code, Label: label})
		}
	}
	if len(out) == 0 {
		return missPlace()
	}
	return flows.Reading{As: flows.Unsure, Guess: out}
}

// Show names the country.
func (Country) Show(a flows.Answered) flows.Labels {
	out := flows.Labels{}
	for _, code := range a.Codes {
		if c, ok := reference.CountryByCode(code); ok {
			out = append(out, c.Row)
		}
	}
	return out
}

// Lists are the quick picks of every zone.
func (c Country) Lists() [][]flows.Option {
	all := make([]flows.Option, 0, 249)
	for _, k := range reference.Countries() {
		all = append(all, flows.Option{Code: k.Alpha2, Label: k.Row})
	}
	// A screen never has more than ten: the country rows are checked ten at a time.
	lists := [][]flows.Option{{otherRow(locales.OtherCountry)}}
	for len(all) > 0 {
		n := min(10, len(all))
		lists = append(lists, all[:n])
		all = all[n:]
	}
	return lists
}

// From is nothing: quick picks hang on the number, not on an answer.
func (Country) From() string { return "" }
