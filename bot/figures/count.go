package figures

import "slices"

// Counted is what a question counts, before anything of it may be shown.
type Counted struct {
	Members  int // registered, in all
	Answered int // of them, who said something on every variable of the question
	// Total are those who answered and whom the filters keep.
	Total int
	// Codes are the values of each variable of Query.By, as they came up.
	Codes [][]string
	// Cells count members by place in Codes: one row for each value of the first
	// variable, in it one cell for each of the second, or one alone. Without By
	// it is empty.
	Cells [][]int
}

// test is what one variable asks of a member: whether something is said, and
// whether a filter keeps it. Both are answered by a table over all values.
type test struct {
	said []bool
	kept []bool // nil: no filter
}

// Count answers a question over the snapshot.
func (s *Snapshot) Count(q Query) (Counted, error) {
	if err := q.check(); err != nil {
		return Counted{}, err
	}
	out := Counted{Members: s.Members}
	keys := q.variables()
	if q.Qualified {
		keys = append(keys, qualifiedKey)
	}
	of, tests := s.seen(q, keys)
	tally := s.tally(q, of, &out)
combinations:
	for row := range of.rows {
		n, kept := int(of.n[row]), true
		for i, t := range tests {
			v := of.columns[i][row]
			if !t.said[v] {
				continue combinations
			}
			kept = kept && (t.kept == nil || t.kept[v])
		}
		out.Answered += n
		if kept {
			out.Total += n
			tally(row, n)
		}
	}
	return out, nil
}

// seen are the members as a question sees them, and what it asks of each of their
// variables. Where all values would make too many combinations, those of filters
// are told apart by what the question asks of them alone.
func (s *Snapshot) seen(q Query, keys []string) (*cube, []test) {
	mask := maskOf(keys...)
	keys = keysOf(mask)
	parts, tests := s.parts(keys), make([]test, len(keys))
	for i, key := range keys {
		tests[i] = s.test(key, q)
	}
	if combinations(parts) <= mostFine {
		return s.by(mask), tests
	}
	for i, t := range tests {
		if slices.Contains(q.By, keys[i]) {
			continue
		}
		parts[i].class, parts[i].size = t.classes(), 3
		tests[i] = test{said: []bool{false, true, true}, kept: []bool{false, false, true}}
	}
	of, _ := s.gather(parts, s.Members)
	return of, tests
}

// classes part values into those that say nothing, those that are not kept, and
// those that are.
func (t test) classes() []uint16 {
	out := make([]uint16, len(t.said))
	for v, said := range t.said {
		switch {
		case said && (t.kept == nil || t.kept[v]):
			out[v] = 2
		case said:
			out[v] = 1
		}
	}
	return out
}

// test makes the tables of a variable.
func (s *Snapshot) test(key string, q Query) test {
	c := s.columns[key]
	t := test{said: s.saying(key)}
	if key == qualifiedKey && q.Qualified {
		t.kept = c.having([]string{"yes"})
	}
	for _, f := range q.Where {
		if f.Variable == key {
			t.kept = c.having(f.Codes)
		}
	}
	return t
}

// saying tells by which values something is said on a variable.
func (s *Snapshot) saying(key string) []bool {
	v, _ := VariableOf(key)
	c := s.columns[key]
	out := c.having(slices.DeleteFunc(slices.Clone(c.codes), func(code string) bool { return slices.Contains(v.Unsaid, code) }))
	return out
}

// having tells which values have one of some codes.
func (c *column) having(codes []string) []bool {
	out := make([]bool, c.size())
	var bits uint16
	for _, code := range codes {
		at, ok := c.place[code]
		switch {
		case !ok:
		case c.sets:
			bits |= 1 << (at - 1)
		default:
			out[at] = true
		}
	}
	for at, kind := range c.kinds {
		out[at] = kind&bits != 0
	}
	return out
}

// tally gives the function that counts a combination of values into the cells.
func (s *Snapshot) tally(q Query, of *cube, out *Counted) func(at, n int) {
	if len(q.By) == 0 {
		return func(int, int) {}
	}
	rows, row := s.columns[q.By[0]], of.column(q.By[0])
	out.Codes = append(out.Codes, rows.codes)
	columns, column := newColumn(false), []uint16(nil)
	width := 1
	if len(q.By) == 2 {
		columns, column = s.columns[q.By[1]], of.column(q.By[1])
		out.Codes = append(out.Codes, columns.codes)
		width = len(columns.codes)
	}
	out.Cells = make([][]int, len(rows.codes))
	for i := range out.Cells {
		out.Cells[i] = make([]int, width)
	}
	return func(at, n int) {
		rows.each(row[at], func(r int) {
			if column == nil {
				out.Cells[r][0] += n
				return
			}
			columns.each(column[at], func(c int) { out.Cells[r][c] += n })
		})
	}
}

// each calls do with the place of each code of a value, from 0.
func (c *column) each(v uint16, do func(place int)) {
	if !c.sets {
		if v > 0 {
			do(int(v) - 1)
		}
		return
	}
	for place, bits := 0, c.kinds[v]; bits != 0; place, bits = place+1, bits>>1 {
		if bits&1 == 1 {
			do(place)
		}
	}
}
