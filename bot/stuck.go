package bot

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"

	"mboka/store/seal"
	"mboka/store/sessions"
)

// TryAgain puts a message that was set aside back into the mailbox of its chat,
// behind what waits there; a running service takes it up. Its effects hang on
// the message's own id, so what an earlier attempt has done is not done twice.
func TryAgain(ctx context.Context, s *sessions.Store, keys *seal.Keys, a sessions.Aside) error {
	first, _, _ := strings.Cut(a.ID, again)
	plain, err := keys.Open("mailbox", a.Chat.String(), a.ID, a.Sealed)
	if err != nil {
		return fmt.Errorf("open message: %w", err)
	}
	var in Inbound
	if err := json.Unmarshal(plain, &in); err != nil {
		return fmt.Errorf("message cannot be read, drop it: %w", err)
	}
	// Where the person has gone on since, it is no answer any more.
	in.Late, in.Again, in.At = true, true, a.AcceptedAt
	if plain, err = json.Marshal(in); err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	// The id has been seen: in its place stands one that is derived from it and
	// from when it was set aside, the same however often this call is made.
	id := fmt.Sprintf("%s%s%d", first, again, a.Since.UnixMilli())
	sealed, err := keys.Seal("mailbox", a.Chat.String(), id, plain)
	if err != nil {
		return fmt.Errorf("seal message: %w", err)
	}
	got, err := s.Accept(ctx, a.Chat, id, rand.Text(), sealed, "mboka stuck")
	if err != nil {
		return fmt.Errorf("accept message: %w", err)
	}
	if got.Grip != nil {
		if err := s.Release(ctx, got.Grip); err != nil {
			return fmt.Errorf("hand over: %w", err)
		}
	}
	return s.DropAside(ctx, a.Chat, a.ID)
}

// again stands between a message's own id and when it was set aside.
const again = "~"
