package figures

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/locales"
	"mboka/store"
)

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
	case strings.TrimSpace(words) == "" && !c.onlyResults:
		return c.overview(s)
	}
	q, earlier, refusal, err := Query{Measure: Results}, (*Figure)(nil), "", error(nil)
	if strings.TrimSpace(words) != "" {
		q, earlier, refusal, err = c.understand(words)
	}
	if q.Measure == Funnel && refusal == "" && err == nil { // only by the id of one that may be read
		return c.funnel(q, earlier)
	}
	if c.onlyResults && (refusal != "" || q.Measure != Results) {
		word, _, _ := strings.Cut(locales.LabelOf(locales.CmdStats).In(c.lang), "|")
		refusal = locales.Text(c.lang, locales.ResultsOnly, locales.Args{"Word": word})
	}
	if c.onlyResults {
		c.each = nil
	}
	if err != nil || refusal != "" {
		return c.refuse(refusal, err)
	}
	return c.figure(s, q, earlier)
}

// figure counts, keeps and says.
func (c *counter) figure(s *Snapshot, q Query, earlier *Figure) (map[string]string, error) {
	p, err := c.tells(s, q)
	switch {
	case withheld(err):
		return c.say(Refuse(err, s, q, c.lang, c.rules), "", 0)
	case err != nil:
		return nil, err
	}
	f := Figure{Taken: s.Taken, Query: q, Published: p, Titles: c.titles(p)}
	f.covered()
	if f.ID, err = c.keep(s, f, false); err != nil {
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
	if earlier != nil && !q.Measure.apart() { // those are of their day
		text += "\n\n" + f.Since(*earlier, c.lang, c.rules)
	}
	return c.say(text, f.ID, p.size())
}

// covered sets the count of all, the figure about all countries, or the count of
// those of one country, beside the UN's estimate. Of other figures the base would
// be a count that they do not tell; and the UN knows of people born in the DRC
// neither professions nor what they offer, so that a share of those would compare
// some with all.
func (f *Figure) covered() {
	q, p := f.Query, &f.Published
	counted := q.Measure == Members && len(q.By) == 0 && !q.Qualified
	if slices.Equal(q.By, []string{country}) && len(q.Where) == 0 && !q.Qualified || counted && len(q.Where) == 0 {
		p.Coverage = coverage("", p.Members)
	}
	if counted && len(q.Where) == 1 && q.Where[0].Variable == country && len(q.Where[0].Codes) == 1 {
		p.Coverage = coverage(q.Where[0].Codes[0], p.Total)
	}
}

func (c *counter) titles(p Published) map[uuid.UUID]string {
	return titles(p, func(id uuid.UUID) (store.Mission, error) { return c.tx.MissionByID(c.ctx, id) }, c.lang)
}

// pictured finds the picture of a figure: its own, or of a single number the
// table where it stands, if that may be told too.
func (c *counter) pictured(s *Snapshot, f Figure) error {
	if _, ok := f.Drawing(c.lang, c.rules); ok {
		c.picture = f.ID
		return nil
	}
	among, here, ok := f.Query.picturedBy()
	if !ok {
		return nil
	}
	p, err := c.tells(s, among)
	if err != nil {
		if withheld(err) {
			err = nil
		}
		return err
	}
	if here != "" && !slices.Contains(p.Rows, here) {
		return nil
	}
	if _, ok := (Figure{Query: among, Published: p}).Drawing(c.lang, c.rules); !ok {
		return nil
	}
	id, err := c.keep(s, Figure{Taken: s.Taken, Query: among, Published: p}, true)
	if c.picture = id; here != "" {
		c.picture += markSign + here
	}
	return err
}

// refuse says why nothing was counted.
func (c *counter) refuse(text string, err error) (map[string]string, error) {
	if err != nil {
		return nil, err
	}
	c.offer = !c.onlyResults
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
		if may, denied := c.mayRead(f.Query); err == nil && f.Query.Measure == Funnel && !may {
			return Query{}, nil, locales.Text(c.lang, locales.FigNoId, nil), denied
		}
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
			if f.Query.Measure != Funnel {
				q = q.On(f.Query)
			}
		}
	}
	if earlier != nil && !reflect.DeepEqual(q, earlier.Query) {
		return Query{}, nil, locales.Text(c.lang, locales.FigSinceOther, locales.Args{"ID": earlier.ID, "What": earlier.Query.Words(c.lang)}), nil
	}
	return q, earlier, "", nil
}

// tells is what may be told of a question.
func (c *counter) tells(s *Snapshot, q Query) (Published, error) {
	switch q.Measure {
	case Results:
		return c.publishResults(s, q)
	case Trainees:
		return c.publishTrainees()
	}
	p, err := c.publish(c.ctx, c.tx, s, c.rules, q)
	if err != nil || q.Measure != Months {
		return p, err
	}
	months, err := c.tx.PublishedMonths(c.ctx)
	return PublishMonths(p, s.Taken, months), err
}
