package locales

// The keys of figures.
const (
	FigUnderstood Key = "fig_understood"
	FigAll        Key = "fig_all"
	FigBy         Key = "fig_by"
	FigQualified  Key = "fig_qualified"
	FigPeople     Key = "fig_people"
	FigMembers    Key = "fig_members"
	FigAnswered   Key = "fig_answered"
	FigRow        Key = "fig_row"
	FigPercent    Key = "fig_percent"
	FigSmall      Key = "fig_small"
	FigHidden     Key = "fig_hidden"
	FigHiddenWhy  Key = "fig_hidden_why"
	FigSeveral    Key = "fig_several"
	FigOther      Key = "fig_other"
	FigTotal      Key = "fig_total"
	FigFooter     Key = "fig_footer"
	FigTooFew     Key = "fig_too_few"
	FigTooFine    Key = "fig_too_fine"
	FigCoarser    Key = "fig_coarser"
	FigUnknown    Key = "fig_unknown"
	FigNearby     Key = "fig_nearby"
	FigWhich      Key = "fig_which"
)
