package announce

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/locales"
	"mboka/store"
)

// CalendarEffects hand out missions for a person's own calendar: by a button
// about a delivery of theirs or about a mission, or by the word, which means
// the next that they come to.
func CalendarEffects() map[string]bot.Effect {
	return map[string]bot.Effect{
		bot.FlowDelivery + "." + bot.StepCalendar: appointment,
		bot.FlowMission + "." + bot.StepCalendar:  appointment,
	}
}

// appointment is an effect because the address goes only to who comes, which the
// records say, not the button. It changes nothing, and so is told as a Refusal:
// no row of the turn keeps the address.
func appointment(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	tell := func(outcome string) (map[string]string, error) {
		return nil, bot.Refusal{Results: map[string]string{bot.ResultOutcome: outcome}}
	}
	who, err := tx.InviteeOf(ctx, d.Chat)
	if err != nil {
		return nil, err
	}
	id, outcome, err := appointed(ctx, tx, d, who)
	if err != nil {
		return nil, err
	}
	if outcome != "" {
		return tell(outcome)
	}
	m, err := tx.MissionByID(ctx, id)
	if err != nil {
		return nil, err
	}
	if m.StartsAt.IsZero() {
		return tell(bot.CalendarOver)
	}
	comes, err := seated(ctx, tx, id, who)
	if err != nil {
		return nil, err
	}
	lang, _ := locales.ParseLang(d.Language)
	file, err := ICS(m, lang, comes)
	if err != nil {
		return nil, err
	}
	l := Letter{Mission: m, Announcement: store.Announcement{CreatedAt: d.At}}
	return nil, bot.Refusal{Results: map[string]string{
		bot.ResultOutcome: bot.CalendarReady, bot.ResultCalendar: string(file),
		bot.ResultCalendarName: "mboka-" + l.local(m.StartsAt).Format("2006-01-02") + ".ics",
		bot.ResultWhen:         l.when(Recipient{Language: lang}),
	}}
}

// appointed is the mission that is meant, or else the outcome to tell. One that
// was not announced is nobody's appointment, and nobody else's delivery leads to
// one.
func appointed(ctx context.Context, tx *store.Tx, d bot.Doing, who store.Invitee) (mission uuid.UUID, outcome string, err error) {
	found := false
	switch {
	case who == store.Invitee{}:
		return mission, bot.RSVPStranger, nil
	case d.Event.Answer.Text == "":
		if mission, found, err = tx.NextComing(ctx, who, d.At); err == nil && !found {
			outcome = bot.CalendarOver
		}
		return mission, outcome, err
	}
	id, err := uuid.Parse(d.Event.Answer.Text)
	if err != nil {
		return id, "", fmt.Errorf("id of a button: %w", err)
	}
	if d.Event.Flow == bot.FlowDelivery {
		mission, _, found, err = tx.MissionOfDelivery(ctx, id, who)
	} else {
		mission = id
		all, failed := tx.AnnouncementsOf(ctx, id)
		for _, a := range all {
			found = found || !a.StartedAt.IsZero()
		}
		err = failed
	}
	if err == nil && !found {
		outcome = bot.RSVPStranger
	}
	return mission, outcome, err
}

// seated tells whether somebody has said yes to a mission, as a member or as
// staff, and has a seat.
func seated(ctx context.Context, tx *store.Tx, mission uuid.UUID, who store.Invitee) (bool, error) {
	for _, as := range []store.Invitee{{Member: who.Member}, {Staff: who.Staff}} {
		if as == (store.Invitee{}) {
			continue
		}
		v, found, err := tx.RSVPOf(ctx, mission, as)
		if err != nil {
			return false, err
		}
		if found && v.Answer == store.RSVPYes && !v.Waiting {
			return true, nil
		}
	}
	return false, nil
}
