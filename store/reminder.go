package store

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Reminders are the kinds of announcements that the service makes by itself.
var Reminders = []string{AnnounceWeekBefore, AnnounceDayBefore, AnnounceFeedback}

// Told is a mission that people were told of, and since when.
type Told struct {
	Mission Mission
	Since   time.Time // the first notice began
}

// MissionsToRemind gives the missions that were announced and lie between two
// times with some part, and all of which a reminder is not over.
func (r reader) MissionsToRemind(ctx context.Context, from, to time.Time) ([]Told, error) {
	rows, err := many[struct {
		ID    uuid.UUID `db:"id"`
		Since time.Time `db:"since"`
	}](ctx, r.q, `
		SELECT m.id, first.since FROM mission m
		JOIN LATERAL (SELECT min(started_at) AS since FROM announcement
			WHERE mission_id = m.id AND kind = 'notice' AND status IN ('sending', 'paused', 'sent', 'closed')) first ON first.since IS NOT NULL
		WHERE m.kind <> 'notice' AND (m.starts_at < $2 AND coalesce(m.ends_at, m.starts_at) > $1
			OR EXISTS (SELECT FROM announcement WHERE mission_id = m.id AND kind = ANY($3) AND status IN ('approved', 'sending', 'paused', 'sent')))`,
		from, to, Reminders)
	if err != nil {
		return nil, wrapErr("list missions to remind of", err)
	}
	ids, since := make([]uuid.UUID, len(rows)), make(map[uuid.UUID]time.Time, len(rows))
	for i, row := range rows {
		ids[i], since[row.ID] = row.ID, row.Since
	}
	missions, err := r.missions(ctx, ` WHERE id = ANY($1) ORDER BY starts_at, id`, ids)
	if err != nil {
		return nil, wrapErr("list missions to remind of", err)
	}
	all := make([]Told, len(missions))
	for i, m := range missions {
		all[i] = Told{Mission: m, Since: since[m.ID]}
	}
	return all, nil
}

// PutReminder adds an announcement by the service itself, which nobody has to
// approve, and lets it begin. One of the same id is left as it is: it was made
// by an earlier run. added tells whether it is new.
func (tx *Tx) PutReminder(ctx context.Context, a Announcement) (added bool, err error) {
	tag, err := tx.tx.Exec(ctx, `
		INSERT INTO announcement (id, mission_id, kind, organisation, audience, status, created_at, approved_at, begin_at, valid_until)
		VALUES ($1, $2, $3, $4, '{}', 'approved', $5, $5, $6, $7) ON CONFLICT (id) DO NOTHING`,
		a.ID, a.MissionID, a.Kind, a.Organisation, a.CreatedAt, a.BeginAt, a.ValidUntil)
	if err != nil || tag.RowsAffected() == 0 {
		return false, wrapErr("put reminder", err)
	}
	return true, tx.Wake(ctx, a.ID, a.BeginAt)
}
