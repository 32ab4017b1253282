package bot

import (
	"context"
	"fmt"
	"time"

	"mboka/locales"
)

// Channel sends to one platform. It is implemented by bot/telegram,
// bot/whatsapp and bot/console.
type Channel interface {
	// Name is the stable name used in addresses, records and logs.
	Name() string
	// Capabilities are the platform's limits, as data.
	Capabilities() Capabilities
	// Send delivers one rendered message to an address of this channel and
	// returns once the platform has answered. It does not retry. An error is
	// always a *SendError.
	Send(ctx context.Context, address string, m Message) (Receipt, error)
}

// Receipt is what a platform said of a message it took.
type Receipt struct {
	ProviderID string // Telegram message_id, Twilio MessageSid
	// Notice is the kind of the approved text that went out in place of the
	// message, which may only say that there is one. "": the message itself did.
	Notice NoticeKind
}

// Message is one reply, rendered for the capabilities of its channel and in
// the person's language. Text is plain: a channel escapes it for its platform.
type Message struct {
	// ID is the outbox id, unique per message; WhatsApp carries it in the
	// status callback.
	ID   string `json:"id"`
	Text string `json:"text"`
	// Template is Text with each variable part replaced by {{1}}, {{2}}…, and
	// Variables are those parts. A static step has the same Template for
	// everybody, so WhatsApp can use one Content object for it.
	Template  string   `json:"template,omitempty"`
	Variables []string `json:"variables,omitempty"`

	Layout  Layout   `json:"layout,omitempty"`
	Choices []Choice `json:"choices,omitempty"`
	// Actions are the choices beside the answer (done, skip, back); only
	// channels with Capabilities.Actions get them.
	Actions []Choice `json:"actions,omitempty"`
	// Marks name the rows when they are printed as text ("1", "A"), one per
	// choice; empty where words are to be written.
	Marks []string `json:"marks,omitempty"`
	// How says how to answer in words; only NumberedText prints it.
	How string `json:"how,omitempty"`
	// Opens is the label of the button that opens a List.
	Opens string `json:"opens,omitempty"`
	// Edits is the provider id of an earlier message that this one replaces in
	// place. Empty: send a new message. Only where Capabilities.Edits. If that
	// message can no longer be edited the channel sends a new one.
	Edits string `json:"edits,omitempty"`
	// File makes the message a document and Text its caption, at most
	// Capabilities.Caption long; it has no choices then. Only where
	// Capabilities.File.
	File *File `json:"file,omitempty"`
	// Picture makes the message a picture and Text its caption; it has no choices
	// then. Only where Capabilities.Picture.
	Picture *Image `json:"picture,omitempty"`
	// Notice is set on what the service says first. A platform that takes only
	// approved texts then, takes the one of this kind in Language, filled with
	// Fields in the order that bot/whatsapp tells; without one the message fails
	// with OutsideWindow.
	Notice NoticeKind `json:"notice,omitempty"`
	Fields []string   `json:"fields,omitempty"`
	// Outside: the platform's window is closed, as far as we know.
	Outside bool `json:"outside,omitempty"`
	// Language of the text, "fr", "en" or "ln".
	Language string `json:"language"`
	// Keys are the catalogue keys that the text was made of, for transcripts.
	Keys []string `json:"keys,omitempty"`
}

// File is a small document for the person. It holds their words: it is sealed
// before it is stored and never logged.
type File struct {
	// Part is its short name among the files of one reply, small letters.
	Part string `json:"part"`
	Name string `json:"name"` // as it is saved on the phone
	Type string `json:"type"` // the content type, where a channel can tell it
	// Title says what it is for: its caption, or the label of its button.
	Title locales.Key `json:"title"`
	Data  []byte      `json:"data"`
}

// Image is a picture for the person, in PNG. Where the platform fetches it
// itself (Capabilities.PictureLink) it is named by URL and has no Data.
type Image struct {
	Name    string `json:"name"`
	Caption string `json:"caption,omitempty"`
	Data    []byte `json:"data,omitempty"`
	URL     string `json:"url,omitempty"`
}

// Choice is one button or row.
type Choice struct {
	// Payload comes back as Inbound.Payload: "run.step.code", at most 64 bytes.
	Payload string `json:"payload"`
	Label   string `json:"label"`
	Desc    string `json:"desc,omitempty"`
	Ticked  bool   `json:"ticked,omitempty"`
}

// Layout says how the choices of a message are to be shown.
type Layout string

const (
	// Plain has no choices on it; where there are any they are in the text.
	Plain Layout = ""
	// Buttons are shown under the message.
	Buttons Layout = "buttons"
	// List is opened by a button and shows rows with descriptions.
	List Layout = "list"
)

// Outcome sorts what can go wrong with a send into what to do about it.
type Outcome string

// Outcomes of a failed send. The table of each platform's codes stands in its
// channel package.
const (
	Retry         Outcome = "retry"          // not taken; try again after RetryAfter
	Throttled     Outcome = "throttled"      // not taken, too fast; wait RetryAfter
	Rejected      Outcome = "rejected"       // this message will never be taken
	Gone          Outcome = "gone"           // this address is unreachable until it writes again
	OutsideWindow Outcome = "outside_window" // WhatsApp's 24 hours are over
	Unknown       Outcome = "unknown"        // it may or may not have been taken
)

// SendError is a failed send: what to do, and the cause for the log. The cause
// holds codes, never a text or an address.
type SendError struct {
	Outcome    Outcome
	RetryAfter time.Duration // 0: the sender's own back-off
	// Account is true when the whole sender is held, not only this chat.
	Account bool
	Code    string // the platform's own code, for logs and reports
	Err     error
}

func (e *SendError) Error() string {
	return fmt.Sprintf("%s (%s): %v", e.Outcome, e.Code, e.Err)
}

// Unwrap gives the cause.
func (e *SendError) Unwrap() error { return e.Err }
