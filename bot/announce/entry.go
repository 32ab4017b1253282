package announce

import (
	"context"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/store"
)

// toWorkshop adds to what came of an official's answer to a workshop that nobody
// comes along, and, where they may come and have not answered yet, that the
// questions before it are to be offered: on WhatsApp there is no room for them
// beside yes, maybe and no.
func toWorkshop(ctx context.Context, tx *store.Tx, d bot.Doing, m store.Mission, v store.RSVP, results map[string]string) error {
	if m.Kind != store.Workshop || v.StaffID == uuid.Nil {
		return nil
	}
	results[bot.ResultInvited] = "yes"
	if v.Answer == store.RSVPNo || v.Waiting || !m.StartsAt.Add(store.WorkshopEntry).After(d.At) {
		return nil
	}
	w, found, err := tx.WorkshopOf(ctx, v.StaffID)
	if err != nil || found && w.Mission == m.ID && !w.EnteredAt.IsZero() {
		return err
	}
	results[bot.ResultQuestions] = bot.WorkshopBefore
	return nil
}
