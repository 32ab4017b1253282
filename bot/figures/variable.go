package figures

import (
	"slices"
	"strings"

	"mboka/locales"
	"mboka/locales/reference"
)

// Variable is something that members can be counted by.
type Variable struct {
	Key   string // as in the profile
	Title locales.Key
	// Several: a person may have more than one, and percentages are of people.
	Several bool
	// Ordered: the values have an order of their own, such as ages; else the
	// most frequent comes first.
	Ordered bool
	// Sensitive variables need the larger threshold, whatever else is asked.
	Sensitive bool
	// Unsaid are the values that say nothing: who has one leaves the base.
	Unsaid []string
	// list names the option lists of its values; "" where they are places.
	list string
}

// The keys that code names.
const (
	age, country, city   = "age_band", "country_residence", "city_residence"
	education, employed  = "education_level", "employment_status"
	group, profession    = "profession_group", "profession"
	experience, province = "experience_years", "province_group"
	languages, offers    = "languages", "contribution_types"
)

// Variables are all there are, in the order of the questionnaire.
var Variables = []Variable{
	{Key: age, Title: locales.TAgeBand, Ordered: true, Unsaid: []string{"adult"}, list: age},
	{Key: country, Title: locales.TCountryResidence},
	{Key: education, Title: locales.TEducationLevel, Ordered: true, Unsaid: []string{"edu_unknown"}, list: education},
	{Key: employed, Title: locales.TEmploymentStatus, Unsaid: []string{"na"}, list: employed},
	{Key: "field_of_study", Title: locales.TFieldOfStudy, list: "field_of_study"},
	{Key: "sector", Title: locales.TSector, list: "sector"},
	{Key: group, Title: locales.TProfessionGroup, list: group},
	{Key: profession, Title: locales.TProfession, Sensitive: true},
	{Key: experience, Title: locales.TExperienceYears, Ordered: true, list: experience},
	{Key: languages, Title: locales.TLanguages, Several: true, list: languages},
	{Key: offers, Title: locales.TContributionTypes, Several: true, list: offers},
	{Key: city, Title: locales.TCityResidence, Sensitive: true},
	{Key: "years_abroad", Title: locales.TYearsAbroad, Ordered: true, Unsaid: []string{"na"}, list: "years_abroad"},
	{Key: "sex", Title: locales.TSex, Unsaid: []string{"na"}, list: "sex"},
	{Key: province, Title: locales.TProvinceOrigin, Sensitive: true, list: province},
	{Key: belowKey, Title: locales.BelowTitle, Sensitive: true, Ordered: true}, // made of others, a profession among them
}

// VariableOf finds a variable by its key.
func VariableOf(key string) (Variable, bool) {
	i := slices.IndexFunc(Variables, func(v Variable) bool { return v.Key == key })
	if i < 0 {
		return Variable{}, false
	}
	return Variables[i], true
}

// professionLists are the option lists of professions, one a group.
func professionLists() []string {
	var lists []string
	for _, name := range reference.Lists() {
		if strings.HasPrefix(name, "profession_") && name != group {
			lists = append(lists, name)
		}
	}
	return lists
}

// Options are the values of a variable that come from an option list.
func (v Variable) Options() []reference.Option {
	if v.Key == belowKey {
		return belowOptions()
	}
	if v.Key == profession {
		var all []reference.Option
		for _, list := range professionLists() {
			for _, o := range reference.List(list) {
				if o.Flag != "text" && o.Code != "other" { // "other" is another one in each group
					all = append(all, o)
				}
			}
		}
		return all
	}
	return reference.List(v.list)
}

// Label names a value for people.
func (v Variable) Label(code string) locales.Label {
	switch v.Key {
	case country:
		if c, ok := reference.CountryByCode(code); ok {
			if !c.Row.Empty() {
				return c.Row
			}
			return c.Name
		}
	case city:
		if c, ok := reference.CityByID(code); ok {
			return c.Name
		}
	}
	for _, o := range v.Options() {
		if o.Code == code {
			return o.Label
		}
	}
	return locales.Label{code, code, code}
}

// sensitiveValue tells values that need the larger threshold though their
// variable does not: the wish to return may cost somebody their asylum.
func sensitiveValue(key, code string) bool { return key == offers && code == "return" }
