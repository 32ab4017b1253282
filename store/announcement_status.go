package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// ended is how many deliveries a person's word ends in its own transaction: it
// is one turn of a chat. Nothing is sent any more from then on; EndDeliveries
// settles the others.
const ended = 5000

// lockAnnouncement locks an announcement until the transaction ends and gives its status.
func (tx *Tx) lockAnnouncement(ctx context.Context, id uuid.UUID) (status string, err error) {
	err = tx.tx.QueryRow(ctx, `SELECT status FROM announcement WHERE id = $1 FOR UPDATE`, id).Scan(&status)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNoAnnouncement
	}
	return status, err
}

// move gives an announcement another status, unless it has none of those that
// lead there: then ErrStatus.
func (tx *Tx) move(ctx context.Context, doing string, id uuid.UUID, from []string, set, where string, args ...any) error {
	tag, err := tx.tx.Exec(ctx, `UPDATE announcement SET `+set+` WHERE id = $1 AND status = ANY($2)`+where, append([]any{id, from}, args...)...)
	if err == nil && tag.RowsAffected() == 0 {
		if _, err = tx.lockAnnouncement(ctx, id); err == nil {
			err = ErrStatus
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// ApproveAnnouncement is the yes of a second person, by one of their roles: from
// review to approved. It begins when the cool-off is over, or at the chosen time
// if that is later. ErrOwnAnnouncement: whoever holds the role wrote it;
// ErrStatus: nobody asks for a yes any more.
func (tx *Tx) ApproveAnnouncement(ctx context.Context, id, approver uuid.UUID, at time.Time, coolOff time.Duration) error {
	var status string
	var own bool
	var begin time.Time
	err := tx.tx.QueryRow(ctx, `
		SELECT a.status, coalesce(author.staff_id = approver.staff_id, false)
		FROM announcement a LEFT JOIN role author ON author.id = a.role_id LEFT JOIN role approver ON approver.id = $2
		WHERE a.id = $1 FOR UPDATE OF a`, id, approver).Scan(&status, &own)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		err = ErrNoAnnouncement
	case err != nil:
	case status != AnnouncementReview:
		err = ErrStatus
	case own:
		err = ErrOwnAnnouncement
	default:
		err = tx.tx.QueryRow(ctx, `
			UPDATE announcement SET status = 'approved', approver_id = $2, approved_at = $3, begin_at = greatest(begin_at, $4)
			WHERE id = $1 RETURNING begin_at`, id, approver, at, at.Add(coolOff)).Scan(&begin)
	}
	if err != nil {
		return fmt.Errorf("approve announcement: %w", err)
	}
	return tx.Wake(ctx, id, begin)
}

// UnapproveAnnouncement takes the yes back while it cools off or waits for its
// time: from approved to review. The time that the author chose stays.
func (tx *Tx) UnapproveAnnouncement(ctx context.Context, id uuid.UUID, at time.Time) error {
	return tx.move(ctx, "unapprove announcement", id, []string{AnnouncementApproved},
		`status = 'review', approved_at = NULL, approver_id = NULL`, ` AND begin_at > $3`, at)
}

// PauseAnnouncement stops a sending: no delivery is begun any more, those under
// way come to their end.
func (tx *Tx) PauseAnnouncement(ctx context.Context, id uuid.UUID, at time.Time) error {
	return tx.move(ctx, "pause announcement", id, []string{AnnouncementSending}, `status = 'paused'`, ``)
}

// ResumeAnnouncement goes on with a sending that was paused.
func (tx *Tx) ResumeAnnouncement(ctx context.Context, id uuid.UUID, at time.Time) error {
	if err := tx.move(ctx, "resume announcement", id, []string{AnnouncementPaused}, `status = 'sending'`, ``); err != nil {
		return err
	}
	return tx.Wake(ctx, id, time.Time{})
}

// CancelAnnouncement ends an announcement for good, until it is closed: what is
// planned or waits for a message is cancelled, what is under way comes to its
// end.
func (tx *Tx) CancelAnnouncement(ctx context.Context, id uuid.UUID, at time.Time) error {
	if err := tx.move(ctx, "cancel announcement", id, []string{
		AnnouncementDraft, AnnouncementReview, AnnouncementApproved, AnnouncementSending, AnnouncementPaused, AnnouncementSent,
	}, `status = 'cancelled', ended_at = $3`, ``, at); err != nil {
		return err
	}
	if _, err := tx.EndDeliveries(ctx, id, at); err != nil {
		return err
	}
	return tx.Wake(ctx, id, time.Time{})
}

// EndDeliveries cancels what is planned or waits, of an announcement that is
// cancelled or of no use any more (reason ReasonLate), a portion of it, and says
// how much; zero when nothing is left.
func (tx *Tx) EndDeliveries(ctx context.Context, id uuid.UUID, at time.Time) (int64, error) {
	tag, err := tx.tx.Exec(ctx, `
		UPDATE delivery d SET state = 'cancelled', reason = CASE WHEN a.status <> 'cancelled' THEN 'late' END, settled_at = $2
		FROM announcement a
		WHERE a.id = $1 AND (a.status = 'cancelled' OR a.valid_until <= $2) AND d.id IN (
			SELECT id FROM delivery WHERE announcement_id = $1 AND state IN ('planned', 'parked') LIMIT $3 FOR UPDATE)`, id, at, ended)
	if err != nil {
		return 0, fmt.Errorf("end deliveries: %w", err)
	}
	return tag.RowsAffected(), nil
}

// BeginAnnouncement lets the sending of an approved announcement begin whose
// time has come. begun is false where it is another one.
func (tx *Tx) BeginAnnouncement(ctx context.Context, id uuid.UUID, at time.Time) (begun bool, err error) {
	tag, err := tx.tx.Exec(ctx, `
		UPDATE announcement SET status = 'sending', started_at = $2 WHERE id = $1 AND status = 'approved' AND begin_at <= $2`, id, at)
	if err != nil {
		return false, fmt.Errorf("begin announcement: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

// PlannedAnnouncement notes that all deliveries of an announcement are there.
func (tx *Tx) PlannedAnnouncement(ctx context.Context, id uuid.UUID, at time.Time) error {
	if _, err := tx.tx.Exec(ctx, `UPDATE announcement SET planned_at = $2 WHERE id = $1 AND planned_at IS NULL`, id, at); err != nil {
		return fmt.Errorf("note plan: %w", err)
	}
	return nil
}

// EndAnnouncement gives a sending the end that its deliveries have: sent when
// nothing is planned or under way, closed when besides nothing waits, neither
// for a message nor for a person's choice, or it is of no use any more. It
// gives the status by now.
func (tx *Tx) EndAnnouncement(ctx context.Context, id uuid.UUID, at time.Time) (string, error) {
	status, err := tx.lockAnnouncement(ctx, id)
	if err != nil {
		return "", fmt.Errorf("end announcement: %w", err)
	}
	err = tx.tx.QueryRow(ctx, `
		WITH left_over AS (
			SELECT EXISTS (SELECT FROM delivery WHERE announcement_id = $1 AND state = 'planned')
					OR EXISTS (SELECT FROM delivery WHERE announcement_id = $1 AND state = 'sending') AS going,
				EXISTS (SELECT FROM delivery WHERE announcement_id = $1 AND state = 'parked')
					OR EXISTS (SELECT FROM delivery WHERE announcement_id = $1 AND state = 'unknown' AND reason IS DISTINCT FROM 'left') AS waiting
		), becomes AS (
			SELECT a.id, CASE WHEN going THEN a.status WHEN waiting AND (valid_until > $2) IS NOT FALSE THEN 'sent' ELSE 'closed' END AS status
			FROM announcement a, left_over
			WHERE a.id = $1 AND a.planned_at IS NOT NULL AND (a.status IN ('sending', 'sent') OR a.status = 'paused' AND a.valid_until <= $2)
		)
		UPDATE announcement a SET status = becomes.status, ended_at = CASE WHEN becomes.status = a.status THEN ended_at ELSE $2 END
		FROM becomes WHERE becomes.id = a.id RETURNING a.status`, id, at).Scan(&status)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("end announcement: %w", err)
	}
	return status, nil
}

// ResendUnknown has the deliveries sent again of which nobody knows whether they
// were taken: a person chose that twice is better than not at all. It gives how
// many they are.
func (tx *Tx) ResendUnknown(ctx context.Context, id uuid.UUID, at time.Time) (int64, error) {
	status, err := tx.lockAnnouncement(ctx, id)
	if err == nil && (status == AnnouncementClosed || status == AnnouncementCancelled) {
		err = ErrStatus
	}
	if err != nil {
		return 0, fmt.Errorf("resend unknown: %w", err)
	}
	tag, err := tx.tx.Exec(ctx, `
		UPDATE delivery SET state = 'planned', reason = NULL, settled_at = $2, due_at = NULL
		WHERE announcement_id = $1 AND state = 'unknown'`, id, at)
	if err != nil {
		return 0, fmt.Errorf("resend unknown: %w", err)
	}
	return tag.RowsAffected(), tx.Wake(ctx, id, time.Time{})
}

// LeaveUnknown is the other choice: they stay unknown and are not waited for.
func (tx *Tx) LeaveUnknown(ctx context.Context, id uuid.UUID, at time.Time) (int64, error) {
	tag, err := tx.tx.Exec(ctx, `
		UPDATE delivery SET reason = 'left' WHERE announcement_id = $1 AND state = 'unknown' AND reason IS DISTINCT FROM 'left'`, id)
	if err != nil {
		return 0, fmt.Errorf("leave unknown: %w", err)
	}
	return tag.RowsAffected(), tx.Wake(ctx, id, time.Time{})
}
