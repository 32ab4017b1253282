package store

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Kinds of announcements.
const (
	AnnounceNotice       = "notice"        // the first about a mission
	AnnounceChange       = "change"        // to everyone whom the first reached
	AnnounceCancellation = "cancellation"  // the same
	AnnounceWeekBefore   = "reminder_week" // to who said yes or maybe; by the service
	AnnounceDayBefore    = "reminder_day"  // the same
	AnnounceFeedback     = "feedback"      // the same, the day after
)

// Statuses of announcements. An approved one whose time has not come is
// scheduled; that is not stored.
const (
	AnnouncementDraft     = "draft"
	AnnouncementReview    = "review"    // waits for the second person
	AnnouncementApproved  = "approved"  // cools off, or waits for its time
	AnnouncementSending   = "sending"   // its deliveries are planned, or being planned
	AnnouncementPaused    = "paused"    // a person stopped it
	AnnouncementSent      = "sent"      // nothing is planned any more; some may wait for a message
	AnnouncementClosed    = "closed"    // and nothing waits any more
	AnnouncementCancelled = "cancelled" // a person ended it, at any point
)

// Errors of announcements that a caller branches on.
var (
	// ErrNoAnnouncement: there is no such announcement.
	ErrNoAnnouncement = errors.New("no such announcement")
	// ErrStatus: it has another status by now than the step needs.
	ErrStatus = errors.New("the announcement is not in that state")
	// ErrOwnAnnouncement: nobody approves what they wrote themselves.
	ErrOwnAnnouncement = errors.New("the approver wrote it")
)

// Announcement is one sending about a mission to an audience.
type Announcement struct {
	ID           uuid.UUID
	MissionID    uuid.UUID
	Kind         string
	RoleID       uuid.UUID // of the author; zero: the service
	Organisation Organisation
	Audience     []byte // JSON of coded filters, see bot/announce
	Status       string
	CreatedAt    time.Time
	SubmittedAt  time.Time
	ApprovedAt   time.Time
	ApproverID   uuid.UUID         // a role
	BeginAt      time.Time         // cooled off, and the chosen time has come
	PlannedAt    time.Time         // all deliveries are there
	StartedAt    time.Time         // the first delivery was tried
	EndedAt      time.Time         // of sent, closed and cancelled
	ValidUntil   time.Time         // later it is of no use
	Bodies       map[string]string // what a change or cancellation says, by language; sealed on record
}

// Body is what somebody reads who speaks a language, see Fallback.
func (a Announcement) Body(language string) string {
	return a.Bodies[Fallback(language, func(l string) bool { return a.Bodies[l] != "" })]
}

type announcementRow struct {
	ID           uuid.UUID    `db:"id"`
	MissionID    uuid.UUID    `db:"mission_id"`
	Kind         string       `db:"kind"`
	RoleID       *uuid.UUID   `db:"role_id"`
	Organisation Organisation `db:"organisation"`
	Audience     []byte       `db:"audience"`
	Status       string       `db:"status"`
	CreatedAt    time.Time    `db:"created_at"`
	SubmittedAt  *time.Time   `db:"submitted_at"`
	ApprovedAt   *time.Time   `db:"approved_at"`
	ApproverID   *uuid.UUID   `db:"approver_id"`
	BeginAt      *time.Time   `db:"begin_at"`
	PlannedAt    *time.Time   `db:"planned_at"`
	StartedAt    *time.Time   `db:"started_at"`
	EndedAt      *time.Time   `db:"ended_at"`
	ValidUntil   *time.Time   `db:"valid_until"`
}

const selectAnnouncement = `
	SELECT id, mission_id, kind, role_id, organisation, audience::text::bytea AS audience, status, created_at, submitted_at, approved_at, approver_id,
		begin_at, planned_at, started_at, ended_at, valid_until
	FROM announcement`

