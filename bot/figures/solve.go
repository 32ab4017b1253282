package figures

import (
	"math/bits"
	"slices"
)

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

// set is a set of small numbers.
type set []uint64

func (s set) has(i int) bool { return s[i/64]>>(i%64)&1 == 1 }
func (s set) put(i int)      { s[i/64] |= 1 << (i % 64) }
func (s set) size() (n int) {
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

func (s set) each(do func(i int)) {
	for at, w := range s {
		for ; w != 0; w &= w - 1 {
			do(at*64 + bits.TrailingZeros64(w))
		}
	}
}

func newSet(size int) set { return make(set, (size+63)/64) }

// key is a set as one that a map can hold.
func (s set) key() string {
	out := make([]byte, 0, 8*len(s))
	for _, w := range s {
		for range 8 {
			out, w = append(out, byte(w)), w>>8
		}
	}
	return string(out)
}

// mostWork bounds what is solved, in single steps; they take some 50 ms.
const mostWork = 1 << 24

// mostEmpty is up to how many combinations of values those are thought of which
// nobody has.
const mostEmpty = 1 << 13

// classes part the values of one variable into those that the same crowds take.
type classes struct {
	of     []int  // of each value
	takes  []set  // of each class: the crowds
	silent []bool // of each class: who has one of its values has not answered
}

func (s *Snapshot) classes(key string, crowds []crowd) classes {
	bit, said := bits.TrailingZeros64(maskOf([]string{key})), s.saying(key)
	out, known := classes{of: make([]int, s.columns[key].size())}, map[string]int{}
	for _, value := range s.by(1 << bit).values {
		takes := newSet(len(crowds))
		for i, c := range crowds {
			if in := c.at(bit); in == nil || in[value] {
				takes.put(i)
			}
		}
		at, ok := known[takes.key()]
		if !ok {
			at = len(out.takes)
			known[takes.key()] = at
			out.takes, out.silent = append(out.takes, takes), append(out.silent, true)
		}
		out.of[value] = at
		out.silent[at] = out.silent[at] && !said[value]
	}
	return out
}

// system writes the equations of some crowds over all combinations of values of
// some variables. That nobody has a combination is not taken as known, as long as
// there are not too many: then fewer unknowns let more be computed, and a
// question is rather refused. It is nil where that would take too long.
func (s *Snapshot) system(mask uint64, crowds []crowd) *system {
	out := &system{}
	for _, c := range crowds {
		out.k = max(out.k, c.k)
	}
	if mask == 0 {
		return out // there is nothing to tell people apart by
	}
	of := s.by(mask)
	if len(of.n)*len(crowds) > mostWork {
		return nil
	}
	parts, combinations := make([]classes, len(of.keys)), 1
	for v, key := range of.keys {
		parts[v] = s.classes(key, crowds)
		combinations *= len(parts[v].takes)
	}
	var cells []set // the counts that have each
	known := map[string]int{}
	add := func(at []int, n int) {
		by := slices.Clone(parts[0].takes[at[0]])
		for v := 1; v < len(at); v++ {
			for i, w := range parts[v].takes[at[v]] {
				by[i] &= w
			}
		}
		if by.size() == 0 { // no count knows of them
			return
		}
		cell, ok := known[by.key()]
		if !ok {
			cell = len(cells)
			known[by.key()] = cell
			cells, out.n = append(cells, by), append(out.n, 0)
		}
		out.n[cell] += n
	}
	at := make([]int, len(of.keys))
	for i, n := range of.n {
		for v := range at {
			at[v] = parts[v].of[of.values[i*len(at)+v]]
			if parts[v].silent[at[v]] {
				n = max(n, out.k) // how many did not answer is not kept secret
			}
		}
		add(at, n)
	}
	if combinations <= mostEmpty {
		for rest := range combinations {
			for v := len(at) - 1; v >= 0; v-- {
				at[v], rest = rest%len(parts[v].takes), rest/len(parts[v].takes)
			}
			add(at, 0)
		}
	}
	out.rows = make([]row, len(crowds))
	for i := range out.rows {
		out.rows[i] = row{newSet(len(cells)), true}
	}
	for cell, by := range cells {
		by.each(func(i int) { out.rows[i].cells.put(cell) })
	}
	return out
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
	if !m.eliminate() {
		return false, false
	}
	for _, line := range m.lines {
		if m.few(line, s.k) {
			return true, true
		}
	}
	return false, true
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

// matrix are equations with the people of each unknown, the most first. Numbers
// are those modulo a prime: what follows there follows of whole numbers too, but
// for odds of one in thousands of millions.
type matrix struct {
	n     []int
	lines [][]uint64
	shown [][]uint64 // of lines: those that were shown as they are
}

const prime = 1<<31 - 1

// eliminate brings the lines into reduced echelon form: each begins with a one,
// in a place where all others have nothing. So lines without any of the first
// unknowns tell all that the equations say about the others alone. It is false
// where that takes too long.
func (m *matrix) eliminate() bool {
	top, work := 0, 0
	var places []int
	for column := range m.n {
		pivot := slices.IndexFunc(m.lines[top:], func(line []uint64) bool { return line[column] != 0 })
		if pivot < 0 {
			continue
		}
		m.lines[top], m.lines[top+pivot] = m.lines[top+pivot], m.lines[top]
		line := m.lines[top]
		factor := inverse(line[column])
		places = places[:0]
		for i := column; i < len(line); i++ {
			if line[i] != 0 {
				line[i] = line[i] * factor % prime
				places = append(places, i)
			}
		}
		for at, other := range m.lines {
			if at == top || other[column] == 0 {
				continue
			}
			times := prime - other[column]
			for _, i := range places {
				other[i] = (other[i] + times*line[i]) % prime
			}
			work += len(places)
		}
		if work > mostWork {
			return false
		}
		if top++; top == len(m.lines) {
			break
		}
	}
	m.lines = m.lines[:top]
	return true
}

// inverse is by Fermat's little theorem.
func inverse(x uint64) uint64 {
	out := uint64(1)
	for e := uint64(prime - 2); e > 0; e >>= 1 {
		if e&1 == 1 {
			out = out * x % prime
		}
		x = x * x % prime
	}
	return out
}

// few tells whether a line is about fewer people than a threshold, and was not
// shown as it is.
func (m *matrix) few(line []uint64, k int) bool {
	people := 0
	for i, x := range line {
		if x != 0 {
			people += m.n[i]
		}
	}
	return people > 0 && people < k && !slices.ContainsFunc(m.shown, func(o []uint64) bool { return slices.Equal(o, line) })
}
