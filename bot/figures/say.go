package figures

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"mboka/bot/protect"
	"mboka/locales"
	"mboka/locales/reference"
)

// Figure is a published figure with what names it. It is said in any language
// from itself alone: nothing is counted again.
type Figure struct {
	ID        string
	Taken     time.Time // the snapshot's
	Query     Query
	Published Published
	Mark      string // the value that its picture points out; "" for none
	// Titles are what staff called the missions of the measure Results. They are
	// read when the figure is said, and are no part of it.
	Titles map[uuid.UUID]string
}

// Said is a figure in words: each part is one line or several. Understood is ""
// where there was nothing to understand.
type Said struct {
	Understood, Sentence string
	Table                []string
	Notes                []string
	Footer               string
}

// Text is all of it as one message.
func (s Said) Text() string {
	parts := []string{s.Sentence}
	if s.Understood != "" {
		parts = []string{s.Understood, s.Sentence}
	}
	if len(s.Table) > 0 {
		parts = append(parts, strings.Join(s.Table, "\n"))
	}
	parts = append(append(parts, s.Notes...), s.Footer)
	return strings.Join(parts, "\n\n")
}

// voice says things in one language.
type voice struct {
	lang  locales.Lang
	rules protect.Rules
	k     int
}

func (v voice) text(key locales.Key, args locales.Args) string {
	return locales.Text(v.lang, key, args)
}

func (v voice) cell(c protect.Cell) string {
	switch c.State {
	case protect.Small:
		return v.text(locales.FigSmall, locales.Args{"K": v.k})
	case protect.Hidden:
		return v.text(locales.FigHidden, nil)
	}
	return locales.Number(v.lang, c.N)
}

// share is a count with its percentage of a base, where there may be one.
func (v voice) share(c, base protect.Cell) string {
	percent, ok := v.rules.Share(c, base)
	if !ok {
		return v.cell(c)
	}
	return v.text(locales.FigPercent, locales.Args{"Count": v.cell(c), "Percent": percent})
}

func (v voice) name(of Variable, code string) string {
	if code == Other {
		return v.text(locales.FigOther, nil)
	}
	return of.Label(code).In(v.lang)
}

// Say puts a figure into words.
func (f Figure) Say(lang locales.Lang, r protect.Rules) Said {
	v, p := voice{lang, r, f.Published.K}, f.Published
	switch f.Query.Measure {
	case Months:
		return f.sayMonths(v)
	case Results:
		return f.sayResults(v)
	case Trainees:
		return f.sayTrainees(v)
	case Funnel:
		return f.sayFunnel(v)
	}
	out := Said{
		Understood: v.text(locales.FigUnderstood, locales.Args{"What": f.Query.Words(lang)}),
		Sentence:   v.sentence(f),
		Footer:     v.footer(f),
	}
	hidden := p.Total.State == protect.Hidden || p.Answered.State == protect.Hidden || p.Members.State == protect.Hidden
	for i, code := range p.Rows {
		line, some := v.row(f, i, code)
		hidden = hidden || some
		out.Table = append(out.Table, line)
	}
	if hidden {
		out.Notes = append(out.Notes, v.text(locales.FigHiddenWhy, nil))
	}
	if p.hot() > 0 {
		out.Notes = append(out.Notes, v.text(locales.HeatNote, nil))
	}
	for _, key := range f.Query.By {
		if of, _ := VariableOf(key); of.Several {
			out.Notes = append(out.Notes, v.text(locales.FigSeveral, nil))
			break
		}
	}
	if slices.Contains(f.Query.variables(), belowKey) {
		out.Notes = append(out.Notes, v.text(locales.BelowNote, nil))
	}
	if f.Query.Measure == Stock {
		out.Notes = append(out.Notes, v.text(locales.StockNote, nil))
	}
	if p.Coverage != nil {
		out.Notes = append(out.Notes, v.coverage(p.Coverage))
	}
	out.Notes = append(out.Notes, v.study(f)...)
	if p.Synthetic {
		out.Notes = append(out.Notes, v.text(locales.FigSynthetic, nil))
	}
	return out
}

func (v voice) footer(f Figure) string {
	return v.text(locales.FigFooter, locales.Args{"Step": f.step(v.rules), "Date": locales.Date(v.lang, f.Taken), "ID": f.ID})
}

// sentence is the one that says no number twice.
func (v voice) sentence(f Figure) string {
	q, p := f.Query, f.Published
	total, base := p.Total, p.Answered
	key := locales.FigMembers
	switch {
	case slices.Equal(q.By, []string{belowKey}) && len(q.Where) == 0 && !q.Qualified:
		key, total, base = locales.BelowSentence, p.at("yes"), p.Total
	case len(q.Where) > 0 || q.Qualified:
		key = locales.FigPeople
	case len(q.By) > 0 && p.everybody() && f.step(v.rules) <= p.K:
		key = locales.FigAnsweredAll
	case len(q.By) > 0:
		key = locales.FigAnswered
	}
	args := locales.Args{"Total": v.cell(total), "Answered": v.cell(base), "Members": v.cell(p.Members)}
	if percent, ok := v.rules.Share(total, base); ok && key == locales.FigPeople {
		key, args["Percent"] = locales.FigPeopleShare, percent
	}
	return v.text(key, args)
}

// everybody tells whether all members answered. Where only some did not they are
// as many as the threshold, which shows unless counts are rounded more coarsely.
func (p Published) everybody() bool {
	return p.Members.State == protect.Shown && p.Answered == p.Members && p.Total == p.Members
}

