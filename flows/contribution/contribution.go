// Package contribution is the optional form for members who offer something:
// for how long, where, in what, what holds them back, and whether they send
// money home. Amounts are never asked.
//
// It may import flows, flows/fields and locales.
package contribution

import (
	"sync"

	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
)

// ID of the flow.
const ID = "contribution"

// Contact is the consent that is asked first; a no goes on all the same, and
// then the offer is only counted.
const Contact = "contact"

// Events of this flow, beside flows.AnswerGiven.
const (
	ContactDecided = "contact"
	Finished       = "finished"
)

// Limits: choices as the questionnaire has them; the offer is one sentence.
const (
	mostBarriers = 3
	mostUses     = 2
	offerMax     = 200 // characters
)

// Flow is the form.
var Flow = sync.OnceValue(func() *flows.Flow {
	steps := []flows.Step{{ID: Contact, Kind: flows.Fork, Once: true, Raise: ContactDecided,
		Ask: locales.ContactAsk, Field: fields.NewConsent(locales.ContactYes, "", locales.ContactNo)}}
	steps = append(steps, Questions()...)
	return flows.New(ID, 1, append(steps,
		flows.Step{ID: "review", Kind: flows.Review, Ask: locales.Summary,
			Field: fields.NewChoice([]flows.Option{{Code: "yes", Label: locales.LabelOf(locales.SummaryYes)}}, nil)},
		flows.Step{ID: "done", Kind: flows.End, Enter: Finished, Ask: locales.ContributionDone},
	)...)
})

// Questions are those of the form.
func Questions() []flows.Step {
	return []flows.Step{
		{ID: "availability",
			Ask: locales.QAvailability, Title: locales.TAvailability, Why: locales.WhyAvailability,
			Field: fields.ChoiceOf("availability")},
		{ID: "target_province",
			Ask: locales.QTargetProvince, Title: locales.TTargetProvince, Why: locales.WhyTargetProvince,
			Field: fields.ProvinceOf("province_group")},
		{ID: "target_sector",
			Ask: locales.QTargetSector, Title: locales.TTargetSector, Why: locales.WhyTargetSector,
			Field: fields.ChoiceOf("sector")},
		{ID: "offer_text",
			Ask: locales.QOfferText, Title: locales.TOfferText, Why: locales.WhyOfferText,
			Field: fields.NewSentence(offerMax)},
		{ID: "barriers",
			Ask: locales.QBarriers, Title: locales.TBarriers, Why: locales.WhyBarriers,
			Field: fields.SeveralOf("barriers", mostBarriers)},
		{ID: "remittance_frequency",
			Ask: locales.QRemittanceFrequency, Title: locales.TRemittanceFrequency, Why: locales.WhyRemittanceFrequency,
			Field: fields.ChoiceOf("remittance_frequency")},
		{ID: "remittance_use",
			Ask: locales.QRemittanceUse, Title: locales.TRemittanceUse, Why: locales.WhyRemittanceUse,
			// Who passes the question before has said that this is theirs alone.
			Unless: flows.Cond{Step: "remittance_frequency", In: []string{"never", "na"}, Unanswered: true},
			Field:  fields.SeveralOf("remittance_use", mostUses)},
	}
}
