package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/prometheus/client_golang/prometheus"

	"mboka/bot"
)

// tempo is when the service does what nobody asks it for. Tests are faster.
type tempo struct {
	catchUp time.Duration // between two passes
	purge   time.Duration // between two passes
	clear   time.Duration // between two passes
	// requests is between two looks for requests that have ended: nobody waits
	// for it by the minute.
	requests time.Duration
	// contacts is between two looks for messages by the directory.
	contacts time.Duration
	// templates is between two questions how far WhatsApp is with its approvals.
	templates time.Duration
	// tick is between two looks of the bot: for answers that Postgres has yet to
	// learn, and for chats that wait. 0 is the usual one, a second.
	tick  time.Duration
	clock func() time.Time
}

// usualTempo: three minutes are a wait that a person still takes for the
// network; old messages may stay an hour longer; what was erased goes at once.
func usualTempo() tempo {
	return tempo{catchUp: 3 * time.Minute, purge: time.Hour, clear: 5 * time.Second, requests: 10 * time.Minute, contacts: 15 * time.Second, templates: 10 * time.Minute, clock: time.Now}
}

// chores are what the service does again and again.
func (s service) chores() []chore {
	ended := requests{db: s.stores.db, accept: s.bot.Accept, log: s.log, clock: s.tempo.clock}
	written := contacts{db: s.stores.db, notify: s.bot.Notify, policy: s.stores.settings.Policy, log: s.log, clock: s.tempo.clock, most: contactsAtOnce}
	all := []chore{
		{name: contactsName, every: s.tempo.contacts, do: written.pass, guard: s.stores.sessions.Guard(contactsName), log: s.log},
		{name: requestsName, every: s.tempo.requests, do: ended.pass, guard: s.stores.sessions.Guard(requestsName), log: s.log},
		{name: "snapshot for figures", every: prepareEvery, do: s.stores.desk.Prepare, guard: everywhere, log: s.log},
	}
	if s.on.whatsapp == nil {
		return all
	}
	purged := prometheus.NewCounter(prometheus.CounterOpts{Name: "mboka_whatsapp_purged_total", Help: "Messages of which Twilio's copy was deleted."})
	cleared := prometheus.NewCounter(prometheus.CounterOpts{Name: "mboka_whatsapp_cleared_total", Help: "Erased chats of which Twilio's copies were deleted."})
	s.registry.MustRegister(purged, cleared)
	late := &catchUp{
		channel: s.on.whatsapp, take: s.bot.Take, known: s.bot.Known, sessions: s.stores.sessions, db: s.stores.db,
		keys: s.stores.keys, log: s.log, clock: s.tempo.clock,
	}
	old := purge{channel: s.on.whatsapp, count: purged, log: s.log, clock: s.tempo.clock}
	erased := clearing{
		channel: s.on.whatsapp, sessions: s.stores.sessions, keys: s.stores.keys, count: cleared, log: s.log, clock: s.tempo.clock,
	}
	return append(append(all, s.templateChores()...),
		chore{name: clearingName, every: s.tempo.clear, do: erased.pass, guard: s.stores.sessions.Guard(clearingName), log: s.log},
		chore{name: catchUpName, every: s.tempo.catchUp, before: late.look, do: late.pass, guard: s.stores.sessions.Guard(catchUpName), log: s.log},
		chore{name: purgeName, every: s.tempo.purge, do: old.pass, guard: s.stores.sessions.Guard(purgeName), log: s.log},
	)
}

// prepareEvery is how soon each replica reads a new snapshot: it is taken by a
// daily job, and who asks meanwhile waits for the reading.
const prepareEvery = time.Minute

// everywhere guards nothing: what every replica does for itself.
func everywhere(ctx context.Context) (context.Context, func(), error) { return ctx, func() {}, nil }

// chore is something that one replica at a time does for ever.
type chore struct {
	name  string // for the log
	every time.Duration
	guard func(context.Context) (held context.Context, release func(), err error)
	// before is done before each wait for the guard, and again when that took
	// long. nil: nothing.
	before func(context.Context) error
	do     func(context.Context) error
	log    *slog.Logger
}

// firstTry is how soon a chore is tried again after it failed; the waits grow
// up to its usual interval.
const firstTry = 5 * time.Second

// tend does the chore until ctx ends. Nothing that goes wrong ends it.
func (c chore) tend(ctx context.Context) {
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.MaxInterval = min(firstTry, c.every), c.every
	again := func(err error) {
		wait := waits.NextBackOff()
		var failed *bot.SendError
		if errors.As(err, &failed) {
			wait = max(wait, failed.RetryAfter)
		}
		if ctx.Err() == nil {
			c.log.Warn(c.name+" not finished, it will be tried again", "in", wait.Round(time.Millisecond), "error", err)
		}
		rest(ctx, wait)
	}
	for ctx.Err() == nil {
		held, release, err := c.turn(ctx)
		if err != nil {
			again(err)
			continue
		}
		for held.Err() == nil {
			if err := safely(held, c.do); err == nil {
				waits.Reset()
				rest(held, c.every)
			} else if held.Err() == nil {
				again(err)
			}
		}
		release()
	}
}

// turn waits for the guard.
func (c chore) turn(ctx context.Context) (held context.Context, release func(), err error) {
	if c.before != nil {
		if err := safely(ctx, c.before); err != nil {
			return nil, nil, err
		}
	}
	asked := time.Now()
	held, release, err = c.guard(ctx)
	if err == nil && c.before != nil && time.Since(asked) > c.every {
		if err := safely(held, c.before); err != nil {
			release()
			return nil, nil, err
		}
	}
	return held, release, err
}

func safely(ctx context.Context, do func(context.Context) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: a %T", r) // its value may hold what a person wrote
		}
	}()
	return do(ctx)
}

func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