// at is the count of one value.
func (p Published) at(code string) protect.Cell {
	if i := slices.Index(p.Rows, code); i >= 0 {
		return p.Cells[i][0]
	}
	return protect.Cell{State: protect.Small}
}

// row is one line of the table, and whether something in it is withheld.
func (v voice) row(f Figure, i int, code string) (line string, hidden bool) {
	p := f.Published
	of, _ := VariableOf(f.Query.By[0])
	for _, c := range p.Cells[i] {
		hidden = hidden || c.State == protect.Hidden
	}
	value := ""
	if f.Query.Measure == Stock {
		value = v.stockRow(p, i)
	} else if len(f.Query.By) == 1 {
		value = v.share(p.Cells[i][0], p.Total)
	} else {
		across, _ := VariableOf(f.Query.By[1])
		var cells []string
		for j, c := range p.Cells[i] {
			cells = append(cells, v.name(across, p.Columns[j])+" "+p.heat(c)+v.cell(c))
		}
		if len(p.RowTotals) > i {
			cells = append(cells, v.text(locales.FigTotal, nil)+" "+v.cell(p.RowTotals[i]))
		}
		value = strings.Join(cells, " · ")
	}
	return v.text(locales.FigRow, locales.Args{"Name": v.name(of, code), "Value": value}), hidden
}

// Words say what a question asks: "profession = Soins infirmiers, par âge".
func (q Query) Words(lang locales.Lang) string {
	var parts []string
	for _, f := range q.Where {
		of, _ := VariableOf(f.Variable)
		var names []string
		for _, code := range f.Codes {
			names = append(names, of.Label(code).In(lang))
		}
		parts = append(parts, title(of, lang)+" = "+strings.Join(names, " / "))
	}
	if q.Qualified {
		parts = append(parts, locales.Text(lang, locales.FigQualified, nil))
	}
	switch {
	case q.Split != "":
		by := locales.Text(lang, map[Split]locales.Key{ByLanguage: locales.FunnelByLanguage, ByChannel: locales.FunnelByChannel}[q.Split], nil)
		return locales.Text(lang, measureTitles[q.Measure], nil) + ", " + locales.Text(lang, locales.FigBy, locales.Args{"What": by})
	case q.Measure == Stock, q.Measure != Members && len(parts) == 0:
		return locales.Text(lang, measureTitles[q.Measure], nil)
	case q.Measure != Members:
		return locales.Text(lang, measureTitles[q.Measure], nil) + ", " + strings.Join(parts, ", ")
	case len(parts) == 0:
		parts = append(parts, locales.Text(lang, locales.FigAll, nil))
	}
	for _, key := range q.By {
		of, _ := VariableOf(key)
		parts = append(parts, locales.Text(lang, locales.FigBy, locales.Args{"What": title(of, lang)}))
	}
	return strings.Join(parts, ", ")
}

// title is a variable's name as it stands in a sentence.
func title(v Variable, lang locales.Lang) string {
	name := locales.LabelOf(cmp.Or(v.Named, v.Title)).In(lang)
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(first)) + name[size:]
}

// mostPassing is how many questions a refusal offers instead.
const mostPassing = 3

// Refuse says why a question is not answered, and what would be. A question that
// comes too near to what was told before is refused in the same words as one of
// too few people: who reads them does not learn which it was.
func Refuse(err error, s *Snapshot, q Query, lang locales.Lang, r protect.Rules) string {
	key := locales.FigTooFew
	if errors.Is(err, protect.ErrTooFine) {
		key = locales.FigTooFine
	}
	out := locales.Text(lang, key, locales.Args{"Max": r.MostVariables})
	var passing []string
	for _, coarser := range q.coarser() {
		if len(passing) == mostPassing {
			break
		}
		var p Published
		c, err := s.Count(coarser)
		if err == nil {
			p, err = Publish(r, coarser, c)
		}
		if err == nil {
			err = s.told.check(coarser, p)
		}
		if err == nil && !slices.Contains(passing, coarser.Words(lang)) {
			passing = append(passing, coarser.Words(lang))
		}
	}
	if len(passing) == 0 {
		return out
	}
	what := passing[0]
	for _, next := range passing[1:] {
		what = locales.Text(lang, locales.FigBetween, locales.Args{"One": what, "Next": next})
	}
	return out + " " + locales.Text(lang, locales.FigCoarser, locales.Args{"What": what})
}

// coarser are the questions with one condition less; of a city its country.
func (q Query) coarser() []Query {
	var out []Query
	for i, f := range q.Where {
		less := q
		less.Where = slices.Delete(slices.Clone(q.Where), i, i+1)
		if f.Variable == city {
			if c, ok := reference.CityByID(f.Codes[0]); ok {
				wider := less
				wider.Where = append(slices.Clone(less.Where), Filter{country, []string{c.Country}})
				out = append(out, wider)
			}
		}
		if f.Variable == profession && len(q.By) == 0 {
			wider := less
			wider.By = []string{profession}
			out = append(out, wider)
		}
		out = append(out, less)
	}
	for i := range q.By {
		less := q
		less.By = slices.Delete(slices.Clone(q.By), i, i+1)
		out = append(out, less)
	}
	if q.Qualified {
		less := q
		less.Qualified = false
		out = append(out, less)
	}
	return out
}
