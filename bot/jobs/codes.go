package jobs

import (
	"context"
	"time"

	"mboka/store"
)

// What the job "codes" counts.
const (
	invites   = "invites"
	linkCodes = "link_codes"
	notices   = "notices"
)

const (
	// invitesKept is how long a code for a role is kept after it has expired:
	// somebody may ask why theirs does not work.
	invitesKept = 30 * 24 * time.Hour
	// linkCodesKept is the same for codes that join chats.
	linkCodesKept = 24 * time.Hour
	// noticeYears is how long it is kept what was said first: longer than the
	// longest silence, in which it counts.
	noticeYears = 3
)

// codes forgets codes that have expired, and old notices.
func (r *round) codes(ctx context.Context) error {
	for _, step := range []struct {
		what   string
		before time.Time
		drop   func(*store.Tx, context.Context, time.Time) (int64, error)
	}{
		{invites, r.now.Add(-invitesKept), (*store.Tx).DropInvites},
		{linkCodes, r.now.Add(-linkCodesKept), (*store.Tx).DropLinkCodes},
		{notices, r.now.AddDate(-noticeYears, 0, 0), (*store.Tx).DropNotifications},
	} {
		if err := r.portions(ctx, step.what, func(tx *store.Tx) (int64, error) { return step.drop(tx, ctx, step.before) }); err != nil {
			return err
		}
	}
	return nil
}
