package registration

import (
	"sync"

	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
)

// Profile is the same form over stored answers: it shows them all; a line
// number edits that answer and comes back.
var Profile = sync.OnceValue(func() *flows.Flow {
	steps := []flows.Step{{ID: ProfileID, Kind: flows.Review, Ask: locales.ProfileTitle,
		Needs:  []string{flows.FactRecord},
		Field:  fields.NewChoice([]flows.Option{{Code: "done", Label: locales.LabelOf(locales.ProfileDone)}}, nil),
		Routes: []flows.Route{{Code: "done", To: "kept"}}}}
	steps = append(steps, Required()...)
	steps = append(steps, Optional()...)
	for i := range steps {
		steps[i].Raise = "" // records exist already
	}
	return flows.New(ProfileID, 1, append(steps,
		flows.Step{ID: "kept", Kind: flows.End, Ask: locales.Updated},
		flows.Step{ID: UnderAge, Kind: flows.End, Enter: UnderAge, Ask: locales.Under18, Forgets: true},
	)...)
})
