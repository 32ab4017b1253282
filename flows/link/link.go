// Package link holds the flows by which one person joins two channels: what is
// linked, and whether two profiles may become one. The codes themselves are
// read by package bot, at any step of any flow.
//
// It may import flows, flows/fields and locales.
package link

import (
	"sync"

	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
)

// Ids of the flows.
const (
	ID      = "link"
	MergeID = "merge"
)

// Events.
const (
	CodeWanted = "code"      // of ID: another code
	Parted     = "parted"    // of ID: this chat is to be separated
	Confirmed  = "confirmed" // of MergeID: one profile of two
)

// Flow shows what is linked, gives a code for one more, or separates the chat.
var Flow = sync.OnceValue(func() *flows.Flow {
	return flows.New(ID, 1,
		flows.Step{ID: "linked", Kind: flows.Fork, Ask: locales.LinkLinked, Needs: []string{flows.FactLinks},
			Field: fields.NewChoice([]flows.Option{
				{Code: "give", Label: locales.LabelOf(locales.LinkGive)},
				{Code: "part", Label: locales.LabelOf(locales.LinkSplit)},
			}, nil),
			Routes: []flows.Route{{Code: "part", To: "parted"}}},
		flows.Step{ID: "code", Kind: flows.End, Enter: CodeWanted, Ask: locales.LinkCode},
		flows.Step{ID: "parted", Kind: flows.End, Enter: Parted, Ask: locales.SplitApart})
})

// Merge asks once whether the profile of this chat and the one that a code
// belongs to may become one.
var Merge = sync.OnceValue(func() *flows.Flow {
	return flows.New(MergeID, 1,
		flows.Step{ID: "merge", Kind: flows.Fork, Ask: locales.MergeAsk,
			Field:  fields.NewConsent(locales.MergeYes, "", locales.MergeNo),
			Routes: []flows.Route{{Code: fields.Refuse, To: "kept"}}},
		flows.Step{ID: "merged", Kind: flows.End, Enter: Confirmed, Ask: locales.MergeDone},
		flows.Step{ID: "kept", Kind: flows.End, Ask: locales.MergeKept})
})
