package fields

import (
	"slices"

	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
)

// Province is a province of the DRC in two steps: a group under the names
// known before 2015, then the province of today. Its codes are group and
// province; the row "no answer" has the group code alone.
type Province struct {
	groups  *flows.List
	members map[string][]flows.Option
}

// ProvinceOf makes a province of a list of groups of the reference data.
func ProvinceOf(groupList string) *Province {
	p := &Province{groups: flows.NewList(Options(groupList), nil), members: make(map[string][]flows.Option)}
	for _, x := range reference.Provinces() {
		p.members[x.Group] = append(p.members[x.Group], flows.Option{Code: x.Code, Label: x.Name})
	}
	return p
}

// Offer shows the groups, then the provinces of the group chosen.
func (p *Province) Offer(v flows.View) flows.Offer {
	if rows := p.members[v.Sub]; len(rows) > 0 {
		return flows.Offer{Body: &flows.Line{Key: locales.ProvinceAsk}, Options: rows}
	}
	return flows.Offer{Options: p.groups.Options}
}

// Read takes a tap, a row number, a province or a group by name, old names and
// capitals included.
func (p *Province) Read(v flows.View, in flows.Input) flows.Reading {
	if in.Code != "" {
		return p.tapped(in.Code)
	}
	offer := p.Offer(v)
	if n, ok := flows.Number(in.Text); ok {
		if n < 1 || n > len(offer.Options) {
			return flows.Reading{As: flows.Missed, Miss: &flows.Line{Key: locales.NotUnderstood, Args: locales.Args{"Max": len(offer.Options)}}}
		}
		return withEcho(p.tapped(offer.Options[n-1].Code), offer.Options[n-1].Label)
	}
	matches := reference.FindProvince(in.Text)
	exact := slices.DeleteFunc(slices.Clone(matches), func(m reference.Match) bool { return m.Score < 1 })
	switch {
	case len(exact) == 1:
		return p.tapped(exact[0].Code)
	case len(exact) > 1:
		return p.split(exact)
	}
	if o, ok := p.groups.Name(in.Text); ok {
		return withEcho(p.tapped(o.Code), o.Label)
	}
	if len(matches) > maxGuesses {
		matches = matches[:maxGuesses]
	}
	return guesses(matches, provinceName)
}

const maxGuesses = 3

func provinceName(code string) (locales.Label, bool) {
	x, ok := reference.ProvinceByCode(code)
	return x.Name, ok
}

// split is an old province that became several: they are offered as the second
// step when they are a whole group, else as guesses.
func (p *Province) split(exact []reference.Match) flows.Reading {
	group := ""
	for _, m := range exact {
		x, _ := reference.ProvinceByCode(m.Code)
		if group != "" && x.Group != group {
			return guesses(exact, provinceName)
		}
		group = x.Group
	}
	if len(exact) > maxGuesses || len(exact) == len(p.members[group]) {
		return flows.Reading{As: flows.Opened, Sub: group}
	}
	return guesses(exact, provinceName)
}

func (p *Province) tapped(code string) flows.Reading {
	if x, ok := reference.ProvinceByCode(code); ok {
		return flows.Reading{As: flows.Taken, Codes: []string{x.Group, x.Code}, Echo: echo(x.Name)}
	}
	o, ok := p.groups.Has(code)
	if !ok {
		return missPlace()
	}
	rows := p.members[o.Code]
	switch len(rows) {
	case 0:
		return flows.Reading{As: flows.Taken, Codes: []string{o.Code}}
	case 1:
		return flows.Reading{As: flows.Taken, Codes: []string{o.Code, rows[0].Code}}
	}
	return flows.Reading{As: flows.Opened, Sub: o.Code}
}

func withEcho(r flows.Reading, label locales.Label) flows.Reading {
	r.Echo = echo(label)
	return r
}

// Show names the province, or the group where that is all there is.
func (p *Province) Show(a flows.Answered) flows.Labels {
	if len(a.Codes) == 0 {
		return nil
	}
	last := a.Codes[len(a.Codes)-1]
	if x, ok := reference.ProvinceByCode(last); ok {
		return flows.Labels{x.Name}
	}
	return show(p.groups, a.Codes[:1])
}

// Lists are the groups and the provinces of each.
func (p *Province) Lists() [][]flows.Option {
	lists := [][]flows.Option{p.groups.Options}
	for _, o := range p.groups.Options {
		if rows := p.members[o.Code]; len(rows) > 0 {
			lists = append(lists, rows)
		}
	}
	return lists
}

// From is nothing.
func (p *Province) From() string { return "" }
