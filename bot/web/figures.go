package web

import (
	"context"
	"time"

	"mboka/bot/figures"
	"mboka/bot/protect"
	"mboka/locales"
)

// figuresLife is how long the page may show figures of an older snapshot. They
// are published once per snapshot, whoever looks.
const figuresLife = 10 * time.Minute

// asked are the questions that the page answers, each with its heading.
var asked = []struct {
	title locales.Key
	by    string
}{
	{locales.WebFiguresQCountry, "country_residence"},
	{locales.WebFiguresQAge, "age_band"},
	{locales.WebFiguresQSex, "sex"},
	{locales.WebFiguresQEducation, "education_level"},
	{locales.WebFiguresQEmployment, "employment_status"},
	{locales.WebFiguresQSector, "sector"},
	{locales.WebFiguresQProfession, "profession_group"},
	{locales.WebFiguresQLanguages, "languages"},
	{locales.WebFiguresQOffers, "contribution_types"},
}

// published is a figure that may be shown, under its heading.
type published struct {
	title locales.Key
	figures.Figure
}

// publishedAll are the number of members and the figures, all of one snapshot.
type publishedAll struct {
	members *figures.Figure // nil: too few
	all     []published
}

func (s *Site) publishedNow(ctx context.Context) (publishedAll, error) {
	if s.Figure == nil {
		return publishedAll{}, nil
	}
	return s.figures.get(ctx, s.Now(), figuresLife, func(ctx context.Context) (publishedAll, error) {
		var out publishedAll
		members, found, refused, err := s.Figure(ctx, figures.Query{})
		if err != nil || !found || refused {
			return out, err
		}
		out.members = &members
		for _, a := range asked {
			f, found, refused, err := s.Figure(ctx, figures.Query{By: []string{a.by}})
			if err != nil {
				return publishedAll{}, err
			}
			if found && !refused && f.Taken.Equal(members.Taken) { // else a new snapshot has come in between
				out.all = append(out.all, published{a.title, f})
			}
		}
		return out, nil
	})
}

// figuresData is what the page of figures shows.
type figuresData struct {
	Members, MembersID string // "": there are too few
	Taken              string
	Synthetic          bool
	K, Step            int
	Charts             []chart
}

// chart is a table whose rows are bars too.
type chart struct {
	Title, ID, Base string
	Notes           []string
	Rows            []bar
}

// bar is one row. Length is what the bar takes of its room, in thousandths; 0
// where the count is not told.
type bar struct {
	Name, Count, Share string
	Length             int
}

func fillFigures(s *Site, v *visit) (any, error) {
	policy, err := s.Policy(v.Context())
	if err != nil {
		return nil, err
	}
	rules := figures.Rules(policy)
	now, err := s.publishedNow(v.Context())
	if err != nil || now.members == nil {
		return figuresData{}, err
	}
	m := *now.members
	d := figuresData{
		Members: cellText(v.lang, m.Published.Total, m.Published.K), MembersID: m.ID, Taken: locales.Date(v.lang, m.Taken),
		Synthetic: m.Published.Synthetic, K: m.Published.K, Step: rules.Rounding,
	}
	for _, p := range now.all {
		d.Charts = append(d.Charts, p.chart(v.lang, rules))
	}
	return d, nil
}

func (p published) chart(lang locales.Lang, rules protect.Rules) chart {
	of := p.Published
	text := func(c protect.Cell) string { return cellText(lang, c, of.K) }
	out := chart{
		Title: locales.Text(lang, p.title, nil), ID: p.ID,
		Base: locales.Text(lang, locales.WebFiguresBase, locales.Args{"Answered": text(of.Answered), "Members": text(of.Members)}),
	}
	out.Notes = p.Say(lang, rules).Notes
	drawing, ok := p.Drawing(lang, rules)
	if !ok {
		return out
	}
	longest := 1
	for _, c := range drawing.Series[0].Values {
		longest = max(longest, c.N)
	}
	for i, c := range drawing.Series[0].Values {
		b := bar{Name: drawing.Labels[i], Count: text(c)}
		if c.State == protect.Shown {
			b.Length = 1000 * c.N / longest
		}
		if share, ok := rules.Share(c, of.Total); ok {
			b.Share = locales.Text(lang, locales.WebFiguresPercent, locales.Args{"N": share})
		}
		out.Rows = append(out.Rows, b)
	}
	return out
}

// cellText is a count as it may be told.
func cellText(lang locales.Lang, c protect.Cell, k int) string {
	switch c.State {
	case protect.Small:
		return locales.Text(lang, locales.FigSmall, locales.Args{"K": k})
	case protect.Hidden:
		return locales.Text(lang, locales.FigHidden, nil)
	}
	return locales.Number(lang, c.N)
}
