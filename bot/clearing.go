package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"mboka/store/seal"
	"mboka/store/sessions"
)

// Cleared is a chat whose platform has to delete its copies of messages: those
// that the person wrote until At, and all that were written to them.
type Cleared struct {
	Channel string    `json:"channel"`
	Address string    `json:"address"`
	At      time.Time `json:"at"` // the message that asked for it was accepted
}

// clear sees to it that the platform deletes its copies too, where it keeps
// any and nothing of the chat may be kept. It comes before the turn is saved:
// repeated, it changes nothing.
func (h *held) clear(ctx context.Context, in Inbound, at time.Time) error {
	channel, on := h.b.channels[in.Channel]
	if !on || !channel.Capabilities().Copies {
		return nil
	}
	plain, err := json.Marshal(Cleared{Channel: in.Channel, Address: in.Address, At: at})
	if err != nil {
		return fmt.Errorf("encode clearing: %w", err)
	}
	sealed, err := h.b.keys.Seal("clearing", h.g.Chat.String(), "address", plain)
	if err != nil {
		return err
	}
	return h.b.cfg.Sessions.Clear(ctx, h.g.Chat, sealed, at)
}

// OpenClearing tells which chat a clearing is about.
func OpenClearing(keys *seal.Keys, c sessions.Clearing) (Cleared, error) {
	plain, err := keys.Open("clearing", c.Chat.String(), "address", c.Sealed)
	if err != nil {
		return Cleared{}, err
	}
	var out Cleared
	if err := json.Unmarshal(plain, &out); err != nil {
		return Cleared{}, fmt.Errorf("decode clearing: %w", err)
	}
	return out, nil
}
