package rights

import (
	"sync"

	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
)

// Ids of the flows about who sees a person's name.
const (
	WhoSawID = "whosaw"
	ShareID  = "share"
)

// Events of ShareID: the answer to one request for the person's profile.
const (
	ShareAccepted = "accepted"
	ShareRefused  = "refused"
)

// WhoSaw says how often the person's name was seen, and by whom on request.
var WhoSaw = sync.OnceValue(func() *flows.Flow {
	return flows.New(WhoSawID, 1,
		flows.Step{ID: WhoSawID, Kind: flows.Fork, Ask: locales.Whosaw, Needs: []string{flows.FactViews},
			Field: fields.NewChoice([]flows.Option{
				{Code: "details", Label: locales.LabelOf(locales.WhosawMore)},
				{Code: "done", Label: locales.LabelOf(locales.ProfileDone)},
			}, nil),
			Routes: []flows.Route{{Code: "done", To: consentsClosed}}},
		flows.Step{ID: "details", Kind: flows.End, Ask: locales.WhosawDetails, Needs: []string{flows.FactViews}},
		flows.Step{ID: consentsClosed, Kind: flows.End, Ask: locales.Closed})
})

// Share asks for one yes: to pass the profile to one institution for one
// purpose. The refusal comes first, and only exact words or taps count.
var Share = sync.OnceValue(func() *flows.Flow {
	return flows.New(ShareID, 1,
		flows.Step{ID: ShareID, Kind: flows.Fork, Ask: locales.ShareGov, Needs: []string{flows.FactShare},
			Field:  fields.RefuseFirst(locales.ShareGovNo, locales.ShareGovYes),
			Routes: []flows.Route{{Code: fields.Refuse, To: ShareRefused}}},
		flows.Step{ID: ShareAccepted, Kind: flows.End, Enter: ShareAccepted, Ask: locales.ShareDone},
		flows.Step{ID: ShareRefused, Kind: flows.End, Enter: ShareRefused, Ask: locales.ShareRefused})
})
