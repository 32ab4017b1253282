package announce

import (
	"cmp"
	"strings"

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
	// Organisation organises what names no organiser: Policy.Organisation.
	Organisation string
}

// Recipient is what differs.
type Recipient struct {
	Delivery uuid.UUID
	Language locales.Lang
	Caps     bot.Capabilities
	Zones    []string // where the reader may be, see reference.Zones
	// Official: is invited as an official of the state, not as a member.
	Official bool
	// Coming: has said yes, and so reads in a reminder where exactly it is.
	Coming bool
}

// codeBegin is the code of the one button under the question how it was.
const codeBegin = "begin"

// deliveryPrefix begins the outbox id of a delivery, which WhatsApp gives back in
// its status callbacks.
const deliveryPrefix = "delivery-"

// Message is what one person gets: the words, with buttons about the delivery.
// It always fits the channel: what has no room is cut with a sentence that says
// how to read the rest.
func (l Letter) Message(r Recipient) bot.Message {
	m := bot.Message{ID: deliveryPrefix + r.Delivery.String(), Language: r.Language.String()}
	l.buttons(r, &m)
	sheet := l.sheet(r)
	most := r.Caps.Text
	if m.Layout != bot.Plain {
		most = r.Caps.Body
	}
	sheet.fit(most, r.Caps, l.more(r.Language))
	m.Template, m.Variables = sheet.template()
	m.Text = fill(m.Template, m.Variables)
	m.Keys = sheet.keys
	m.Notice, m.Fields = l.approved(r)
	if l.discreet() {
		return quietly(m)
	}
	return m
}

// Whole is all there is to read of a letter, for who asks for the rest. It has
// no buttons, and so more room.
func (l Letter) Whole(r Recipient) string {
	sheet := l.sheet(r)
	sheet.fit(r.Caps.Text, r.Caps, "")
	return fill(sheet.template())
}

// Invites tells whether people are asked to come: not by news without a
// meeting, and not by what is called off or over.
func (l Letter) Invites() bool {
	if l.Mission.Kind == store.News || l.Mission.StartsAt.IsZero() {
		return false
	}
	return l.Announcement.Kind != store.AnnounceCancellation && l.Announcement.Kind != store.AnnounceFeedback
}

func (l Letter) buttons(r Recipient, m *bot.Message) {
	run := bot.About{Kind: bot.AboutDelivery, ID: r.Delivery}.Run()
	add := func(step, code string, label locales.Key) {
		m.Layout = bot.Buttons
		m.Choices = append(m.Choices, bot.Choice{Payload: bot.Payload(run, step, code), Label: locales.Text(r.Language, label, nil)})
	}
	switch {
	case l.Announcement.Kind == store.AnnounceFeedback && l.questions(r):
		add(bot.StepWorkshop, bot.WorkshopAfter, locales.LetterOpinion)
	case l.Announcement.Kind == store.AnnounceFeedback:
		add(bot.StepFeedback, codeBegin, locales.LetterOpinion)
	case l.Invites():
		add(bot.StepRSVP, store.RSVPYes, locales.RsvpYes)
		add(bot.StepRSVP, store.RSVPMaybe, locales.RsvpMaybe)
		add(bot.StepRSVP, store.RSVPNo, locales.RsvpNo)
		if l.entryButton(r) {
			add(bot.StepWorkshop, bot.WorkshopBefore, locales.WorkshopStart)
		}
	}
}

// questions tells whether the reader is asked the questions about a workshop.
func (l Letter) questions(r Recipient) bool { return l.Mission.Kind == store.Workshop && r.Official }

// entryButton tells whether those before it have a button beside the answers: not
// where a platform shows three at most. There they are offered with the answer.
func (l Letter) entryButton(r Recipient) bool {
	return l.questions(r) && l.Invites() && r.Caps.Buttons > 3
}

// organiser is who invites.
func (l Letter) organiser() string {
	return oneLine(cmp.Or(strings.TrimRight(tidy(l.Mission.Organiser), "."), l.Organisation), longestField)
}

// more is the sentence that says how to read what was cut: in the list of
// meetings, where there is more room.
func (l Letter) more(lang locales.Lang) string {
	word, _, _ := strings.Cut(locales.LabelOf(locales.CmdMissions).In(lang), "|")
	return locales.Text(lang, locales.LetterMore, locales.Args{"Word": word})
}

// approved are the kind of approved text that says the same where a platform
// takes nothing else, and what fills it, in order:
//
//	NoticeMission   title, day and time, place, whether the state is there with languages, seats, price
//	NoticeStub      nothing: for news, which no fixed text could hold
//	NoticeChange    title, what is changed or that it is cancelled
//	NoticeReminder  title, day and time, place
//
// Each is one line and none is empty. Feedback has no kind: it waits until the
// person writes.
func (l Letter) approved(r Recipient) (bot.NoticeKind, []string) {
	lang := r.Language
	title, day, place := oneLine(cmp.Or(l.title(lang), l.organiser()), longestField), oneLine(l.when(r), longestField), oneLine(l.where(lang), longestField)
	switch l.Announcement.Kind {
	case store.AnnounceChange, store.AnnounceCancellation:
		what := cmp.Or(tidy(l.Announcement.Body(lang.String())), l.when(r), l.organiser())
		if l.Announcement.Kind == store.AnnounceCancellation {
			what = locales.Text(lang, locales.LetterOff, nil) + ". " + tidy(l.Announcement.Body(lang.String()))
		}
		return bot.NoticeChange, []string{title, oneLine(what, 2*longestField)}
	case store.AnnounceWeekBefore, store.AnnounceDayBefore:
		return bot.NoticeReminder, []string{title, day, cmp.Or(place, l.organiser())}
	case store.AnnounceFeedback:
		return "", nil
	}
	if !l.Invites() {
		return bot.NoticeStub, nil
	}
	about := &sheet{lang: lang}
	about.add(0, l.state(about))
	l.terms(about)
	return bot.NoticeMission, []string{title, day, cmp.Or(place, l.organiser()), oneLine(about.text(), 2*longestField)}
}
