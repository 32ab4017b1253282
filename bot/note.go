package bot

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"

	"mboka/store/seal"
	"mboka/store/sessions"
)

// Note puts a note of a kind that no channel reports into the mailbox of a
// chat, from outside of the service; a running one takes it up. The same id
// again is the same note.
func Note(ctx context.Context, s *sessions.Store, keys *seal.Keys, in Inbound) error {
	chat := keys.Chat(in.Channel, in.Address)
	plain, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("encode note: %w", err)
	}
	sealed, err := keys.Seal("mailbox", chat.String(), in.ID, plain)
	if err != nil {
		return fmt.Errorf("seal note: %w", err)
	}
	got, err := s.Accept(ctx, chat, in.ID, rand.Text(), sealed, "mboka note")
	if err != nil {
		return fmt.Errorf("accept note: %w", err)
	}
	if got.Grip == nil {
		return nil
	}
	if err := s.Release(ctx, got.Grip); err != nil {
		return fmt.Errorf("hand over: %w", err)
	}
	return nil
}
