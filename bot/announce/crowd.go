package announce

import (
	"errors"
	"slices"

	"mboka/bot/protect"
	"mboka/locales/reference"
	"mboka/store"
)

// ErrNarrows: with what the organisation has seen before, the counts would tell
// of a few people: the difference of two counts is a count too.
var ErrNarrows = errors.New("a difference to an earlier dry run would be of too few people")

// crowd are the people behind one count that is shown: an audience, narrowed by
// one thing besides.
type crowd struct {
	a                       Audience
	channel, means, skipped string
	n, k                    int
	where                   store.Reach // of a: worked out once
}

// crowds are all that a dry run shows. Other is none: nobody can say who it is.
func (d DryRun) crowds(s sums) []crowd {
	whole := d.Audience.plain()
	out := []crowd{{a: whole, n: s.reach(), k: d.K, where: whole.Reach()}}
	for _, list := range []struct {
		rows   []Row
		of     map[string]int
		narrow func(c *crowd, code string)
	}{
		{d.Countries, s.Countries, func(c *crowd, code string) { c.a.Places = inCountry(c.a.Places, code) }},
		{d.Languages, s.Languages, func(c *crowd, code string) { c.a.Languages = []string{code} }},
		{d.Channels, s.Channels, func(c *crowd, code string) { c.channel = code }},
		{d.Means, s.Means, func(c *crowd, code string) { c.channel, c.means = d.Windowed, code }},
		{d.Skipped, s.Skipped, func(c *crowd, code string) { c.skipped = code }},
	} {
		for _, row := range list.rows {
			if row.Code == OtherRow || row.Cell.State != protect.Shown {
				continue
			}
			c := crowd{a: whole, n: list.of[row.Code], k: d.KRows}
			list.narrow(&c, row.Code)
			c.where = c.a.Reach()
			out = append(out, c)
		}
	}
	return out
}

// inCountry is what of some places lies in a country.
func inCountry(places []Place, country string) []Place {
	whole := []Place{{Country: country}}
	if len(places) == 0 {
		return whole
	}
	var out []Place
	for _, p := range places {
		if p.Country == country {
			return whole
		}
		for _, c := range reference.Around(p.City, float64(p.Radius)) {
			if c.Country == country {
				out = append(out, Place{City: c.ID})
			}
		}
	}
	if len(out) == 0 { // they live in one country and gave a city of another
		return whole
	}
	return out
}

// guard compares what a dry run would show with an earlier one. Of each two
// counts where all people of one are among those of the other, what is left must
// be nobody, or as many as the threshold asks. The same people at two times are
// not compared: see Desk.
func guard(mine, theirs []crowd) error {
	for _, a := range mine {
		for _, b := range theirs {
			under, over := a.within(b), b.within(a)
			if under == over { // neither in the other, or the same
				continue
			}
			rest := a.n - b.n
			if rest < 0 {
				rest = -rest
			}
			if rest > 0 && rest < max(a.k, b.k) {
				return ErrNarrows
			}
		}
	}
	return nil
}

// within tells whether everybody of a crowd is in another one, by what the
// filters say.
func (c crowd) within(other crowd) bool {
	switch {
	case c.skipped != other.skipped, c.a.Officials != other.a.Officials,
		other.channel != "" && c.channel != other.channel,
		other.means != "" && c.means != other.means,
		other.a.Qualified && !c.a.Qualified:
		return false
	}
	mine := c.a.lists()
	for i, theirs := range other.a.lists() {
		if theirs.name == "profession_group" && len(mine[i].codes) == 0 && len(theirs.codes) > 0 {
			if !inGroups(c.a.Professions, theirs.codes) {
				return false
			}
			continue
		}
		if len(theirs.codes) > 0 && !subset(mine[i].codes, theirs.codes) {
			return false
		}
	}
	return c.placesWithin(other)
}

// subset tells whether there are codes, and all are among others.
func subset(codes, of []string) bool {
	return len(codes) > 0 && !slices.ContainsFunc(codes, func(code string) bool { return !slices.Contains(of, code) })
}

// inGroups tells whether all of some professions belong to some groups.
func inGroups(professions, groups []string) bool {
	var all []string
	for _, group := range groups {
		for _, o := range reference.List("profession_" + group) {
			all = append(all, o.Code)
		}
	}
	return subset(professions, all)
}

func (c crowd) placesWithin(other crowd) bool {
	if len(other.a.Places) == 0 {
		return true
	}
	mine, theirs := c.where, other.where
	if len(c.a.Places) == 0 || len(mine.Countries) > 0 && !subset(mine.Countries, theirs.Countries) {
		return false
	}
	return !slices.ContainsFunc(mine.Cities, func(id string) bool {
		city, _ := reference.CityByID(id)
		return !slices.Contains(theirs.Cities, id) && !slices.Contains(theirs.Countries, city.Country)
	})
}
