package announce

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"mboka/locales/reference"
	"mboka/store"
)

// remindAt is the hour, at the venue, when reminders and questions go out: no
// quiet hour anywhere near, so that "tomorrow" is still tomorrow when it is read.
const remindAt = 10

// How long reminders are of use, where nothing ends them before.
const (
	feedbackFor = store.WorkshopOpen // officials answer their questions after a workshop as long
	lookAhead   = 8 * 24 * time.Hour // missions that begin so soon are looked at
	lookBack    = feedbackFor + 48*time.Hour
)

// reminder is one reminder of a mission: from when to when it is sent.
type reminder struct {
	kind        string
	begin, over time.Time
}

// reminders are those of a mission that people were told of at a time, in the
// venue's days: a week before, unless it was announced later than that, a day
// before, and the question on the day after.
func reminders(m store.Mission, told time.Time) []reminder {
	if m.StartsAt.IsZero() || !m.CancelledAt.IsZero() {
		return nil
	}
	start, end := m.StartsAt.In(reference.Zone(m.Timezone)), m.StartsAt
	if m.EndsAt.After(end) {
		end = m.EndsAt
	}
	on := func(t time.Time, days int) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day()+days, remindAt, 0, 0, 0, start.Location())
	}
	week, day, after := on(start, -7), on(start, -1), on(end.In(start.Location()), 1)
	var all []reminder
	if told.Before(week) {
		all = append(all, reminder{store.AnnounceWeekBefore, week, day})
	}
	if told.Before(day) {
		all = append(all, reminder{store.AnnounceDayBefore, day, m.StartsAt})
	}
	return append(all, reminder{store.AnnounceFeedback, after, after.Add(feedbackFor)})
}

// id names the reminder of a kind for the day that a mission has: it is made once,
// and again when the mission moves to another day.
func (r reminder) id(m store.Mission) uuid.UUID {
	day := m.StartsAt.In(reference.Zone(m.Timezone)).Format(time.DateOnly)
	return uuid.NewSHA1(m.ID, fmt.Appendf(nil, "%s %s", r.kind, day))
}

// remind makes the reminders that are due, and ends those of a day that a mission
// had before, or of one that is cancelled.
func (u *Upkeep) remind(ctx context.Context) error {
	now := u.cfg.Clock()
	all, err := u.cfg.Store.MissionsToRemind(ctx, now.Add(-lookBack), now.Add(lookAhead))
	if err != nil {
		return err
	}
	var faults []error
	for _, told := range all {
		faults = append(faults, u.remindOf(ctx, told, now))
	}
	return errors.Join(faults...)
}

func (u *Upkeep) remindOf(ctx context.Context, told store.Told, now time.Time) error {
	m := told.Mission
	due := reminders(m, told.Since)
	made, err := u.cfg.Store.AnnouncementsOf(ctx, m.ID)
	if err != nil {
		return err
	}
	open := []string{store.AnnouncementApproved, store.AnnouncementSending, store.AnnouncementPaused, store.AnnouncementSent}
	return u.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		for _, a := range made {
			if !slices.Contains(store.Reminders, a.Kind) || !slices.Contains(open, a.Status) ||
				slices.ContainsFunc(due, func(r reminder) bool { return r.id(m) == a.ID }) {
				continue
			}
			if err := tx.CancelAnnouncement(ctx, a.ID, now); err != nil && !errors.Is(err, store.ErrStatus) {
				return err
			}
		}
		for _, r := range due {
			if r.begin.After(now) || !r.over.After(now) {
				continue
			}
			added, err := tx.PutReminder(ctx, store.Announcement{
				ID: r.id(m), MissionID: m.ID, Kind: r.kind, Organisation: m.Organisation, CreatedAt: now, BeginAt: r.begin, ValidUntil: r.over,
			})
			if err != nil {
				return err
			}
			if added {
				u.cfg.Logger.Info("reminder", "announcement", r.id(m), "kind", r.kind)
			}
		}
		return nil
	})
}
