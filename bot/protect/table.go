package protect

import "slices"

// Table is a table that may be shown. The last row and the last column are the
// totals.
type Table struct {
	K     int
	Cells [][]Cell
}

// List protects a one-way table whose total is shown too: the last cell is the
// total. zeros tells that it is a list of public things in which nothing may
// be said to be nothing.
func (r Rules) List(counts []int, k int, zeros bool) ([]Cell, error) {
	states, err := r.suppressed([][]int{counts}, k, zeros)
	if err != nil {
		return nil, err
	}
	out := make([]Cell, len(counts)+1)
	for i, n := range append(slices.Clone(counts), sum(counts)) {
		out[i] = r.cell(n, states[0][i])
	}
	return out, nil
}

// Several protects counts of answers of which a person may give more than one,
// and the base, the people who answered, as the last cell. They do not add up,
// so nothing follows from one about another.
func (r Rules) Several(counts []int, base, k int) ([]Cell, error) {
	if base < k {
		return nil, ErrTooFew
	}
	out := make([]Cell, 0, len(counts)+1)
	for _, n := range counts {
		out = append(out, r.Count(n, k))
	}
	return append(out, r.Count(base, k)), nil
}

// Cross protects a two-way table with its totals. All rows have the same
// length.
func (r Rules) Cross(counts [][]int, k int) (Table, error) {
	states, err := r.suppressed(counts, k, false)
	if err != nil {
		return Table{}, err
	}
	whole := withTotals(counts)
	t := Table{K: k, Cells: make([][]Cell, len(whole))}
	for i, row := range whole {
		for j, n := range row {
			t.Cells[i] = append(t.Cells[i], r.cell(n, states[i][j]))
		}
	}
	return t, nil
}

func (r Rules) cell(n int, s State) Cell {
	if s != Shown {
		return Cell{State: s}
	}
	return Cell{N: r.Round(n)}
}

func sum(row []int) int {
	total := 0
	for _, n := range row {
		total += n
	}
	return total
}

// withTotals adds a column and a row of totals. A single row is its own total
// and gets the column alone.
func withTotals(counts [][]int) [][]int {
	out := make([][]int, 0, len(counts)+1)
	for _, row := range counts {
		out = append(out, append(slices.Clone(row), sum(row)))
	}
	if len(counts) < 2 {
		return out
	}
	last := make([]int, len(out[0]))
	for _, row := range out {
		for j, n := range row {
			last[j] += n
		}
	}
	return append(out, last)
}

// suppressed decides the state of each cell of a table with its totals. First
// the small ones; then in each line as many more as it takes that no small one
// is what the others leave; then the whole is checked with what anybody can
// compute from it, and more is hidden until the check passes.
func (r Rules) suppressed(counts [][]int, k int, zeros bool) ([][]State, error) {
	g := &grid{n: withTotals(counts), k: k, step: r.Rounding}
	if len(counts) == 0 || len(counts[0]) == 0 || g.n[len(g.n)-1][len(counts[0])] < k {
		return nil, ErrTooFew
	}
	for _, row := range g.n {
		states := make([]State, len(row))
		for j, n := range row {
			if n < k && (n > 0 || !zeros) {
				states[j] = Small
			}
		}
		g.state = append(g.state, states)
	}
	for {
		for g.complete() {
		}
		i, j, open := g.open()
		switch {
		case !g.shows():
			return nil, ErrUnsafe
		case !open:
			return g.state, nil
		}
		g.hideBeside(i, j)
	}
}

// grid is a table with its totals under work.
type grid struct {
	n     [][]int
	k     int
	step  int // of rounding
	state [][]State
}

type place struct{ i, j int }

// lines are the sums that anybody can do: the cells of each row and of each
// column, the total included. A table of one row has no sums of columns.
func (g *grid) lines() [][]place {
	var out [][]place
	for i, row := range g.n {
		var line []place
		for j := range row {
			line = append(line, place{i, j})
		}
		out = append(out, line)
	}
	if len(g.n) > 1 {
		for j := range g.n[0] {
			var line []place
			for i := range g.n {
				line = append(line, place{i, j})
			}
			out = append(out, line)
		}
	}
	return out
}

