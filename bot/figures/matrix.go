package figures

import "slices"

// matrix are equations with the people of each unknown, the most first. Numbers
// are those modulo a prime: what follows there follows of whole numbers too, but
// for odds of one in thousands of millions.
type matrix struct {
	n     []int
	lines [][]uint64
	shown [][]uint64 // of lines: those that were shown as they are
	first []int      // of lines that elimination left: where each begins
}

const prime = 1<<31 - 1

// eliminate leaves what the equations say about the unknowns of fewer people than
// k alone, in reduced echelon form: each line begins with a one, in a place where
// all others have nothing. It is false where that takes too long.
func (m *matrix) eliminate(k int) bool {
	if !slices.ContainsFunc(m.n, func(n int) bool { return 0 < n && n < k }) {
		m.lines = nil
		return true
	}
	top, work := 0, 0
	var places []int
	for column, n := range m.n {
		pivot := slices.IndexFunc(m.lines[top:], func(line []uint64) bool { return line[column] != 0 })
		if pivot < 0 {
			continue
		}
		line := m.lines[top+pivot]
		m.lines[top+pivot] = m.lines[top]
		m.lines[top] = line
		places = scale(line, column, places[:0])
		if n >= k {
			m.lines = m.lines[1:] // it is about these people in any case
		}
		for _, other := range m.lines {
			if &other[0] == &line[0] || other[column] == 0 {
				continue
			}
			times := prime - other[column]
			for _, i := range places {
				other[i] = reduced(other[i] + times*line[i])
			}
			work += len(places)
		}
		if work > mostWork {
			return false
		}
		if n < k {
			m.first = append(m.first, column)
			top++
		}
		if top == len(m.lines) {
			break
		}
	}
	m.lines = m.lines[:top]
	return true
}

// scale has a line begin with a one, and gives the places where it has something.
func scale(line []uint64, first int, places []int) []int {
	factor := inverse(line[first])
	for i := first; i < len(line); i++ {
		if line[i] != 0 {
			line[i] = reduced(line[i] * factor)
			places = append(places, i)
		}
	}
	return places
}

// reduced is x modulo the prime, of x under 2^62 + 2^31: faster than a division.
func reduced(x uint64) uint64 {
	x = x&prime + x>>31
	x = x&prime + x>>31
	if x >= prime {
		x -= prime
	}
	return x
}

// inverse is by Fermat's little theorem.
func inverse(x uint64) uint64 {
	out := uint64(1)
	for e := uint64(prime - 2); e > 0; e >>= 1 {
		if e&1 == 1 {
			out = reduced(out * x)
		}
		x = reduced(x * x)
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
