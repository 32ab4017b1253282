package announce

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"mboka/bot"
	"mboka/locales"
	"mboka/store"
)

// What Watcher.Shown says while no message is known that could be edited. No
// mark of a progress begins like them.
const (
	unheard     = "?" // one for each message that was sent and of which nothing was heard
	troubleTold = "!" // one for each trouble that was told by a message of its own
	// mostUnheard: who got no answer sends once more, as with a reply; whoever is
	// killed again there does not send a third one.
	mostUnheard = 2
)

// doubtful tells whether a chat may have so many messages of the progress that it
// gets no further one to edit: it is told by the few others then.
func doubtful(w store.Watcher) bool {
	return w.ProviderID == "" && strings.HasPrefix(w.Shown, strings.Repeat(unheard, mostUnheard))
}

// edit shows the progress in the one message of a chat. That the first one goes
// out is kept before it does: whoever dies before its id is kept has the next one
// know of it.
func (t *Teller) edit(ctx context.Context, c bot.Channel, p Progress, w *store.Watcher, now time.Time) (next time.Time, err error) {
	mark := p.mark()
	if w.ProviderID != "" && mark == w.Shown {
		return now, nil
	}
	if until := t.Holds.Until(c.Name()); until.After(now) {
		return until, nil
	}
	before := w.Shown
	if w.ProviderID == "" {
		w.Shown += unheard
		if err := t.DB.Write(ctx, func(tx *store.Tx) error { return tx.Watched(ctx, *w, now) }); err != nil {
			return now, err
		}
	}
	lang, _ := locales.ParseLang(w.Language)
	about := bot.About{Kind: bot.AboutAnnouncement, ID: w.AnnouncementID}
	t.Lanes.Reply(c.Name())
	receipt, err := c.Send(ctx, w.Address, p.message("progress-"+w.AnnouncementID.String(), about, lang, w.ProviderID))
	var failed *bot.SendError
	switch {
	case err == nil && receipt.ProviderID == "": // taken, but not as what
		w.Shown, w.Told, w.Trouble = strings.Repeat(unheard, mostUnheard), min(p.percent(), 100), p.trouble()
		return now, nil
	case err == nil:
		w.ProviderID, w.Shown, w.Told, w.Trouble = receipt.ProviderID, mark, min(p.percent(), 100), p.trouble()
		return now, nil
	case !errors.As(err, &failed):
		return now, fmt.Errorf("tell progress: %w", err)
	}
	t.Logger.Warn("progress not told", "channel", w.Channel, "announcement", w.AnnouncementID, "code", failed.Code, "error", failed)
	if failed.Outcome != bot.Unknown { // it was not taken
		w.Shown = before
	}
	if failed.Outcome == bot.Retry {
		return now, nil
	}
	return now.Add(max(failed.RetryAfter, restAfter)), nil
}
