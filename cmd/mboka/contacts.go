package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/bot/announce"
	"mboka/flows"
	"mboka/locales"
	"mboka/store"
)

// contactsName names the guard in Redis.
const contactsName = "directory-messages"

const (
	// contactsAtOnce bounds what is held in memory.
	contactsAtOnce = 100
	// silentAfter: whoever was silent for longer may have another owner's number
	// (domain reference, 2.4), and is told nothing of the directory.
	silentAfter = 60 * 24 * time.Hour
)

// contacts tells members that somebody has written to them by the directory, or
// answered: not what, and in nobody's night. What was written is read in the
// chat, where it is asked again whether it may be.
type contacts struct {
	db     *store.DB
	notify func(ctx context.Context, channel, address string, n bot.Notification) error
	policy func(context.Context) (store.Policy, error)
	log    *slog.Logger
	clock  func() time.Time
	most   int // people who are looked up at once
}

// pass forgets what has ended and tells who is to be told. Telling is repeated
// until it is on record, and the chat takes it once.
func (c contacts) pass(ctx context.Context) error {
	now := c.clock().UTC()
	if _, err := c.db.DropContacts(ctx, now); err != nil {
		return err
	}
	policy, err := c.policy(ctx)
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	query := store.DueQuery{
		At: now, PerDay: policy.ContactInboxDay, HeardSince: now.Add(-silentAfter), Awake: announce.AwakePlaces(policy, now), Most: c.most,
	}
	told := 0
	var faults []error // who cannot be told keeps nobody else waiting
	for {
		due, err := c.db.DueContacts(ctx, query)
		if err != nil {
			return errors.Join(append(faults, err)...)
		}
		before := told
		for _, one := range due {
			if err := c.tell(ctx, one, now); err != nil {
				faults, query.Not = append(faults, fmt.Errorf("contact %s: %w", one.ID, err)), append(query.Not, one.ID)
				continue
			}
			told++
		}
		if len(due) < c.most || told == before { // all are done, or nobody can be told now
			break
		}
	}
	if told > 0 {
		c.log.Info("told of messages by the directory", "count", told)
	}
	return errors.Join(faults...)
}

func (c contacts) tell(ctx context.Context, one store.DueContact, now time.Time) error {
	if err := c.notify(ctx, one.Channel, one.Address, contactNote(one, now)); err != nil {
		return err
	}
	return c.db.ContactTold(ctx, one.ID, one.Reply, now)
}

// contactNote says that something waits. Outside of WhatsApp's window it goes
// by the approved text, or waits until the person writes.
func contactNote(one store.DueContact, now time.Time) bot.Notification {
	id, key := one.ID, locales.ConTold
	if one.Reply {
		id, key = replyNote(one.ID), locales.ConToldReply
	}
	return bot.Notification{
		ID: id.String(), Key: key, Kind: bot.NoticeContact, Language: one.Language, HeardAt: one.HeardAt, QueuedAt: now, Waits: true,
		About: bot.About{Kind: bot.AboutContact, ID: one.ID}, Step: bot.StepContact,
		Choices: []flows.Option{{Code: bot.ContactLook, Label: locales.LabelOf(locales.ConLook)}},
	}
}

// replyNote is the id of the note that a message was replied to.
func replyNote(contact uuid.UUID) uuid.UUID { return uuid.NewSHA1(contact, []byte("reply")) }

// awaited tells whether what a note is about still waits. Notes of other things
// always do.
func (s *stores) awaited(ctx context.Context, note string, about bot.About) (bool, error) {
	if about.Kind != bot.AboutContact {
		return true, nil
	}
	return s.db.ContactWaits(ctx, about.ID, note == replyNote(about.ID).String(), s.clock())
}
