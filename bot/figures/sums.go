package figures

import (
	"encoding/binary"
	"slices"
)

// mostSums bounds how much is tried to put lines together, in single steps; they
// take some 5 ms.
const mostSums = 1 << 21

// sums tells whether lines of the reduced echelon form together are about fewer
// people than a threshold, though each alone is about more: a - c and b + c are
// a + b. A group takes each unknown whole or not at all, and where one line begins
// no other has anything: so a group is the plain sum of the lines that begin in
// it, and these beginnings have too few people too. ok is false where that would
// take too long to find out.
func (m *matrix) sums(k int) (computes, ok bool) {
	m = m.brief()
	s := summing{matrix: m, k: k, in: newSet(len(m.lines)), tried: map[string]bool{}, work: mostSums}
	for i, line := range m.lines {
		if people := m.n[m.first[i]]; people == 0 || people >= k {
			continue // without people it is of nobody: no line has more than where it begins
		}
		s.least = i
		s.in.put(i)
		found := s.from(line, m.n[m.first[i]])
		s.in.drop(i)
		if found || s.work < 0 {
			return found, found || s.work >= 0
		}
	}
	return false, true
}

// brief takes the unknowns together that all lines say the same of, and leaves out
// those that none speaks of.
func (m *matrix) brief() *matrix {
	out := &matrix{lines: make([][]uint64, len(m.lines)), first: make([]int, len(m.lines))}
	known, at, say := map[string]int{}, make([]int, len(m.n)), make([]byte, 0, 8*len(m.lines))
	for column, people := range m.n {
		at[column], say = -1, say[:0]
		silent := true
		for _, line := range m.lines {
			silent = silent && line[column] == 0
			say = binary.LittleEndian.AppendUint64(say, line[column])
		}
		if silent {
			continue
		}
		i, ok := known[string(say)]
		if !ok {
			i = len(out.n)
			known[string(say)] = i
			out.n = append(out.n, 0)
			for l, line := range m.lines {
				out.lines[l] = append(out.lines[l], line[column])
			}
		}
		at[column] = i
		out.n[i] += people
	}
	for l, column := range m.first {
		out.first[l] = at[column]
	}
	for _, line := range m.shown {
		if short, ok := shortened(line, at, len(out.n)); ok {
			out.shown = append(out.shown, short)
		}
	}
	return out
}

// shortened is a line over unknowns that were taken together. It is false for one
// that tells them apart, or is about others too: no sum is that line.
func shortened(line []uint64, at []int, size int) ([]uint64, bool) {
	out, met := make([]uint64, size), newSet(size)
	for column, x := range line {
		i := at[column]
		switch {
		case i < 0 && x == 0:
		case i < 0 || met.has(i) && out[i] != x:
			return nil, false
		default:
			out[i] = x
			met.put(i)
		}
	}
	return out, true
}

// summing puts lines together, each once. The lines with people that come before
// the least were tried with all others.
type summing struct {
	*matrix
	k, least, work int
	in             set
	tried          map[string]bool // what was in
}

// from goes on from the sum of the lines that are in. people are those where they
// begin.
func (s *summing) from(sum []uint64, people int) bool {
	key := s.in.key()
	if s.tried[key] {
		return false
	}
	s.tried[key] = true
	s.work -= len(sum)
	if s.work < 0 {
		return false
	}
	if odd := slices.IndexFunc(sum, func(x uint64) bool { return x > 1 }); odd >= 0 {
		return s.with(sum, people, odd) // another line has to mend this
	}
	if s.few(sum, s.k) {
		return true
	}
	for at, x := range sum { // it has too many people, or was shown: some must go
		if x == 1 && s.n[at] > 0 && !s.begins(at) && s.with(sum, people, at) {
			return true
		}
	}
	return false
}

// with adds each line that changes a place.
func (s *summing) with(sum []uint64, people, at int) bool {
	for j, line := range s.lines {
		first := s.n[s.first[j]]
		if s.in.has(j) || line[at] == 0 || people+first >= s.k || first > 0 && j < s.least {
			continue
		}
		more := make([]uint64, len(sum))
		for i := range sum {
			more[i] = reduced(sum[i] + line[i])
		}
		s.in.put(j)
		found := s.from(more, people+first)
		s.in.drop(j)
		if found || s.work < 0 {
			return found
		}
	}
	return false
}

// begins tells whether a line that is in begins at a place.
func (s *summing) begins(at int) bool {
	i := slices.Index(s.first, at)
	return i >= 0 && s.in.has(i)
}
