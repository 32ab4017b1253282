package announce

import (
	"sync"

	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
)

// Why is the one question of a refusal. It begins with answer About, as a change.
const Why = "why"

// Refused is the event that it was answered.
const Refused = "refused"

// whyMax is how long a reason in words may be: one sentence.
const whyMax = 160

// Refusal asks whoever refuses an announcement why, for its author to read.
var Refusal = sync.OnceValue(func() *flows.Flow {
	f := flows.New(RefusalID, 1,
		flows.Step{ID: Why, Kind: flows.Fork, Ask: locales.RefWhy, Field: fields.NewNote(whyMax,
			option("date", locales.RefDate), option("text", locales.RefText), option("audience", locales.RefAudience), option("none", locales.RefNone))},
		flows.Step{ID: Refused, Kind: flows.End, Enter: Refused, Ask: locales.AnnRefused})
	f.Given = []string{About}
	return f
})
