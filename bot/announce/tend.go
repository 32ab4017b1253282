package announce

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"mboka/bot"
	"mboka/locales"
	"mboka/store"
)

// Tend looks after one announcement: it begins when its time has come, is
// planned, what was left behind is looked into, what waited for a message goes
// on, and it ends. Pumps are started for what may be sent now. It may run at any
// time, in several replicas at once, and be broken off.
func (s *Sending) Tend(ctx context.Context, id uuid.UUID) error {
	var begun bool
	err := s.cfg.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if begun, err = tx.BeginAnnouncement(ctx, id, s.cfg.Clock()); err != nil || !begun {
			return err
		}
		return tx.Enqueue(ctx, Telling{Announcement: id})
	})
	if err != nil {
		return err
	}
	if begun {
		s.cfg.Logger.Info("announcement begins", "announcement", id)
	}
	l, err := s.letter(ctx, id)
	if err != nil {
		return err
	}
	if l.Announcement.PlannedAt.IsZero() && running(l.Announcement) {
		ran, err := s.cfg.Store.Alone(ctx, "plan", id, func() error { return s.plan(ctx, l) })
		if err != nil || !ran {
			return err
		}
	}
	if err := errors.Join(s.recover(ctx, l), s.give(ctx, l)); err != nil {
		return err
	}
	if running(l.Announcement) {
		if err := s.start(ctx, l); err != nil {
			return err
		}
	}
	return s.end(ctx, l)
}

// running tells whether deliveries of an announcement may be begun.
func running(a store.Announcement) bool {
	return a.Status == store.AnnouncementSending || a.Status == store.AnnouncementSent
}

// give gives up what is of no use any more, and takes up again what waited for a
// message that has come.
func (s *Sending) give(ctx context.Context, l Letter) error {
	now, a := s.cfg.Clock(), l.Announcement
	over := a.Status == store.AnnouncementCancelled || !a.ValidUntil.IsZero() && !now.Before(a.ValidUntil)
	for more := over; more; {
		if err := s.cfg.Store.Write(ctx, func(tx *store.Tx) error {
			n, err := tx.EndDeliveries(ctx, a.ID, now)
			more = n > 0
			return err
		}); err != nil {
			return err
		}
	}
	if over || !running(a) {
		return nil
	}
	return s.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.Withdraw(ctx, a.ID, now); err != nil {
			return err
		}
		_, err := tx.Unpark(ctx, a.ID, now.Add(-s.window()))
		return err
	})
}

// window is the shortest of the channels' windows: what is within it may be sent.
func (s *Sending) window() time.Duration {
	window := 100 * 365 * 24 * time.Hour
	for _, c := range s.channels {
		if w := c.Capabilities().Window; w > 0 {
			window = min(window, w)
		}
	}
	return window
}

// start begins the pumps that there is work for.
func (s *Sending) start(ctx context.Context, l Letter) error {
	policy, err := s.cfg.Policy(ctx)
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	var jobs []river.JobArgs
	for _, name := range s.names {
		c, err := s.claim(ctx, l, policy, name)
		if err != nil {
			return err
		}
		most := s.pumps(name)
		n, err := s.cfg.Store.Ready(ctx, c, most*perPump)
		if err != nil {
			return err
		}
		for slot := range (n + perPump - 1) / perPump {
			jobs = append(jobs, s.pumpArgs(l.Announcement.ID, name, slot))
		}
	}
	if len(jobs) == 0 {
		return nil
	}
	return s.cfg.Store.Write(ctx, func(tx *store.Tx) error { return tx.Enqueue(ctx, jobs...) })
}

// perPump is how many deliveries are worth another pump.
const perPump = 25

func (s *Sending) pumps(channel string) int {
	if n := s.cfg.Pumps[channel]; n > 0 {
		return min(n, mostPumps)
	}
	return usualPumps
}

