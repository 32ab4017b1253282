package sessions

import (
	"context"
	"fmt"
	"time"
)

// Grip is what the holder of a chat's lease knows about the chat at the moment
// it took the lease. It is not changed afterwards.
type Grip struct {
	Chat    Chat
	Fence   int64     // higher for every holder of the chat
	Until   time.Time // end of the lease unless something prolongs it; Redis's clock
	Session []byte    // nil when there is none
	Head    *Message  // the oldest message, nil when the mailbox is empty
	Waiting int       // messages behind the head
	Outbox  []Reply   // replies not yet settled, oldest first
	// Send is the oldest reply when there is something to do about it now,
	// before the messages: see Saved.Send.
	Send *Reply

	holder Holder
}

func readGrip(a *answer, chat Chat, holder Holder) *Grip {
	g := &Grip{Chat: chat, holder: holder, Fence: a.int(), Until: a.when()}
	if session := a.list(); len(session.values) > 0 {
		g.Session = session.bytes()
	}
	g.Head, g.Waiting = a.message(), int(a.int())
	g.Outbox = a.replies()
	if a.bool() && len(g.Outbox) > 0 {
		first := g.Outbox[0]
		g.Send = &first
	}
	return g
}

// Claim takes the lease of a chat without a message: for what Due found, and
// for changing a chat from outside a turn. ok is false when somebody holds the
// lease. A grip without Send and Head has nothing to do: Release it.
func (s *Store) Claim(ctx context.Context, chat Chat, holder Holder) (g *Grip, ok bool, err error) {
	if err := checkIDs(string(holder)); err != nil {
		return nil, false, fmt.Errorf("claim chat: %w", err)
	}
	a, err := s.run(ctx, claimScript, Grip{Chat: chat}, holder)
	if err != nil {
		return nil, false, fmt.Errorf("claim chat: %w", err)
	}
	if a.status != "grip" {
		return nil, false, nil
	}
	a.when()
	g = readGrip(&a, chat, holder)
	if a.err != nil {
		return nil, false, fmt.Errorf("claim chat: %w", a.err)
	}
	return g, true, nil
}

// Renew prolongs a lease to its full length from now. Call it every third of
// Options.Lease while a turn runs; Save and Settle prolong too. It fails with
// ErrLost when the lease has ended, also when the turn itself gave it back.
func (s *Store) Renew(ctx context.Context, g *Grip) error {
	if _, err := s.run(ctx, renewScript, *g, g.holder); err != nil {
		return fmt.Errorf("renew lease: %w", err)
	}
	return nil
}

// Release gives a lease back. What waits is due at once, on any replica; a
// reply with a time of its own when that comes. A lease that had already ended
// is no error.
func (s *Store) Release(ctx context.Context, g *Grip) error {
	return s.Postpone(ctx, g, 0)
}

// Postpone is Release, but what waits is not due before after has passed: for
// a turn that cannot be finished now, such as without Postgres. A new message
// from the person may still take the lease earlier.
func (s *Store) Postpone(ctx context.Context, g *Grip, after time.Duration) error {
	if _, err := s.run(ctx, releaseScript, *g, g.holder, after.Milliseconds()); err != nil {
		return fmt.Errorf("release lease: %w", err)
	}
	return nil
}

// Forget erases what is known of a chat: session, outbox, journal, and files
// that wait behind a link. The mailbox stays, with the message that asked for it
// and what the person wrote since; so do the fence and the ids seen, until they
// end by themselves: what was dealt with must not come in again and be taken for
// words of somebody new. It fails with ErrLost.
//
// Who writes the journal to Postgres must order that against the erasure
// there: entries read before may still be in somebody's hands.
func (s *Store) Forget(ctx context.Context, g *Grip) error {
	_, err := s.run(ctx, forgetScript, *g, g.holder, s.opt.DedupeTTL.Milliseconds(), s.seenMax())
	if err == nil {
		err = s.dropPickup(ctx, g.Chat)
	}
	if err != nil {
		return fmt.Errorf("forget chat: %w", err)
	}
	return nil
}
