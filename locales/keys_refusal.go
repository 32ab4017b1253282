package locales

// The keys of refusals of announcements.
const (
	RefAbout    Key = "ref_about"
	RefWhy      Key = "ref_why"
	RefDate     Key = "ref_date"
	RefText     Key = "ref_text"
	RefAudience Key = "ref_audience"
	RefNone     Key = "ref_none"
	RefBecause  Key = "ref_because"
	RefTold     Key = "ref_told"
)
