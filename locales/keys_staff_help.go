package locales

// The keys of what the words of staff are for: each is "does_" and the name of the
// word. DoesResults is what DoesStats says to who is told of meetings only.
const (
	StaffHelp         Key = "staff_help"
	StaffHelpLine     Key = "staff_help_line"
	DoesAnnounce      Key = "does_announce"
	DoesAnnouncements Key = "does_announcements"
	DoesDoor          Key = "does_door"
	DoesAmbassador    Key = "does_ambassador"
	DoesStats         Key = "does_stats"
	DoesResults       Key = "does_results"
	DoesExplain       Key = "does_explain"
	DoesExcel         Key = "does_excel"
	DoesCsv           Key = "does_csv"
	DoesFunnel        Key = "does_funnel"
	DoesDigest        Key = "does_digest"
	DoesWorkshop      Key = "does_workshop"
	DoesOpen          Key = "does_open"
	DoesRequest       Key = "does_request"
	DoesRoles         Key = "does_roles"
	DoesAudit         Key = "does_audit"
)
