package jobs

import (
	"context"

	"github.com/google/uuid"

	"mboka/store"
	"mboka/store/seal"
)

// erase takes back everything about a member, as their own « effacer » does, if
// they are still due when nobody can change it any more.
func (r *round) erase(ctx context.Context, id uuid.UUID, what string, due func(store.Silence) bool) error {
	addresses, err := r.Store.Addresses(ctx, id)
	if err != nil {
		return err
	}
	// What somebody wrote in this very moment must be known before.
	chats := make([]seal.Chat, 0, len(addresses))
	for _, a := range addresses {
		chats = append(chats, a.Chat)
	}
	if err := r.Bot.Flush(ctx, chats...); err != nil {
		return err
	}
	return r.Store.Write(ctx, func(tx *store.Tx) error {
		s, found, err := tx.SilenceOf(ctx, id)
		if err != nil || !found || !due(s) {
			return err
		}
		if addresses, err = tx.Addresses(ctx, id); err != nil {
			return err
		}
		// Before the record goes: afterwards nobody knows the chats. Should the
		// transaction fail, a session is made again from the record.
		for _, a := range addresses {
			if err := r.Bot.Forget(ctx, a.Channel, a.Address, id.String()); err != nil {
				return err
			}
		}
		if err := tx.EraseMember(ctx, id, r.now); err != nil {
			return err
		}
		return tx.CountRun(ctx, r.run, what, 1)
	})
}
