package announce

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"mboka/bot"
	"mboka/locales"
	"mboka/store"
	"mboka/store/limits"
	"mboka/store/seal"
)

// How often watchers are told. An edit in three seconds is a third of what
// Telegram asks for in one chat (core.telegram.org/bots/faq: one message a
// second), so that replies to the same person have room beside it.
const (
	tellEvery = 3 * time.Second
	// tellSlack: a tick that comes a little early tells all the same.
	tellSlack = 500 * time.Millisecond
	// rateOver is the time over which the rate is taken.
	rateOver = 10 * time.Second
	// restAfter is how long a watcher is left alone whose chat refuses.
	restAfter = time.Minute
	// tellLimit is for how long after the end of a sending somebody is tried who
	// could not be told.
	tellLimit = time.Hour
)

// toldAll is Watcher.Told once the report was said.
const toldAll = 101

// Telling is the job that tells the watchers of one announcement how far it is,
// from its beginning until all of them have its report.
type Telling struct {
	Announcement uuid.UUID `json:"announcement"`
}

// Kind is the name of the jobs in the queue.
func (Telling) Kind() string { return "announcement_progress" }

// InsertOpts lets one at a time tell of an announcement.
func (Telling) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: store.QueueAnnounce, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}}
}

// TellingWorker does the jobs of the queue.
type TellingWorker struct {
	river.WorkerDefaults[Telling]
	Teller *Teller
}

// Work tells once, and asks to be called again while there is something to tell.
func (w *TellingWorker) Work(ctx context.Context, job *river.Job[Telling]) error {
	again, err := w.Teller.Tell(ctx, job.Args.Announcement)
	if err == nil && again {
		return river.JobSnooze(tellEvery)
	}
	return err
}

// Teller tells who follows an announcement how far it is. Where a platform can
// change a message it is one message, edited in place; elsewhere there are new
// ones at the beginning, in the middle, at the end and on trouble. These few
// messages are replies to staff: they count in the replies' lane, not in bulk.
type Teller struct {
	DB       *store.DB
	Keys     *seal.Keys
	Bot      *bot.Bot
	Channels []bot.Channel
	Reports  *Reports
	Holds    *limits.Holds // nil: nothing is held
	Lanes    *limits.Lanes // nil: nothing is counted
	Clock    func() time.Time
	Logger   *slog.Logger
}

// Tell tells all watchers once who were not told within tellEvery. again is false
// once there is nothing more to tell. It may be called by several replicas.
func (t *Teller) Tell(ctx context.Context, id uuid.UUID) (again bool, err error) {
	now := t.Clock()
	a, err := t.DB.AnnouncementByID(ctx, id)
	if err != nil {
		return false, err
	}
	if a.StartedAt.IsZero() { // cancelled before, or taken back
		return a.Status == store.AnnouncementApproved && !a.BeginAt.After(now.Add(tellEvery)), nil
	}
	var watchers []store.Watcher
	err = t.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.WatchOwn(ctx, id, now); err != nil {
			return err
		}
		watchers, err = tx.ClaimWatchers(ctx, id, toldAll, now, tellEvery-tellSlack)
		return err
	})
	if err != nil {
		return false, err
	}
	if len(watchers) == 0 {
		return t.goesOn(ctx, a, now)
	}
	p, m, err := t.progress(ctx, a, now)
	if err != nil {
		return false, err
	}
	for _, w := range watchers {
		p.Title = m.Text(w.Language).Title
		if err := t.tell(ctx, a, p, w, now); err != nil {
			return false, err
		}
	}
	return true, nil
}

// goesOn tells whether there will be anything to tell. A chat that cannot be
// reached for long is not waited for: the report can be asked for.
func (t *Teller) goesOn(ctx context.Context, a store.Announcement, now time.Time) (bool, error) {
	if !over(a) {
		return true, nil
	}
	if now.Sub(a.EndedAt) > tellLimit {
		return false, nil
	}
	return t.DB.Unwatched(ctx, a.ID, toldAll, now)
}

// progress counts once for all watchers.
func (t *Teller) progress(ctx context.Context, a store.Announcement, now time.Time) (Progress, store.Mission, error) {
	m, err := t.DB.MissionByID(ctx, a.MissionID)
	if err != nil {
		return Progress{}, m, err
	}
	tally, err := t.DB.PaceOf(ctx, a.ID, now.Add(-rateOver))
	if err != nil {
		return Progress{}, m, err
	}
	p := Progress{Status: a.Status, Planning: a.PlannedAt.IsZero(), Counters: countersOf(tally.States)}
	p.Rate = (tally.Recent + int(rateOver/time.Second)/2) / int(rateOver/time.Second)
	for _, c := range t.Channels {
		p.Held = p.Held || t.Holds.Until(c.Name()).After(now)
	}
	return p, m, nil
}

