package announce

import (
	"context"
	"errors"
	"strconv"

	"mboka/bot"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
)

// doorPurpose sets the hashes of entry codes apart from those of other codes.
const doorPurpose = "door"

// code gives who has a seat a new entry code, printed. It is drawn from the
// message, so that a repeated turn gives the same; on record there is only its
// keyed hash.
func (a Attendance) code(ctx context.Context, tx *store.Tx, d bot.Doing, m store.Mission, who store.Invitee) (string, error) {
	code := bot.DoorCode(a.Keys.Code(doorPurpose, m.ID.String()+":"+d.Chat.String()+":"+d.MessageID, 9))
	return bot.SpokenDoor(code), tx.SetDoor(ctx, m.ID, who, a.Keys.CodeHash(doorPurpose, code))
}

// door says what an entry code proves: one seat with its guests at a mission of
// the same organisation, and whether it was shown before. It names nobody. A
// wrong one leaves nothing.
func (a Attendance) door(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	held, err := tx.Allowed(ctx, d.Chat, store.Announce, d.Running, d.At)
	if err != nil {
		return nil, err
	}
	shown, found, err := tx.ShowDoor(ctx, held.Organisation, a.Keys.CodeHash(doorPurpose, d.Event.Answer.Text), d.At)
	if err == nil && !found {
		err = bot.Refusal{Results: map[string]string{bot.ResultOutcome: bot.DoorWrong}}
	}
	if err != nil {
		return nil, err
	}
	results := map[string]string{bot.ResultOutcome: bot.DoorFits, "Guests": strconv.Itoa(shown.Guests)}
	if !shown.Before.IsZero() {
		lang, _ := locales.ParseLang(d.Language)
		before := shown.Before.In(reference.Zone(shown.Timezone))
		results[bot.ResultOutcome], results["Date"], results["Clock"] = bot.DoorShown, locales.Date(lang, before), locales.Clock(lang, before)
	}
	return results, nil
}

// AfterProof adds to the effect by which somebody proves to be back how many
// missions are announced for them by now, if they want to be told.
func (a Attendance) AfterProof(prove bot.Effect) bot.Effect {
	return func(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
		results, err := prove(ctx, tx, d)
		if err != nil || results[bot.ResultOutcome] != bot.ProofFits {
			return results, err
		}
		who, err := tx.InviteeOf(ctx, d.Chat)
		if err != nil {
			return nil, err
		}
		agreed, err := tx.LiveConsents(ctx, who.Member)
		if _, wants := agreed["missions"]; err != nil || !wants {
			return results, err
		}
		all, err := a.ahead(ctx, tx, store.Invitee{Member: who.Member}, d.At)
		if err == nil && len(all) > 0 {
			results[bot.ResultMissed] = strconv.Itoa(len(all))
		}
		return results, errors.Join(err)
	}
}
