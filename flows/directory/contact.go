package directory

import (
	"sync"

	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
)

// Ids of the flows of messages by the directory.
const (
	WriteID = "contact"   // to write one
	ReadID  = "contacted" // to read and answer one
)

// Sent is the event of WriteID: the answers are CardID, SignedAs and Words.
const Sent = "sent"

// Events of ReadID: the answers are ContactID, and for Replied Words.
const (
	Replied = "replied"
	Refused = "refused"
	Blocked = "blocked"
)

// Steps that others refer to, and what the flows begin with: CardID and
// ContactID hold ids, To the name on the card, Mine the writer's own.
const (
	CardID    = "card"
	To        = "to"
	Mine      = "mine"
	ContactID = "contact"
	SignedAs  = "signed"
	Words     = "words"
)

// wordsMax is the longest message and reply, in characters: with a name and
// three buttons it must stay within the 1,024 characters of a WhatsApp message
// with buttons.
const wordsMax = 400

// Write is a message to the owner of a card.
var Write = sync.OnceValue(func() *flows.Flow {
	f := flows.New(WriteID, 1,
		flows.Step{ID: SignedAs, Required: true, Ask: locales.ConSigned, Title: locales.ConTSigned,
			Field: fields.NewPublicName(nameMax, Mine, locales.ConSigned, locales.ConSignedKeep, option(fields.Show, locales.ConSignedYes))},
		flows.Step{ID: Words, Required: true, Ask: locales.ConWords, Title: locales.ConTWords, Field: fields.NewNote(wordsMax)},
		flows.Step{ID: "review", Kind: flows.Review, Ask: locales.ConReview,
			Field: fields.NewChoice([]flows.Option{option("send", locales.ConSend)}, nil)},
		flows.Step{ID: Sent, Kind: flows.End, Enter: Sent, Ask: locales.ConSent})
	f.Given = []string{CardID, To, Mine}
	return f
})

// Read shows a message and takes the answer. Only a reply goes back.
var Read = sync.OnceValue(func() *flows.Flow {
	f := flows.New(ReadID, 1,
		flows.Step{ID: "read", Kind: flows.Fork, Ask: locales.ConRead, Needs: []string{flows.FactContact},
			Field: fields.NewChoice([]flows.Option{
				option("reply", locales.ConReply), option("refuse", locales.ConRefuse), option("block", locales.ConBlock),
			}, nil),
			Routes: []flows.Route{{Code: "refuse", To: Refused}, {Code: "block", To: Blocked}}},
		flows.Step{ID: Words, Required: true, Ask: locales.ConReplyWords, Title: locales.ConTReply, Field: fields.NewNote(wordsMax)},
		flows.Step{ID: "review", Kind: flows.Review, Ask: locales.ConReview,
			Field: fields.NewChoice([]flows.Option{option("send", locales.ConSend)}, nil)},
		flows.Step{ID: Replied, Kind: flows.End, Enter: Replied, Ask: locales.ConReplied},
		flows.Step{ID: Refused, Kind: flows.End, Enter: Refused, Ask: locales.ConRefused},
		flows.Step{ID: Blocked, Kind: flows.End, Enter: Blocked, Ask: locales.ConBlocked})
	f.Given = []string{ContactID}
	return f
})
