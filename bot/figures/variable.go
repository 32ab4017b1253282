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
	// Named is how officials read it where Title is in a member's own words; "":
	// as Title.
	Named locales.Key
	// Several: a person may have more than one, and percentages are of people.
	Several bool
	// Ordered: the values have an order of their own, such as ages; else the
	// most frequent comes first.
	Ordered bool
	// Sensitive variables need the larger threshold, whatever else is asked.
	Sensitive bool
	// Unsaid are the values that say nothing: who has one leaves the base.
	Unsaid []string
	// Study: it belongs to the feasibility study about a fund. Each of these is
	// told by itself where several are named: they are one subject.
	Study bool
	// Parts are drawn as one bar in parts: shares of a whole, not a ranking.
	Parts bool
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

	stays, aimedGroup, aimedSector = "availability", "target_group", "target_sector"
	amount                         = "fund_amount_usd"
)

// Variables are all there are, in the order of the questionnaire.
var Variables = []Variable{
	{Key: age, Title: locales.TAgeBand, Ordered: true, Unsaid: []string{"adult"}, list: age},
	{Key: country, Title: locales.TCountryResidence},
	{Key: education, Parts: true, Title: locales.TEducationLevel, Ordered: true, Unsaid: []string{"edu_unknown"}, list: education},
	{Key: employed, Parts: true, Title: locales.TEmploymentStatus, Named: locales.FvEmploymentStatus, Unsaid: []string{"na"}, list: employed},
	{Key: "field_of_study", Title: locales.TFieldOfStudy, Named: locales.FvFieldOfStudy, list: "field_of_study"},
	{Key: "sector", Title: locales.TSector, list: "sector"},
	{Key: group, Title: locales.TProfessionGroup, list: group},
	{Key: profession, Title: locales.TProfession, Sensitive: true},
	{Key: experience, Title: locales.TExperienceYears, Ordered: true, list: experience},
	{Key: languages, Title: locales.TLanguages, Named: locales.FvLanguages, Several: true, list: languages},
	{Key: offers, Title: locales.TContributionTypes, Named: locales.FvContributionTypes, Several: true, list: offers},
	{Key: city, Title: locales.TCityResidence, Sensitive: true},
	{Key: "years_abroad", Title: locales.TYearsAbroad, Ordered: true, Unsaid: []string{"na"}, list: "years_abroad"},
	{Key: "sex", Parts: true, Title: locales.TSex, Named: locales.FvSex, Unsaid: []string{"na"}, list: "sex"},
	{Key: province, Title: locales.TProvinceOrigin, Sensitive: true, list: province},
	{Key: belowKey, Parts: true, Title: locales.BelowTitle, Sensitive: true, Ordered: true}, // made of others, a profession among them

	{Key: stays, Title: locales.FvAvailability, Ordered: true, list: stays},
	{Key: aimedGroup, Title: locales.FvTargetGroup, Unsaid: []string{"na"}, list: province},
	{Key: aimedSector, Title: locales.FvTargetSector, list: "sector"},
	{Key: "barriers", Title: locales.FvBarriers, Several: true, list: "barriers"},
	{Key: "remittance_frequency", Title: locales.FvRemittanceFrequency, Ordered: true, Sensitive: true, Unsaid: []string{"na"}, list: "remittance_frequency"},
	{Key: "remittance_use", Title: locales.FvRemittanceUse, Several: true, Sensitive: true, list: "remittance_use"},

	{Key: "fund_interest", Title: locales.FvFundInterest, Study: true, Ordered: true, list: "fund_interest"},
	{Key: amount, Title: locales.FvFundAmountUsd, Study: true, Ordered: true, Sensitive: true, Unsaid: []string{"na"}, list: amount},
	{Key: "fund_instrument", Title: locales.FvFundInstrument, Study: true, list: "fund_instrument"},
	{Key: "fund_sector", Title: locales.FvFundSector, Study: true, Several: true, list: "fund_sector"},
	{Key: "fund_horizon", Title: locales.FvFundHorizon, Study: true, Ordered: true, list: "fund_horizon"},
	{Key: "fund_main_concern", Title: locales.FvFundMainConcern, Study: true, list: "fund_main_concern"},
	{Key: "fund_trust_conditions", Title: locales.FvFundTrustConditions, Study: true, Several: true, list: "fund_trust_conditions"},
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
func sensitiveValue(key, code string) bool {
	return key == offers && code == "return" || key == stays && code == "permanent"
}

// returning tells the variables that have such a value.
func returning(key string) bool { return key == offers || key == stays }
