// Package menu holds the flows by which a person gets around: the menu, the
// offer to go on after a silence, and the change of language.
//
// It may import flows, flows/fields and locales.
package menu

import (
	"sync"

	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
)

// Ids of the flows.
const (
	ID       = "menu"
	ResumeID = "resume"
	OfferID  = "offer"
	TongueID = "tongue"
)

func row(command string, label, desc locales.Key) flows.Option {
	o := flows.Option{Code: command, Label: locales.LabelOf(label)}
	if desc != "" {
		o.Desc = locales.LabelOf(desc)
	}
	return o
}

// What the menu may begin with: which optional parts have a purpose for the
// person, as answers of the code Wanted.
const (
	Contribution = "contribution_now"
	Fund         = "fund_now"
	Wanted       = "wanted"
)

// Flow is the menu: at most nine rows, each a chat command; WhatsApp's list takes
// ten. The optional parts are there for whom they are meant.
var Flow = sync.OnceValue(func() *flows.Flow {
	f := flows.New(ID, 1, flows.Step{ID: "menu", Kind: flows.Commands, Ask: locales.MenuTitle,
		Field: fields.NewOffered(append(always(
			row("continue", locales.MenuContinue, ""),
			row("profile", locales.MenuProfile, locales.MenuProfileDesc)),
			append(optional(locales.ModuleContributionDesc, locales.ModuleFundDesc), always(
				row("missions", locales.MenuMissions, ""),
				row("directory", locales.MenuDirectory, ""),
				row("language", locales.MenuLanguage, ""),
				row("erase", locales.MenuErase, ""),
				row("help", locales.MenuHelp, ""))...)...)...)})
	f.Given = []string{Contribution, Fund}
	return f
})

// Offer offers the optional parts where the registration ends. Its text names
// the one that comes first.
var Offer = sync.OnceValue(func() *flows.Flow {
	rows := append(optional("", ""), always(row("later", locales.ModuleLater, ""))...)
	ask := func(id string, key locales.Key, unless flows.Cond) flows.Step {
		return flows.Step{ID: id, Kind: flows.Commands, Ask: key, Unless: unless, Field: fields.NewOffered(rows...)}
	}
	f := flows.New(OfferID, 1,
		ask("contribution", locales.ModuleOffer, flows.Cond{Step: Contribution, Unanswered: true}),
		ask("fund", locales.ModuleOfferFund, flows.Cond{}))
	f.Given = []string{Contribution, Fund}
	return f
})

func always(options ...flows.Option) []fields.Row {
	var rows []fields.Row
	for _, o := range options {
		rows = append(rows, fields.Row{Option: o})
	}
	return rows
}

func optional(contribution, fund locales.Key) []fields.Row {
	return []fields.Row{
		{Option: row("contribute", locales.ModuleContribution, contribution), Unless: flows.Cond{Step: Contribution, Unanswered: true}},
		{Option: row("fund", locales.ModuleFund, fund), Unless: flows.Cond{Step: Fund, Unanswered: true}},
	}
}

// Resume offers to go on where the person stopped.
var Resume = sync.OnceValue(func() *flows.Flow {
	return flows.New(ResumeID, 1, flows.Step{ID: "resume", Kind: flows.Commands, Ask: locales.ResumeAsk, Empty: locales.ResumeRequired,
		Needs: []string{flows.FactPlace},
		Field: fields.NewChoice([]flows.Option{
			row("continue", locales.CountedContinue, ""),
			row("later", locales.CountedLater, ""),
			row("menu", locales.BtnMenu, ""),
		}, map[string][]string{"continue": {"oui", "yes", "iyo", "ok"}, "later": {"non", "no", "te"}})})
})

// Tongue changes the language.
var Tongue = sync.OnceValue(func() *flows.Flow {
	return flows.New(TongueID, 1,
		flows.Step{ID: "language", Kind: flows.Fork, Raise: flows.LanguageChosen,
			Ask: locales.LangChoice, Field: fields.Language()},
		flows.Step{ID: "changed", Kind: flows.End, Ask: locales.LangChanged})
})
