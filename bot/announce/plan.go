package announce

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"mboka/store"
)

// letter reads an announcement with its mission.
func (s *Sending) letter(ctx context.Context, id uuid.UUID) (Letter, error) {
	a, err := s.cfg.Store.AnnouncementByID(ctx, id)
	if err != nil {
		return Letter{}, err
	}
	m, err := s.cfg.Store.MissionByID(ctx, a.MissionID)
	if err != nil {
		return Letter{}, err
	}
	policy, err := s.cfg.Policy(ctx)
	if err != nil {
		return Letter{}, fmt.Errorf("read settings: %w", err)
	}
	return Letter{Announcement: a, Mission: m, Organisation: policy.Organisation}, nil
}

// reach says whom an announcement is for: who was chosen, everyone whom the
// first notices told, or who comes.
func (s *Sending) reach(ctx context.Context, a store.Announcement) (store.Reach, error) {
	switch a.Kind {
	case store.AnnounceNotice:
		var audience Audience
		if err := json.Unmarshal(a.Audience, &audience); err != nil {
			return store.Reach{}, fmt.Errorf("read audience: %w", err)
		}
		return s.cfg.Reach(audience), nil
	case store.AnnounceChange, store.AnnounceCancellation:
		all, err := s.cfg.Store.AnnouncementsOf(ctx, a.MissionID)
		told := []uuid.UUID{uuid.Nil} // an empty list would mean everybody
		for _, first := range all {
			if first.Kind == store.AnnounceNotice {
				told = append(told, first.ID)
			}
		}
		return store.Reach{Told: told}, err
	default:
		return store.Reach{Coming: a.MissionID}, nil
	}
}

// plan puts the deliveries of an announcement into the ledger, one transaction a
// portion of people. Broken off, it is done again and adds what is missing.
func (s *Sending) plan(ctx context.Context, l Letter) error {
	policy, err := s.cfg.Policy(ctx)
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	reach, err := s.reach(ctx, l.Announcement)
	if err != nil {
		return err
	}
	begun := time.Now()
	p := store.Plan{Announcement: l.Announcement.ID, Reach: reach, Channels: s.names, Cap: l.capped(policy), At: s.cfg.Clock()}
	var parts []func(tx *store.Tx, after uuid.UUID) (uuid.UUID, error)
	if !reach.Officials {
		parts = append(parts, func(tx *store.Tx, after uuid.UUID) (uuid.UUID, error) { return tx.PlanDeliveries(ctx, p, after) })
	}
	// Officials may have been told of a mission, and come, beside members.
	if reach.Officials || l.Announcement.Kind != store.AnnounceNotice {
		parts = append(parts, func(tx *store.Tx, after uuid.UUID) (uuid.UUID, error) { return tx.PlanForStaff(ctx, p, after) })
	}
	for _, part := range parts {
		for after, more := uuid.Nil, true; more; more = after != uuid.Nil {
			if err := s.cfg.Store.Write(ctx, func(tx *store.Tx) (err error) {
				after, err = part(tx, after)
				return err
			}); err != nil {
				return err
			}
		}
	}
	if err := s.cfg.Store.Write(ctx, func(tx *store.Tx) error { return tx.PlannedAnnouncement(ctx, p.Announcement, s.cfg.Clock()) }); err != nil {
		return err
	}
	s.cfg.Logger.Info("deliveries planned", "announcement", p.Announcement, "took", time.Since(begun).Round(time.Millisecond))
	return nil
}
