package announce

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
)

// Reading brings the whole of an announcement to who was told of it by an
// approved text, or not at all, because WhatsApp took no other.
type Reading struct {
	Policy func(context.Context) (store.Policy, error)
}

// Effects are what the word « lire » does.
func (r Reading) Effects() map[string]bot.Effect {
	return map[string]bot.Effect{bot.ChatFlow + "." + bot.ReadAsked: r.read}
}

func (r Reading) read(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	outcome := func(o string) map[string]string { return map[string]string{bot.ResultOutcome: o} }
	delivery, found, err := tx.OpenDelivery(ctx, d.Chat, d.Event.Answer.Text, d.At)
	if err != nil || !found {
		return outcome(bot.ReadNothing), err
	}
	a, err := tx.AnnouncementByID(ctx, delivery.AnnouncementID)
	if err != nil {
		return nil, err
	}
	m, err := tx.MissionByID(ctx, a.MissionID)
	if err != nil {
		return nil, err
	}
	if outdated(a, m, d.At) {
		return outcome(bot.ReadOver), nil
	}
	rsvp, _, err := tx.RSVPOf(ctx, m.ID, store.Invitee{Member: delivery.MemberID, Staff: delivery.StaffID})
	if err != nil {
		return nil, err
	}
	policy, err := r.Policy(ctx)
	if err != nil {
		return nil, err
	}
	lang, _ := locales.ParseLang(d.Language)
	city := delivery.Place
	if city == delivery.Country {
		city = ""
	}
	return bot.LetterResult(Letter{Announcement: a, Mission: m, Organisation: policy.Organisation}.Message(Recipient{
		Delivery: delivery.ID, Language: lang, Caps: capabilities(d.Channel), Zones: reference.Zones(delivery.Country, city),
		Official: delivery.StaffID != uuid.Nil,
		Coming:   rsvp.Answer == store.RSVPYes && !rsvp.Waiting,
	}))
}

// outdated tells whether an announcement is of no use any more.
func outdated(a store.Announcement, m store.Mission, at time.Time) bool {
	if a.Status == store.AnnouncementCancelled || !a.ValidUntil.IsZero() && !a.ValidUntil.After(at) {
		return true
	}
	return !m.CancelledAt.IsZero() && a.Kind != store.AnnounceCancellation
}

// capabilities are the limits of a channel by its name.
func capabilities(channel string) bot.Capabilities {
	if channel == "whatsapp" {
		return bot.WhatsAppCapabilities
	}
	return bot.TelegramCapabilities
}

// discreet tells whether a letter is for people who may not be seen to get it.
func (l Letter) discreet() bool {
	if len(l.Announcement.Audience) == 0 { // a sample: on record there always is one
		return false
	}
	var a Audience
	// Of what cannot be read the careful way is taken.
	return json.Unmarshal(l.Announcement.Audience, &a) != nil || a.Discreet
}

// forOfficials tells whether a letter is for officials of the state, and not for
// members.
func (l Letter) forOfficials() bool {
	var a Audience
	return json.Unmarshal(l.Announcement.Audience, &a) == nil && a.Officials
}

// quietly is a letter for people who may not be seen to get it: outside the 24
// hours they are told only that there is something.
func quietly(m bot.Message) bot.Message {
	if m.Notice != "" {
		m.Notice, m.Fields = bot.NoticeStub, nil
	}
	return m
}
