package synthetic

import (
	"math/rand/v2"
	"slices"

	"mboka/locales/reference"
)

// draw draws by weights.
type draw struct{ *rand.Rand }

// chance is true in so many of a hundred cases.
func (d draw) chance(percent float64) bool { return d.Float64()*100 < percent }

// of draws a value of a question.
func (d draw) of(question string) string {
	return d.among(reference.Weights(question), nil)
}

// among draws a value by weights, each times what fit says of it: 0 rules it
// out. "" when nothing is left.
func (d draw) among(weights []reference.Weight, fit func(value string) float64) string {
	total := 0.0
	share := func(w reference.Weight) float64 {
		if fit == nil {
			return w.Percent
		}
		return w.Percent * fit(w.Value)
	}
	for _, w := range weights {
		total += share(w)
	}
	at := d.Float64() * total
	for _, w := range weights {
		if at -= share(w); at < 0 {
			return w.Value
		}
	}
	return ""
}

// country draws where a person lives, and how many of a hundred there are
// women: the UN's share where it is known.
func (d draw) country() (code string, women float64) {
	weights := reference.Weights("country_residence")
	code = d.among(weights, nil)
	i := slices.IndexFunc(weights, func(w reference.Weight) bool { return w.Value == code })
	if women = weights[i].Women; women == 0 {
		women = 50.6 // worldwide, UN DESA 2019
	}
	return code, women
}

// English is what people write to a bot in these countries, as far as they do
// not write Lingala; elsewhere French.
var inEnglish = []string{"GB", "US", "ZA", "UG", "KE", "IE", "AU", "ZM", "TZ", "MW", "NA", "IN", "AE"}

func (d draw) language(country string) string {
	lingala := 0.0
	for _, w := range reference.Weights("bot_language") {
		if w.Value == "ln" {
			lingala = w.Percent
		}
	}
	switch {
	case d.chance(lingala):
		return "ln"
	case slices.Contains(inEnglish, country):
		return "en"
	}
	return "fr"
}

// city draws a city of a country, "" where none is known.
func (d draw) city(country string) string {
	var weights []reference.Weight
	for _, c := range reference.Cities(country) {
		weights = append(weights, reference.Weight{Value: c.ID, Percent: max(c.Weight, 1)})
	}
	return d.among(weights, nil)
}
