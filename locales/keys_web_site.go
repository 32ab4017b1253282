package locales

// The keys of what goes with the public pages: crosses of the figures, and what
// is said where something is wrong.
const (
	WebDemoTry Key = "web_demo_try"
	SimSite    Key = "sim_site"
	WebAgain   Key = "web_again"

	WebReadOnlyTitle Key = "web_read_only_title"
	WebReadOnlyText  Key = "web_read_only_text"

	WebFiguresBaseAlone      Key = "web_figures_base_alone"
	WebFiguresCite           Key = "web_figures_cite"
	WebFiguresHeat           Key = "web_figures_heat"
	WebFiguresXAgeSex        Key = "web_figures_x_age_sex"
	WebFiguresXSectorCountry Key = "web_figures_x_sector_country"
	WebFiguresXEducationWork Key = "web_figures_x_education_work"
)
