package bot

import (
	"context"
	"time"
)

// Inbound is one thing a person did on a platform, decoded by a channel.
// It carries an address and perhaps personal text: it is sealed before it is
// stored and never logged.
type Inbound struct {
	Channel string `json:"channel"` // Channel.Name
	Address string `json:"address"` // opaque: a Telegram chat id, "whatsapp:+32…"
	// ID names the inbound event once and for ever inside its channel: a
	// Telegram update id, a Twilio MessageSid. Duplicates are refused by it.
	ID   string    `json:"id"`
	Kind Kind      `json:"kind"`
	At   time.Time `json:"at,omitzero"` // the platform's own time, where it gives one
	// Late is true when it was found by listing what the platform has, and not
	// delivered by it: it may be hours old, and newer ones may be done already.
	Late bool `json:"late,omitempty"`
	// Overtaken is true of a late one behind which, in the platform's own order,
	// another of the chat was accepted before it.
	Overtaken bool `json:"overtaken,omitempty"`
	// Again is true when a person of the staff had one tried again that had been
	// set aside; At is when it was accepted first.
	Again bool `json:"again,omitempty"`

	Text    string `json:"text,omitempty"`
	Payload string `json:"payload,omitempty"` // of a tapped button or row
	// Source is the provider's id of the message whose button was tapped, so
	// that a channel that can edit may change it in place, or to which a text
	// replies.
	Source string `json:"source,omitempty"`
	// Language is the platform's guess ("fr", "en-GB"), a default only.
	Language string `json:"language,omitempty"`
	// Phone is the sender's number in E.164 where the platform tells it
	// (WhatsApp, usually), else empty. Only its dialling prefix is used.
	Phone string `json:"phone,omitempty"`

	// Notification is what the service says first; only of the kind Notified.
	Notification *Notification `json:"notification,omitempty"`

	// Behind is how many messages of the chat wait behind this one, at the time
	// of its turn.
	Behind int `json:"-"`
}

// Kind says what sort of event an Inbound is.
type Kind string

// The kinds a channel may report. Whatever a platform invents later is Other.
const (
	Text      Kind = "text"
	Tap       Kind = "tap"
	Voice     Kind = "voice"     // voice note or audio: never downloaded
	Picture   Kind = "picture"   // photo, video, animation, video note
	Sticker   Kind = "sticker"   // sticker, dice, or a game
	Place     Kind = "place"     // location or venue
	Contact   Kind = "contact"   // contact card
	Document  Kind = "document"  // any other file
	Edited    Kind = "edited"    // the person edited an earlier message; Text is the new text
	Other     Kind = "other"     // known to exist, not understood
	Blocked   Kind = "blocked"   // the person blocked the bot: no answer is possible
	Unblocked Kind = "unblocked" // and took it back
	Refused   Kind = "refused"   // nothing the person did: the form of our last message was refused later
	Unreached Kind = "unreached" // nothing the person did: the platform cannot deliver to the address any more
)

// The kinds that no channel reports: notes from elsewhere that the session has
// to follow, see Elsewhere.
const (
	Renewed Kind = "renewed" // the record is another now
	Erased  Kind = "erased"  // there is none any more, and nothing may be kept
	Demoted Kind = "demoted" // a role of the chat was revoked
	Asked   Kind = "asked"   // somebody asks for the person's profile
	Passed  Kind = "passed"  // to who asked: there is a yes; Payload is the request
	Lapsed  Kind = "lapsed"  // to who asked: the request has ended; Payload is the request
)

// asks tells the notes about requests for a profile: neither the clock of the chat nor its
// last message moves by it.
func (k Kind) asks() bool { return k == Asked || k == Passed || k == Lapsed }

// Accept takes one inbound event into the chat's mailbox. A nil error means
// that it is durable or was seen before: the webhook may answer 2xx. An error
// means that the store is not there: answer 503, so that the platform repeats.
type Accept func(ctx context.Context, in Inbound) error
