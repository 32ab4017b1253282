package announce

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"mboka/bot"
	"mboka/locales"
	"mboka/store"
)

// change tells what is changed, or that it does not take place, to everyone
// whom the first notice has reached. A change waits for a second person; to call
// off whoever coordinates needs nobody: people may be on their way.
func (o *Office) change(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	form := filled{d.Event.Answers}
	s, found, err := o.seat(ctx, tx, d, form.text(StepAbout))
	if err != nil {
		return nil, err
	}
	if !found || !s.mine {
		return unknown(), nil
	}
	if !s.changeable() {
		return said(locales.AnnStateMoved, "State", stateOf(s.a.Status, s.lang)), nil
	}
	if form.Code(StepWhat) == changeCancel {
		return s.calledOff(form)
	}
	if waiting, err := s.changing(); err != nil || waiting {
		return said(locales.ChgWaits), err
	}
	next := form.changed(s.m, d.At)
	changed := s.m
	next.put(&changed)
	if wrong, key := faulty(changed, d.At); wrong != "" {
		return said(key), nil
	}
	kept, err := encode(next)
	if err != nil {
		return nil, err
	}
	a, err := s.another(store.AnnounceChange, store.AnnouncementReview, form.bodies())
	if err != nil {
		return nil, err
	}
	a.SubmittedAt, a.ValidUntil = d.At, usefulUntil(changed, d.At)
	if err := errors.Join(tx.PutAnnouncement(ctx, a), tx.PutForm(ctx, a.ID, kept), s.audit("mission.change", a.ID)); err != nil {
		return nil, err
	}
	asked, notes, err := s.askForYes(a, changed)
	if err != nil || asked == 0 {
		return said(locales.AnnSubmittedNobody), err
	}
	out := said(locales.ChgAsked, "Title", s.m.Text(d.Language).Title)
	out[bot.ResultElsewhere] = notes
	return out, nil
}

// changing tells whether a change of the mission has not begun to be told.
func (s *seat) changing() (bool, error) {
	all, err := s.tx.AnnouncementsOf(s.ctx, s.m.ID)
	for _, a := range all {
		if a.Kind == store.AnnounceChange && (a.Status == store.AnnouncementReview || a.Status == store.AnnouncementApproved) {
			return true, err
		}
	}
	return false, err
}

// another is one more announcement about the mission.
func (s *seat) another(kind, status string, bodies map[string]string) (store.Announcement, error) {
	id, err := s.id("announcement")
	return store.Announcement{
		ID: id, MissionID: s.m.ID, Kind: kind, RoleID: s.held.ID, Organisation: s.held.Organisation, Audience: []byte(`{}`),
		Status: status, CreatedAt: s.d.At, Bodies: bodies,
	}, err
}

// calledOff ends what is being told about the mission, and tells that it does
// not take place.
func (s *seat) calledOff(form filled) (map[string]string, error) {
	all, err := s.tx.AnnouncementsOf(s.ctx, s.m.ID)
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		if ends[a.Status] {
			if err := s.tx.CancelAnnouncement(s.ctx, a.ID, s.d.At); err != nil {
				return nil, err
			}
		}
	}
	s.m.CancelledAt = s.d.At
	a, err := s.another(store.AnnounceCancellation, store.AnnouncementApproved, form.bodies())
	if err != nil {
		return nil, err
	}
	a.SubmittedAt, a.BeginAt, a.ValidUntil = s.d.At, s.d.At, usefulUntil(s.m, s.d.At)
	return said(locales.ChgCalledOff, "Title", s.m.Text(s.d.Language).Title), errors.Join(
		s.tx.PutMission(s.ctx, s.m), s.tx.PutAnnouncement(s.ctx, a), s.tx.Wake(s.ctx, a.ID, s.d.At), s.audit("mission.call_off", a.ID))
}

// swap gives the mission what the form of a change holds, and the form what the
// mission had: once it is approved, and once more when that is taken back.
func (s *seat) swap() error {
	if s.a.Kind != store.AnnounceChange {
		return nil
	}
	kept, err := encode(movableOf(s.m))
	if err != nil {
		return err
	}
	if err := s.propose(&s.m); err != nil {
		return err
	}
	return errors.Join(s.tx.PutMission(s.ctx, s.m), s.tx.PutForm(s.ctx, s.a.ID, kept))
}

// propose gives a mission what the form of a change holds.
func (s *seat) propose(m *store.Mission) error {
	if s.a.Kind != store.AnnounceChange {
		return nil
	}
	form, err := s.tx.FormOf(s.ctx, s.a.ID)
	if err != nil {
		return err
	}
	var next movable
	if err := json.Unmarshal(form, &next); err != nil {
		return fmt.Errorf("read change: %w", err)
	}
	next.put(m)
	return nil
}
