package announce

import (
	"errors"

	"mboka/bot"
	"mboka/locales"
	"mboka/store"
)

// report shows how a sending went, from the card of an announcement.
func (s *seat) report() (map[string]string, error) { return s.Reports.act(s.ctx, s.tx, s.d) }

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
