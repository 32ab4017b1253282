// Package workshop is the form for officials about a workshop that trains them:
// four questions before it, three after. Its id begins with that of the menu of
// staff: package bot begins it for who may, and drops it when the role has ended.
//
// It may import flows, flows/fields and locales.
package workshop

import (
	"sync"

	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
)

// ID of the flow.
const ID = "staff_workshop"

// Withdrawn is the event that somebody takes their answers back. All else is
// kept answer by answer, by flows.AnswerGiven.
const Withdrawn = "withdrawn"

// Steps that others refer to.
const (
	Consent      = "agree"
	Part         = "part" // Before, After or Withdraw
	Institution  = "official_institution"
	Role         = "official_role"
	Topics       = "workshop_topics"
	Confidence   = "confidence_before" // the last of those before
	Confident    = "confidence_after"
	Satisfaction = "satisfaction"
	Comment      = "workshop_comment" // the last of those after
)

// Codes of Part.
const (
	Before   = "before"
	After    = "after"
	Withdraw = "withdraw"
)

// Answers that the flow may begin with: Security, where security bodies are among
// the institutions, and Exit, where the questions after a workshop can be answered,
// both with the code Open; Mission has as its code the id of the workshop that
// the questions before it are about.
const (
	Security = "security"
	Exit     = "exit"
	Open     = "open"
	Mission  = "mission"
)

// Limits: topics as the questionnaire has them; the texts are short.
const (
	mostTopics = 3
	roleMax    = 80  // characters
	commentMax = 300 // characters
)

// Flow is the form. What was said before a workshop is not asked after it, so
// that nobody remembers it otherwise.
var Flow = sync.OnceValue(func() *flows.Flow {
	steps := []flows.Step{
		{ID: Consent, Kind: flows.Fork, Once: true,
			Ask: locales.WorkshopAsk, More: locales.WorkshopDetails, Why: locales.WorkshopDetails,
			Field:  fields.NewConsent(locales.WorkshopYes, "", locales.WorkshopNo),
			Routes: []flows.Route{{Code: fields.Refuse, To: "declined"}}},
		{ID: Part, Kind: flows.Fork, Once: true, Ask: locales.WorkshopPart, Why: locales.WorkshopDetails, More: locales.WorkshopDetails,
			Field:  parts(),
			Routes: []flows.Route{{Code: Withdraw, To: Withdrawn}}},
	}
	after := flows.Cond{Step: Part, In: []string{After}}
	steps = append(append(steps, before(after)...),
		flows.Step{ID: "entered", Kind: flows.End, Ask: locales.WorkshopEntered, Unless: after})
	steps = append(append(steps, behind(flows.Cond{Step: Part, In: []string{Before}})...),
		flows.Step{ID: "left", Kind: flows.End, Ask: locales.WorkshopLeft},
		flows.Step{ID: Withdrawn, Kind: flows.End, Enter: Withdrawn, Ask: locales.WorkshopWithdrawn},
		flows.Step{ID: "declined", Kind: flows.End, Ask: locales.WorkshopDeclined})
	f := flows.New(ID, 1, steps...)
	f.Given = []string{Security, Exit, Mission}
	return f
})

// Questions are all that may be answered.
func Questions() []flows.Step { return append(before(flows.Cond{}), behind(flows.Cond{})...) }

// before are the questions before a workshop.
func before(not flows.Cond) []flows.Step {
	return []flows.Step{
		{ID: Institution, Required: true, Unless: not,
			Ask: locales.QOfficialInstitution, Title: locales.TOfficialInstitution, Why: locales.WhyOfficialInstitution, Must: locales.WorkshopNeeded,
			Field: institutions()},
		{ID: Role, Unless: not,
			Ask: locales.QOfficialRole, Title: locales.TOfficialRole, Why: locales.WhyOfficialRole,
			Field: fields.NewSentence(roleMax)},
		{ID: Topics, Unless: not,
			Ask: locales.QWorkshopTopics, Title: locales.TWorkshopTopics, Why: locales.WhyWorkshopTopics,
			Field: fields.SeveralOf("workshop_topics", mostTopics)},
		{ID: Confidence, Unless: not,
			Ask: locales.QConfidenceBefore, Title: locales.TConfidenceBefore, Why: locales.WhyConfidence,
			Field: scale(locales.WsConfident1, locales.WsConfident2, locales.WsConfident3, locales.WsConfident4, locales.WsConfident5)},
	}
}

// behind are those after it.
func behind(not flows.Cond) []flows.Step {
	return []flows.Step{
		{ID: Confident, Unless: not,
			Ask: locales.QConfidenceAfter, Title: locales.TConfidenceAfter, Why: locales.WhyConfidence,
			Field: scale(locales.WsConfident1, locales.WsConfident2, locales.WsConfident3, locales.WsConfident4, locales.WsConfident5)},
		{ID: Satisfaction, Unless: not,
			Ask: locales.QSatisfaction, Title: locales.TSatisfaction, Why: locales.WhySatisfaction,
			Field: scale(locales.WsContent1, locales.WsContent2, locales.WsContent3, locales.WsContent4, locales.WsContent5)},
		{ID: Comment, Unless: not,
			Ask: locales.QWorkshopComment, Title: locales.TWorkshopComment, Why: locales.WhyWorkshopComment,
			Field: fields.NewSentence(commentMax)},
	}
}

func option(code string, key locales.Key) flows.Option {
	return flows.Option{Code: code, Label: locales.LabelOf(key)}
}

// scale is a choice from 1, the least, on. The code is the number, and so is the
// number of the row.
func scale(from ...locales.Key) *fields.Choice {
	var rows []flows.Option
	for i, key := range from {
		rows = append(rows, option(string(rune('1'+i)), key))
	}
	return fields.NewChoice(rows, nil)
}