// PutAnnouncement adds an announcement, or replaces one that nobody has
// approved yet: of any other it changes nothing and fails with ErrStatus.
func (tx *Tx) PutAnnouncement(ctx context.Context, a Announcement) error {
	tag, err := tx.tx.Exec(ctx, `
		INSERT INTO announcement (id, mission_id, kind, role_id, organisation, audience, status, created_at, submitted_at, begin_at, valid_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (id) DO UPDATE SET audience = excluded.audience, status = excluded.status, submitted_at = excluded.submitted_at,
			begin_at = excluded.begin_at, valid_until = excluded.valid_until
		WHERE announcement.status IN ('draft', 'review')`,
		a.ID, a.MissionID, a.Kind, orNull(a.RoleID), a.Organisation, string(a.Audience), a.Status, a.CreatedAt, orNull(a.SubmittedAt),
		orNull(a.BeginAt), orNull(a.ValidUntil))
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrStatus
	}
	if err != nil {
		return wrapErr("put announcement", err)
	}
	var batch pgx.Batch
	batch.Queue(`DELETE FROM announcement_text WHERE announcement_id = $1`, a.ID)
	for language, body := range a.Bodies {
		sealed, err := tx.keys.Seal("announcement_text", textID(a.ID, language), "sealed_body", []byte(body))
		if err != nil {
			return wrapErr("put announcement", err)
		}
		batch.Queue(`INSERT INTO announcement_text (announcement_id, language, sealed_body) VALUES ($1, $2, $3)`, a.ID, language, sealed)
	}
	return wrapErr("put announcement", tx.tx.SendBatch(ctx, &batch).Close())
}

// AnnouncementByID gives an announcement with its texts, or ErrNoAnnouncement.
func (r reader) AnnouncementByID(ctx context.Context, id uuid.UUID) (Announcement, error) {
	all, err := r.announcements(ctx, ` WHERE id = $1`, id)
	if err == nil && len(all) == 0 {
		err = ErrNoAnnouncement
	}
	if err != nil {
		return Announcement{}, wrapErr("read announcement", err)
	}
	return all[0], nil
}

// AnnouncementsOf gives those about one mission, the oldest first.
func (r reader) AnnouncementsOf(ctx context.Context, mission uuid.UUID) ([]Announcement, error) {
	all, err := r.announcements(ctx, ` WHERE mission_id = $1 ORDER BY created_at, id`, mission)
	return all, wrapErr("list announcements", err)
}

// AnnouncementsIn gives those of any of some statuses, the oldest first.
func (r reader) AnnouncementsIn(ctx context.Context, statuses ...string) ([]Announcement, error) {
	all, err := r.announcements(ctx, ` WHERE status = ANY($1) ORDER BY created_at, id`, statuses)
	return all, wrapErr("list announcements", err)
}

func (r reader) announcements(ctx context.Context, where string, args ...any) ([]Announcement, error) {
	rows, err := many[announcementRow](ctx, r.q, selectAnnouncement+where, args...)
	if err != nil {
		return nil, err
	}
	ids, at := make([]uuid.UUID, len(rows)), make(map[uuid.UUID]int, len(rows))
	all := make([]Announcement, len(rows))
	for i, row := range rows {
		all[i], ids[i], at[row.ID] = Announcement{
			ID: row.ID, MissionID: row.MissionID, Kind: row.Kind, RoleID: orZero(row.RoleID), Organisation: row.Organisation, Audience: row.Audience,
			Status: row.Status, CreatedAt: row.CreatedAt, SubmittedAt: orZero(row.SubmittedAt), ApprovedAt: orZero(row.ApprovedAt),
			ApproverID: orZero(row.ApproverID), BeginAt: orZero(row.BeginAt), PlannedAt: orZero(row.PlannedAt), StartedAt: orZero(row.StartedAt),
			EndedAt: orZero(row.EndedAt), ValidUntil: orZero(row.ValidUntil), Bodies: map[string]string{},
		}, row.ID, i
	}
	type textRow struct {
		ID       uuid.UUID `db:"announcement_id"`
		Language string    `db:"language"`
		Body     []byte    `db:"sealed_body"`
	}
	texts, err := many[textRow](ctx, r.q, `SELECT announcement_id, language, sealed_body FROM announcement_text WHERE announcement_id = ANY($1)`, ids)
	if err != nil {
		return nil, err
	}
	for _, t := range texts {
		if all[at[t.ID]].Bodies[t.Language], err = r.openText("announcement_text", textID(t.ID, t.Language), "sealed_body", t.Body); err != nil {
			return nil, err
		}
	}
	return all, nil
}
