package jobs

import (
	"context"

	"github.com/google/uuid"

	"mboka/store"
)

// What the job "drafts" counts.
const (
	drafts    = "drafts"
	announced = "announced" // of announcements
	beginners = "beginners"
)

// drafts forgets forms that were left unfinished. Of somebody who has not given
// the four answers that count, the draft is all there is: they are erased.
func (r *round) drafts(ctx context.Context) error {
	before := r.now.Add(-r.policy.RetentionDraft)
	if err := r.portions(ctx, drafts, func(tx *store.Tx) (int64, error) { return tx.DropDrafts(ctx, before) }); err != nil {
		return err
	}
	if err := r.portions(ctx, announced, func(tx *store.Tx) (int64, error) { return tx.DropAnnouncementDrafts(ctx, before) }); err != nil {
		return err
	}
	due := func(s store.Silence) bool { return !s.Registered && !s.Since.After(before) }
	return r.each(ctx, func(after uuid.UUID) ([]uuid.UUID, error) {
		return r.Store.SilentMembers(ctx, before, false, after, page)
	}, func(id uuid.UUID) error { return r.erase(ctx, id, beginners, due) })
}
