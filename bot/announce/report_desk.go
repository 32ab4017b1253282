package announce

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/locales"
	"mboka/store"
	"mboka/store/seal"
)

// Reports tell staff what became of announcements and missions, and hand out
// links to pass on. It is safe for concurrent use.
type Reports struct {
	DB     *store.DB
	Keys   *seal.Keys
	Policy func(context.Context) (store.Policy, error)
	Links  Links
}

// Effects are what the buttons and words about reports and links do.
func (r *Reports) Effects() map[string]bot.Effect {
	return map[string]bot.Effect{
		bot.FlowAnnouncement + "." + bot.ReportAsked: r.act,
		bot.FlowAnnouncement + "." + bot.XLSXAsked:   r.xlsx,
		bot.FlowAnnouncement + "." + bot.ShareAsked:  r.share,
		bot.FlowMission + "." + bot.ReportAsked:      r.whole,
		bot.FlowAmbassador + "." + bot.AmbassadorAct: r.ambassadorAct,
		bot.ChatFlow + "." + bot.AmbassadorAsked:     r.ambassador,
	}
}

// Facts are the files that reports hand out, and the missions behind links.
func (r *Reports) Facts() map[string]bot.Lookup {
	return map[string]bot.Lookup{bot.FactReport: r.files, bot.FactShared: r.shared}
}

// Bounds of reports that are no settings.
const (
	mostVariables = 3  // domain reference, 2.5
	leastBase     = 30 // the same
	day           = 24 * time.Hour
	stoppedWithin = 7 * day // a stop that comes later has other causes
	// fresh is how many more people a table needs to be counted anew: twice the
	// larger threshold, as of snapshots (domain reference, 2.5).
	fresh = 2
)

func rulesOf(p store.Policy) protect.Rules {
	return protect.Rules{K: p.K, KCross: p.KCross, Rounding: p.Rounding, MostVariables: mostVariables, LeastBase: leastBase}
}

// errNothing: there is no such thing, or it is not theirs. Whoever asks is told
// no more than that.
var errNothing = bot.Refusal{Results: map[string]string{bot.ResultOutcome: bot.ReportGone}}

// clerk is one request at the desk.
type clerk struct {
	*Reports
	ctx   context.Context
	tx    *store.Tx
	d     bot.Doing
	held  store.Held
	lang  locales.Lang
	rules protect.Rules
}

// open checks that somebody may see what belongs to an organisation: who
// announces for it or for the running one, or who approves.
func (r *Reports) open(ctx context.Context, tx *store.Tx, d bot.Doing, of store.Organisation) (*clerk, error) {
	policy, err := r.Policy(ctx)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	lang, _ := locales.ParseLang(d.Language)
	c := &clerk{Reports: r, ctx: ctx, tx: tx, d: d, lang: lang, rules: rulesOf(policy)}
	held, err := tx.Allowed(ctx, d.Chat, store.Announce, d.Running, d.At)
	if err == nil && of != "" && held.Organisation != of && held.Organisation != d.Running {
		err = store.ErrNotAllowed
	}
	if errors.Is(err, store.ErrNotAllowed) && of != "" {
		held, err = tx.Allowed(ctx, d.Chat, store.Approve, d.Running, d.At)
	}
	if errors.Is(err, store.ErrNotAllowed) && of != "" { // a button, which anybody may have found
		return nil, errNothing
	}
	c.held = held
	return c, err
}

// about opens the announcement of a button.
func (r *Reports) about(ctx context.Context, tx *store.Tx, d bot.Doing) (*clerk, store.Announcement, error) {
	id, err := uuid.Parse(d.Event.Answer.Text)
	if err != nil {
		return nil, store.Announcement{}, errNothing
	}
	a, err := tx.AnnouncementByID(ctx, id)
	if errors.Is(err, store.ErrNoAnnouncement) {
		err = errNothing
	}
	if err != nil {
		return nil, a, err
	}
	c, err := r.open(ctx, tx, d, a.Organisation)
	return c, a, err
}

