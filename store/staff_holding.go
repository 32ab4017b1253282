package store

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// StaffHolding gives who holds a role for an organisation at a time, by id.
func (r reader) StaffHolding(ctx context.Context, role Role, of Organisation, at time.Time) ([]Staff, error) {
	rows, err := many[staffRow](ctx, r.q, selectStaff+` s WHERE s.chat IS NOT NULL AND s.last_seen_at > $3 AND EXISTS (
		SELECT FROM role r WHERE r.staff_id = s.id AND r.role = $1 AND r.organisation = $2 AND r.ended_at IS NULL) ORDER BY s.id`,
		role, of, at.Add(-RoleSilence))
	if err != nil {
		return nil, wrap("list staff", err)
	}
	var all []Staff
	for _, row := range rows {
		s, err := r.openStaff(row)
		if err != nil {
			return nil, wrap("list staff", err)
		}
		all = append(all, s)
	}
	return all, nil
}

// StaffByRole gives whose role it is or was; found is false where they have
// erased themselves.
func (r reader) StaffByRole(ctx context.Context, role uuid.UUID) (Staff, bool, error) {
	row, found, err := one[staffRow](ctx, r.q, selectStaff+` s WHERE s.chat IS NOT NULL AND s.id = (SELECT staff_id FROM role WHERE id = $1)`, role)
	if err != nil || !found {
		return Staff{}, false, wrap("find staff", err)
	}
	s, err := r.openStaff(row)
	return s, err == nil, wrap("find staff", err)
}

// AnnouncementsBy gives the announcements that an organisation has written, the
// newest first, at most limit; those of every organisation for "".
func (r reader) AnnouncementsBy(ctx context.Context, of Organisation, limit int) ([]Announcement, error) {
	all, err := r.announcements(ctx, ` WHERE role_id IS NOT NULL AND ($1 = '' OR organisation = $1) ORDER BY created_at DESC, id LIMIT $2`, string(of), limit)
	return all, wrapErr("list announcements", err)
}
