package bot

// FlowWorkshop are the questions to officials before and after a workshop, and
// WorkshopAsked the word for them: an event of ChatFlow, which begins the flow
// with what is known (AnnouncementSaid, ResultForm).
const (
	FlowWorkshop  = FlowStaff + "_workshop"
	WorkshopAsked = "workshop"
)
