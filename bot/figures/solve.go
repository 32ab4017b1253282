package figures

import "slices"

// system are equations: each count that was shown is the sum of some cells. A
// cell stands for all people whom no count tells apart.
type system struct {
	k int
	n []int // people in each cell
	// rows are the counts, as the cells that are summed.
	rows []row
}

type row struct {
	cells set
	// shown: it is a count as it was shown, which nothing was taken from.
	shown bool
}

// mostWork bounds what is solved, in single steps; they take some 50 ms.
const mostWork = 1 << 24

// mostEmpty is up to how many combinations of values those are thought of which
// nobody has.
const mostEmpty = 1 << 13

// classes part the values of one variable into those that the same crowds take.
type classes struct {
	part
	takes  []set  // of each class: the crowds
	silent []bool // of each class: who has one of its values has not answered
}

func (s *Snapshot) classes(key string, crowds []crowd) classes {
	column, bit, said := s.columns[key], bitOf[key], s.saying(key)
	out, known := classes{part: part{key: key, class: make([]uint16, column.size())}}, map[string]uint16{}
	for value, n := range column.n {
		if n == 0 {
			continue
		}
		takes := newSet(len(crowds))
		for i, c := range crowds {
			if in := c.at(bit); in == nil || in[value] {
				takes.put(i)
			}
		}
		at, ok := known[takes.key()]
		if !ok {
			at = uint16(len(out.takes))
			known[takes.key()] = at
			out.takes, out.silent = append(out.takes, takes), append(out.silent, true)
		}
		out.class[value] = at
		out.silent[at] = out.silent[at] && !said[value]
	}
	out.size = len(out.takes)
	return out
}

// system writes the equations of some crowds over all combinations of values of
// some variables, values that no crowd tells apart taken as one. That nobody has
// a combination is not taken as known, as long as there are not too many: then
// fewer unknowns let more be computed, and a question is rather refused. It is
// nil where that would take too long.
func (s *Snapshot) system(mask uint64, crowds []crowd) *system {
	w := writer{system: &system{}, known: map[string]int{}}
	for _, c := range crowds {
		w.k = max(w.k, c.k)
	}
	if mask == 0 {
		return w.system // there is nothing to tell people apart by
	}
	var parts []part
	for _, key := range keysOf(mask) {
		w.variables = append(w.variables, s.classes(key, crowds))
		parts = append(parts, w.variables[len(parts)].part)
	}
	of, ok := s.gather(parts, mostWork/len(crowds))
	if !ok {
		return nil
	}
	at := make([]int, len(parts))
	for row, n := range of.n {
		people := int(n)
		for v, column := range of.columns {
			at[v] = int(column[row])
			if w.variables[v].silent[at[v]] {
				people = max(people, w.k) // how many did not answer is not kept secret
			}
		}
		w.add(at, people)
	}
	if all := combinations(parts); all <= mostEmpty {
		for rest := range int(all) {
			for v := len(at) - 1; v >= 0; v-- {
				at[v], rest = rest%parts[v].size, rest/parts[v].size
			}
			w.add(at, 0)
		}
	}
	w.rows = make([]row, len(crowds))
	for i := range w.rows {
		w.rows[i] = row{newSet(len(w.cells)), true}
	}
	for cell, by := range w.cells {
		by.each(func(i int) { w.rows[i].cells.put(cell) })
	}
	return w.system
}

// writer brings combinations of classes that the same counts have together into
// the cells of a system.
type writer struct {
	*system
	variables []classes
	cells     []set // the counts that have each
	known     map[string]int
	by        set
	key       []byte
}

func (w *writer) add(at []int, n int) {
	w.by = append(w.by[:0], w.variables[0].takes[at[0]]...)
	for v := 1; v < len(at); v++ {
		for i, taken := range w.variables[v].takes[at[v]] {
			w.by[i] &= taken
		}
	}
	if w.by.empty() { // no count knows of them
		return
	}
	w.key = w.by.append(w.key[:0])
	cell, ok := w.known[string(w.key)]
	if !ok {
		cell = len(w.cells)
		w.known[string(w.key)] = cell
		w.cells, w.n = append(w.cells, slices.Clone(w.by)), append(w.n, 0)
	}
	w.n[cell] += n
}

// solve tells whether a count of fewer people than the threshold can be
// computed. ok is false where that would take too long to find out.
func (s *system) solve() (computes, ok bool) {
	if s == nil {
		return false, false
	}
	if s.peel() {
		return true, true
	}
	m := s.rest()
	if !m.eliminate(s.k) {
		return false, false
	}
	for _, line := range m.lines {
		if m.few(line, s.k) {
			return true, true
		}
	}
	return m.sums(s.k)
}

// peel takes each cell that is known by itself out of all sums that it is in,
// until none is left. It tells whether one has too few people and was not shown
// as such.
func (s *system) peel() bool {
	for {
		known, shown := newSet(len(s.n)), newSet(len(s.n))
		for _, r := range s.rows {
			if r.cells.size() == 1 {
				r.cells.each(func(at int) {
					known.put(at)
					if r.shown {
						shown.put(at)
					}
				})
			}
		}
		few := false
		known.each(func(at int) { few = few || s.n[at] > 0 && s.n[at] < s.k && !shown.has(at) })
		if few || known.size() == 0 {
			return few
		}
		for i := range s.rows {
			for at, w := range known {
				if s.rows[i].cells[at]&w != 0 {
					s.rows[i].cells[at] &^= w
					s.rows[i].shown = false
				}
			}
		}
	}
}

// rest is what peeling leaves, with the cells that have enough people first.
func (s *system) rest() *matrix {
	var rows []row
	at := map[string]int{}
	for _, r := range s.rows {
		key := r.cells.key()
		if i, ok := at[key]; ok {
			rows[i].shown = rows[i].shown || r.shown
		} else if r.cells.size() > 0 {
			at[key] = len(rows)
			rows = append(rows, r)
		}
	}
	columns, known, n := []set{}, map[string]int{}, []int{}
	in := make([]set, len(s.n))
	for i, r := range rows {
		r.cells.each(func(cell int) {
			if in[cell] == nil {
				in[cell] = newSet(len(rows))
			}
			in[cell].put(i)
		})
	}
	for cell, people := range s.n {
		by := in[cell]
		if by == nil {
			continue
		}
		i, ok := known[by.key()]
		if !ok {
			i = len(columns)
			known[by.key()] = i
			columns, n = append(columns, by), append(n, 0)
		}
		n[i] += people
	}
	order := make([]int, len(columns))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return n[b] - n[a] })
	m := &matrix{lines: make([][]uint64, len(rows))}
	for i := range m.lines {
		m.lines[i] = make([]uint64, len(columns))
	}
	for at, i := range order {
		m.n = append(m.n, n[i])
		columns[i].each(func(row int) { m.lines[row][at] = 1 })
	}
	for i, r := range rows {
		if r.shown {
			m.shown = append(m.shown, slices.Clone(m.lines[i]))
		}
	}
	return m
}
