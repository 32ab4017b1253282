// Package fund is the optional survey for a feasibility study about an
// investment fund. No fund exists and nothing is for sale: its consent says so
// before anything is asked, and without that consent nothing is.
//
// It may import flows, flows/fields and locales.
package fund

import (
	"sync"

	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
)

// ID of the flow.
const ID = "fund"

// Consent is the step with the caution.
const Consent = "fund"

// Events of this flow, beside flows.AnswerGiven.
const (
	Agreed   = "agreed"
	Declined = "declined"
	Finished = "finished"
)

// Most choices, as the questionnaire has them.
const (
	mostSectors    = 3
	mostConditions = 3
)

// Flow is the survey.
var Flow = sync.OnceValue(func() *flows.Flow {
	steps := []flows.Step{{ID: Consent, Kind: flows.Fork, Once: true, Raise: Agreed,
		Ask: locales.FundAsk, Again: locales.FundAgain, More: locales.FundDetails, Why: locales.FundDetails,
		Field:  fields.NewConsent(locales.FundYes, "", locales.FundNo),
		Routes: []flows.Route{{Code: fields.Refuse, To: "declined"}}}}
	steps = append(steps, Questions()...)
	return flows.New(ID, 1, append(steps,
		flows.Step{ID: "review", Kind: flows.Review, Ask: locales.Summary,
			Field: fields.NewChoice([]flows.Option{{Code: "yes", Label: locales.LabelOf(locales.SummaryYes)}}, nil)},
		flows.Step{ID: "done", Kind: flows.End, Enter: Finished, Ask: locales.FundDone},
		flows.Step{ID: "declined", Kind: flows.End, Enter: Declined, Ask: locales.FundDeclined},
	)...)
})

// Questions are those of the survey. Who is not interested is still asked what
// they fear, and what would earn their trust.
func Questions() []flows.Step {
	not := flows.Cond{Step: "fund_interest", In: []string{"no"}}
	return []flows.Step{
		{ID: "fund_interest", Required: true,
			Ask: locales.QFundInterest, Title: locales.TFundInterest, Why: locales.WhyFund, Must: locales.FundNeeded,
			Field: fields.ChoiceOf("fund_interest")},
		{ID: "fund_amount_usd", Unless: not,
			Ask: locales.QFundAmountUsd, Title: locales.TFundAmountUsd, Why: locales.WhyFundAmountUsd,
			Field: fields.AmountOf("fund_amount_usd")},
		{ID: "fund_instrument", Unless: not,
			Ask: locales.QFundInstrument, Title: locales.TFundInstrument, Why: locales.WhyFund,
			Field: fields.ChoiceOf("fund_instrument")},
		{ID: "fund_sector", Unless: not,
			Ask: locales.QFundSector, Title: locales.TFundSector, Why: locales.WhyFund,
			Field: fields.SeveralOf("fund_sector", mostSectors)},
		{ID: "fund_horizon", Unless: not,
			Ask: locales.QFundHorizon, Title: locales.TFundHorizon, Why: locales.WhyFund,
			Field: fields.YearsOf("fund_horizon")},
		{ID: "fund_main_concern",
			Ask: locales.QFundMainConcern, Title: locales.TFundMainConcern, Why: locales.WhyFund,
			Field: fields.ChoiceOf("fund_main_concern")},
		{ID: "fund_trust_conditions",
			Ask: locales.QFundTrustConditions, Title: locales.TFundTrustConditions, Why: locales.WhyFund,
			Field: fields.SeveralOf("fund_trust_conditions", mostConditions)},
	}
}
