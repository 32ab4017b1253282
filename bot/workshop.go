package bot

import (
	"github.com/google/uuid"

	"mboka/flows"
	"mboka/locales"
)

// FlowWorkshop are the questions to officials before and after a workshop, and
// WorkshopAsked the word for them: an event of ChatFlow, which begins the flow
// with what is known (AnnouncementSaid, ResultForm).
const (
	FlowWorkshop  = FlowStaff + "_workshop"
	WorkshopAsked = "workshop"
)

// StepWorkshop is the step of the button that begins one part of the questions
// about the workshop that a message told of, of FlowDelivery or FlowMission; its
// codes are the parts.
const (
	StepWorkshop   = "workshop"
	WorkshopBefore = "before"
	WorkshopAfter  = "after"
)

// Of what came of an answer to a workshop that somebody is invited to as an
// official: ResultInvited, that nobody comes along, and ResultQuestions, that the
// questions before it are to be offered.
const (
	ResultInvited   = "Invited"
	ResultQuestions = "Questions"
)

// toWorkshop says what came of an official's answer to a workshop, with the
// questions before it where they are open.
func (t *thinker) toWorkshop(fact flows.Fact, said []flows.Line) {
	written, _ := fact.Args["Mission"].(string)
	id, err := uuid.Parse(written)
	if fact.Args[ResultQuestions] == nil || err != nil {
		t.repeat(said...)
		return
	}
	t.out.Prompt = flows.Prompt{Run: About{AboutMission, id}.Run(), Step: StepWorkshop, Lead: said, Body: flows.Line{Key: locales.WorkshopOffer},
		Options: []flows.Option{{Code: WorkshopBefore, Label: locales.LabelOf(locales.WorkshopStart)}}, Marks: flows.None}
}
