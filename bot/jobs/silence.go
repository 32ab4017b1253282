package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"mboka/locales"
	"mboka/store"
)

// What the job "silence" counts: people, not messages.
const (
	warned      = "warned"
	warnedAgain = "warned_again"
	erased      = "erased"
)

const (
	// mostWarnings is how often a warning is tried that does not arrive.
	mostWarnings = 2
	// grace is the least time between a warning and the erasure, and between two
	// warnings.
	grace = 30 * 24 * time.Hour
)

// step is what is to be done about a silent member.
type step int

const (
	wait step = iota
	warn
	erase
)

// next decides about a silent member. Nobody is erased without a warning that
// arrived, or a second one that was tried; never before the day they were told.
func next(s store.Silence, now time.Time, p store.Policy) step {
	switch {
	case !s.Registered, s.Since.AddDate(0, p.RetentionWarn, 0).After(now):
		return wait
	case s.Warnings == 0:
		return warn
	case s.Open:
		return wait
	case s.DeliveredAt.IsZero() && s.Warnings < mostWarnings:
		if now.Sub(s.WarnedAt) < grace {
			return wait
		}
		return warn
	case s.Since.AddDate(0, p.RetentionErase, 0).After(now), s.DueAt.After(now):
		return wait
	}
	return erase
}

// dueAt is from when on a member may be erased whom a warning is sent now.
func dueAt(s store.Silence, now time.Time, p store.Policy) time.Time {
	due, least := s.Since.AddDate(0, p.RetentionErase, 0), now.Add(grace)
	if due.Before(least) {
		return least
	}
	return due
}

// silence warns and erases people who have not written for long.
func (r *round) silence(ctx context.Context) error {
	if err := r.sayOpen(ctx, store.NotificationRetention); err != nil {
		return err
	}
	before := r.now.AddDate(0, -r.policy.RetentionWarn, 0)
	return r.each(ctx, func(after uuid.UUID) ([]uuid.UUID, error) {
		return r.Store.SilentMembers(ctx, before, true, after, page)
	}, func(id uuid.UUID) error { return r.consider(ctx, id) })
}

// consider takes the next step with one member.
func (r *round) consider(ctx context.Context, id uuid.UUID) error {
	var gone bool
	var queued []store.OpenNotification
	err := r.Store.Write(ctx, func(tx *store.Tx) error {
		gone, queued = false, nil
		s, found, err := tx.SilenceOf(ctx, id)
		if err != nil || !found {
			return err
		}
		switch next(s, r.now, r.policy) {
		case erase:
			gone = true
		case warn:
			if !quiet(s.Country, s.City, r.now, r.policy) {
				queued, err = r.warn(ctx, tx, s)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	if gone {
		return r.erase(ctx, id, erased, func(s store.Silence) bool { return next(s, r.now, r.policy) == erase })
	}
	for _, n := range queued {
		if err := r.say(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// warn queues a warning to each chat of a member. Without any chat it has
// failed already, and counts as tried.
func (r *round) warn(ctx context.Context, tx *store.Tx, s store.Silence) ([]store.OpenNotification, error) {
	addresses, err := tx.Addresses(ctx, s.Member)
	if err != nil {
		return nil, err
	}
	n := store.Notification{MemberID: s.Member, Kind: store.NotificationRetention, Attempt: s.Warnings + 1, QueuedAt: r.now, DueAt: dueAt(s, r.now, r.policy)}
	var queued []store.OpenNotification
	for _, a := range addresses {
		n.Chat = a.Chat
		queued = append(queued, store.OpenNotification{Notification: n, Channel: a.Channel, Address: a.Address, Language: s.Language, HeardAt: a.LastInboundAt})
	}
	if len(queued) == 0 {
		queued = []store.OpenNotification{{Notification: n}}
	}
	for i := range queued {
		q := &queued[i]
		q.ID = uuid.NewSHA1(s.Member, fmt.Appendf(nil, "%s %d %d %s", q.Kind, s.Since.UnixMicro(), q.Attempt, q.Chat))
		if err := tx.PutNotification(ctx, q.Notification); err != nil {
			return nil, err
		}
	}
	if len(addresses) == 0 {
		queued = nil
	}
	what := warned
	if n.Attempt > 1 {
		what = warnedAgain
	}
	return queued, tx.CountRun(ctx, r.run, what, 1)
}

// warning is the text of a warning.
func warning(n store.OpenNotification) (locales.Key, map[string]string) {
	lang, _ := locales.ParseLang(n.Language)
	return locales.RetentionWarning, map[string]string{"Date": locales.Date(lang, n.DueAt.UTC())}
}
