package figures

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/locales"
	"mboka/store"
	"mboka/store/seal"
)

// Desk answers questions in the chat. It is safe for concurrent use.
type Desk struct {
	DB     *store.DB
	Keys   *seal.Keys
	Policy func(context.Context) (store.Policy, error)
	// Results looks up what came of meetings and visits.
	Results ResultsOf

	loading sync.Mutex
	current atomic.Pointer[Snapshot]
}

// Bounds of the domain reference (2.5) that are no settings.
const (
	mostVariables = 3
	leastBase     = 30
)

// Effects are what the words about figures do.
func (d *Desk) Effects() map[string]bot.Effect {
	return map[string]bot.Effect{
		bot.ChatFlow + "." + bot.StatsAsked:   d.answer,
		bot.ChatFlow + "." + bot.ExplainAsked: d.explain,
		bot.ChatFlow + "." + bot.XLSXWord:     d.letOut,
		bot.ChatFlow + "." + bot.CSVWord:      d.letOut,
		bot.ChatFlow + "." + bot.DigestAsked:  d.subscribe,
		bot.ChatFlow + "." + bot.FunnelAsked:  d.funnel,
	}
}

// Rules are the settings of disclosure control.
func Rules(p store.Policy) protect.Rules {
	return protect.Rules{K: p.K, KCross: p.KCross, Rounding: p.Rounding, MostVariables: mostVariables, LeastBase: leastBase, Edge: p.MeanEdge}
}

// counter is one question at the desk.
type counter struct {
	*Desk
	ctx   context.Context
	tx    *store.Tx
	d     bot.Doing
	held  store.Held
	lang  locales.Lang
	rules protect.Rules
	// picture names the picture that goes with the answer; "" for none.
	picture string
	// offer tells whether questions to tap on go with it.
	offer bool
	// onlyResults: a coordinator, who asks for what came of announcements.
	onlyResults bool
	each        []Query // to be answered beside the first
}

func (d *Desk) open(ctx context.Context, tx *store.Tx, doing bot.Doing) (*counter, error) {
	held, err := tx.Allowed(ctx, doing.Chat, store.AskFigures, doing.Running, doing.At)
	onlyResults := errors.Is(err, store.ErrNotAllowed)
	if onlyResults {
		held, err = tx.Allowed(ctx, doing.Chat, store.Announce, doing.Running, doing.At)
	}
	if err != nil {
		return nil, err
	}
	c, err := d.openTo(ctx, tx, doing, held)
	if err == nil {
		c.onlyResults = onlyResults
	}
	return c, err
}

// openTo opens the desk to a role that permits what is done there.
func (d *Desk) openTo(ctx context.Context, tx *store.Tx, doing bot.Doing, held store.Held) (*counter, error) {
	policy, err := d.Policy(ctx)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	lang, _ := locales.ParseLang(doing.Language)
	return &counter{Desk: d, ctx: ctx, tx: tx, d: doing, held: held, lang: lang, rules: Rules(policy)}, nil
}

// keep stores a figure and gives its id, which comes from the message: a turn
// that is repeated finds the same.
func (c *counter) keep(s *Snapshot, f Figure, aside bool) (string, error) {
	query, err := json.Marshal(f.Query)
	if err != nil {
		return "", fmt.Errorf("write figure: %w", err)
	}
	published, err := json.Marshal(f.Published)
	if err != nil {
		return "", fmt.Errorf("write figure: %w", err)
	}
	for try := 1; ; try++ {
		id := c.id("figure", c.d.Chat.String()+":"+c.d.MessageID, try)
		err := c.tx.PutFigure(c.ctx, store.Figure{
			ID: id, SnapshotID: s.ID, RoleID: c.held.ID, Organisation: c.held.Organisation, At: c.d.At, Query: query, Published: published, Aside: aside,
		})
		if err == nil || !errors.Is(err, store.ErrFigureTaken) || try == idTries {
			return spokenID(id), err
		}
	}
}

// spokenID is an id as it is printed.
func spokenID(id string) string { return "F-" + id }

// overview is the card that the word alone shows: how many there are, and what
// can be asked.
func (c *counter) overview(s *Snapshot) (map[string]string, error) {
	counted, err := s.Count(Query{})
	if err != nil {
		return nil, err
	}
	card := ""
	if p, err := Publish(c.rules, Query{}, counted); err == nil {
		card = Figure{Taken: s.Taken, Published: p}.Say(c.lang, c.rules).Sentence + "\n\n"
	}
	c.offer = true
	return c.say(card+locales.Text(c.lang, locales.FigTop, locales.Args{"Date": locales.Date(c.lang, s.Taken)}), "", 0)
}

