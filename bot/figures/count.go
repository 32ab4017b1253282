package figures

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
	values []uint16
	said   []bool
	kept   []bool // nil: no filter
}

// Count answers a question over the snapshot. It reads each column once.
func (s *Snapshot) Count(q Query) (Counted, error) {
	if err := q.check(); err != nil {
		return Counted{}, err
	}
	out := Counted{Members: s.Members}
	tests := make([]test, 0, len(q.variables())+1)
	for _, key := range q.variables() {
		tests = append(tests, s.test(key, q.Where))
	}
	if q.Qualified {
		c := s.columns[qualifiedKey]
		t := test{values: c.values, said: make([]bool, len(c.codes)+1), kept: make([]bool, len(c.codes)+1)}
		for i := range t.said {
			t.said[i] = true
		}
		if at, ok := c.place["yes"]; ok {
			t.kept[at] = true
		}
		tests = append(tests, t)
	}
	tally := s.tally(q, &out)
members:
	for i := range s.Members {
		kept := true
		for _, t := range tests {
			v := t.values[i]
			if !t.said[v] {
				continue members
			}
			kept = kept && (t.kept == nil || t.kept[v])
		}
		out.Answered++
		if kept {
			out.Total++
			tally(i)
		}
	}
	return out, nil
}

// test makes the tables of a variable.
func (s *Snapshot) test(key string, where []Filter) test {
	c := s.columns[key]
	v, _ := VariableOf(key)
	size := len(c.codes) + 1
	if c.sets {
		size = 1 << len(c.codes)
	}
	var unsaid, wanted uint16
	silent, asked := make([]bool, len(c.codes)+1), make([]bool, len(c.codes)+1)
	mark := func(codes []string, bits *uint16, places []bool) {
		for _, code := range codes {
			if at, ok := c.place[code]; ok {
				places[at] = true
				*bits |= 1 << (at - 1)
			}
		}
	}
	mark(v.Unsaid, &unsaid, silent)
	t := test{values: c.values, said: make([]bool, size)}
	for _, f := range where {
		if f.Variable == key {
			t.kept = make([]bool, size)
			mark(f.Codes, &wanted, asked)
		}
	}
	for value := 1; value < size; value++ {
		if c.sets {
			t.said[value] = uint16(value)&^unsaid != 0
		} else {
			t.said[value] = !silent[value]
		}
		if t.kept != nil {
			t.kept[value] = c.sets && uint16(value)&wanted != 0 || !c.sets && asked[value]
		}
	}
	return t
}

// tally gives the function that counts one member into the cells.
func (s *Snapshot) tally(q Query, out *Counted) func(i int) {
	if len(q.By) == 0 {
		return func(int) {}
	}
	rows := s.columns[q.By[0]]
	out.Codes = append(out.Codes, rows.codes)
	columns := &column{codes: []string{""}, values: nil}
	if len(q.By) == 2 {
		columns = s.columns[q.By[1]]
		out.Codes = append(out.Codes, columns.codes)
	}
	out.Cells = make([][]int, len(rows.codes))
	for i := range out.Cells {
		out.Cells[i] = make([]int, len(columns.codes))
	}
	return func(i int) {
		rows.each(i, func(r int) {
			if columns.values == nil {
				out.Cells[r][0]++
				return
			}
			columns.each(i, func(c int) { out.Cells[r][c]++ })
		})
	}
}

// each calls do with the place of each value of a member, from 0.
func (c *column) each(i int, do func(place int)) {
	v := c.values[i]
	if !c.sets {
		if v > 0 {
			do(int(v) - 1)
		}
		return
	}
	for place := 0; v != 0; place, v = place+1, v>>1 {
		if v&1 == 1 {
			do(place)
		}
	}
}
