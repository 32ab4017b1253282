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
	TongueID = "tongue"
)

func row(command string, label, desc locales.Key) flows.Option {
	o := flows.Option{Code: command, Label: locales.LabelOf(label)}
	if desc != "" {
		o.Desc = locales.LabelOf(desc)
	}
	return o
}

// Flow is the menu: at most six rows, each a chat command.
var Flow = sync.OnceValue(func() *flows.Flow {
	return flows.New(ID, 1, flows.Step{ID: "menu", Kind: flows.Commands, Ask: locales.MenuTitle,
		Field: fields.NewChoice([]flows.Option{
			row("continue", locales.MenuContinue, ""),
			row("profile", locales.MenuProfile, locales.MenuProfileDesc),
			row("missions", locales.MenuMissions, ""),
			row("language", locales.MenuLanguage, ""),
			row("erase", locales.MenuErase, ""),
			row("help", locales.MenuHelp, ""),
		}, nil)})
})

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