// explain says a figure again from what is kept of it, in the language of whoever
// asks, and by which rules it was made. It counts nothing.
func (d *Desk) explain(ctx context.Context, tx *store.Tx, doing bot.Doing) (map[string]string, error) {
	c, err := d.open(ctx, tx, doing)
	if err != nil {
		return nil, err
	}
	was, found, err := tx.FigureByID(ctx, idOf(doing.Event.Answer.Text))
	switch {
	case err != nil:
		return nil, err
	case !found:
		return c.say(locales.Text(c.lang, locales.FigNoId, nil), "", 0)
	}
	f, err := onRecord(was)
	if err != nil {
		return nil, err
	}
	if may, err := c.mayRead(f.Query); err != nil || !may {
		if err != nil {
			return nil, err
		}
		return c.say(locales.Text(c.lang, locales.FigNoId, nil), "", 0)
	}
	f.Titles = c.titles(f.Published)
	rule := locales.Text(c.lang, locales.FigRule, locales.Args{"K": f.Published.K, "Step": f.step(c.rules)})
	if f.Query.Measure == Trainees {
		rule = f.traineesRule(c.lang, c.rules)
	}
	if _, ok := f.Drawing(c.lang, c.rules); ok {
		c.picture = f.ID
	}
	return c.say(f.Say(c.lang, c.rules).Text()+"\n\n"+rule, f.ID, f.Published.size())
}

// say is the result of a question, and its line in the log.
func (c *counter) say(text, id string, size int) (map[string]string, error) {
	act := actAsk
	switch c.d.Event.Name {
	case bot.StatsAsked:
	case bot.DigestAsked:
		act = "digest.set"
	default:
		act = "figure." + c.d.Event.Name
	}
	results := map[string]string{bot.ResultOutcome: bot.FigureSaid, bot.ResultFigure: text, bot.ResultPicture: c.picture, bot.ResultFigureID: id}
	if c.offer {
		results[bot.ResultOffer] = "yes"
	}
	return results, c.audit(act, id, size)
}

// The acts in the log.
const (
	actAsk    = "figure.ask"
	actExport = "figure.export"
)

// audit writes an act of this turn into the log.
func (c *counter) audit(act, id string, size int) error {
	entry, err := uuid.FromBytes(c.Keys.Code("audit "+act, c.d.Chat.String()+":"+c.d.MessageID, 16))
	if err != nil {
		return fmt.Errorf("derive audit id: %w", err)
	}
	entry[6], entry[8] = entry[6]&0x0f|0x80, entry[8]&0x3f|0x80 // version 8: of our own making
	return c.tx.Audit(c.ctx, store.Entry{
		ID: entry, At: c.d.At, Actor: store.RoleActor(c.held.ID), Role: string(c.held.Role), Organisation: string(c.held.Organisation),
		Act: act, Object: id, Size: int64(size), Exported: act == actExport, Words: c.d.Event.Answer.Text,
	})
}

// snapshot is the current one, read into memory once.
func (d *Desk) snapshot(ctx context.Context, records snapshots) (*Snapshot, bool, error) {
	now, found, err := records.CurrentSnapshot(ctx)
	if err != nil || !found {
		return nil, false, err
	}
	if s := d.current.Load(); s != nil && s.ID == now.ID {
		return s, true, nil
	}
	d.loading.Lock()
	defer d.loading.Unlock()
	if s := d.current.Load(); s != nil && s.ID == now.ID {
		return s, true, nil
	}
	s, found, err := Load(ctx, d.DB)
	if err != nil || !found {
		return nil, false, err
	}
	d.current.Store(s)
	return s, true, nil
}

// snapshots are the records of snapshots, in a transaction or not.
type snapshots interface {
	CurrentSnapshot(context.Context) (store.Snapshot, bool, error)
}

// Prepare reads the current snapshot into memory, and what was told over it: else
// the first question after a start or a new snapshot would wait for that.
func (d *Desk) Prepare(ctx context.Context) error {
	s, found, err := d.snapshot(ctx, d.DB)
	if err != nil || !found {
		return err
	}
	told, err := d.DB.FiguresTold(ctx, s.ID, s.told.newest())
	if err != nil {
		return err
	}
	return s.told.takeIn(told)
}
