package locales

// How officials read what members are asked in their own words, and what stands
// between questions that can be answered instead.
const (
	FigBetween          Key = "fig_between"
	FvSex               Key = "fv_sex"
	FvContributionTypes Key = "fv_contribution_types"
	FvLanguages         Key = "fv_languages"
	FvFieldOfStudy      Key = "fv_field_of_study"
	FvEmploymentStatus  Key = "fv_employment_status"
)
