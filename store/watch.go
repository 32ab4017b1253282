package store

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	// settingsAge is how old the settings in force may be: a change reaches
	// every replica within it.
	settingsAge = 30 * time.Second
	// settingsRetry is how long the last good settings serve before Postgres
	// is asked again after it did not answer.
	settingsRetry = 5 * time.Second
	// settingsWait is how long one reading may take.
	settingsWait = 2 * time.Second
)

// Settings is the policy in force, read again when it is older than 30 s. It is
// safe for concurrent use.
type Settings struct {
	db  *DB
	now func() time.Time

	reading sync.Mutex // held by the one who reads
	mu      sync.Mutex
	policy  Policy
	have    bool
	next    time.Time // when to read again
}

// NewSettings prepares the policy in force; the first call of Policy reads it.
func NewSettings(db *DB, now func() time.Time) *Settings {
	return &Settings{db: db, now: now}
}

// Policy gives the policy in force. While Postgres does not answer, or holds
// settings that are refused, it is the last good one; only without any is there
// an error. While somebody else reads, it is the one before.
func (s *Settings) Policy(ctx context.Context) (Policy, error) {
	if p, ok := s.current(); ok {
		return p, nil
	}
	if !s.reading.TryLock() {
		s.mu.Lock()
		p, have := s.policy, s.have
		s.mu.Unlock()
		if have {
			return p, nil
		}
		s.reading.Lock() // the very first reading: wait for it
	}
	defer s.reading.Unlock()
	if p, ok := s.current(); ok {
		return p, nil
	}
	p, err := s.read(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		if !s.have {
			return Policy{}, fmt.Errorf("settings: %w", err)
		}
		s.next = s.now().Add(settingsRetry)
		return s.policy, nil
	}
	s.policy, s.have, s.next = p, true, s.now().Add(settingsAge)
	return p, nil
}

// current gives the policy if it is young enough.
func (s *Settings) current() (Policy, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.policy, s.have && s.now().Before(s.next)
}

func (s *Settings) read(ctx context.Context) (Policy, error) {
	ctx, cancel := context.WithTimeout(ctx, settingsWait)
	defer cancel()
	values, err := s.db.Settings(ctx)
	if err != nil {
		return Policy{}, err
	}
	return NewPolicy(values)
}
