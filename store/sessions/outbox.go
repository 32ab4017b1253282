package sessions

import (
	"context"
	"fmt"
	"time"
)

// State is where a reply stands. The package comment draws the ways.
type State string

// The states of a reply.
const (
	Pending State = "pending" // not tried yet
	Sending State = "sending" // the lease's holder is sending it
	Sent    State = "sent"    // the platform took it
	Retry   State = "retry"   // not taken; to be tried again
	Failed  State = "failed"  // will never be taken
	Unknown State = "unknown" // may or may not have been taken
	Parked  State = "parked"  // not taken before the person writes again
)

// Reply is one message to the person, in the outbox of its chat. Of a reply
// handed to Save only ID, Sealed and Prompt count.
type Reply struct {
	ID     string // unique; the platform's callback may carry it
	Sealed []byte
	// Prompt marks a reply that a newer prompt makes pointless, such as a
	// question that is asked again.
	Prompt  bool
	State   State
	Attempt int       // how often it was begun
	Doubts  int       // how often the platform left it unknown
	At      time.Time // of saving, of the last beginning, or when to look again

	fence int64
}

// SaveRequest is the end of a turn.
type SaveRequest struct {
	// Token names this call, see Save.
	Token string
	// Done is the id of the oldest message, which this turn has dealt with. It
	// leaves the mailbox. Empty: no message is done.
	Done string
	// Session replaces the stored one; nil leaves it as it is. DeleteSession
	// wins over it.
	Session       []byte
	DeleteSession bool
	// Aside says why the message cannot be dealt with: it is set aside then, and
	// not lost. One line without anything of the person. Only with Done.
	Aside string
	// Once names what is saved at most once within Options.DedupeTTL: the next
	// time only Done is carried out.
	Once string
	// Replies go to the end of the outbox, in order. With Supersede, prompts
	// that were saved earlier and that no platform has taken are dropped first.
	Replies   []Reply
	Supersede bool
	// Journal entries go to the end of the chat's journal.
	Journal [][]byte
	// Tally changes counters that name no chat; nil: none.
	Tally *Tally
}

// Saved says what the holder of the lease is to do next: Send first, then
// Next, and nothing when Released.
type Saved struct {
	// Send is the reply to do something about now, nil when there is none.
	// State Sending: this answer has marked it so; hand it to the platform,
	// then Settle. State Unknown: an earlier attempt may have arrived; find
	// out or decide, then Settle it. Settled as Retry with no delay it comes
	// back as Sending.
	Send     *Reply
	Next     *Message // the oldest message, nil when the mailbox is empty
	Waiting  int      // messages behind Next
	Released bool     // nothing is left to do now, and the lease was given back
	Until    time.Time
	Now      time.Time
}

// Settled is what Settle answers.
type Settled = Saved

// Save ends a turn in one step: all of r or nothing. It also prolongs the
// lease, or gives it back when neither a reply nor a message is left to deal
// with now.
//
// r.Token names the call: made again with the same grip and token it changes
// nothing and answers what is left to do, as long as no later Save or Settle of
// the chat came between. It fails with ErrLost, and with ErrNotOldest when
// r.Done is not the oldest message.
func (s *Store) Save(ctx context.Context, g *Grip, r SaveRequest) (Saved, error) {
	ids := []string{r.Token}
	for _, reply := range r.Replies {
		ids = append(ids, reply.ID)
	}
	for _, optional := range []string{r.Once, r.Aside} {
		ids = append(ids, "."+optional)
	}
	var tallies []TallyChange
	var extra []string
	if r.Tally != nil {
		tallies, extra, ids = r.Tally.Changes, []string{s.tallyKey(g.Chat.Partition(), r.Tally.Name)}, append(ids, r.Tally.ids()...)
	}
	if err := checkIDs(ids...); err != nil {
		return Saved{}, fmt.Errorf("save turn: %w", err)
	}
	mode := "keep"
	switch {
	case r.DeleteSession:
		mode = "drop"
	case r.Session != nil:
		mode = "set"
	}
	args := make([]any, 0, 13+3*len(r.Replies)+2*len(tallies)+len(r.Journal))
	args = append(args, r.Token, mode, r.Session, s.opt.SessionTTL.Milliseconds(),
		s.opt.DedupeTTL.Milliseconds(), s.seenMax(), flag(r.Supersede), r.Done, r.Aside, r.Once, len(r.Replies),
		len(tallies), TallyKept.Milliseconds())
	for _, reply := range r.Replies {
		args = append(args, reply.ID, flag(reply.Prompt), reply.Sealed)
	}
	for _, c := range tallies {
		args = append(args, c.Cell, c.By)
	}
	for _, entry := range r.Journal {
		args = append(args, entry)
	}
	a, err := s.runOver(ctx, saveScript, *g, g.holder, extra, args...)
	if err != nil {
		return Saved{}, fmt.Errorf("save turn: %w", err)
	}
	return readSaved(&a, "save turn")
}

// Outcome is what became of a reply.
type Outcome struct {
	ReplyID string
	Attempt int           // Reply.Attempt as it was handed out
	State   State         // Sent, Retry, Failed, Unknown or Parked
	RetryAt time.Duration // Retry and Unknown: from now, when to look again
}

// Settle records what became of the reply that was being sent, or whose fate
// was unknown, and answers what is left to do like Save: the next reply is
// then marked as being sent.
//
// Made again with the same grip and outcome it changes nothing and gets the
// same answer. It fails with ErrLost, and with ErrNotOldest when another reply
// or attempt is due.
func (s *Store) Settle(ctx context.Context, g *Grip, o Outcome) (Settled, error) {
	switch o.State {
	case Sent, Retry, Failed, Unknown, Parked:
	default:
		return Settled{}, fmt.Errorf("settle reply: %w: %q is no outcome", ErrInvalid, o.State)
	}
	a, err := s.run(ctx, settleScript, *g, g.holder, o.ReplyID, o.Attempt, string(o.State), max(0, o.RetryAt.Milliseconds()))
	if err != nil {
		return Settled{}, fmt.Errorf("settle reply: %w", err)
	}
	return readSaved(&a, "settle reply")
}

func readSaved(a *answer, doing string) (Saved, error) {
	out := Saved{Now: a.when(), Until: a.when(), Released: a.bool()}
	if send := a.replies(); len(send) > 0 {
		out.Send = &send[0]
	}
	out.Next, out.Waiting = a.message(), int(a.int())
	if a.err != nil {
		return Saved{}, fmt.Errorf("%s: %w", doing, a.err)
	}
	return out, nil
}

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}
