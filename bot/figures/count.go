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
	of := s.by(maskOf(keys))
	tests := make([]test, len(of.keys))
	for i, key := range of.keys {
		tests[i] = s.test(key, q)
	}
	tally := s.tally(q, of, &out)
combinations:
	for at, n := range of.n {
		values, kept := of.values[at*len(of.keys):], true
		for i, t := range tests {
			v := values[i]
			if !t.said[v] {
				continue combinations
			}
			kept = kept && (t.kept == nil || t.kept[v])
		}
		out.Answered += n
		if kept {
			out.Total += n
			tally(values, n)
		}
	}
	return out, nil
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
func (s *Snapshot) tally(q Query, of *cube, out *Counted) func(values []uint16, n int) {
	if len(q.By) == 0 {
		return func([]uint16, int) {}
	}
	rows, row := s.columns[q.By[0]], slices.Index(of.keys, q.By[0])
	out.Codes = append(out.Codes, rows.codes)
	columns, column := newColumn(false), -1
	width := 1
	if len(q.By) == 2 {
		columns, column = s.columns[q.By[1]], slices.Index(of.keys, q.By[1])
		out.Codes = append(out.Codes, columns.codes)
		width = len(columns.codes)
	}
	out.Cells = make([][]int, len(rows.codes))
	for i := range out.Cells {
		out.Cells[i] = make([]int, width)
	}
	return func(values []uint16, n int) {
		rows.each(values[row], func(r int) {
			if column < 0 {
				out.Cells[r][0] += n
				return
			}
			columns.each(values[column], func(c int) { out.Cells[r][c] += n })
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
