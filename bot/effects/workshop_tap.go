package effects

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/flows"
	"mboka/flows/workshop"
	"mboka/locales"
	"mboka/store"
)

// longestTitle is how much of a workshop's title is said, in characters.
const longestTitle = 120

// workshopTapped begins the questions before or after the workshop that a message
// told of, for the official whom it invited. Who did not answer before it is asked
// how it was as people are after any meeting: nothing can be compared.
func (r Records) workshopTapped(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	m, err := r.workshopOf(ctx, tx, d)
	if err != nil {
		return nil, err
	}
	held, err := tx.Allowed(ctx, d.Chat, store.AnswerWorkshop, d.Running, d.At)
	if err != nil {
		return nil, err
	}
	part := workshop.Before
	if len(d.Event.Answer.Codes) > 0 && d.Event.Answer.Codes[0] == bot.WorkshopAfter {
		part = workshop.After
	}
	if key := workshopShut(m, part, d.At); key != "" {
		return workshopSays(key), nil
	}
	w, found, err := tx.WorkshopOf(ctx, held.StaffID)
	if err != nil {
		return nil, err
	}
	about := found && w.Mission == m.ID && !w.EnteredAt.IsZero()
	switch {
	case part == workshop.After && !about:
		title := []rune(strings.Join(strings.Fields(m.Text(d.Language).Title), " "))
		return map[string]string{bot.ResultOutcome: bot.FeedbackAsked, "Mission": m.ID.String(), "Title": string(title[:min(len(title), longestTitle)])}, nil
	case about && (part == workshop.Before || !w.LeftAt.IsZero()):
		return workshopSays(locales.WorkshopDone), nil
	}
	given := append(begins(found), flows.Answered{Step: workshop.Part, Codes: []string{part}})
	if part == workshop.Before {
		given = append(given, flows.Answered{Step: workshop.Mission, Codes: []string{m.ID.String()}})
	}
	for _, a := range workshopSteps(w) {
		open := part == workshop.After || w.EnteredAt.IsZero() // as it was left
		still := a.Step == workshop.Institution || a.Step == workshop.Role
		if partOf(a.Step) == part && (open || still) {
			given = append(given, flows.Answered{Step: a.Step, Codes: a.Codes, Text: a.Text})
		}
	}
	return r.workshopForm(ctx, given)
}

// workshopOf is the workshop that a button is about, where the message was to
// whoever taps it, as an official. To everybody else there is no such thing.
func (r Records) workshopOf(ctx context.Context, tx *store.Tx, d bot.Doing) (store.Mission, error) {
	stranger := bot.Refusal{Results: map[string]string{bot.ResultOutcome: bot.RSVPStranger}}
	id, err := uuid.Parse(d.Event.Answer.Text)
	if err != nil {
		return store.Mission{}, stranger
	}
	who, err := tx.InviteeOf(ctx, d.Chat)
	if err != nil {
		return store.Mission{}, err
	}
	if who.Staff == uuid.Nil {
		return store.Mission{}, stranger
	}
	official, found := store.Invitee{Staff: who.Staff}, false
	if d.Event.Flow == bot.FlowDelivery {
		id, _, found, err = tx.MissionOfDelivery(ctx, id, official)
	} else {
		_, found, err = tx.ToldOf(ctx, id, official)
	}
	if err != nil {
		return store.Mission{}, err
	}
	if !found {
		return store.Mission{}, stranger
	}
	m, err := tx.MissionByID(ctx, id)
	if err == nil && m.Kind != store.Workshop {
		err = stranger
	}
	return m, err
}

// workshopShut says why a part is not asked now; "": it is.
func workshopShut(m store.Mission, part string, at time.Time) locales.Key {
	switch {
	case !m.CancelledAt.IsZero():
		return locales.MissionCancelled
	case part == workshop.Before && !m.StartsAt.Add(store.WorkshopEntry).After(at):
		return locales.WorkshopLate
	case part == workshop.After && m.Ended().After(at):
		return locales.WorkshopEarly
	case part == workshop.After && !m.Ended().Add(store.WorkshopOpen).After(at):
		return locales.WorkshopShut
	}
	return ""
}

func workshopSays(key locales.Key) map[string]string {
	return map[string]string{bot.ResultOutcome: bot.AnnouncementSaid, bot.ResultKey: string(key)}
}