// act does what the buttons under a report say.
func (r *Reports) act(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	c, a, err := r.about(ctx, tx, d)
	if err != nil {
		return nil, err
	}
	code := ""
	if len(d.Event.Answer.Codes) > 0 {
		code = d.Event.Answer.Codes[0]
	}
	switch code {
	case bot.XLSXAsked:
		return c.export(a)
	case bot.ShareAsked:
		return c.shareMission(a.MissionID)
	case bot.ReportWhole:
		return c.tellWhole(a.MissionID)
	case bot.ReportWatch:
		if err := tx.Watch(ctx, a.ID, c.held.StaffID, d.At); err != nil {
			return nil, err
		}
		return c.said(locales.Text(c.lang, locales.RepWatched, nil), nil), c.audit("announcement.watch", a.ID.String(), 0, false)
	case bot.ReportResend, bot.ReportLeave:
		return c.unknown(a, code)
	}
	return c.tell(a)
}

// tell is the report of an announcement.
func (c *clerk) tell(a store.Announcement) (map[string]string, error) {
	report, err := c.report(c.ctx, c.tx, c.rules, a, c.d.At, c.lang)
	if err != nil {
		return nil, err
	}
	return c.said(report.Say(c.lang), &bot.About{Kind: bot.AboutAnnouncement, ID: a.ID}, buttonsOf(report)...),
		c.audit("announcement.report", a.ID.String(), report.Counters.Targeted, false)
}

// buttonsOf are at most three, as WhatsApp takes.
func buttonsOf(r Report) []string {
	if r.Counters.Undecided > 0 {
		return []string{bot.ReportResend, bot.ReportLeave, bot.XLSXAsked}
	}
	return []string{bot.XLSXAsked, bot.ReportWhole, bot.ShareAsked}
}

// hasPlan tells whether the sending of an announcement has begun, so that its
// counters may be told.
func hasPlan(a store.Announcement) bool { return !a.PlannedAt.IsZero() }

// over tells whether all was tried.
func over(a store.Announcement) bool {
	return a.Status == store.AnnouncementSent || a.Status == store.AnnouncementClosed || a.Status == store.AnnouncementCancelled
}

// reported tells whether the counters of an announcement may be told. Those of a
// reminder never are: it is for who said yes or maybe, of whom fewer than the
// threshold are not told.
func reported(a store.Announcement) bool {
	return hasPlan(a) && !slices.Contains(store.Reminders, a.Kind)
}

// report counts and protects. Before the sending has begun there is none.
func (r *Reports) report(ctx context.Context, tx *store.Tx, rules protect.Rules, a store.Announcement, now time.Time, lang locales.Lang) (Report, error) {
	if !reported(a) {
		return Report{}, errNothing
	}
	m, err := tx.MissionByID(ctx, a.MissionID)
	if err != nil {
		return Report{}, err
	}
	all, err := tx.Totals(ctx, a.ID)
	if err != nil {
		return Report{}, err
	}
	coming, err := tx.ComingTo(ctx, m.ID)
	if err != nil {
		return Report{}, err
	}
	stopped, err := tx.Stopped(ctx, a.ID, stoppedWithin)
	if err != nil {
		return Report{}, err
	}
	announced, err := tx.AnnouncementsOf(ctx, m.ID)
	if err != nil {
		return Report{}, err
	}
	fine := fineOf(a)
	undecided := 0
	for _, d := range all {
		if d.State == store.DeliveryUnknown && d.Reason != store.ReasonLeft {
			undecided += int(d.N)
		}
	}
	out := Report{Title: m.Text(lang.String()).Title, Counters: countersOf(statesOf(all)), Early: !over(a), At: now}
	out.Counters.Undecided = undecided
	out.Turnout = turnoutOf(rules, turnoutFine(announced, a), m, coming, stopped, out.Counters.LeftOut, now)
	if out.Early {
		return out, nil
	}
	out.Tables, out.At, err = settledTables(ctx, tx, rules, fine, a.ID, all, out.Counters, now)
	return out, err
}

func statesOf(all []store.Tally) map[string]int {
	states := map[string]int{}
	for _, d := range all {
		states[d.State] += int(d.N)
	}
	return states
}

