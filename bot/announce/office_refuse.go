package announce

import (
	"context"
	"errors"
	"strings"

	"mboka/bot"
	"mboka/flows"
	"mboka/locales"
	"mboka/store"
)

// reasons are those of a refusal that have a button, as they are told; another
// code says nothing.
var reasons = map[string]locales.Key{"date": locales.RefDate, "text": locales.RefText, "audience": locales.RefAudience}

// askWhy asks somebody who is about to refuse for the reason.
func (s *seat) askWhy() (map[string]string, error) {
	if ok, err := s.asApprover(); !ok {
		return unknown(), err
	}
	switch {
	case s.own():
		return said(locales.AnnOwn), nil
	case s.a.Status != store.AnnouncementReview:
		return nil, store.ErrStatus
	}
	out, err := begins(bot.FlowRefusal, flows.Answers{{Step: StepAbout, Text: s.a.ID.String()}}, locales.RefAbout)
	if err != nil {
		return nil, err
	}
	out["Title"] = s.m.Text(s.d.Language).Title
	return out, nil
}

// refuse is the no of the second person, with their reason.
func (o *Office) refuse(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	given, _ := d.Event.Answers.Get(StepWhy)
	why := store.Refusal{Text: given.Text}
	if given.Text == "" && len(given.Codes) > 0 {
		why.Code = given.Codes[0]
	}
	return o.doing(ctx, tx, d, filled{d.Event.Answers}.text(StepAbout), func(s *seat) (map[string]string, error) { return s.refuse(why) })
}

// refuse ends it: what the author wrote is a draft again. The log says that it
// was refused, not why.
func (s *seat) refuse(why store.Refusal) (map[string]string, error) {
	if ok, err := s.asApprover(); !ok {
		return unknown(), err
	}
	if s.own() {
		return said(locales.AnnOwn), nil
	}
	if err := s.tx.RefuseAnnouncement(s.ctx, s.a.ID, why, s.d.At); err != nil {
		return nil, err
	}
	if err := errors.Join(s.callOff(), s.giveBack(s.a), s.audit("mission.refuse", s.a.ID)); err != nil {
		return nil, err
	}
	out := said(locales.AnnRefused)
	var err error
	out[bot.ResultElsewhere], err = s.tellAuthor(s.a, s.m, locales.AnnToldNo)
	return out, err
}

// whyOf is the reason of a refusal as somebody reads it, "" where none was said.
func (v *visit) whyOf(a store.Announcement, lang locales.Lang) (string, error) {
	why, err := v.tx.RefusalOf(v.ctx, a.ID)
	if err != nil {
		return "", err
	}
	text := strings.TrimRight(why.Text, " .") // a full stop follows
	if key, known := reasons[why.Code]; known {
		text = locales.LabelOf(key).In(lang)
	}
	if text == "" {
		return "", nil
	}
	return locales.Text(lang, locales.RefBecause, locales.Args{"Why": text}), nil
}
