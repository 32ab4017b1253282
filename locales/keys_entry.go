package locales

// The keys of the way to the questions about a workshop, and of what is told of
// them beside the means.
const (
	LetterEntry             Key = "letter_entry"
	LetterEntryWord         Key = "letter_entry_word"
	WorkshopOffer           Key = "workshop_offer"
	WorkshopStart           Key = "workshop_start"
	WorkshopLate            Key = "workshop_late"
	WorkshopEarly           Key = "workshop_early"
	WorkshopShut            Key = "workshop_shut"
	WorkshopDone            Key = "workshop_done"
	TraineesContent         Key = "trainees_content"
	TraineesByWorkshop      Key = "trainees_by_workshop"
	TraineesWorkshop        Key = "trainees_workshop"
	TraineesWorkshopContent Key = "trainees_workshop_content"
	TraineesOthers          Key = "trainees_others"
	TraineesTopics          Key = "trainees_topics"
	TraineesSatisfaction    Key = "trainees_satisfaction"
	TraineesContentMean     Key = "trainees_content_mean"
	TraineesFile            Key = "trainees_file"
)
