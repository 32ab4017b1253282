package jobs

import (
	"context"

	"github.com/google/uuid"

	"mboka/store"
)

// lapsed is what the job "roles" counts.
const lapsed = "lapsed"

// roles ends the roles of staff who have not written for long, and tells them.
// They could do nothing with them any more before; see store.RolesOf.
func (r *round) roles(ctx context.Context) error {
	if quiet("", "", r.now, r.policy) {
		return nil // the next run finds them
	}
	before := r.now.Add(-store.RoleSilence)
	if err := r.each(ctx, func(after uuid.UUID) ([]uuid.UUID, error) {
		return r.Store.SilentStaff(ctx, before, after, page)
	}, func(id uuid.UUID) error { return r.lapse(ctx, id) }); err != nil {
		return err
	}
	return r.sayOpen(ctx, store.NoticeRoleLapsed)
}

func (r *round) lapse(ctx context.Context, staff uuid.UUID) error {
	return r.Store.Write(ctx, func(tx *store.Tx) error {
		ended, err := tx.LapseRoles(ctx, staff, r.now.Add(-store.RoleSilence), r.now)
		if err != nil || len(ended) == 0 {
			return err
		}
		for _, role := range ended {
			if err := tx.Audit(ctx, store.Entry{
				ID: uuid.NewSHA1(role.ID, []byte("lapse")), At: r.now, Actor: store.ActorService, Act: "role.lapse",
				Organisation: string(role.Organisation), Object: role.ID.String(),
			}); err != nil {
				return err
			}
		}
		chat, err := tx.StaffChat(ctx, staff)
		if err != nil {
			return err
		}
		if err := tx.PutNotice(ctx, store.Notice{
			ID: uuid.NewSHA1(ended[0].ID, []byte("lapsed")), StaffID: staff, Chat: chat, Kind: store.NoticeRoleLapsed, Attempt: 1, QueuedAt: r.now,
		}); err != nil {
			return err
		}
		return tx.CountRun(ctx, r.run, lapsed, int64(len(ended)))
	})
}
