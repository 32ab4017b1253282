package figures

import "slices"

// mostSums bounds how much is tried to put lines together, in single steps; they
// take some 20 ms.
const mostSums = 1 << 23

// sums tells whether lines of the reduced echelon form together are about fewer
// people than a threshold, though each alone is about more: a - c and b + c are
// a + b. A group takes each unknown whole or not at all, and where one line begins
// no other has anything: so a group is the plain sum of the lines that begin in
// it, and these beginnings have too few people too. ok is false where that would
// take too long to find out.
func (m *matrix) sums(k int) (computes, ok bool) {
	s := summing{matrix: m, k: k, in: make([]bool, len(m.lines)), work: mostSums}
	for i, line := range m.lines {
		if m.n[m.first[i]] == 0 {
			continue // nobody is in it: no line has more people than where it begins
		}
		s.least = i
		s.in[i] = true
		found := s.from(line, m.n[m.first[i]])
		s.in[i] = false
		if found || s.work < 0 {
			return found, found || s.work >= 0
		}
	}
	return false, true
}

// summing puts lines together, each once. The lines with people that come before
// the least were tried with all others.
type summing struct {
	*matrix
	k, least, work int
	in             []bool
}

// from goes on from the sum of the lines that are in. people are those where they
// begin.
func (s *summing) from(sum []uint64, people int) bool {
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
		if s.in[j] || line[at] == 0 || people+first >= s.k || first > 0 && j < s.least {
			continue
		}
		more := make([]uint64, len(sum))
		for i := range sum {
			more[i] = reduced(sum[i] + line[i])
		}
		s.in[j] = true
		found := s.from(more, people+first)
		s.in[j] = false
		if found || s.work < 0 {
			return found
		}
	}
	return false
}

// begins tells whether a line that is in begins at a place.
func (s *summing) begins(at int) bool {
	i := slices.Index(s.first, at)
	return i >= 0 && s.in[i]
}
