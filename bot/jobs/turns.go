package jobs

import (
	"context"
	"time"

	"mboka/store"
)

// What the job "turns" counts.
const (
	turns  = "turns"
	asides = "asides"
)

// turnsKept is how long it is kept which messages were dealt with, and what was
// set aside (domain reference, 2.4).
const turnsKept = 7 * 24 * time.Hour

// asidePage is how many chats with messages set aside are looked at once.
const asidePage = 500

// turns forgets which messages were dealt with, and messages that were set
// aside and that nobody has looked into. Redis ends the latter by itself, but
// counts from the last one of a chat.
func (r *round) turns(ctx context.Context) error {
	before := r.now.Add(-turnsKept)
	if err := r.portions(ctx, turns, func(tx *store.Tx) (int64, error) { return tx.DropTurns(ctx, before) }); err != nil {
		return err
	}
	all, err := r.Sessions.Asides(ctx, asidePage)
	if err != nil {
		return err
	}
	for _, a := range all {
		if !a.Since.Before(before) {
			continue
		}
		if err := r.Sessions.DropAside(ctx, a.Chat, a.ID); err != nil {
			return err
		}
		if err := r.Store.Write(ctx, func(tx *store.Tx) error { return tx.CountRun(ctx, r.run, asides, 1) }); err != nil {
			return err
		}
	}
	return nil
}