// claim is what may be begun now by a channel.
func (s *Sending) claim(ctx context.Context, l Letter, policy store.Policy, channel string) (store.Claim, error) {
	now := s.cfg.Clock()
	c := store.Claim{Announcement: l.Announcement.ID, Channel: channel, Channels: s.names, At: now, Cap: l.capped(policy), Quiet: !l.Urgent(now)}
	caps := s.channels[channel].Capabilities()
	if caps.Window > 0 {
		c.Since = now.Add(-caps.Window)
		for _, lang := range locales.Langs {
			kind := l.Message(Recipient{Language: lang, Caps: caps}).Notice
			if kind != "" && s.cfg.Approved(channel, kind, lang.String()) {
				c.Outside = append(c.Outside, lang.String())
			}
		}
	}
	if !c.Quiet {
		return c, nil
	}
	places, err := s.cfg.Store.Places(ctx, c.Announcement, channel)
	c.Awake = s.sleepers.awake(policy, places, now)
	return c, err
}

// end gives the announcement the status that its deliveries have come to.
func (s *Sending) end(ctx context.Context, l Letter) error {
	before, after := l.Announcement.Status, ""
	err := s.cfg.Store.Write(ctx, func(tx *store.Tx) (err error) {
		after, err = tx.EndAnnouncement(ctx, l.Announcement.ID, s.cfg.Clock())
		return err
	})
	if err == nil && after != before {
		s.cfg.Logger.Info("announcement goes on", "announcement", l.Announcement.ID, "status", after)
	}
	return err
}

// lookLimit is for how long a platform that does not answer is asked what became
// of a message.
const lookLimit = 10 * time.Minute

// recover looks into the deliveries that somebody began and nobody ended. Where
// the platform can be asked it is; else only a person can tell whether to send
// again.
func (s *Sending) recover(ctx context.Context, l Letter) error {
	now := s.cfg.Clock()
	rows, err := s.cfg.Store.StaleDeliveries(ctx, l.Announcement.ID, now.Add(-s.cfg.Stale))
	if err != nil {
		return err
	}
	for len(rows) > 0 {
		n := 1 + slices.IndexFunc(append(rows[1:len(rows):len(rows)], store.Claimed{}), func(c store.Claimed) bool { return c.ID != rows[0].ID })
		settled, known := s.lookInto(ctx, l, rows[:n])
		if known {
			settled.At = now
			if err := s.cfg.Store.SettleDelivery(ctx, settled); err != nil {
				return err
			}
			s.told(rows[0], settled, "recovered", 0)
		}
		rows = rows[n:]
	}
	return nil
}

// lookInto asks the platform about a delivery at each chat that it may have gone
// to. known is false where it may be able to tell later.
func (s *Sending) lookInto(ctx context.Context, l Letter, chats []store.Claimed) (settled store.Settlement, known bool) {
	c := chats[0]
	unknown := store.Settlement{ID: c.ID, Attempt: c.Attempt, State: store.DeliveryUnknown, Rank: store.RankUnknown}
	look, channel := s.cfg.LookUps[c.Channel], s.channels[c.Channel]
	if look == nil || channel == nil {
		return unknown, true
	}
	for _, at := range chats {
		if at.Address == "" {
			return unknown, true
		}
		m, means := s.message(l, at, at.StartedAt)
		found, err := look(ctx, at.Address, m, at.StartedAt)
		var failed *bot.SendError
		switch {
		case found && errors.As(err, &failed):
			return s.failure(ctx, at, m.Outside, failed), true
		case found:
			return store.Settlement{ID: c.ID, Attempt: c.Attempt, State: store.DeliverySent, Means: means, Rank: store.RankTaken}, true
		case err != nil:
			return unknown, s.cfg.Clock().Sub(c.StartedAt) > lookLimit
		}
	}
	// The platform has not got it, and the call is long over.
	return store.Settlement{ID: c.ID, Attempt: c.Attempt, State: store.DeliveryPlanned, Reason: c.Reason, Rank: store.RankRefused}, true
}
