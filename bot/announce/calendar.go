package announce

import (
	"context"
	"errors"
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

// appointment changes nothing; it is an effect because the address goes only to
// who comes, which the records say, not the button.
func appointment(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	none := map[string]string{bot.ResultOutcome: bot.CalendarOver}
	member, staff, err := whoAsks(ctx, tx, d)
	if err != nil {
		return nil, err
	}
	id, found, err := appointed(ctx, tx, d, member, staff)
	if err != nil || !found {
		return none, err
	}
	m, err := tx.MissionByID(ctx, id)
	if errors.Is(err, store.ErrNoMission) || err == nil && m.StartsAt.IsZero() {
		return none, nil
	}
	if err != nil {
		return nil, err
	}
	comes, err := tx.Comes(ctx, m.ID, member, staff)
	if err != nil {
		return nil, err
	}
	lang, _ := locales.ParseLang(d.Language)
	file, err := ICS(m, lang, comes)
	if err != nil {
		return nil, err
	}
	l := Letter{Mission: m, Announcement: store.Announcement{CreatedAt: d.At}}
	return map[string]string{
		bot.ResultOutcome: bot.CalendarReady, bot.ResultCalendar: string(file),
		bot.ResultCalendarName: "mboka-" + l.local(m.StartsAt).Format("2006-01-02") + ".ics",
		bot.ResultWhen:         l.when(Recipient{Language: lang}),
	}, nil
}

// whoAsks is the member and the staff of a chat, zero where it is none.
func whoAsks(ctx context.Context, tx *store.Tx, d bot.Doing) (member, staff uuid.UUID, err error) {
	if d.Member != "" {
		if member, err = uuid.Parse(d.Member); err != nil {
			return member, staff, fmt.Errorf("member id: %w", err)
		}
	}
	s, _, err := tx.StaffOf(ctx, d.Chat)
	return member, s.ID, err
}

// appointed is the mission that is meant. One that was not announced is nobody's
// appointment, and nobody else's delivery leads to one.
func appointed(ctx context.Context, tx *store.Tx, d bot.Doing, member, staff uuid.UUID) (mission uuid.UUID, found bool, err error) {
	if d.Event.Answer.Text == "" {
		return tx.NextComing(ctx, member, staff, d.At)
	}
	id, err := uuid.Parse(d.Event.Answer.Text)
	if err != nil {
		return id, false, fmt.Errorf("id of a button: %w", err)
	}
	if d.Event.Flow == bot.FlowMission {
		all, err := tx.AnnouncementsOf(ctx, id)
		for _, a := range all {
			found = found || !a.StartedAt.IsZero()
		}
		return id, found, err
	}
	delivery, found, err := tx.DeliveryByID(ctx, id)
	theirs := delivery.MemberID != uuid.Nil && delivery.MemberID == member || delivery.StaffID != uuid.Nil && delivery.StaffID == staff
	if err != nil || !found || !theirs {
		return id, false, err
	}
	a, err := tx.AnnouncementByID(ctx, delivery.AnnouncementID)
	return a.MissionID, err == nil, err
}
