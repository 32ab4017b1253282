// Package staff holds the flows of people who have taken up a role. Package bot
// begins them for who may, and drops them when a role of the chat has ended;
// their effects ask the records once more.
//
// It may import flows, flows/fields and locales.
package staff

import (
	"sync"

	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
)

// Ids of the flows. All begin with that of the menu: by it package bot knows
// them.
const (
	ID      = "staff"
	RolesID = "staff_roles"
)

// Menu is that of staff without a profile: the words of their roles are told.
var Menu = sync.OnceValue(func() *flows.Flow {
	row := func(command string, label locales.Key) flows.Option {
		return flows.Option{Code: command, Label: locales.LabelOf(label)}
	}
	return flows.New(ID, 1, flows.Step{ID: "staff", Kind: flows.Commands, Ask: locales.StaffMenu, Empty: locales.StaffMenuNone,
		Needs: []string{flows.FactStaff},
		Field: fields.NewChoice([]flows.Option{
			row("register", locales.MenuBegin),
			row("language", locales.MenuLanguage),
			row("erase", locales.MenuErase),
			row("help", locales.MenuHelp),
		}, nil)})
})
