package sessions

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// fateKept is how long it is kept what a platform said later of a reply: far
// longer than a reply may be in doubt.
const fateKept = 48 * time.Hour

// Fate is what a platform said of one sending of a reply, after the call that
// sent it: by a status callback. A reply sent twice has two.
type Fate struct {
	ProviderID string
	Rank       int    // grows as the message goes on; a lower one comes too late
	State      string // the platform's word
	Code       string // the platform's error code, "" for none
	Failed     bool
}

// PutFate keeps a fate, unless one of the same rank or a higher one is known,
// and tells whether it was news. A reply that waits in doubt is due at once
// then. It needs no lease, and may come before the call that sent the reply
// has returned.
func (s *Store) PutFate(ctx context.Context, chat Chat, reply string, f Fate) (news bool, err error) {
	if err := checkIDs(reply, f.ProviderID, f.State, "c"+f.Code); err != nil {
		return false, fmt.Errorf("keep fate: %w", err)
	}
	a, err := s.run(ctx, fateScript, Grip{Chat: chat}, "", reply, f.ProviderID, f.Rank, f.State, f.Code,
		flag(f.Failed), fateKept.Milliseconds())
	if err != nil {
		return false, fmt.Errorf("keep fate: %w", err)
	}
	a.when()
	if news = a.bool(); a.err != nil {
		return false, fmt.Errorf("keep fate: %w", a.err)
	}
	return news, nil
}

// Fates are what is known of all sendings of a reply that is in the outbox.
func (s *Store) Fates(ctx context.Context, chat Chat, reply string) ([]Fate, error) {
	all, err := s.client.HGetAll(ctx, s.keys(chat)[8]).Result()
	if err != nil {
		return nil, fmt.Errorf("read fates: %w", err)
	}
	var out []Fate
	for field, value := range all {
		id, sid, _ := strings.Cut(field, "\n")
		if id != reply {
			continue
		}
		parts := strings.SplitN(value, "\n", 4) // rank, failed, state, code
		rank, err := strconv.Atoi(parts[0])
		if err != nil || len(parts) != 4 {
			return nil, fmt.Errorf("read fates: %w", errAnswer)
		}
		out = append(out, Fate{ProviderID: sid, Rank: rank, Failed: parts[1] == "1", State: parts[2], Code: parts[3]})
	}
	return out, nil
}
