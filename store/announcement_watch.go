package store

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Watcher is somebody of the staff who follows an announcement, and how far they
// were told.
type Watcher struct {
	AnnouncementID uuid.UUID
	StaffID        uuid.UUID
	Channel        string
	Address        string
	Language       string
	HeardAt        time.Time
	ProviderID     string // of the message that is edited; "": none was sent
	Told           int    // per cent; -1: nothing
	Shown          string // what that message shows, as its writer marks it
	Trouble        string // the last trouble that was told, "" once it is over
}

// Watch has somebody follow an announcement. Who does already goes on.
func (tx *Tx) Watch(ctx context.Context, announcement, staff uuid.UUID, at time.Time) error {
	_, err := tx.tx.Exec(ctx, `
		INSERT INTO announcement_watch (announcement_id, staff_id, at) VALUES ($1, $2, $3 - interval '1 hour')
		ON CONFLICT (announcement_id, staff_id) DO NOTHING`, announcement, staff, at)
	return wrapErr("watch announcement", err)
}

// WatchOwn has the author and the approver of an announcement follow it.
func (tx *Tx) WatchOwn(ctx context.Context, announcement uuid.UUID, at time.Time) error {
	_, err := tx.tx.Exec(ctx, `
		INSERT INTO announcement_watch (announcement_id, staff_id, at)
		SELECT DISTINCT a.id, r.staff_id, $2::timestamptz - interval '1 hour' FROM announcement a JOIN role r ON r.id IN (a.role_id, a.approver_id)
		WHERE a.id = $1
		ON CONFLICT (announcement_id, staff_id) DO NOTHING`, announcement, at)
	return wrapErr("watch announcement", err)
}

// ClaimWatchers gives those who follow an announcement and have not been told
// anything for a while, each to one caller: at is when they were told last from
// now on. Only who has a live role is told, and not yet all.
func (tx *Tx) ClaimWatchers(ctx context.Context, announcement uuid.UUID, all int, at time.Time, every time.Duration) ([]Watcher, error) {
	type row struct {
		StaffID    uuid.UUID `db:"staff_id"`
		Channel    string    `db:"channel"`
		Address    []byte    `db:"sealed_address"`
		Language   string    `db:"language"`
		LastSeenAt time.Time `db:"last_seen_at"`
		ProviderID *string   `db:"provider_id"`
		Told       int       `db:"told"`
		Shown      string    `db:"shown"`
		Trouble    string    `db:"trouble"`
	}
	rows, err := many[row](ctx, tx.q, `
		UPDATE announcement_watch w SET at = $2 FROM staff s
		WHERE w.announcement_id = $1 AND w.at <= $3 AND w.told < $5 AND s.id = w.staff_id AND s.chat IS NOT NULL AND s.last_seen_at > $4 AND EXISTS (
			SELECT FROM role r WHERE r.staff_id = s.id AND r.ended_at IS NULL AND r.role IN ('coordinator', 'approver'))
		RETURNING w.staff_id, s.channel, s.sealed_address, s.language, s.last_seen_at, w.provider_id, w.told, w.shown, w.trouble`,
		announcement, at, at.Add(-every), at.Add(-RoleSilence), all)
	if err != nil {
		return nil, wrapErr("claim watchers", err)
	}
	out := make([]Watcher, 0, len(rows))
	for _, one := range rows {
		w := Watcher{AnnouncementID: announcement, StaffID: one.StaffID, Channel: one.Channel, Language: one.Language, HeardAt: one.LastSeenAt,
			ProviderID: orZero(one.ProviderID), Told: one.Told, Shown: one.Shown, Trouble: one.Trouble}
		if w.Address, err = tx.openText("staff", one.StaffID.String(), "sealed_address", one.Address); err != nil {
			return nil, wrapErr("claim watchers", err)
		}
		out = append(out, w)
	}
	return out, nil
}

// Unwatched tells whether anybody who follows an announcement was not told all.
func (r reader) Unwatched(ctx context.Context, announcement uuid.UUID, all int, at time.Time) (left bool, err error) {
	err = r.q.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM announcement_watch w JOIN staff s ON s.id = w.staff_id
			WHERE w.announcement_id = $1 AND w.told < $2 AND s.chat IS NOT NULL AND s.last_seen_at > $3 AND EXISTS (
				SELECT FROM role r WHERE r.staff_id = s.id AND r.ended_at IS NULL AND r.role IN ('coordinator', 'approver')))`,
		announcement, all, at.Add(-RoleSilence)).Scan(&left)
	return left, wrapErr("look for watchers", err)
}

// Watched keeps what somebody was told, or that they are to be left alone until
// a time, where next is later than now.
func (tx *Tx) Watched(ctx context.Context, w Watcher, next time.Time) error {
	_, err := tx.tx.Exec(ctx, `
		UPDATE announcement_watch SET provider_id = $3, told = $4, shown = $5, trouble = $6, at = greatest(at, $7)
		WHERE announcement_id = $1 AND staff_id = $2`,
		w.AnnouncementID, w.StaffID, orNull(w.ProviderID), w.Told, w.Shown, w.Trouble, next)
	return wrapErr("keep what was told", err)
}

// Unwatch has somebody follow an announcement no more.
func (tx *Tx) Unwatch(ctx context.Context, announcement, staff uuid.UUID) error {
	_, err := tx.tx.Exec(ctx, `DELETE FROM announcement_watch WHERE announcement_id = $1 AND staff_id = $2`, announcement, staff)
	return wrapErr("unwatch announcement", err)
}
