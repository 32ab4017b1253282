// Package registration is the flow by which a person registers: language,
// notice and consent, four questions that count them, up to twelve more as
// they like, a review, the consent for announcements, a recovery code.
//
// It may import flows, flows/fields and locales.
package registration

import (
	"sync"

	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
)

// Stable names of the flows.
const (
	ID        = "registration"
	ProfileID = "profile"
)

// Steps that others refer to.
const (
	Language   = "language"
	Consent    = "consent"
	AgeBand    = "age_band"
	Country    = "country_residence"
	Education  = "education_level"
	Employment = "employment_status"
	Counted    = "counted"
	Summary    = "summary"
	Missions   = "missions"
	Name       = "display_name"
	Declined   = "declined" // also the event of a no to the notice
	Code       = "code"     // pretended answered once a recovery code was given
)

// Events of this flow, beside flows.AnswerGiven.
const (
	Adult           = "adult"      // the age answer is in: records may begin
	UnderAge        = "under_age"  // nothing may be kept
	Registered      = "registered" // the fourth answer is in
	MissionsDecided = "missions"   // yes or no to announcements
	Thanked         = "thanked"    // a recovery code is due
	Finished        = "finished"   // the end again, of who has a code
)

// Flow is the registration as a form. The engine checks it with Check.
var Flow = sync.OnceValue(func() *flows.Flow {
	steps := []flows.Step{
		{ID: Language, Kind: flows.Fork, Once: true, Raise: flows.LanguageChosen,
			Ask: locales.LangChoice, Field: fields.Language()},
		{ID: Consent, Kind: flows.Fork, Once: true,
			Ask: locales.Notice, Again: locales.NoticeAsk, More: locales.NoticeDetails, Why: locales.NoticeDetails,
			Field:  fields.NewConsent(locales.NoticeYes, locales.NoticeMore, locales.NoticeNo),
			Routes: []flows.Route{{Code: fields.Refuse, To: Declined}}},
	}
	steps = append(steps, Required()...)
	steps = append(steps, flows.Step{ID: Counted, Kind: flows.Fork, Once: true, Enter: Registered,
		Ask: locales.Counted,
		Field: fields.NewChoice([]flows.Option{
			{Code: "continue", Label: locales.LabelOf(locales.CountedContinue)},
			{Code: "later", Label: locales.LabelOf(locales.CountedLater)},
		}, map[string][]string{"continue": {"oui", "yes", "iyo", "ok"}, "later": {"non", "no", "te"}}),
		Routes: []flows.Route{{Code: "later", To: Missions}}})
	steps = append(steps, Optional()...)
	return flows.New(ID, 1, append(steps,
		flows.Step{ID: Summary, Kind: flows.Review,
			Ask: locales.Summary,
			Field: fields.NewChoice([]flows.Option{
				{Code: "yes", Label: locales.LabelOf(locales.SummaryYes)},
			}, nil)},
		flows.Step{ID: Missions, Kind: flows.Fork, Once: true, Raise: MissionsDecided,
			Ask:   locales.MissionsAsk,
			Field: fields.NewConsent(locales.MissionsYes, "", locales.MissionsNo)},
		flows.Step{ID: "thanks", Kind: flows.End, Enter: Thanked,
			Ask: locales.Thanks, Unless: flows.Cond{Step: Code, In: []string{"given"}}},
		flows.Step{ID: "updated", Kind: flows.End, Enter: Finished, Ask: locales.Updated},
		flows.Step{ID: Declined, Kind: flows.End, Enter: Declined, Forgets: true, Ask: locales.Declined},
		flows.Step{ID: UnderAge, Kind: flows.End, Enter: UnderAge, Forgets: true, Ask: locales.Under18},
	)...)
})

// Required are the four questions that count a person.
func Required() []flows.Step {
	return []flows.Step{
		{ID: AgeBand, Required: true, Raise: Adult,
			Ask: locales.QAgeBand, Title: locales.TAgeBand, Why: locales.WhyAgeBand,
			Field:  fields.YearsOf("age_band"),
			Routes: []flows.Route{{Code: "u18", To: UnderAge}}},
		{ID: Country, Required: true,
			Ask: locales.QCountryResidence, Title: locales.TCountryResidence, Why: locales.WhyCountryResidence,
			Field: fields.Country{}},
		{ID: Education, Required: true,
			Ask: locales.QEducationLevel, Title: locales.TEducationLevel, Why: locales.WhyEducationLevel,
			Field: fields.ChoiceOf("education_level")},
		{ID: Employment, Required: true,
			Ask: locales.QEmploymentStatus, Title: locales.TEmploymentStatus, Why: locales.WhyEmploymentStatus,
			Field: fields.ChoiceOf("employment_status")},
	}
}

// Longest texts, in characters (domain reference, section 1.3).
const (
	professionMax = 80
	nameMax       = 60
	cityMax       = 60
)

// Optional are the twelve further questions.
func Optional() []flows.Step {
	return []flows.Step{
		{ID: "field_of_study",
			Ask: locales.QFieldOfStudy, Title: locales.TFieldOfStudy, Why: locales.WhyFieldOfStudy,
			Unless: flows.Cond{Step: Education, In: []string{"edu_primary", "edu_lower_sec", "edu_upper_sec", "edu_unknown"}},
			Field:  fields.ChoiceOf("field_of_study")},
		{ID: "sector",
			Ask: locales.QSector, Title: locales.TSector, Why: locales.WhySector,
			Field: fields.ChoiceOf("sector")},
		{ID: "profession_group",
			Ask: locales.QProfessionGroup, Title: locales.TProfessionGroup, Why: locales.WhyProfessionGroup,
			Field: fields.ChoiceOf("profession_group")},
		{ID: "profession",
			Ask: locales.QProfession, Title: locales.TProfession, Why: locales.WhyProfession,
			Unless: flows.Cond{Step: "profession_group", Unanswered: true},
			Field:  fields.NestedIn("profession_", "profession_group", "profession_group", professionMax)},
		{ID: "experience_years",
			Ask: locales.QExperienceYears, Title: locales.TExperienceYears, Why: locales.WhyExperienceYears,
			Field: fields.YearsOf("experience_years")},
		{ID: "languages",
			Ask: locales.QLanguages, Title: locales.TLanguages, Why: locales.WhyLanguages,
			Field: fields.SeveralOf("languages", 10)},
		{ID: "contribution_types",
			Ask: locales.QContributionTypes, Title: locales.TContributionTypes, Why: locales.WhyContributionTypes,
			Field: fields.SeveralOf("contribution_types", 9)},
		{ID: "city_residence",
			Ask: locales.QCityResidence, Title: locales.TCityResidence, Why: locales.WhyCityResidence,
			Field: fields.CityIn(Country, cityMax)},
		{ID: "years_abroad",
			Ask: locales.QYearsAbroad, Title: locales.TYearsAbroad, Why: locales.WhyYearsAbroad,
			Field: fields.YearsOf("years_abroad")},
		{ID: "sex",
			Ask: locales.QSex, Title: locales.TSex, Why: locales.WhySex,
			Field: fields.ChoiceOf("sex")},
		{ID: Name,
			Ask: locales.QDisplayName, Title: locales.TDisplayName, Why: locales.WhyDisplayName,
			Field: fields.NewText(nameMax)},
		{ID: "province_origin",
			Ask: locales.QProvinceOrigin, Title: locales.TProvinceOrigin, Why: locales.WhyProvinceOrigin,
			Field: fields.ProvinceOf("province_group")},
	}
}
