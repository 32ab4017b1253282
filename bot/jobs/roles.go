package jobs

import (
	"context"

	"github.com/google/uuid"

	"mboka/store"
)

// What the job "roles" counts: roles that ended, and chats of former staff that
// nobody needs any more.
const (
	lapsed    = "lapsed"
	forgotten = "forgotten"
)

// roles ends the roles of staff who have not written for long, and tells them.
// They could do nothing with them any more before; see store.RolesOf.
func (r *round) roles(ctx context.Context) error {
	if quiet("", "", r.now, r.policy) {
		return nil // the next run finds them
	}
	if err := r.Store.Write(ctx, func(tx *store.Tx) error { return r.lapse(ctx, tx) }); err != nil {
		return err
	}
	return r.sayOpen(ctx, store.NotificationRoleLapsed)
}

// lapse ends the roles, and queues one notice to each who held some.
func (r *round) lapse(ctx context.Context, tx *store.Tx) error {
	ended, err := tx.LapseRoles(ctx, r.now.Add(-store.RoleSilence))
	if err != nil {
		return err
	}
	told := map[uuid.UUID]bool{}
	for _, role := range ended {
		if err := tx.Audit(ctx, store.Entry{
			ID: uuid.NewSHA1(role.ID, []byte("lapse")), At: r.now, Actor: store.ActorService, Act: "role.lapse",
			Organisation: string(role.Organisation), Object: role.ID.String(),
		}); err != nil {
			return err
		}
		if told[role.StaffID] {
			continue
		}
		told[role.StaffID] = true
		chat, err := tx.StaffChat(ctx, role.StaffID)
		if err != nil {
			return err
		}
		if err := tx.PutNotification(ctx, store.Notification{
			ID: uuid.NewSHA1(role.ID, []byte("lapsed")), StaffID: role.StaffID, Chat: chat, Kind: store.NotificationRoleLapsed, Attempt: 1, QueuedAt: r.now,
		}); err != nil {
			return err
		}
	}
	if err := tx.CountRun(ctx, r.run, lapsed, int64(len(ended))); err != nil {
		return err
	}
	// As long again as a role lives in silence; they have been told by then.
	gone, err := tx.ForgetStaff(ctx, r.now.Add(-store.RoleSilence))
	if err != nil {
		return err
	}
	return tx.CountRun(ctx, r.run, forgotten, gone)
}
