package announce

import (
	"github.com/google/uuid"

	"mboka/bot"
	"mboka/locales"
	"mboka/store"
)

// Letter is an announcement with the mission that it is about: all that is the
// same for everybody who gets it.
type Letter struct {
	Announcement store.Announcement
	Mission      store.Mission
}

// Recipient is what differs.
type Recipient struct {
	Delivery uuid.UUID
	Language locales.Lang
	Caps     bot.Capabilities
	Zones    []string // where the reader may be, see reference.Zones
}

// Message is what one person gets: the words, with buttons about the delivery.
func (l Letter) Message(r Recipient) bot.Message {
	text := l.Mission.Text(r.Language.String())
	m := bot.Message{ID: deliveryPrefix + r.Delivery.String(), Language: r.Language.String(), Notice: bot.NoticeMission}
	m.Text = text.Title + "\n\n" + text.Summary
	return m
}

// deliveryPrefix begins the outbox id of a delivery, which WhatsApp gives back in
// its status callbacks.
const deliveryPrefix = "delivery-"
