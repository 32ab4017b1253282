package rights

import (
	"sync"

	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
)

// ConsentsID is the flow over what a person agrees to.
const ConsentsID = "consents"

// Its events: a yes or a no to a purpose, also one that takes a yes back.
const (
	MissionsGiven  = "missions_yes"
	MissionsEnded  = "missions_no"
	ContactGiven   = "contact_yes"
	ContactEnded   = "contact_no"
	ShareGovEnded  = "share_gov_no"
	DirectoryAsked = "directory" // the card of the directory, which has a flow of its own
	consentMenu    = "consents"
	consentsClosed = "closed"
)

// The states that flows.FactConsents gives as answers: what the list offers
// hangs on them.
const (
	MissionsNow = "missions_now" // On or Off
	ContactNow  = "contact_now"  // On, Off or Idle
	ShareGovNow = "share_gov_now"

	On   = "on"
	Off  = "off"
	Idle = "idle" // has no purpose yet: not offered
)

// Consents shows each consent and lets the person give it or take it back.
//
// register is given in the notice and taken back by erasing everything, which
// the list says. fund is not offered: nothing uses it yet, and a consent is
// asked when it has a purpose. directory is given under the card itself, in a
// flow of its own. share_gov is never given here, only
// in answer to one request; here it can be taken back.
var Consents = sync.OnceValue(func() *flows.Flow {
	return flows.New(ConsentsID, 1, append([]flows.Step{
		{ID: consentMenu, Kind: flows.Fork, Ask: locales.Consents, Needs: []string{flows.FactConsents},
			Field: fields.NewOffered(
				toggled("missions_give", locales.ConsentsMissionsGive, MissionsNow, On),
				toggled("missions_end", locales.ConsentsMissionsEnd, MissionsNow, Off),
				toggled("contact_give", locales.ConsentsContactGive, ContactNow, On, Idle),
				toggled("contact_end", locales.ConsentsContactEnd, ContactNow, Off, Idle),
				toggled("shares", locales.ConsentsShares, ShareGovNow, Off, Idle),
				toggled("shares_past", locales.ConsentsSharesPast, ShareGovNow, On, Idle),
				fields.Row{Option: flows.Option{Code: DirectoryAsked, Label: locales.LabelOf(locales.ConsentsDirectory)}},
				fields.Row{Option: flows.Option{Code: "done", Label: locales.LabelOf(locales.ProfileDone)}},
			),
			Routes: []flows.Route{
				{Code: "missions_give", To: "missions_give"}, {Code: "missions_end", To: "missions_end"},
				{Code: "contact_give", To: "contact_give"}, {Code: "contact_end", To: "contact_end"},
				{Code: "shares", To: "shares"}, {Code: "shares_past", To: "shares_past"},
				{Code: DirectoryAsked, To: DirectoryAsked}, {Code: "done", To: consentsClosed},
			}},
	}, consentSteps()...)...)
})

func toggled(code string, label locales.Key, step string, unless ...string) fields.Row {
	return fields.Row{
		Option: flows.Option{Code: code, Label: locales.LabelOf(label)},
		Unless: flows.Cond{Step: step, In: unless},
	}
}

func consentSteps() []flows.Step {
	ask := func(id string, key, yes, no locales.Key, agreed, refused string) flows.Step {
		return flows.Step{ID: id, Kind: flows.Fork, Ask: key, Field: fields.NewConsent(yes, "", no),
			Routes: []flows.Route{{Code: fields.Agree, To: agreed}, {Code: fields.Refuse, To: refused}}}
	}
	end := func(id, event string, key locales.Key) flows.Step {
		return flows.Step{ID: id, Kind: flows.End, Enter: event, Ask: key}
	}
	shares := ask("shares", locales.Shares, locales.WithdrawYes, locales.WithdrawNo, "shares_off", "kept")
	shares.Needs = []string{flows.FactConsents}
	past := end("shares_past", "", locales.SharesPast)
	past.Needs = []string{flows.FactConsents}
	return []flows.Step{
		ask("missions_give", locales.MissionsAsk, locales.MissionsYes, locales.MissionsNo, "missions_on", "missions_not"),
		ask("missions_end", locales.MissionsEnd, locales.WithdrawYes, locales.WithdrawNo, "missions_off", "kept"),
		ask("contact_give", locales.ContactAsk, locales.ContactYes, locales.ContactNo, "contact_on", "contact_not"),
		ask("contact_end", locales.ContactEnd, locales.WithdrawYes, locales.WithdrawNo, "contact_off", "kept"),
		shares,
		end("missions_on", MissionsGiven, locales.MissionsNotedYes),
		end("missions_not", MissionsEnded, locales.MissionsNotedNo),
		end("missions_off", MissionsEnded, locales.ConsentWithdrawn),
		end("contact_on", ContactGiven, locales.ContactNotedYes),
		end("contact_not", ContactEnded, locales.ContactNotedNo),
		end("contact_off", ContactEnded, locales.ConsentWithdrawn),
		end("shares_off", ShareGovEnded, locales.SharesEnded),
		past,
		end(DirectoryAsked, DirectoryAsked, locales.Closed), // the bot goes on with the card
		end("kept", "", locales.ConsentKept),
		end(consentsClosed, "", locales.Closed),
	}
}