// settledTables gives the tables as they were told first. What still comes in
// after the sending, parked messages most of all, changes them only when it is
// so many people that no difference of two reports tells of a few.
func settledTables(ctx context.Context, tx *store.Tx, rules protect.Rules, fine protect.Fine, id uuid.UUID, all []store.Tally, c Counters, now time.Time) (t Tables, at time.Time, err error) {
	kept, found, err := tx.ReportOf(ctx, id)
	if err != nil {
		return t, at, err
	}
	settled := c.Sent + c.Failed
	if moved := settled - kept.Settled; !found || max(moved, -moved) >= fresh*max(rules.K, rules.KCross) {
		raw, err := json.Marshal(tablesOf(rules, fine, all))
		if err != nil {
			return t, at, fmt.Errorf("write report: %w", err)
		}
		if kept, err = tx.PutReport(ctx, store.KeptReport{AnnouncementID: id, At: now, Settled: settled, Report: raw}, kept.At); err != nil {
			return t, at, err
		}
	}
	if err := json.Unmarshal(kept.Report, &t); err != nil {
		return t, at, fmt.Errorf("read report: %w", err)
	}
	return t, kept.At, nil
}

// whole is the report of a mission, by a button about it.
func (r *Reports) whole(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	id, err := uuid.Parse(d.Event.Answer.Text)
	if err != nil {
		return nil, errNothing
	}
	m, err := tx.MissionByID(ctx, id)
	if errors.Is(err, store.ErrNoMission) {
		err = errNothing
	}
	if err != nil {
		return nil, err
	}
	c, err := r.open(ctx, tx, d, m.Organisation)
	if err != nil {
		return nil, err
	}
	return c.tellWhole(m.ID)
}

func (c *clerk) tellWhole(id uuid.UUID) (map[string]string, error) {
	w, err := c.wholeOf(id)
	if err != nil {
		return nil, err
	}
	words, err := c.words(id)
	if err != nil {
		return nil, err
	}
	return c.said(w.Say(c.lang)+words, nil), c.audit("mission.report", id.String(), w.Counters.Targeted, false)
}

// wholeOf puts the announcements of a mission together, without the reminders,
// which would tell how many they were for. It has no tables: beside those of each
// announcement they would tell differences.
func (c *clerk) wholeOf(id uuid.UUID) (Whole, error) {
	m, err := c.tx.MissionByID(c.ctx, id)
	if err != nil {
		return Whole{}, err
	}
	all, err := c.tx.AnnouncementsOf(c.ctx, id)
	if err != nil {
		return Whole{}, err
	}
	w, stopped := Whole{Title: m.Text(c.lang.String()).Title, At: c.d.At}, 0
	for _, a := range all {
		if !reported(a) {
			continue
		}
		tally, err := c.tx.PaceOf(c.ctx, a.ID, c.d.At)
		if err != nil {
			return Whole{}, err
		}
		n, err := c.tx.Stopped(c.ctx, a.ID, stoppedWithin)
		if err != nil {
			return Whole{}, err
		}
		w.Announcements, w.Counters, stopped = w.Announcements+1, w.Counters.Plus(countersOf(tally.States)), max(stopped, n)
	}
	if w.Announcements == 0 {
		return Whole{}, errNothing
	}
	coming, err := c.tx.ComingTo(c.ctx, id)
	if err != nil {
		return Whole{}, err
	}
	w.Turnout = turnoutOf(c.rules, turnoutFine(all), m, coming, stopped, 0, c.d.At)
	return w, nil
}

// said is the result that has a text said, with buttons about something.
func (c *clerk) said(text string, about *bot.About, codes ...string) map[string]string {
	return bot.ReportResult(text, about, codes...)
}

// audit writes an act of this turn into the log.
func (c *clerk) audit(act, object string, size int, exported bool) error {
	id, err := derived(c.Keys, "audit "+act, c.d.Chat.String()+":"+c.d.MessageID)
	if err != nil {
		return err
	}
	return c.tx.Audit(c.ctx, store.Entry{
		ID: id, At: c.d.At, Actor: store.RoleActor(c.held.ID), Role: string(c.held.Role), Organisation: string(c.held.Organisation),
		Act: act, Object: object, Size: int64(size), Exported: exported,
	})
}

// derived is an id that comes from a message: a turn that is repeated makes the
// same.
func derived(keys *seal.Keys, purpose, of string) (uuid.UUID, error) {
	id, err := uuid.FromBytes(keys.Code(purpose, of, 16))
	if err != nil {
		return id, fmt.Errorf("derive id: %w", err)
	}
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // version 8: of our own making
	return id, nil
}
