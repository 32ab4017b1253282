package sessions

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// Message is one thing a person sent, waiting in the mailbox of its chat.
type Message struct {
	ID         string    // the platform's id
	AcceptedAt time.Time // Redis's clock
	Attempts   int       // how often a turn over it was counted as begun, see Attempt
	Sealed     []byte
}

// Accepted answers Accept.
type Accepted struct {
	Seen bool  // the id was known, under another token: there is nothing to do
	Grip *Grip // the caller has the lease; nil when somebody else has it
	Now  time.Time
}

// Accept puts a message into its chat's mailbox and takes the chat's lease if
// it is free. Once it has returned without an error the message is as durable
// as Redis and the platform may be told so.
//
// id is the platform's own; an id known within Options.DedupeTTL is refused
// (Seen). token names this call: a repetition with the same id and token, after
// a lost answer, is answered like the first one, and gets the same lease if
// the first took it and it has not ended.
//
// It fails with ErrMailboxFull when too many messages wait; the id is then not
// remembered.
func (s *Store) Accept(ctx context.Context, chat Chat, id, token string, sealed []byte, holder Holder) (Accepted, error) {
	if err := checkIDs(id, token, string(holder)); err != nil {
		return Accepted{}, fmt.Errorf("accept message: %w", err)
	}
	a, err := s.run(ctx, acceptScript, Grip{Chat: chat}, holder,
		id, token, sealed, s.opt.MailboxMax, s.opt.DedupeTTL.Milliseconds(), s.seenMax())
	if err != nil {
		return Accepted{}, fmt.Errorf("accept message: %w", err)
	}
	out := Accepted{Seen: a.status == "seen", Now: a.when()}
	if a.status == "grip" {
		out.Grip = readGrip(&a, chat, holder)
	}
	if a.err != nil {
		return Accepted{}, fmt.Errorf("accept message: %w", a.err)
	}
	return out, nil
}

// Seen tells whether the id of a message was accepted, for Options.DedupeTTL at
// least.
func (s *Store) Seen(ctx context.Context, chat Chat, id string) (bool, error) {
	const seenKey = 4 // of keys
	err := s.client.ZScore(ctx, s.keys(chat)[seenKey], id).Err()
	if errors.Is(err, redis.Nil) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for message: %w", err)
	}
	return true, nil
}

// seenMax is twice the ids: each is kept alone and with its token.
func (s *Store) seenMax() int { return 2 * s.opt.DedupeMax }

// Attempt counts one more attempt at the oldest message and returns how many
// there were, this one included. Repeated for the same m it counts once.
// It fails with ErrLost, and with ErrNotOldest when m is not the oldest.
func (s *Store) Attempt(ctx context.Context, g *Grip, m *Message) (int, error) {
	a, err := s.run(ctx, attemptScript, *g, g.holder, m.ID, m.Attempts+1)
	if err != nil {
		return 0, fmt.Errorf("count attempt: %w", err)
	}
	a.when()
	n := int(a.int())
	if a.err != nil {
		return 0, fmt.Errorf("count attempt: %w", a.err)
	}
	return n, nil
}
