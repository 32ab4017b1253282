package fields

import (
	"github.com/rivo/uniseg"

	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
)

// City is a city of the country answered before: its main ones as rows, any
// other by name or alias; one we do not know is kept as it was written.
type City struct {
	country string // the step that holds the country
	max     int    // characters of a city kept as text
}

// CityIn makes a city of the country that a step holds.
func CityIn(countryStep string, most int) *City { return &City{country: countryStep, max: most} }

// mainCities is how many rows are shown: a WhatsApp list has ten, one is "other".
const mainCities = 9

// Offer shows the main cities of the country.
func (c *City) Offer(v flows.View) flows.Offer {
	cities := reference.Cities(v.Answers.Code(c.country))
	if v.Sub == other || len(cities) == 0 {
		return flows.Offer{Marks: flows.None, Free: true}
	}
	return flows.Offer{Options: cityRows(cities)}
}

func cityRows(cities []reference.City) []flows.Option {
	if len(cities) > mainCities {
		cities = cities[:mainCities]
	}
	options := make([]flows.Option, 0, len(cities)+1)
	for _, city := range cities {
		options = append(options, flows.Option{Code: city.ID, Label: city.Name})
	}
	return append(options, otherRow(locales.OtherCity))
}

// Read takes a tap, a row number, a name or alias; a near miss is a guess, an
// unknown name is kept after a yes.
func (c *City) Read(v flows.View, in flows.Input) flows.Reading {
	offer := c.Offer(v)
	if in.Code == "" && len(offer.Options) > 0 {
		if i, ok := flows.PickOne(offer.Options, in.Text); ok {
			if o := offer.Options[i]; o.Code != other {
				return taken(o)
			}
			in.Code = other
		}
	}
	if in.Code == other {
		return flows.Reading{As: flows.Opened, Sub: other}
	}
	if in.Code != "" {
		if _, ok := reference.CityByID(in.Code); ok {
			return flows.Reading{As: flows.Taken, Codes: []string{in.Code}}
		}
		return missPlace()
	}
	if _, ok := flows.Number(in.Text); ok {
		return missPlace()
	}
	return c.named(v, in.Text)
}

func (c *City) named(v flows.View, text string) flows.Reading {
	matches := reference.FindCity(v.Answers.Code(c.country), text)
	if len(matches) > 0 && matches[0].Score == 1 {
		if city, ok := reference.CityByID(matches[0].Code); ok {
			return flows.Reading{As: flows.Taken, Codes: []string{city.ID}, Echo: echo(city.Name)}
		}
	}
	if len(matches) > 0 {
		return guesses(matches, func(code string) (locales.Label, bool) {
			city, ok := reference.CityByID(code)
			return city.Name, ok
		})
	}
	kept := readText(text, c.max)
	yesOrNo := flows.SaysYes(text) || flows.SaysNo(text)
	if kept.As != flows.Taken || yesOrNo || uniseg.GraphemeClusterCount(kept.Text) < 2 {
		return missPlace()
	}
	return flows.Reading{As: flows.Unsure, Text: kept.Text, Whole: true, Ask: &flows.Line{Key: locales.CityKeepAsk}}
}

// Show names the city, or gives the text back.
func (*City) Show(a flows.Answered) flows.Labels {
	out := flows.Labels{}
	for _, code := range a.Codes {
		if city, ok := reference.CityByID(code); ok {
			out = append(out, city.Name)
		}
	}
	return append(out, asWritten(a.Text)...)
}

// Lists are the main cities of every country that has some.
func (*City) Lists() [][]flows.Option {
	lists := [][]flows.Option{{otherRow(locales.OtherCity)}}
	for _, country := range reference.Countries() {
		if cities := reference.Cities(country.Alpha2); len(cities) > 0 {
			lists = append(lists, cityRows(cities))
		}
	}
	return lists
}

// From is the country's step: another country, another city.
func (c *City) From() string { return c.country }
