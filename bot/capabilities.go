package bot

import (
	"time"

	"mboka/locales"
)

// Capabilities are a platform's limits. Lengths are in characters as the
// platform counts them; 0 means that it does not have the thing.
type Capabilities struct {
	Text        int         // longest message without choices
	Body        int         // longest message with choices
	Buttons     int         // most buttons under a message
	ButtonTitle int         // longest button title
	Rows        int         // most rows of a list
	RowTitle    int         // longest row title
	RowDesc     int         // longest row description
	Payload     int         // longest payload, in bytes
	File        int         // largest document it takes, in bytes
	Caption     int         // longest text with a document or a picture
	Picture     int         // largest picture it takes, in bytes
	PictureLink bool        // it fetches pictures itself
	Edits       bool        // can change a message it sent
	Actions     bool        // has room for done, skip and back beside the answers
	MultiTicks  bool        // can tick several choices by editing a message
	UTF16       bool        // lengths are counted in UTF-16 units
	Italic      string      // stands around italics; "" where plain text has none
	Copies      bool        // keeps copies of messages that it deletes when asked
	Carrier     locales.Key // the sentence of the notice that names who carries the chat

	// Window is how long after a person's message they may be written to; 0: at
	// any time.
	Window time.Duration
	// Doubt is how long to wait before a reply with an unknown outcome is looked
	// into: a platform that reports what became of messages gets time for it.
	Doubt time.Duration
	// Burst is how many replies, each within BurstGap of the one before, a
	// person gets before we ask for a pause of BurstGap.
	Burst    int
	BurstGap time.Duration
}

// withoutChoices are the same limits where everything is written as text.
func (c Capabilities) withoutChoices() Capabilities {
	c.Buttons, c.Rows, c.Actions, c.MultiTicks = 0, 0, false, false
	return c
}

// TelegramCapabilities are the limits of the Telegram Bot API.
var TelegramCapabilities = Capabilities{
	Text: 4096, Body: 4096, // core.telegram.org/bots/api#sendmessage, after entity parsing
	Buttons:     100,      // not documented; community figure, we show at most 13
	ButtonTitle: 64,       // not documented; longer titles are cut by phones
	Payload:     64,       // core.telegram.org/bots/api#inlinekeyboardbutton, bytes
	File:        50 << 20, // core.telegram.org/bots/api#senddocument
	Caption:     1024,     // same page, after entity parsing
	Picture:     10 << 20, // core.telegram.org/bots/api#sendphoto
	Edits:       true,
	Actions:     true,
	MultiTicks:  true,
	Carrier:     locales.NoticeCarrierTelegram,
	UTF16:       true,
	Doubt:       2 * time.Second, // nobody can be asked: only so long that a busy server comes to itself
	// Telegram has no such rule; this is against two programs that talk to each
	// other. The whole form with all ticks takes under 80 replies.
	Burst: 120, BurstGap: 30 * time.Second,
}

// WhatsAppCapabilities are the limits of WhatsApp through Twilio.
var WhatsAppCapabilities = Capabilities{
	Text:        1600,    // twilio.com/docs/api/errors/21617
	Body:        1024,    // twilio.com/docs/content/twilio-quick-reply
	Buttons:     3,       // same page: 3 in a session
	ButtonTitle: 20,      // same page
	Rows:        10,      // twilio.com/docs/content/twiliolist-picker
	RowTitle:    24,      // same page
	RowDesc:     72,      // same page
	Caption:     1024,    // the body of twilio.com/docs/content/twilio-media, to be safe
	Picture:     5 << 20, // twilio.com/docs/whatsapp/guidance-whatsapp-media-messages
	PictureLink: true,    // same page: MediaUrl
	Payload:     200,     // same page; Telegram's 64 bytes are the tighter bound

	Copies:  true,
	Italic:  "_",
	Carrier: locales.NoticeCarrierWhatsapp,

	Window: 24*time.Hour - 5*time.Minute, // twilio.com/docs/api/errors/63016; 5 minutes for clocks and queues
	Doubt:  15 * time.Second,             // a status callback follows within seconds, or does not come
	// twilio.com/docs/api/errors/14107: the 31st reply within 30 s of the one
	// before is refused. One is left for the pause itself, one for an unknown.
	Burst: 28, BurstGap: 30 * time.Second,
}