// tell tells one watcher, and keeps what was told. What one chat refuses keeps
// nobody else from being told.
func (t *Teller) tell(ctx context.Context, a store.Announcement, p Progress, w store.Watcher, now time.Time) error {
	for _, c := range t.Channels {
		if c.Name() != w.Channel {
			continue
		}
		next := now
		var err error
		switch {
		case !c.Capabilities().Edits:
			err = t.announce(ctx, p, &w, now)
		case doubtful(w):
			w.Told = max(w.Told, 0) // that it begins they may have read twice
			err = t.announce(ctx, p, &w, now)
		default:
			next, err = t.edit(ctx, c, p, &w, now)
		}
		if err == nil && p.over() && w.Told < toldAll {
			err = t.report(ctx, a, &w, now)
		}
		if err != nil {
			return err
		}
		return t.DB.Write(ctx, func(tx *store.Tx) error { return tx.Watched(ctx, w, next) })
	}
	return nil // the channel is off here
}

// The steps at which a chat is told by new messages; the last one is the report.
var toldAt = []int{50, 0}

// announce tells the progress by a message of its own where a step is reached, or
// trouble has begun or is over. It has an id that comes from what it says: told
// again, it is said once.
func (t *Teller) announce(ctx context.Context, p Progress, w *store.Watcher, now time.Time) error {
	if p.over() {
		return nil
	}
	step := w.Told
	for _, at := range toldAt {
		if p.percent() >= at {
			step = max(step, at)
			break
		}
	}
	trouble := p.trouble()
	if step == w.Told && (trouble == w.Trouble || trouble == "") {
		w.Trouble = trouble
		return nil
	}
	says := fmt.Sprint(step)
	if trouble != "" { // each trouble anew, and each once
		says = fmt.Sprintf("%d %s %s", step, trouble, w.Shown)
	}
	if err := t.notify(ctx, *w, says, p.Say(langOf(*w)), bot.Notification{Step: bot.AnnouncementAct, Choices: p.buttons()}, p, now); err != nil {
		return err
	}
	if w.Told, w.Trouble = step, trouble; trouble != "" {
		w.Shown += troubleTold
	}
	return nil
}

// report says the report, in a message of its own so that the phone rings.
func (t *Teller) report(ctx context.Context, a store.Announcement, w *store.Watcher, now time.Time) error {
	lang := langOf(*w)
	policy, err := t.Reports.Policy(ctx)
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	var r Report
	err = t.DB.Write(ctx, func(tx *store.Tx) (err error) {
		r, err = t.Reports.report(ctx, tx, rulesOf(policy), a, now, lang)
		return err
	})
	if errors.As(err, new(bot.Refusal)) { // ended before a delivery was planned
		w.Told = toldAll
		return nil
	}
	if err != nil {
		return err
	}
	p := Progress{Title: r.Title, Status: a.Status, Counters: r.Counters}
	if err := t.notify(ctx, *w, "report", r.Say(lang), bot.Notification{Step: bot.ReportAsked, Choices: bot.ReportButtons(buttonsOf(r)...)}, p, now); err != nil {
		return err
	}
	w.Told = toldAll
	return nil
}

// notify has a text said first in a watcher's chat.
func (t *Teller) notify(ctx context.Context, w store.Watcher, says, text string, n bot.Notification, p Progress, now time.Time) error {
	id, err := derived(t.Keys, "progress", w.AnnouncementID.String()+":"+w.StaffID.String()+":"+says)
	if err != nil {
		return err
	}
	n.ID, n.Key, n.Args = id.String(), locales.RepSaid, map[string]string{"Report": text}
	n.About = bot.About{Kind: bot.AboutAnnouncement, ID: w.AnnouncementID}
	n.Kind, n.Fields = bot.NoticeProgress, []string{p.Title, fmt.Sprint(p.percent())}
	n.Language, n.HeardAt, n.QueuedAt, n.Waits = w.Language, w.HeardAt, now, true
	if err := t.Bot.Notify(ctx, w.Channel, w.Address, n); err != nil {
		return fmt.Errorf("tell progress: %w", err)
	}
	return nil
}

func langOf(w store.Watcher) locales.Lang {
	lang, _ := locales.ParseLang(w.Language)
	return lang
}
