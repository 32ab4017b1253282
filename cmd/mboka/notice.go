package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"mboka/bot"
	"mboka/store"
)

// notices gives the settings in force, and sees to it that the privacy notice
// is on record as it is under them before anybody can read it.
type notices struct {
	db     *store.DB
	policy func(context.Context) (store.Policy, error)
	clock  func() time.Time

	mu   sync.Mutex
	kept string // the version on record
}

// policy gives the settings in force, with the notice under them on record.
func (s *stores) policy() func(context.Context) (store.Policy, error) {
	return (&notices{db: s.db, policy: s.settings.Policy, clock: s.clock}).Policy
}

// Policy is the settings in force. After a change of the notice one call
// writes it down.
func (n *notices) Policy(ctx context.Context) (store.Policy, error) {
	p, err := n.policy(ctx)
	if err != nil {
		return p, err
	}
	version := bot.NoticeOf(p)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.kept == version {
		return p, nil
	}
	if err := n.db.KeepNotice(ctx, bot.Notices(p), n.clock()); err != nil {
		return store.Policy{}, fmt.Errorf("settings: %w", err)
	}
	n.kept = version
	return p, nil
}
