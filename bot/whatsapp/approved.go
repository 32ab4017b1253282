package whatsapp

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"mboka/bot"
	"mboka/store"
)

// templateValidity is how long Twilio may keep a message by template in its
// queue, in seconds: the 4 hours after which it drops it by itself
// (twilio.com/docs/whatsapp/best-practices-and-faqs).
const templateValidity = 4 * 3600

// approved are the texts that may be sent outside the 24 hours. The zero value
// is empty and ready; it is safe for concurrent use.
type approved struct {
	mu    sync.RWMutex
	texts map[textKey]approvedText
}

type textKey struct {
	kind     bot.NoticeKind
	language string
}

type approvedText struct {
	Template
	sid      string
	category string // as WhatsApp counts it
}

func (a *approved) get(kind bot.NoticeKind, language string) (approvedText, bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	t, ok := a.texts[textKey{kind, language}]
	return t, ok
}

// drop forgets a text that Twilio does not take, until the records are read
// again.
func (a *approved) drop(t approvedText) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if key := (textKey{t.Kind, t.Language}); a.texts[key].sid == t.sid {
		delete(a.texts, key)
	}
}

// UseTemplates makes the channel use those of the records that are approved and
// say what this release says.
func (c *Channel) UseTemplates(known []store.Template) {
	rows := byHash(known)
	texts := make(map[textKey]approvedText)
	for _, t := range Templates() {
		if row := rows[t.Hash()]; row.SID != "" && row.State == StateApproved {
			texts[textKey{t.Kind, t.Language}] = approvedText{Template: t, sid: row.SID, category: row.Category}
		}
	}
	c.approved.mu.Lock()
	defer c.approved.mu.Unlock()
	c.approved.texts = texts
}

// Template tells whether a kind of notice can be sent in a language to somebody
// who has not written for a day.
func (c *Channel) Template(kind bot.NoticeKind, language string) bool {
	_, ok := c.approved.get(kind, language)
	return ok
}

// Reaches tells whether somebody can be told of a notice at all who has not
// written for a day: by its own text, or by the one that only says that there
// is something.
func (c *Channel) Reaches(kind bot.NoticeKind, language string) bool {
	notice, ok := noticeOf(kind)
	return ok && (c.Template(kind, language) || notice.stub && c.Template(bot.NoticeStub, language))
}

// Marketing tells whether WhatsApp counts that text as marketing: such texts do
// not reach numbers of the United States (twilio.com/docs/api/errors/63049).
func (c *Channel) Marketing(kind bot.NoticeKind, language string) bool {
	t, ok := c.approved.get(kind, language)
	return ok && t.category == Marketing
}

// suits picks the approved text for a message: that of its kind, else for an
// announcement the one that only says that there is one.
func (c *Channel) suits(m bot.Message) (approvedText, map[string]string, bool) {
	notice, ok := noticeOf(m.Notice)
	if !ok {
		return approvedText{}, nil, false
	}
	if t, ok := c.approved.get(m.Notice, m.Language); ok {
		if vars, ok := t.values(m); ok {
			return t, vars, true
		}
		c.log.Warn("an approved text does not fit the message", "channel", c.Name(), "kind", m.Notice, "language", m.Language, "reply", m.ID)
	}
	if t, ok := c.approved.get(bot.NoticeStub, m.Language); ok && notice.stub {
		vars, ok := t.values(m)
		return t, vars, ok
	}
	return approvedText{}, nil, false
}

// sendApproved sends the approved text of a notice. What is no notice, or has
// none, has to wait until the person writes.
func (c *Channel) sendApproved(ctx context.Context, address string, m bot.Message) (bot.Receipt, error) {
	t, vars, ok := c.suits(m)
	if !ok {
		return bot.Receipt{}, &bot.SendError{Outcome: bot.OutsideWindow, Code: codeNoTemplate, Err: errors.New("no approved text for this: it waits until the person writes")}
	}
	params := c.params(address, m.ID).SetContentSid(t.sid).SetValidityPeriod(templateValidity)
	if len(vars) > 0 {
		values, err := json.Marshal(vars)
		if err != nil {
			return bot.Receipt{}, refuse(codeBadAnswer, "variables cannot be encoded")
		}
		params.SetContentVariables(string(values))
	}
	receipt, failed := c.create(ctx, params)
	if failed != nil {
		if failed.Outcome == bot.OutsideWindow || failed.Code == "21655" {
			c.approved.drop(t) // it is not approved any more, or gone
			failed.Outcome = bot.OutsideWindow
		}
		return bot.Receipt{}, failed
	}
	receipt.Notice = t.Kind
	return receipt, nil
}
