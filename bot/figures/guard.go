package figures

import (
	"errors"
	"slices"

	"mboka/bot/protect"
)

// ErrNarrows: with what was asked before, the answer would tell of a few people:
// the difference of two counts is a count too.
var ErrNarrows = errors.New("a difference to an earlier answer would be of too few people")

// crowd are the people behind one count that was shown: those who have one of
// the codes of each variable.
type crowd struct {
	where     map[string][]string
	qualified bool
	n         int
}

// Guard says whether a question may be answered to somebody who got answers to
// the earlier ones over the same snapshot. Of each two counts where all people
// of one are among those of the other, what is left must be nobody, or as many
// as the threshold asks.
func Guard(s *Snapshot, r protect.Rules, q Query, earlier []Query) error {
	k, err := r.Threshold(q.Fine())
	if err != nil {
		return err
	}
	mine, err := s.groups(q, r)
	if err != nil {
		return err
	}
	for _, e := range earlier {
		theirs, err := s.groups(e, r)
		if err != nil {
			continue // it was refused then
		}
		least := k
		if other, err := r.Threshold(e.Fine()); err == nil {
			least = max(k, other)
		}
		for _, a := range mine {
			for _, b := range theirs {
				rest := -1
				switch {
				case a.within(b):
					rest = b.n - a.n
				case b.within(a):
					rest = a.n - b.n
				}
				if rest > 0 && rest < least {
					return ErrNarrows
				}
			}
		}
	}
	return nil
}

// groups are those behind all counts that a question shows.
func (s *Snapshot) groups(q Query, r protect.Rules) ([]crowd, error) {
	c, err := s.Count(q)
	if err != nil {
		return nil, err
	}
	p, err := Publish(r, q, c)
	if err != nil {
		return nil, err
	}
	whole := crowd{where: map[string][]string{}, qualified: q.Qualified, n: c.Total}
	for _, f := range q.Where {
		whole.where[f.Variable] = f.Codes
	}
	for _, key := range q.variables() {
		if whole.where[key] == nil {
			whole.where[key] = []string{said}
		}
	}
	out := []crowd{whole}
	add := func(i, j, n int) {
		g := crowd{where: map[string][]string{}, qualified: q.Qualified, n: n}
		for key, codes := range whole.where {
			g.where[key] = codes
		}
		if i >= 0 && p.Rows[i] != Other {
			g.where[q.By[0]] = []string{p.Rows[i]}
		} else if i >= 0 {
			return
		}
		if j >= 0 && p.Columns[j] != Other {
			g.where[q.By[1]] = []string{p.Columns[j]}
		} else if j >= 0 {
			return
		}
		out = append(out, g)
	}
	for i, row := range p.Cells {
		total := 0
		for j := range row {
			n := exact(c, p, i, j)
			total += n
			if len(q.By) == 2 && row[j].State == protect.Shown {
				add(i, j, n)
			}
			if len(q.By) == 1 && row[j].State == protect.Shown {
				add(i, -1, n)
			}
		}
		if len(p.RowTotals) > i && p.RowTotals[i].State == protect.Shown {
			add(i, -1, total)
		}
	}
	return out, nil
}

// said stands for any value: the variable was answered.
const said = "*"

// exact is the count behind a cell of a table, 0 for one of Other.
func exact(c Counted, p Published, i, j int) int {
	row := slices.Index(c.Codes[0], p.Rows[i])
	column := 0
	if len(c.Codes) == 2 {
		column = slices.Index(c.Codes[1], p.Columns[j])
	}
	if row < 0 || column < 0 {
		return 0
	}
	return c.Cells[row][column]
}

// within tells whether everybody of a group is in another one.
func (g crowd) within(other crowd) bool {
	if other.qualified && !g.qualified {
		return false
	}
	for key, codes := range other.where {
		mine := g.where[key]
		if mine == nil {
			return false
		}
		if codes[0] == said {
			continue
		}
		for _, code := range mine {
			if !slices.Contains(codes, code) {
				return false
			}
		}
	}
	return true
}
