package protect

// The sums of a table with its totals are the balances of a network: each cell
// is an arc, and what flows into a node flows out of it.
//
//	row i -> column j      the cell
//	column j -> row R      the total of the column
//	row R -> column C      the total of all
//	column C -> row i      the total of the row
//
// Whoever reads the table knows the arcs that are shown, and the bounds of the
// others: a small one is from 0 to k-1, a hidden one at least k. A small cell
// can be computed when no other flow agrees with all of that, which is when no
// circle of open arcs leads through it. (The counts are shown rounded, so that
// less can be computed; the check does not count on it.)

type arc struct {
	place
	from, to  int
	low, high int
	n         int
}

// open finds a small cell that can be computed. It is false when there is none.
func (g *grid) open() (i, j int, found bool) {
	arcs, nodes := g.arcs()
	for at, a := range arcs {
		if g.state[a.i][a.j] != Small {
			continue
		}
		more := a.n < a.high && moves(arcs, nodes, at, a.to, a.from)
		less := a.n > a.low && moves(arcs, nodes, at, a.from, a.to)
		if !more && !less {
			return a.i, a.j, true
		}
	}
	return 0, 0, false
}

// arcs are the cells that are not shown, and the number of nodes.
func (g *grid) arcs() ([]arc, int) {
	rows, columns := len(g.n), len(g.n[0])
	last, total := rows-1, columns-1
	var out []arc
	for i, row := range g.state {
		for j, s := range row {
			if s == Shown {
				continue
			}
			a := arc{place: place{i, j}, from: i, to: rows + j, n: g.n[i][j], high: g.k - 1}
			if s == Hidden {
				a.low, a.high = g.k, max(g.n[last][total], g.n[i][j])*2
			}
			if (i == last) != (j == total) || rows == 1 && j == total {
				a.from, a.to = a.to, a.from
			}
			if rows == 1 { // no sums of columns: all of them lead to one place
				a.from, a.to = min(a.from, 1), min(a.to, 1)
			}
			out = append(out, a)
		}
	}
	return out, rows + columns
}

// moves tells whether one more may flow from a node to another by the arcs but
// one: forwards where an arc is under its bound, backwards where it is above.
func moves(arcs []arc, nodes, without, from, to int) bool {
	seen := make([]bool, nodes)
	seen[from] = true
	queue := []int{from}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if at == to {
			return true
		}
		for i, a := range arcs {
			if i == without {
				continue
			}
			if a.from == at && a.n < a.high && !seen[a.to] {
				seen[a.to] = true
				queue = append(queue, a.to)
			}
			if a.to == at && a.n > a.low && !seen[a.from] {
				seen[a.from] = true
				queue = append(queue, a.from)
			}
		}
	}
	return false
}
