package locales

// The keys of meetings for a person's own calendar.
const (
	CalendarButton Key = "calendar_button"
	CalendarHow    Key = "calendar_how"
	CalendarDone   Key = "calendar_done"
	CalendarLink   Key = "calendar_link"
	CalendarPage   Key = "calendar_page"
	CalendarFile   Key = "calendar_file"
	CalendarNone   Key = "calendar_none"
	CalendarOver   Key = "calendar_over"
	CmdCalendar    Key = "cmd_calendar"
)
