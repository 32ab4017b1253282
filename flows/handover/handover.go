// Package handover holds the flows for phones that change hands: a chat that comes
// back after a long silence, a phone that was borrowed, and the recovery code
// that takes a profile along to another phone. Names and codes are read by
// package bot.
//
// It may import flows, flows/fields and locales.
package handover

import (
	"sync"

	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
)

// Ids of the flows.
const (
	ReturnID = "recycled"
	AnewID   = "anew"
	CodeID   = "code"
)

// Events.
const (
	Left    = "left"    // of ReturnID and AnewID: the chat leaves the profile behind
	Renewed = "renewed" // of CodeID: a new recovery code instead of the old one
)

// Return asks whoever writes after a long silence for the name or the code.
var Return = sync.OnceValue(func() *flows.Flow {
	return flows.New(ReturnID, 1,
		flows.Step{ID: "proof", Kind: flows.Fork, Ask: locales.RecycledAsk, Again: locales.RecycledAgain, Field: proof{}},
		flows.Step{ID: "left", Kind: flows.End, Enter: Left, Ask: locales.AnewDone})
})

// Anew asks once whether this chat is to leave the profile it belongs to.
var Anew = sync.OnceValue(func() *flows.Flow {
	return flows.New(AnewID, 1,
		flows.Step{ID: "anew", Kind: flows.Fork, Ask: locales.AnewAsk,
			Field:  fields.NewConsent(locales.AnewYes, "", locales.AnewNo),
			Routes: []flows.Route{{Code: fields.Refuse, To: "kept"}}},
		flows.Step{ID: "left", Kind: flows.End, Enter: Left, Ask: locales.AnewDone},
		flows.Step{ID: "kept", Kind: flows.End, Ask: locales.AnewKept})
})

// Code asks once whether a new recovery code may replace the old one, and shows
// it.
var Code = sync.OnceValue(func() *flows.Flow {
	return flows.New(CodeID, 1,
		flows.Step{ID: "code", Kind: flows.Fork, Ask: locales.CodeAsk,
			Field:  fields.NewConsent(locales.CodeYes, "", locales.CodeNo),
			Routes: []flows.Route{{Code: fields.Refuse, To: "kept"}}},
		flows.Step{ID: "given", Kind: flows.End, Enter: Renewed, Ask: locales.CodeNew},
		flows.Step{ID: "kept", Kind: flows.End, Ask: locales.CodeKept})
})
