// Package meeting holds the flows about meetings and visits: what is announced,
// how many come along, and what people say afterwards.
//
// It may import flows, flows/fields and locales.
package meeting

import (
	"sync"

	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
)

// Ids of the flows.
const (
	ListID     = "meetings"
	ComingID   = "coming"
	FeedbackID = "feedback"
)

// Mission is the answer that the flows about one mission begin with: its id.
const Mission = "mission"

// Events. The answers say which mission it is about.
const (
	Opened  = "opened"  // of ListID: the mission in answer Which is to be shown
	Counted = "counted" // of ComingID: answer Guests
	Said    = "said"    // of FeedbackID: answers Attended, Useful, Words
)

// Steps that others refer to.
const (
	Ahead    = "ahead" // the answer that ListID begins with, see list
	Which    = "which"
	Guests   = "guests"
	Attended = "attended"
	Useful   = "useful"
	Words    = "words"
)

// List shows the missions ahead, and opens one.
var List = sync.OnceValue(func() *flows.Flow {
	return flows.New(ListID, 1,
		flows.Step{ID: Which, Kind: flows.Fork, Ask: locales.MissionsAhead, Field: list{}},
		flows.Step{ID: Opened, Kind: flows.End, Enter: Opened, Ask: locales.MissionsNone})
})

// Coming asks how many come along.
var Coming = sync.OnceValue(func() *flows.Flow {
	return flows.New(ComingID, 1,
		flows.Step{ID: Guests, Kind: flows.Fork, Ask: locales.GuestsAsk, Field: guests{}},
		flows.Step{ID: Counted, Kind: flows.End, Enter: Counted, Ask: locales.GuestsNoted})
})

// wordsMax is the longest word about a meeting, in characters.
const wordsMax = 600

// Feedback asks three things after a mission: whether they were there, whether
// it was of use, and for a word.
var Feedback = sync.OnceValue(func() *flows.Flow {
	option := func(code string, key locales.Key) flows.Option {
		return flows.Option{Code: code, Label: locales.LabelOf(key)}
	}
	return flows.New(FeedbackID, 1,
		flows.Step{ID: Attended, Kind: flows.Fork, Ask: locales.FeedbackAttended,
			Field: fields.NewChoice([]flows.Option{option("yes", locales.FeedbackThere), option("no", locales.FeedbackNotThere)},
				map[string][]string{"yes": {"oui", "yes", "iyo"}, "no": {"non", "no", "te"}}),
			Routes: []flows.Route{{Code: "no", To: Words}}},
		flows.Step{ID: Useful, Kind: flows.Fork, Ask: locales.FeedbackUseful,
			Field: fields.NewChoice([]flows.Option{
				option("yes", locales.FeedbackMuch), option("some", locales.FeedbackSome), option("no", locales.FeedbackLittle),
			}, map[string][]string{"yes": {"oui", "yes", "iyo"}, "no": {"non", "no", "te"}})},
		flows.Step{ID: Words, Kind: flows.Fork, Ask: locales.FeedbackWords, Field: words{fields.NewText(wordsMax)}},
		flows.Step{ID: Said, Kind: flows.End, Enter: Said, Ask: locales.FeedbackThanks})
})
