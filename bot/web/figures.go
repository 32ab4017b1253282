package web

import (
	"context"
	"time"

	"mboka/bot/figures"
	"mboka/locales"
)

// figuresLife is how long the page may show figures of an older snapshot. They
// are published once per snapshot, whoever looks.
const figuresLife = 10 * time.Minute

// asked are the questions that the page answers, each with its heading. Those
// of two variables come last: each that is told keeps others from being told, to
// officials too, and a list tells the public more than a cross.
var asked = []struct {
	title locales.Key
	by    []string
}{
	{locales.WebFiguresQCountry, []string{"country_residence"}},
	{locales.WebFiguresQAge, []string{"age_band"}},
	{locales.WebFiguresQSex, []string{"sex"}},
	{locales.WebFiguresQEducation, []string{"education_level"}},
	{locales.WebFiguresQEmployment, []string{"employment_status"}},
	{locales.WebFiguresQSector, []string{"sector"}},
	{locales.WebFiguresQProfession, []string{"profession_group"}},
	{locales.WebFiguresQLanguages, []string{"languages"}},
	{locales.WebFiguresQOffers, []string{"contribution_types"}},
	{locales.WebFiguresXAgeSex, []string{"age_band", "sex"}},
	{locales.WebFiguresXSectorCountry, []string{"sector", "country_residence"}},
	{locales.WebFiguresXEducationWork, []string{"education_level", "employment_status"}},
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
			f, found, refused, err := s.Figure(ctx, figures.Query{By: a.by})
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
