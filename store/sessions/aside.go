package sessions

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Aside is a message that no turn could deal with. It is kept, sealed as it
// came, for Options.DedupeTTL after the last one of its chat, for a person to
// look into: tried again after a repair, or dropped.
type Aside struct {
	Chat  Chat
	Since time.Time // when it was set aside
	Cause string    // one line, without anything of the person
	Message
}

// Asides lists the messages that are set aside, at most limit chats of them,
// the longest waiting first.
func (s *Store) Asides(ctx context.Context, limit int) ([]Aside, error) {
	chats, err := s.indexed(ctx, "stranded", "+inf", limit)
	if err != nil {
		return nil, fmt.Errorf("list messages set aside: %w", err)
	}
	var out []Aside
	for _, chat := range chats {
		raws, err := s.client.LRange(ctx, s.keys(chat)[9], 0, -1).Result()
		if err != nil {
			return nil, fmt.Errorf("list messages set aside: %w", err)
		}
		if len(raws) == 0 { // they have expired
			if err := s.DropAside(ctx, chat, ""); err != nil {
				return nil, err
			}
		}
		for _, raw := range raws {
			a, err := readAside(chat, raw)
			if err != nil {
				return nil, fmt.Errorf("list messages set aside: %w", err)
			}
			out = append(out, a)
		}
	}
	return out, nil
}

func readAside(chat Chat, raw string) (Aside, error) {
	parts := strings.SplitN(raw, "\n", 6) // since, cause, id, accepted at, attempts, sealed
	if len(parts) != 6 {
		return Aside{}, errAnswer
	}
	var numbers [3]int64
	for i, at := range []int{0, 3, 4} {
		n, err := strconv.ParseInt(parts[at], 10, 64)
		if err != nil {
			return Aside{}, errAnswer
		}
		numbers[i] = n
	}
	return Aside{Chat: chat, Since: time.UnixMilli(numbers[0]), Cause: parts[1], Message: Message{
		ID: parts[2], AcceptedAt: time.UnixMilli(numbers[1]), Attempts: int(numbers[2]), Sealed: []byte(parts[5]),
	}}, nil
}

// DropAside forgets a message that was set aside, or with no id all of the
// chat. It may be repeated.
func (s *Store) DropAside(ctx context.Context, chat Chat, id string) error {
	if _, err := s.run(ctx, unstrandScript, Grip{Chat: chat}, "", id); err != nil {
		return fmt.Errorf("drop message set aside: %w", err)
	}
	return nil
}