// complete hides one more cell in a line that needs it, and says whether one
// did. A line needs it when what it keeps back is one cell, or fewer people
// than the threshold together, the total left out of that sum.
func (g *grid) complete() bool {
	for _, line := range g.lines() {
		kept, people, total := 0, 0, line[len(line)-1]
		for _, p := range line {
			if g.state[p.i][p.j] == Shown {
				continue
			}
			kept++
			if p != total {
				people += g.n[p.i][p.j]
			}
		}
		lacking := kept == 1 || kept > 0 && people < g.k && g.state[total.i][total.j] == Shown
		if lacking && g.hideIn(line) {
			return true
		}
	}
	return false
}

// hideIn hides a cell of a line that is shown: one where the line that crosses
// has something kept back too, so that both gain by it, then the smallest; the
// total last.
func (g *grid) hideIn(line []place) bool {
	best, found := place{}, false
	for _, p := range line[:len(line)-1] {
		if g.state[p.i][p.j] == Shown && (!found || g.better(p, best)) {
			best, found = p, true
		}
	}
	if !found {
		if best = line[len(line)-1]; g.state[best.i][best.j] != Shown {
			return false
		}
	}
	g.hide(best)
	return true
}

func (g *grid) better(p, than place) bool {
	if mine, other := g.kept(p) > 1, g.kept(than) > 1; mine != other {
		return mine
	}
	return g.n[p.i][p.j] < g.n[than.i][than.j]
}

// kept counts the lines through a cell that keep something back.
func (g *grid) kept(p place) int {
	lines := 0
	if slices.ContainsFunc(g.state[p.i], func(s State) bool { return s != Shown }) {
		lines++
	}
	if slices.ContainsFunc(g.state, func(row []State) bool { return row[p.j] != Shown }) {
		lines++
	}
	return lines
}

// hide keeps a cell back. Of a nothing that was shown as such it may be said
// that it is small.
func (g *grid) hide(p place) {
	g.state[p.i][p.j] = Hidden
	if g.n[p.i][p.j] < g.k {
		g.state[p.i][p.j] = Small
	}
}

// hideBeside keeps back one more cell, in the row or column of a small one that
// is not safe: it veils a small one, or hides the smallest one with which that
// will do; else the next that is shown.
func (g *grid) hideBeside(i, j int) {
	if g.veil(i, j) || g.hideEnough(i, j) {
		return
	}
	row, column := make([]place, 0, len(g.n[i])), make([]place, 0, len(g.n))
	for c := range g.n[i] {
		row = append(row, place{i, c})
	}
	for r := range g.n {
		column = append(column, place{r, j})
	}
	if g.hideIn(row) || len(g.n) > 1 && g.hideIn(column) {
		return
	}
	for i, row := range g.state {
		for j, s := range row {
			if s == Shown {
				g.hide(place{i, j})
				return
			}
		}
	}
}

// through are the cells of the row and of the column of a cell.
func (g *grid) through(i, j int) []place {
	var out []place
	for c := range g.n[i] {
		out = append(out, place{i, c})
	}
	for r := range g.n {
		if r != i {
			out = append(out, place{r, j})
		}
	}
	return out
}

// veil says of the largest of the small cells there, with which the cell is safe
// and that one too, that it is hidden.
func (g *grid) veil(i, j int) bool {
	best, found := place{}, false
	for _, p := range g.through(i, j) {
		if g.state[p.i][p.j] != Small || found && g.n[p.i][p.j] <= g.n[best.i][best.j] {
			continue
		}
		g.state[p.i][p.j] = Hidden
		if g.safe(i, j) && g.safe(p.i, p.j) {
			best, found = p, true
		}
		g.state[p.i][p.j] = Small
	}
	if found {
		g.state[best.i][best.j] = Hidden
	}
	return found
}

// hideEnough hides the smallest of the cells there with which the cell is safe.
func (g *grid) hideEnough(i, j int) bool {
	best, found := place{}, false
	for _, p := range g.through(i, j) {
		if g.state[p.i][p.j] != Shown || found && g.n[p.i][p.j] >= g.n[best.i][best.j] {
			continue
		}
		g.hide(p)
		if g.safe(i, j) {
			best, found = p, true
		}
		g.state[p.i][p.j] = Shown
	}
	if found {
		g.hide(best)
	}
	return found
}

// shows tells whether anything is left to see.
func (g *grid) shows() bool {
	for _, row := range g.state {
		if slices.Contains(row, Shown) {
			return true
		}
	}
	return false
}
