package synthetic

import (
	"fmt"
	"slices"

	"mboka/locales/reference"
	"mboka/store"
)

// form is one person's answers, each drawn in the light of those before.
type form struct {
	draw
	age, country string
	women        float64
	level, group string
	given        []store.Answer
}

func (f *form) put(step string, codes ...string) {
	if len(codes) > 0 && codes[0] != "" {
		f.given = append(f.given, store.Answer{Step: step, Codes: codes})
	}
}

// ages are the youngest and oldest years of a band; of who gives none, any.
var ages = map[string][2]int{
	"18_24": {18, 24}, "25_34": {25, 34}, "35_44": {35, 44}, "45_54": {45, 54}, "55_64": {55, 64}, "65p": {65, 80}, "adult": {18, 80},
}

func (f *form) required() {
	f.put("age_band", f.age)
	f.put("country_residence", f.country)
	young, old := f.age == "18_24", f.age == "65p" || f.age == "55_64"
	f.level = f.among(reference.Weights("education_level"), func(v string) float64 {
		switch {
		case young && v == "edu_doctorate":
			return 0
		case young && v == "edu_master":
			return 0.2
		}
		return 1
	})
	f.put("education_level", f.level)
	f.put("employment_status", f.among(reference.Weights("employment_status"), func(v string) float64 {
		switch {
		case v == "retired" && !old:
			return 0
		case v == "retired":
			return 8
		case v == "student" && young:
			return 6
		case v == "student" && old:
			return 0.1
		}
		return 1
	}))
}

// after are the levels above secondary school: only they have a field.
var after = []string{"edu_post_sec", "edu_short_tertiary", "edu_bachelor", "edu_master", "edu_doctorate"}

// sectorOf is the sector that a group of professions mostly works in.
var sectorOf = map[string]string{"health": "health_social", "teaching": "education_research", "ict": "ict_media"}

// fieldOf is the field that a group of professions has mostly studied.
var fieldOf = map[string]string{
	"health": "field_health", "teaching": "field_education", "ict": "field_ict", "science_engineering": "field_engineering",
	"business_admin": "field_business_law", "management": "field_business_law", "legal_social_cultural": "field_social",
}

// toward makes one value ten times as likely.
func toward(value string) func(string) float64 {
	return func(v string) float64 {
		if v == value {
			return 10
		}
		return 1
	}
}

func (f *form) answers() bool { return f.chance(answersEach) }

func (f *form) optional(i int) {
	f.group = f.of("profession_group")
	if slices.Contains(after, f.level) && f.answers() {
		f.put("field_of_study", f.among(reference.Weights("field_of_study"), toward(fieldOf[f.group])))
	}
	if f.answers() {
		f.put("sector", f.among(reference.Weights("sector"), toward(sectorOf[f.group])))
	}
	if f.answers() {
		f.put("profession_group", f.group)
		if f.answers() {
			f.put("profession", f.of("profession/"+f.group))
		}
	}
	if f.answers() {
		f.put("experience_years", f.years("experience_years", 16))
	}
	f.several()
	if f.answers() {
		f.put("city_residence", f.city(f.country))
	}
	if f.answers() {
		f.put("years_abroad", f.years("years_abroad", 0))
	}
	if f.answers() {
		f.sex()
	}
	if f.answers() {
		f.given = append(f.given, store.Answer{Step: "display_name", Text: fmt.Sprintf("Essai %d", i)})
	}
	if f.chance(tellsProvince) {
		if p, ok := reference.ProvinceByCode(f.of("province_origin")); ok {
			f.put("province_origin", p.Group, p.Code)
		}
	}
}

// years draws a band of years that began at an age at the earliest and fits the
// person's.
func (f *form) years(question string, begins int) string {
	most := ages[f.age][1] - begins
	young := f.age == "18_24" || f.age == "25_34"
	return f.among(reference.Weights(question), func(v string) float64 {
		for _, o := range reference.List(question) {
			if o.Code == v && o.HasRange && o.Low > most {
				return 0
			}
		}
		if v == "born" && !young {
			return 0.2
		}
		return 1
	})
}

func (f *form) several() {
	if f.answers() {
		spoken := []string{"fr", "ln"}
		for _, o := range reference.List("languages") {
			if o.Code != "fr" && o.Code != "ln" && o.Code != "other" && f.chance(18) {
				spoken = append(spoken, o.Code)
			}
		}
		f.put("languages", spoken...)
	}
	if f.answers() {
		var offers []string
		for _, w := range reference.Weights("contribution_types") {
			if f.chance(w.Percent) {
				offers = append(offers, w.Value)
			}
		}
		if len(offers) > 1 { // nothing stands alone
			offers = slices.DeleteFunc(offers, func(code string) bool { return code == "none" })
		}
		if len(offers) == 0 {
			offers = []string{"none"}
		}
		f.put("contribution_types", offers...)
	}
}

// sex follows the UN's share of women in the country; a few do not say.
func (f *form) sex() {
	f.put("sex", f.among(reference.Weights("sex"), func(v string) float64 {
		switch v {
		case "f":
			return f.women / 45
		case "m":
			return (100 - f.women) / 54
		}
		return 1
	}))
}
