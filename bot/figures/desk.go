package figures

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

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
	}
}

// Rules are the settings of disclosure control.
func Rules(p store.Policy) protect.Rules {
	return protect.Rules{K: p.K, KCross: p.KCross, Rounding: p.Rounding, MostVariables: mostVariables, LeastBase: leastBase}
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
	each    []Query // to be answered beside the first
}

func (d *Desk) open(ctx context.Context, tx *store.Tx, doing bot.Doing) (*counter, error) {
	held, err := tx.Allowed(ctx, doing.Chat, store.AskFigures, doing.Running, doing.At)
	if err != nil {
		return nil, err
	}
	return d.openTo(ctx, tx, doing, held)
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

// answer answers a question: it is understood, counted, protected, kept under
// an id, and audited with its words.
func (d *Desk) answer(ctx context.Context, tx *store.Tx, doing bot.Doing) (map[string]string, error) {
	c, err := d.open(ctx, tx, doing)
	if err != nil {
		return nil, err
	}
	s, found, err := d.snapshot(ctx, tx)
	words := doing.Event.Answer.Text
	switch {
	case err != nil:
		return nil, err
	case !found:
		return c.say(locales.Text(c.lang, locales.FigNone, nil), "", 0)
	case strings.TrimSpace(words) == "":
		return c.overview(s)
	}
	q, earlier, refusal, err := c.understand(words)
	if err != nil || refusal != "" {
		return c.refuse(refusal, err)
	}
	p, err := c.publish(c.ctx, c.tx, s, c.rules, q)
	switch {
	case withheld(err):
		return c.say(Refuse(err, s, q, c.lang, c.rules), "", 0)
	case err != nil:
		return nil, err
	}
	f := Figure{Taken: s.Taken, Query: q, Published: p}
	if f.ID, err = c.keep(s, f); err != nil {
		return nil, err
	}
	if err := c.pictured(s, f); err != nil {
		return nil, err
	}
	more, err := c.further(s, c.each)
	if err != nil {
		return nil, err
	}
	text := f.Say(c.lang, c.rules).Text() + more
	if earlier != nil {
		text += "\n\n" + f.Since(*earlier, c.lang, c.rules)
	}
	return c.say(text, f.ID, p.Total.N)
}

// pictured finds the picture of a figure: its own, or of a number about one
// country the table of all countries, if that may be told too.
func (c *counter) pictured(s *Snapshot, f Figure) error {
	if _, ok := f.Drawing(c.lang, c.rules); ok {
		c.picture = f.ID
		return nil
	}
	among, here, ok := f.Query.picturedBy()
	if !ok {
		return nil
	}
	p, err := c.publish(c.ctx, c.tx, s, c.rules, among)
	if withheld(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if !slices.Contains(p.Rows, here) {
		return nil
	}
	id, err := c.keep(s, Figure{Taken: s.Taken, Query: among, Published: p})
	c.picture = id + markSign + here
	return err
}

// refuse says why nothing was counted.
func (c *counter) refuse(text string, err error) (map[string]string, error) {
	if err != nil {
		return nil, err
	}
	return c.say(text, "", 0)
}

// recent is for how long a question can be refined: then a person has forgotten it
// too.
const recent = 30 * time.Minute

// understand reads a question, with what was asked just before where it goes on
// from that. earlier is the figure to compare with, nil for none; refusal says
// what was not understood.
func (c *counter) understand(words string) (q Query, earlier *Figure, refusal string, err error) {
	words, id := since(words)
	if id != "" {
		was, found, err := c.tx.FigureByID(c.ctx, id)
		if err != nil || !found {
			return Query{}, nil, locales.Text(c.lang, locales.FigNoId, nil), err
		}
		f, err := onRecord(was)
		if err != nil || words == "" {
			return f.Query, &f, "", err
		}
		earlier = &f
	}
	u := Parse(words)
	if !u.Clear() {
		return Query{}, nil, u.Unclear(c.lang), nil
	}
	q, c.each = u.Query, u.Each
	if Refines(words) {
		last, found, err := c.tx.LastFigure(c.ctx, c.held.ID, c.d.At.Add(-recent))
		if err != nil {
			return Query{}, nil, "", err
		}
		if found {
			f, err := onRecord(last)
			if err != nil {
				return Query{}, nil, "", err
			}
			q = q.On(f.Query)
		}
	}
	if earlier != nil && !reflect.DeepEqual(q, earlier.Query) {
		return Query{}, nil, locales.Text(c.lang, locales.FigSinceOther, locales.Args{"ID": earlier.ID, "What": earlier.Query.Words(c.lang)}), nil
	}
	return q, earlier, "", nil
}

// keep stores a figure and gives its id, which comes from the message: a turn
// that is repeated finds the same.
func (c *counter) keep(s *Snapshot, f Figure) (string, error) {
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
			ID: id, SnapshotID: s.ID, RoleID: c.held.ID, Organisation: c.held.Organisation, At: c.d.At, Query: query, Published: published,
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
	rule := locales.Text(c.lang, locales.FigRule, locales.Args{"K": f.Published.K, "Step": f.step(c.rules)})
	if _, ok := f.Drawing(c.lang, c.rules); ok {
		c.picture = f.ID
	}
	return c.say(f.Say(c.lang, c.rules).Text()+"\n\n"+rule, f.ID, f.Published.Total.N)
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
	return map[string]string{bot.ResultOutcome: bot.FigureSaid, bot.ResultFigure: text, bot.ResultPicture: c.picture, bot.ResultFigureID: id}, c.audit(act, id, size)
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
func (d *Desk) snapshot(ctx context.Context, tx *store.Tx) (*Snapshot, bool, error) {
	now, found, err := tx.CurrentSnapshot(ctx)
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

// Unclear names what was not understood, and what it may have been.
func (u Understood) Unclear(lang locales.Lang) string {
	var lines []string
	for _, w := range u.Which {
		lines = append(lines, locales.Text(lang, locales.FigWhich, locales.Args{"Word": w.Word, "What": strings.Join(w.Nearby, ", ")}))
	}
	for _, w := range u.Unknown {
		line := locales.Text(lang, locales.FigUnknown, locales.Args{"Word": w.Word})
		if len(w.Nearby) > 0 {
			line += " " + locales.Text(lang, locales.FigNearby, locales.Args{"What": strings.Join(w.Nearby, ", ")})
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
