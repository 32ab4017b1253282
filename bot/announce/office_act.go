package announce

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/flows"
	"mboka/locales"
	"mboka/store"
)

// seat is somebody of the staff before one announcement.
type seat struct {
	*visit
	a        store.Announcement
	m        store.Mission
	author   uuid.UUID // staff; Nil: erased
	mine     bool      // a coordinator of its organisation
	approves bool
}

// acts about one announcement, by the code of their button. What shows how a
// sending went (report, files, links) is added here.
var acts = map[string]func(*seat) (map[string]string, error){
	bot.ActShow: (*seat).card, bot.ActPreview: (*seat).preview, bot.ActApprove: (*seat).approve, bot.ActRefuse: (*seat).askWhy,
	bot.ActUndo: (*seat).undo, bot.ActPause: (*seat).pause, bot.ActResume: (*seat).resume,
	bot.ActCancel: (*seat).askCancel, bot.ActCancelYes: (*seat).cancel, bot.ActChange: (*seat).changes,
	bot.ReportAsked: (*seat).report,
}

// act is a button about an announcement.
func (o *Office) act(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	code := ""
	if len(d.Event.Answer.Codes) > 0 {
		code = d.Event.Answer.Codes[0]
	}
	return o.about(ctx, tx, d, d.Event.Answer.Text, code)
}

// about carries out an act about the announcement of an id.
func (o *Office) about(ctx context.Context, tx *store.Tx, d bot.Doing, named, code string) (map[string]string, error) {
	return o.doing(ctx, tx, d, named, acts[code])
}

// doing does something about the announcement of an id.
func (o *Office) doing(ctx context.Context, tx *store.Tx, d bot.Doing, named string, do func(*seat) (map[string]string, error)) (map[string]string, error) {
	s, found, err := o.seat(ctx, tx, d, named)
	if err != nil {
		return nil, err
	}
	if !found || do == nil {
		return unknown(), nil
	}
	out, err := do(s)
	if errors.Is(err, store.ErrStatus) { // somebody else was faster, or it has begun
		now, err := tx.AnnouncementByID(ctx, s.a.ID)
		if err != nil {
			return nil, err
		}
		return nil, bot.Refusal{Results: said(locales.AnnStateMoved, "State", stateOf(now.Status, s.lang))}
	}
	return out, err
}

// seat finds the announcement. found is false where there is none, or none for
// them: a coordinator sees those of their organisation, who approves sees all.
func (o *Office) seat(ctx context.Context, tx *store.Tx, d bot.Doing, named string) (s *seat, found bool, err error) {
	approver, errApprover := o.open(ctx, tx, d, store.Approve)
	coordinator, errCoordinator := o.open(ctx, tx, d, store.Announce)
	for _, err := range []error{errApprover, errCoordinator} {
		if err != nil && !notPermitted(err) {
			return nil, false, err
		}
	}
	if errApprover != nil && errCoordinator != nil {
		return nil, false, errCoordinator
	}
	id, err := uuid.Parse(named)
	if err != nil {
		return nil, false, nil
	}
	s = &seat{approves: errApprover == nil}
	s.a, err = tx.AnnouncementByID(ctx, id)
	if errors.Is(err, store.ErrNoAnnouncement) {
		return nil, false, nil
	}
	if err == nil {
		s.m, err = tx.MissionByID(ctx, s.a.MissionID)
	}
	if err != nil {
		return nil, false, err
	}
	s.mine = errCoordinator == nil && coordinator.held.Organisation == s.a.Organisation
	s.visit = approver
	if s.mine {
		s.visit = coordinator
	}
	if author, known, err := tx.StaffByRole(ctx, s.a.RoleID); err != nil {
		return nil, false, err
	} else if known {
		s.author = author.ID
	}
	return s, s.mine || s.approves, nil
}

// asApprover acts by the role that approves.
func (s *seat) asApprover() (ok bool, err error) {
	if !s.approves {
		return false, nil
	}
	s.held, err = s.tx.Allowed(s.ctx, s.d.Chat, store.Approve, s.d.Running, s.d.At)
	return err == nil, err
}

func notPermitted(err error) bool { return errors.Is(err, store.ErrNotAllowed) }

