package store

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Posted is a mission that people have been told of, with whom for.
type Posted struct {
	Mission
	// Audiences are those of all its first announcements, see bot/announce.
	Audiences [][]byte
}

// mostPosted bounds a list that anybody may ask for.
const mostPosted = 100

// unended is how long a mission is taken to last whose end nobody said.
const unended = 3 * time.Hour

// MissionsPosted gives the missions that are not over at a time and of which
// people have been told, the next first: those whose announcement goes out or
// has gone out, not one that somebody stopped; and those called off after
// somebody was told.
func (r reader) MissionsPosted(ctx context.Context, at time.Time) ([]Posted, error) {
	type row struct {
		ID       uuid.UUID `db:"id"`
		Audience []byte    `db:"audience"`
	}
	rows, err := many[row](ctx, r.q, `
		WITH ahead AS (
			SELECT m.id, m.starts_at FROM mission m
			WHERE m.starts_at IS NOT NULL AND coalesce(m.ends_at, m.starts_at + $2) > $1 AND EXISTS (
				SELECT FROM announcement a WHERE a.mission_id = m.id AND a.kind = $3
				AND (a.status = ANY($4) OR m.cancelled_at IS NOT NULL AND a.started_at IS NOT NULL))
			ORDER BY m.starts_at, m.id LIMIT $5
		)
		SELECT m.id, a.audience::text::bytea AS audience
		FROM ahead m JOIN announcement a ON a.mission_id = m.id AND a.kind = $3
		ORDER BY m.starts_at, m.id, a.created_at, a.id`,
		at, unended, AnnounceNotice, []string{AnnouncementSending, AnnouncementSent, AnnouncementClosed}, mostPosted)
	if err != nil {
		return nil, wrapErr("list posted missions", err)
	}
	var ids []uuid.UUID
	audiences := map[uuid.UUID][][]byte{}
	for _, row := range rows {
		if audiences[row.ID] == nil {
			ids = append(ids, row.ID)
		}
		audiences[row.ID] = append(audiences[row.ID], row.Audience)
	}
	missions, err := r.missions(ctx, ` WHERE id = ANY($1) ORDER BY starts_at, id`, ids)
	if err != nil {
		return nil, wrapErr("list posted missions", err)
	}
	all := make([]Posted, len(missions))
	for i, m := range missions {
		all[i] = Posted{m, audiences[m.ID]}
	}
	return all, nil
}

// FigureReaders are the organisations that have somebody who may ask for
// figures at a time.
func (r reader) FigureReaders(ctx context.Context, at time.Time) ([]Organisation, error) {
	type row struct {
		Organisation Organisation `db:"organisation"`
	}
	rows, err := many[row](ctx, r.q, `
		SELECT DISTINCT r.organisation FROM role r JOIN staff s ON s.id = r.staff_id
		WHERE r.ended_at IS NULL AND s.last_seen_at > $1 AND r.role = ANY($2) ORDER BY r.organisation`,
		at.Add(-RoleSilence), Permissions[AskFigures].Roles)
	if err != nil {
		return nil, wrapErr("list readers of figures", err)
	}
	var all []Organisation
	for _, row := range rows {
		all = append(all, row.Organisation)
	}
	return all, nil
}
