package locales

// The keys of the public pages.
const (
	WebSkip       Key = "web_skip"
	WebDemo       Key = "web_demo"
	WebLangs      Key = "web_langs"
	WebMenu       Key = "web_menu"
	WebRunBy      Key = "web_run_by"
	WebContact    Key = "web_contact"
	WebNotEmbassy Key = "web_not_embassy"
	WebToStart    Key = "web_to_start"

	WebLostTitle  Key = "web_lost_title"
	WebLostText   Key = "web_lost_text"
	WebFaultTitle Key = "web_fault_title"
	WebFaultText  Key = "web_fault_text"
	WebOftenTitle Key = "web_often_title"
	WebOftenText  Key = "web_often_text"

	WebHomeTitle Key = "web_home_title"
	WebHomeAbout Key = "web_home_about"
	WebHomeLead  Key = "web_home_lead"
)
