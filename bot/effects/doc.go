// Package effects is what a finished step does to the records, one file per
// flow, and what flows look up in them. cmd/mboka joins the lists.
//
// It may import bot, flows, the flows themselves, store and locales.
package effects

import (
	"context"
	"maps"
	"time"

	"mboka/bot"
	"mboka/store"
	"mboka/store/seal"
)

// Records changes and reads the records for flows.
type Records struct {
	DB   *store.DB
	Keys *seal.Keys
	// Policy gives the settings in force.
	Policy func(context.Context) (store.Policy, error)
	Clock  func() time.Time // nil: the computer's
	// Public is where the public pages are, without a slash at its end; "" where
	// there are none.
	Public string
}

// All are the effects, by "flow.event".
func (r Records) All() map[string]bot.Effect {
	all := r.registration()
	maps.Copy(all, r.rights())
	maps.Copy(all, r.link())
	maps.Copy(all, r.consents())
	maps.Copy(all, r.modules())
	maps.Copy(all, r.profiles())
	maps.Copy(all, r.staff())
	maps.Copy(all, r.workshops())
	maps.Copy(all, r.handover())
	maps.Copy(all, r.directory())
	return all
}
