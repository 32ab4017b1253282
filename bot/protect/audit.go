package protect

import "slices"

// The sums of a table with its totals are the balances of a network: each cell
// is an arc, and what flows into a node flows out of it.
//
//	row i -> column j      the cell
//	column j -> row R      the total of the column
//	row R -> column C      the total of all
//	column C -> row i      the total of the row
//
// Whoever reads the table knows the arcs that are shown, and of a small one that
// it is from 0 to k-1; a hidden one may be anything. A small cell can be computed
// when no other flow agrees with all of that, which is when no circle of open
// arcs leads through it. (The counts are shown rounded, so that less can be
// computed; this check does not count on it.)
//
// Nor may it be seen that there is somebody in a small cell, fewer than k: then
// "< k" would tell from one person on. Two small cells of 6 and 7 with a total of
// 15 would do that, for one has 4 at least where the other has 9. So one of them
// is veiled: it is said to be hidden. This check knows that what is shown is
// rounded.

type arc struct {
	place
	from, to  int
	low, high int
	n         int
}

// open finds a cell of too few people that is not safe. It is false when there is none.
func (g *grid) open() (i, j int, found bool) {
	arcs, nodes := g.arcs()
	rounded := g.rounded(arcs)
	for at, a := range arcs {
		if (g.state[a.i][a.j] == Small || a.n < g.k) && !g.keeps(arcs, rounded, nodes, at) {
			return a.i, a.j, true
		}
	}
	return 0, 0, false
}

// safe tells whether a cell is that is not shown.
func (g *grid) safe(i, j int) bool {
	arcs, nodes := g.arcs()
	at := slices.IndexFunc(arcs, func(a arc) bool { return a.place == place{i, j} })
	return g.keeps(arcs, g.rounded(arcs), nodes, at)
}

// keeps tells whether a cell cannot be computed, and cannot be seen either to
// have fewer than k people, but somebody.
func (g *grid) keeps(arcs, rounded []arc, nodes, at int) bool {
	a := arcs[at]
	more := a.n < a.high && moves(arcs, nodes, at, a.to, a.from)
	if a.n == 0 || a.n >= g.k {
		return more || a.n > 0
	}
	if g.state[a.i][a.j] == Hidden {
		return leads(rounded, nodes, at, a.from, a.to, a.n) || leads(rounded, nodes, at, a.to, a.from, g.k-a.n)
	}
	less := moves(arcs, nodes, at, a.from, a.to)
	return (more || less) && leads(rounded, nodes, at, a.from, a.to, a.n)
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
			a := g.arc(place{i, j})
			a.high = g.k - 1
			if s == Hidden {
				a.high = max(g.n[last][total], g.n[i][j], g.k) * 2
			}
			out = append(out, a)
		}
	}
	return out, rows + columns
}

func (g *grid) arc(p place) arc {
	rows, last, total := len(g.n), len(g.n)-1, len(g.n[0])-1
	a := arc{place: p, from: p.i, to: rows + p.j, n: g.n[p.i][p.j]}
	if rows > 1 && (p.i == last) != (p.j == total) || rows == 1 && p.j == total {
		a.from, a.to = a.to, a.from
	}
	if rows == 1 { // no sums of columns: all of them lead to one place
		a.from, a.to = min(a.from, 1), min(a.to, 1)
	}
	return a
}

// rounded adds the cells that are shown to the arcs, for they are shown rounded.
func (g *grid) rounded(arcs []arc) []arc {
	out := slices.Clone(arcs)
	for i, row := range g.state {
		for j, s := range row {
			if s != Shown {
				continue
			}
			a, r := g.arc(place{i, j}), Rules{Rounding: g.step}
			near := r.Round(a.n)
			a.low, a.high = min(a.n, max(near-(g.step-1)/2, g.k)), max(a.n, near+(g.step-1)/2)
			out = append(out, a)
		}
	}
	return out
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

// leads tells whether so many may flow from a node to another by the arcs but
// one.
func leads(arcs []arc, nodes, without, from, to, people int) bool {
	flow := make([]int, len(arcs))
	for i, a := range arcs {
		flow[i] = a.n
	}
	for people > 0 {
		by := make([]int, nodes) // the arc by which a node is come to, from 1; backwards below 0
		queue := []int{from}
		for len(queue) > 0 && by[to] == 0 {
			node := queue[0]
			queue = queue[1:]
			for i, a := range arcs {
				switch {
				case i == without:
				case a.from == node && flow[i] < a.high && by[a.to] == 0 && a.to != from:
					by[a.to] = i + 1
					queue = append(queue, a.to)
				case a.to == node && flow[i] > a.low && by[a.from] == 0 && a.from != from:
					by[a.from] = -i - 1
					queue = append(queue, a.from)
				}
			}
		}
		if by[to] == 0 {
			return false
		}
		most := people
		for node := to; node != from; {
			if i := by[node] - 1; i >= 0 {
				most, node = min(most, arcs[i].high-flow[i]), arcs[i].from
			} else {
				most, node = min(most, flow[-by[node]-1]-arcs[-by[node]-1].low), arcs[-by[node]-1].to
			}
		}
		for node := to; node != from; {
			if i := by[node] - 1; i >= 0 {
				flow[i], node = flow[i]+most, arcs[i].from
			} else {
				i = -by[node] - 1
				flow[i], node = flow[i]-most, arcs[i].to
			}
		}
		people -= most
	}
	return true
}
