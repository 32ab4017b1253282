// Package directory holds the flows about the public directory: to make a card
// of one's own and take it down, to write to the owner of one, and to answer.
//
// It may import flows, flows/fields and locales.
package directory

import (
	"sync"

	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
)

// ID is the flow over a person's own card.
const ID = "directory"

// Its events.
const (
	Published = "published"
	Withdrawn = "withdrawn"
)

// What the flow begins with, from flows.FactCard: Now is On or Off; the others
// hold as their text what could be shown, and are not there where nothing is
// known.
const (
	Now       = "now"
	Name      = "name"
	Country   = "country"
	Sector    = "sector"
	Trade     = "trade" // the profession
	Languages = "tongues"
	Link      = "link"

	On  = "on"
	Off = "off"
)

// The questions, one for each thing that may be shown. None is shown that was
// not switched on: an answer is fields.Show, flows.Written with a text, or
// something else, and then it is not shown.
const (
	ShowName      = "show_name"
	ShowCountry   = "show_country"
	ShowSector    = "show_sector"
	ShowTrade     = "show_trade"
	ShowLanguages = "show_tongues"
	ShowLink      = "show_link"
)

// nameMax is the longest name, in characters, as in the profile.
const nameMax = 60

// Flow is the card as a form. Nothing is public before its last yes, which only
// the exact words or a tap give, under the card as everybody will read it.
var Flow = sync.OnceValue(func() *flows.Flow {
	hide := option(fields.Hide, locales.DirHide)
	yes := map[string][]string{fields.Show: {"oui", "yes", "iyo", "ok"}, fields.Hide: {"non", "no", "te"}}
	shown := func(id, from string, ask, title locales.Key) flows.Step {
		return flows.Step{ID: id, Ask: ask, Title: title, Unless: flows.Cond{Step: from, Unanswered: true},
			Field: fields.NewShown(from, ask, locales.DirShow, locales.DirHide, yes)}
	}
	f := flows.New(ID, 1,
		flows.Step{ID: "on", Kind: flows.Fork, Ask: locales.DirOn, Needs: []string{flows.FactCard},
			Unless: flows.Cond{Step: Now, In: []string{Off}},
			Field: fields.NewChoice([]flows.Option{
				option("change", locales.DirChange), option("withdraw", locales.DirWithdraw), option("done", locales.ProfileDone),
			}, nil),
			Routes: []flows.Route{{Code: "change", To: ShowName}, {Code: "withdraw", To: "sure"}, {Code: "done", To: "closed"}}},
		flows.Step{ID: "off", Kind: flows.Fork, Ask: locales.DirOff,
			Field:  fields.NewChoice([]flows.Option{option("begin", locales.DirBegin), option("done", locales.DirNotNow)}, yesTo("begin", "done")),
			Routes: []flows.Route{{Code: "done", To: "closed"}}},
		flows.Step{ID: ShowName, Ask: locales.DirName, Title: locales.TDisplayName,
			Field: fields.NewPublicName(nameMax, Name, locales.DirName, locales.DirNameKeep, option(fields.Show, locales.DirShow), hide)},
		shown(ShowCountry, Country, locales.DirCountry, locales.TCountryResidence),
		shown(ShowSector, Sector, locales.DirSector, locales.TSector),
		shown(ShowTrade, Trade, locales.DirProfession, locales.TProfession),
		shown(ShowLanguages, Languages, locales.DirLanguages, locales.TLanguages),
		flows.Step{ID: ShowLink, Ask: locales.DirLink, Title: locales.DirTLink,
			Field: fields.NewPublicLink(Link, locales.DirLink, locales.DirLinkKeep, option(fields.Show, locales.DirShow), hide)},
		flows.Step{ID: "preview", Kind: flows.Fork, Ask: locales.DirPreview, Needs: []string{flows.FactCard},
			Field:  fields.RefuseFirst(locales.DirPublishNo, locales.DirPublishYes),
			Routes: []flows.Route{{Code: fields.Refuse, To: "kept"}}},
		flows.Step{ID: Published, Kind: flows.End, Enter: Published, Ask: locales.DirPublished},
		flows.Step{ID: "sure", Kind: flows.Fork, Ask: locales.DirSure,
			Field:  fields.NewConsent(locales.DirWithdrawYes, "", locales.WithdrawNo),
			Routes: []flows.Route{{Code: fields.Agree, To: Withdrawn}, {Code: fields.Refuse, To: "kept"}}},
		flows.Step{ID: Withdrawn, Kind: flows.End, Enter: Withdrawn, Ask: locales.DirWithdrawn},
		flows.Step{ID: "kept", Kind: flows.End, Ask: locales.ConsentKept},
		flows.Step{ID: "closed", Kind: flows.End, Ask: locales.Closed},
	)
	f.Given = []string{Now, Name, Country, Sector, Trade, Languages, Link}
	return f
})

func option(code string, key locales.Key) flows.Option {
	return flows.Option{Code: code, Label: locales.LabelOf(key)}
}

func yesTo(yes, no string) map[string][]string {
	return map[string][]string{yes: {"oui", "yes", "iyo", "ok"}, no: {"non", "no", "te"}}
}
