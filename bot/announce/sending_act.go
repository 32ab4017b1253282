package announce

import (
	"context"
	"errors"

	"mboka/bot"
	"mboka/locales"
	"mboka/store"
)

// SendingStep is the step of the buttons under a progress message, and the name
// of their event.
const SendingStep = "sending"

// Its codes.
const (
	sendingPause   = "pause"
	sendingResume  = "resume"
	sendingCancel  = "cancel"  // asks once more
	sendingCancels = "cancels" // does it
)

// sending pauses, resumes or ends a sending. The progress shows it within
// seconds; what is said here is that it was done.
func (r *Reports) sending(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	c, a, err := r.about(ctx, tx, d)
	if err != nil {
		return nil, err
	}
	code := ""
	if len(d.Event.Answer.Codes) > 0 {
		code = d.Event.Answer.Codes[0]
	}
	about := &bot.About{Kind: bot.AboutAnnouncement, ID: a.ID}
	said := locales.ProgNothing
	switch code {
	case sendingPause:
		said, err = locales.ProgPausedNow, tx.PauseAnnouncement(ctx, a.ID, d.At)
	case sendingResume:
		said, err = locales.ProgResumedNow, tx.ResumeAnnouncement(ctx, a.ID, d.At)
	case sendingCancel:
		return bot.ReportResultAt(SendingStep, locales.Text(c.lang, locales.ProgCancelAsk, nil), about, sendingCancels), nil
	case sendingCancels:
		said, err = locales.ProgCancelledNow, tx.CancelAnnouncement(ctx, a.ID, d.At)
	}
	if errors.Is(err, store.ErrStatus) { // somebody was faster
		return c.said(locales.Text(c.lang, locales.ProgNothing, nil), nil), nil
	}
	if err != nil {
		return nil, err
	}
	return c.said(locales.Text(c.lang, said, nil), nil), c.audit("announcement."+code, a.ID.String(), 0, false)
}

// unknown decides about those of whom nobody knows whether they got it.
func (c *clerk) unknown(a store.Announcement, code string) (map[string]string, error) {
	said, decide := locales.RepLeft, c.tx.LeaveUnknown
	if code == bot.ReportResend {
		said, decide = locales.RepResent, c.tx.ResendUnknown
	}
	n, err := decide(c.ctx, a.ID, c.d.At)
	if errors.Is(err, store.ErrStatus) || err == nil && n == 0 {
		return c.said(locales.Text(c.lang, locales.ProgNothing, nil), nil), nil
	}
	if err != nil {
		return nil, err
	}
	return c.said(locales.Text(c.lang, said, nil), nil), c.audit("announcement."+code, a.ID.String(), int(n), false)
}
