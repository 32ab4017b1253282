// Package request is the flow by which staff ask one member to pass their
// profile to one institution, for one purpose.
//
// It may import flows, flows/fields and locales.
package request

import (
	"sync"

	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
)

// ID begins as the flows of staff do: it is dropped when the role ends.
const ID = "staff_request"

// Steps that others refer to.
const (
	Institution = "institution"
	Purpose     = "purpose"
	Number      = "number"
)

// Sent is the event that the request is to be made.
const Sent = "sent"

// Longest texts, in characters. Both stand in a WhatsApp message with buttons,
// of at most 1,024, beside the warning.
const (
	institutionMax = 60
	purposeMax     = 200
)

// Flow is the request as a form.
var Flow = sync.OnceValue(func() *flows.Flow {
	return flows.New(ID, 1,
		flows.Step{ID: Institution, Required: true, Ask: locales.RequestInstitution, Title: locales.TInstitution,
			Field: fields.NewText(institutionMax)},
		flows.Step{ID: Purpose, Required: true, Ask: locales.RequestPurpose, Title: locales.TPurpose,
			Field: fields.NewText(purposeMax)},
		flows.Step{ID: Number, Required: true, Ask: locales.RequestNumber, Title: locales.TNumber,
			Field: fields.MemberNumber{}},
		flows.Step{ID: "review", Kind: flows.Review, Ask: locales.RequestReview,
			Field: fields.NewChoice([]flows.Option{{Code: "send", Label: locales.LabelOf(locales.RequestSend)}}, nil)},
		flows.Step{ID: Sent, Kind: flows.End, Enter: Sent, Ask: locales.RequestSent})
})