// approve is the yes of the second person. Whether enough people would be
// reached is asked once more: some may have left meanwhile.
func (s *seat) approve() (map[string]string, error) {
	if ok, err := s.asApprover(); !ok {
		return unknown(), err
	}
	if s.a.Kind == store.AnnounceNotice && s.a.Status == store.AnnouncementReview {
		audience, err := DecodeAudience(s.a.Audience)
		if err == nil {
			err = s.Audiences.Enough(s.ctx, audience, s.d.At)
		}
		if errors.Is(err, protect.ErrTooFew) {
			return said(locales.AnnFewNow), nil
		}
		if err != nil {
			return nil, err
		}
	}
	err := s.tx.ApproveAnnouncement(s.ctx, s.a.ID, s.held.ID, s.d.At, s.policy.CoolOff)
	if errors.Is(err, store.ErrOwnAnnouncement) {
		return said(locales.AnnOwn), nil
	}
	if err != nil {
		return nil, err
	}
	if err := s.swap(); err != nil {
		return nil, err
	}
	if s.a, err = s.tx.AnnouncementByID(s.ctx, s.a.ID); err != nil {
		return nil, err
	}
	out := s.buttons(said(locales.AnnGranted, "When", s.soon(s.a.BeginAt, s.m, s.lang)), bot.ActUndo)
	out[bot.ResultElsewhere], err = s.tellAuthor(s.a, s.m, locales.AnnToldYes)
	return out, errors.Join(err, s.audit("mission.approve", s.a.ID))
}

// undo takes an approval back while it cools off or waits for its time.
func (s *seat) undo() (map[string]string, error) {
	if s.a.Status != store.AnnouncementApproved {
		return nil, store.ErrStatus
	}
	if err := s.tx.UnapproveAnnouncement(s.ctx, s.a.ID, s.d.At); err != nil {
		return nil, err
	}
	if err := errors.Join(s.swap(), s.audit("mission.unapprove", s.a.ID)); err != nil {
		return nil, err
	}
	out := said(locales.AnnUndone)
	var err error
	out[bot.ResultElsewhere], err = s.tellAuthor(s.a, s.m, locales.AnnToldUndone)
	return out, err
}

func (s *seat) pause() (map[string]string, error) {
	return said(locales.AnnPaused), errors.Join(s.tx.PauseAnnouncement(s.ctx, s.a.ID, s.d.At), s.audit("mission.pause", s.a.ID))
}

func (s *seat) resume() (map[string]string, error) {
	return said(locales.AnnResumed), errors.Join(s.tx.ResumeAnnouncement(s.ctx, s.a.ID, s.d.At), s.audit("mission.resume", s.a.ID))
}

// askCancel asks back: what has ended cannot go on.
func (s *seat) askCancel() (map[string]string, error) {
	if !ends[s.a.Status] {
		return nil, store.ErrStatus
	}
	return s.buttons(said(locales.AnnCancelAsk, "Title", s.m.Text(s.d.Language).Title), bot.ActCancelYes, bot.ActShow), nil
}

// cancel ends an announcement; whoever coordinates needs nobody for it. What
// nobody has heard of does not take place either, and is a draft again.
func (s *seat) cancel() (map[string]string, error) {
	if !ends[s.a.Status] {
		return nil, store.ErrStatus
	}
	if err := s.tx.CancelAnnouncement(s.ctx, s.a.ID, s.d.At); err != nil {
		return nil, err
	}
	if !begun[s.a.Status] {
		if s.a.Status == store.AnnouncementApproved {
			if err := s.swap(); err != nil {
				return nil, err
			}
		}
		if err := errors.Join(s.callOff(), s.giveBack(s.a)); err != nil {
			return nil, err
		}
	}
	return said(locales.AnnCancelled), s.audit("mission.cancel", s.a.ID)
}

// callOff marks a mission of which nobody was told: nobody shall find it. One
// that stands behind a change stays.
func (s *seat) callOff() error {
	if s.a.Kind != store.AnnounceNotice {
		return nil
	}
	s.m.CancelledAt = s.d.At
	return s.tx.PutMission(s.ctx, s.m)
}

// changes opens the form of a change.
func (s *seat) changes() (map[string]string, error) {
	if !s.mine || !s.changeable() {
		return nil, store.ErrStatus
	}
	if waiting, err := s.changing(); err != nil || waiting {
		return said(locales.ChgWaits), err
	}
	answers := flows.Answers{{Step: StepAbout, Text: s.a.ID.String()}, {Step: StepKind, Codes: []string{string(s.m.Kind)}}}
	if s.m.Country != "" {
		answers = append(answers, flows.Answered{Step: StepHostLand, Codes: []string{s.m.Country}})
	}
	if s.m.City != "" {
		answers = append(answers, flows.Answered{Step: StepHostTown, Codes: []string{s.m.City}})
	}
	return begins(bot.FlowChange, answers, "")
}
