package locales

// The keys of the pages of the public directory.
const (
	WebDirTitle   Key = "web_dir_title"
	WebDirMenu    Key = "web_dir_menu"
	WebDirAbout   Key = "web_dir_about"
	WebDirLead    Key = "web_dir_lead"
	WebDirCountry Key = "web_dir_country"
	WebDirSector  Key = "web_dir_sector"
	WebDirWork    Key = "web_dir_work"
	WebDirAny     Key = "web_dir_any"
	WebDirWhole   Key = "web_dir_whole"
	WebDirSearch  Key = "web_dir_search"
	WebDirNone    Key = "web_dir_none"
	WebDirFew     Key = "web_dir_few"
	WebDirSome    Key = "web_dir_some"
	WebDirNext    Key = "web_dir_next"
	WebDirFirst   Key = "web_dir_first"
	WebDirWrite   Key = "web_dir_write"
	WebDirRules   Key = "web_dir_rules"
)
