package figures

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/locales"
	"mboka/store"
)

// Drawing is how a figure is drawn in a language. ok is false for one that is a
// single number, or a table that no picture shows well.
func (f Figure) Drawing(lang locales.Lang, r protect.Rules) (d Drawing, ok bool) {
	p, said := f.Published, f.Say(lang, r)
	v := voice{lang, r, p.K}
	if len(p.Rows)+len(p.Results) == 0 && p.Trained == nil {
		return Drawing{}, false
	}
	d = Drawing{
		Lang: lang, Title: f.Query.Words(lang), SmallText: v.text(locales.FigSmall, locales.Args{"K": p.K}), HiddenText: v.text(locales.FigHidden, nil),
		Highlight: -1, Footer: append(append([]string{said.Sentence}, said.Notes...), said.Footer),
	}
	// The signs of heat are of the text alone: the font has none, lengths stand for them.
	d.Footer = slices.DeleteFunc(d.Footer, func(line string) bool {
		return line == v.text(locales.HeatNote, nil) || line == v.text(locales.TraineesFile, nil)
	})
	d.Title = capital(d.Title)
	if p.Synthetic {
		d.Synthetic = v.text(locales.FigSynthetic, nil)
	}
	switch f.Query.Measure {
	case Months:
		return f.drawMonths(v, d)
	case Stock:
		return f.drawStock(v, d)
	case Results:
		return f.drawResults(v, d)
	case Trainees:
		return f.drawTrainees(v, d)
	case Funnel:
		return f.drawFunnel(v, d)
	}
	of, _ := VariableOf(f.Query.By[0])
	if len(f.Query.By) == 1 && of.Parts && len(p.Rows) <= seriesOf[Stacked].most {
		return f.drawParts(v, of, d), true
	}
	for _, code := range p.Rows {
		d.Labels = append(d.Labels, v.name(of, code))
	}
	if f.Mark != "" {
		d.Highlight = slices.Index(p.Rows, f.Mark)
	}
	if len(f.Query.By) == 1 {
		if of.Ordered {
			d.Kind = Columns
		}
		d.Series = []Series{{Values: f.column(0)}}
		return d, true
	}
	across, _ := VariableOf(f.Query.By[1])
	for j, code := range p.Columns {
		d.Series = append(d.Series, Series{Name: v.name(across, code), Values: f.column(j)})
	}
	switch {
	case of.Ordered && across.Key == "sex" && len(d.Series) == 2:
		d.Kind = Pyramid
	case !across.Several && len(d.Series) <= seriesOf[Stacked].most:
		d.Kind = Stacked
	case len(d.Series) > seriesOf[Bars].most:
		return Drawing{}, false
	}
	return d, true
}

// capital begins a heading with a capital.
func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

func (f Figure) column(j int) []protect.Cell {
	var out []protect.Cell
	for _, row := range f.Published.Cells {
		out = append(out, row[j])
	}
	return out
}

// drawParts is one bar whose parts are the values: counts, or where a share is
// asked for and there may be one, percentages.
func (f Figure) drawParts(v voice, of Variable, d Drawing) Drawing {
	p := f.Published
	d.Kind, d.Labels = Stacked, []string{""}
	cells, percent := f.column(0), f.Query.Share
	shares := slices.Clone(cells)
	for i, c := range cells {
		if c.State != protect.Shown {
			continue
		}
		n, ok := v.rules.Share(c, p.Total)
		shares[i].N, percent = n, percent && ok
	}
	if percent {
		cells, d.Whole, d.Unit = shares, 100, percentSign(v.lang)
	}
	for i, code := range p.Rows {
		d.Series = append(d.Series, Series{Name: v.name(of, code), Values: cells[i : i+1]})
	}
	return d
}

// percentSign follows a number.
func percentSign(lang locales.Lang) string {
	if lang == locales.EN {
		return "%"
	}
	return "\u00a0%"
}

// picturedBy is the question whose table shows where a single number stands:
// about one country among the others, else among the values of what it is about.
// ok is false for any other question.
func (q Query) picturedBy() (among Query, here string, ok bool) {
	if q.Measure != Members || len(q.By) > 0 {
		return Query{}, "", false
	}
	if !slices.ContainsFunc(q.Where, func(f Filter) bool { return f.Variable == country || f.Variable == city }) && !q.Qualified {
		return q.amongValues()
	}
	if len(q.Where) < 2 && !q.Qualified {
		return Query{}, "", false
	}
	among = Query{By: []string{country}, Qualified: q.Qualified}
	for _, f := range q.Where {
		switch {
		case f.Variable == city:
			return Query{}, "", false
		case f.Variable != country:
			among.Where = append(among.Where, f)
		case len(f.Codes) == 1:
			here = f.Codes[0]
		}
	}
	return among, here, here != ""
}

// amongValues is the table of the one or two variables that a number is about.
func (q Query) amongValues() (among Query, here string, ok bool) {
	if len(q.Where) == 0 || len(q.Where) > 2 {
		return Query{}, "", false
	}
	for _, f := range q.Where {
		among.By = append(among.By, f.Variable)
	}
	if codes := q.Where[0].Codes; len(codes) == 1 {
		here = codes[0]
	}
	if len(among.By) == 2 {
		if first, _ := VariableOf(among.By[0]); first.Ordered {
			slices.Reverse(among.By)
			here = ""
		}
	}
	return among, here, true
}

// markSign stands in the name of a picture between the figure and the value
// that it points out.
const markSign = ":"

// Picture draws a figure that is on record. ref is what ResultPicture held. It
// is bot.Config.Picture.
func (d *Desk) Picture(ctx context.Context, ref string, lang locales.Lang) (bot.Image, error) {
	id, mark, _ := strings.Cut(ref, markSign)
	was, found, err := d.DB.FigureByID(ctx, strings.TrimPrefix(id, spokenID("")))
	if err != nil {
		return bot.Image{}, err
	}
	if !found {
		return bot.Image{}, errNoPicture
	}
	f, err := onRecord(was)
	if err != nil {
		return bot.Image{}, err
	}
	policy, err := d.Policy(ctx)
	if err != nil {
		return bot.Image{}, err
	}
	f.Mark = mark
	f.Titles = titles(f.Published, func(id uuid.UUID) (store.Mission, error) { return d.DB.MissionByID(ctx, id) }, lang)
	drawing, ok := f.Drawing(lang, Rules(policy))
	if !ok {
		return bot.Image{}, errNoPicture
	}
	png, err := Draw(drawing)
	if err != nil {
		return bot.Image{}, err
	}
	return bot.Image{Name: "mboka-" + f.ID + ".png", Caption: drawing.Title, Data: png}, nil
}

var errNoPicture = errors.New("no figure that can be drawn")
