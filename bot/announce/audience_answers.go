package announce

import (
	"slices"
	"strconv"

	"mboka/flows"
	"mboka/locales/reference"
)

// The steps of flow announce that say whom an announcement is for.
const (
	StepWords     = "audience_words" // text; where it is answered the others are not read
	StepCountry   = "audience_country"
	StepCity      = "audience_city"
	StepKm        = "audience_km"
	StepSector    = "audience_sector"
	StepGroup     = "audience_group"
	StepLanguage  = "audience_language" // of the conversation
	StepQualified = "audience_qualified"
	StepOfficials = "audience_officials"
)

// yes is the code of the two steps that are a choice of two.
const yes = "yes"

// AudienceOf reads the answers of flow announce: words as ParseAudience does,
// else the codes of the buttons. A code that is no country, city, option or
// language ("any") chooses nobody out. A city stands for its own country: who
// chose Belgium, then Liège, means Liège.
func AudienceOf(answers flows.Answers, understand Understand) Meant {
	if x, ok := answers.Get(StepWords); ok && !x.Skipped && x.Text != "" {
		return ParseAudience(x.Text, understand)
	}
	if answers.Code(StepOfficials) == yes {
		return Meant{Audience: Audience{Officials: true, Languages: chosen(answers, StepLanguage, known("language"))}}
	}
	a := Audience{
		Sectors: chosen(answers, StepSector, known("sector")), Groups: chosen(answers, StepGroup, known("profession_group")),
		Languages: chosen(answers, StepLanguage, known("language")), Qualified: answers.Code(StepQualified) == yes,
	}
	km, _ := strconv.Atoi(answers.Code(StepKm))
	cities := chosen(answers, StepCity, func(id string) bool { _, ok := reference.CityByID(id); return ok })
	for _, country := range chosen(answers, StepCountry, func(code string) bool { _, ok := reference.CountryByCode(code); return ok }) {
		if !slices.ContainsFunc(cities, func(id string) bool { c, _ := reference.CityByID(id); return c.Country == country }) {
			a.Places = append(a.Places, Place{Country: country})
		}
	}
	for _, id := range cities {
		a.Places = append(a.Places, Place{City: id, Radius: max(0, min(km, MostRadius))})
	}
	return Meant{Audience: a}
}

// chosen are the codes of a step that name something.
func chosen(answers flows.Answers, step string, known func(string) bool) []string {
	x, ok := answers.Get(step)
	if !ok || x.Skipped {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(x.Codes), func(code string) bool { return !known(code) })
}

// known tells the codes of a filter.
func known(filter string) func(string) bool {
	return func(code string) bool {
		for _, l := range (Audience{}).lists() {
			if l.name == filter {
				_, ok := l.label(code)
				return ok
			}
		}
		return false
	}
}
