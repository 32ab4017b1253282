package figures

import (
	"math/bits"
	"slices"

	"mboka/bot/protect"
	"mboka/locales/reference"
)

// crowd are the people behind one count that was shown: those whose value of
// each of some variables is in a set. Who said nothing on a variable of it is
// not in it, unless nobody is like that.
type crowd struct {
	sets
	n, k int
	// closed are the sets with those that follow from them: who lives in Liège
	// lives in Belgium.
	closed sets
	// said are the variables on which anything that was said will do.
	said uint64
}

// sets has one set of values for each variable of a mask, in their order.
type sets struct {
	mask uint64
	of   [][]bool
}

// at is the set of the variable of a bit; nil for none.
func (s sets) at(bit int) []bool {
	if s.mask>>bit&1 == 0 {
		return nil
	}
	return s.of[bits.OnesCount64(s.mask&(1<<bit-1))]
}

// within tells whether everybody of a crowd is in another one, by what the
// questions say.
func (c crowd) within(other crowd) bool {
	if c.closed.mask&other.mask != other.mask {
		return false
	}
	at := 0
	for rest := other.mask; rest != 0; rest &= rest - 1 {
		mine := c.closed.at(bits.TrailingZeros64(rest))
		for v, in := range other.of[at] {
			if !in && mine[v] {
				return false
			}
		}
		at++
	}
	return true
}

// crowd makes one of sets by variable, without those that everybody is in.
func (s *Snapshot) crowd(where map[string][]bool, n, k int) crowd {
	c := crowd{n: n, k: k, sets: s.sets(where)}
	closed := map[string][]bool{}
	for key, set := range where {
		closed[key] = set
	}
	for _, f := range follows {
		if set := closed[f.from]; set != nil {
			further := s.follow(f.from, set, f.to)
			for v := range further {
				further[v] = further[v] && (closed[f.to] == nil || closed[f.to][v])
			}
			closed[f.to] = further
		}
	}
	c.closed = s.sets(closed)
	for i, key := range keysOf(c.mask) {
		if key != qualifiedKey && slices.Equal(c.of[i], s.saying(key)) {
			c.said |= maskOf(key)
		}
	}
	return c
}

// answering tells whether a crowd is of those in another one who answered some
// further questions, whatever they said. How many did not is no count of what
// anybody answered, and is not kept secret.
func (c crowd) answering(other crowd) bool {
	if c.mask&other.mask != other.mask || c.mask&^other.mask&^c.said != 0 {
		return false
	}
	for i, rest := 0, other.mask; rest != 0; i, rest = i+1, rest&(rest-1) {
		if !slices.Equal(other.of[i], c.at(bits.TrailingZeros64(rest))) {
			return false
		}
	}
	return true
}

func (s *Snapshot) sets(where map[string][]bool) sets {
	var out sets
	for _, key := range keysOf(^uint64(0)) {
		set, named := where[key]
		if !named {
			continue
		}
		if !s.columns[key].only(set) {
			out.mask |= maskOf(key)
			out.of = append(out.of, set)
		}
	}
	return out
}

// follows are the variables from which others follow.
var follows = []struct{ from, to string }{{city, country}, {profession, group}, {education, qualifiedKey}, {belowKey, education}, {belowKey, employed}}

// follow gives the values of one variable that members with some values of
// another one can have: of a city its country, of a profession its group,
// whatever else a few may have written; of what is made of others, what came up.
func (s *Snapshot) follow(from string, set []bool, to string) []bool {
	out := make([]bool, s.columns[to].size())
	mark := func(code string) {
		if at, ok := s.columns[to].place[code]; ok {
			out[at] = true
		}
	}
	if to == qualifiedKey || from == belowKey {
		of := s.by(maskOf(from, to))
		which := of.column(to)
		for row, v := range of.column(from) {
			out[which[row]] = out[which[row]] || set[v]
		}
		return out
	}
	for at, code := range s.columns[from].codes {
		if !set[at+1] {
			continue
		}
		if from == city {
			c, _ := reference.CityByID(code)
			mark(c.Country)
			continue
		}
		for _, g := range reference.List(group) {
			if slices.ContainsFunc(reference.List("profession_"+g.Code), func(o reference.Option) bool { return o.Code == code }) {
				mark(g.Code)
			}
		}
	}
	return out
}

// crowds are those behind all counts that a figure shows.
func (s *Snapshot) crowds(q Query, p Published) ([]crowd, error) {
	c, err := s.Count(q)
	if err != nil {
		return nil, err
	}
	base, whole := map[string][]bool{}, map[string][]bool{}
	for _, key := range q.variables() {
		base[key] = s.test(key, q).said
		whole[key] = both(base[key], s.test(key, q).kept)
	}
	if q.Qualified {
		whole[qualifiedKey] = s.test(qualifiedKey, q).kept
	}
	var out []crowd
	add := func(cell protect.Cell, n int, where map[string][]bool) {
		if cell.State == protect.Shown {
			out = append(out, s.crowd(where, n, p.K))
		}
	}
	add(p.Answered, c.Answered, base)
	add(p.Total, c.Total, whole)
	if len(q.By) == 0 {
		return out, nil
	}
	rows, columns := s.lines(q.By[0], p.Rows), []line{{}}
	if len(q.By) == 2 {
		columns = s.lines(q.By[1], p.Columns)
	}
	narrowed := func(row, column *line) map[string][]bool {
		where := map[string][]bool{}
		for key, set := range whole {
			where[key] = set
		}
		if row != nil {
			where[q.By[0]] = both(where[q.By[0]], row.set)
		}
		if column != nil && len(q.By) == 2 {
			where[q.By[1]] = both(where[q.By[1]], column.set)
		}
		return where
	}
	across, down := make([]int, len(rows)), make([]int, len(columns))
	for i := range p.Cells {
		for j, cell := range p.Cells[i] {
			n := c.people(rows[i], columns[j], len(q.By))
			across[i], down[j] = across[i]+n, down[j]+n
			add(cell, n, narrowed(&rows[i], &columns[j]))
		}
	}
	for i, cell := range p.RowTotals {
		add(cell, across[i], narrowed(&rows[i], nil))
	}
	for j, cell := range p.ColumnTotals {
		add(cell, down[j], narrowed(nil, &columns[j]))
	}
	return out, nil
}

// line is a row or a column: its places among the codes of the variable, and the
// values that it has.
type line struct {
	places []int
	set    []bool
}

// lines finds the rows or columns of a figure. Other is all that is not listed.
func (s *Snapshot) lines(key string, codes []string) []line {
	c, v := s.columns[key], Variable{}
	v, _ = VariableOf(key)
	var rest []string
	for _, code := range c.codes {
		if !slices.Contains(codes, code) && !slices.Contains(v.Unsaid, code) {
			rest = append(rest, code)
		}
	}
	out := make([]line, len(codes))
	for i, code := range codes {
		of := []string{code}
		if code == Other {
			of = rest
		}
		out[i].set = c.having(of)
		for _, code := range of {
			if at, ok := c.place[code]; ok {
				out[i].places = append(out[i].places, int(at)-1)
			}
		}
	}
	return out
}

// people counts those of a cell.
func (c Counted) people(row, column line, ways int) int {
	n := 0
	for _, i := range row.places {
		if ways == 1 {
			n += c.Cells[i][0]
			continue
		}
		for _, j := range column.places {
			n += c.Cells[i][j]
		}
	}
	return n
}

// both is what two sets share; nil is everything.
func both(a, b []bool) []bool {
	out := slices.Clone(a)
	for v := range out {
		out[v] = out[v] && (b == nil || b[v])
	}
	return out
}
