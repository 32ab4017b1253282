package figures

import (
	"slices"
	"sync"
)

// cube is a snapshot seen by some variables alone: each combination of values
// that came up, once, with the number of its members. Of a million members few
// combinations of three variables are left, so that what is asked of a cube is
// answered in no time; to make one takes a walk over all members.
type cube struct {
	keys   []string
	values []uint16 // len(keys) of each combination, as in the columns
	n      []int
}

// cubes are those that were made, by the mask of their variables.
type cubes struct {
	mu      sync.Mutex
	made    map[uint64]*cube
	entries int
}

// mostEntries bounds what is kept of cubes, in combinations; it makes some 80 MB.
const mostEntries = 4 << 20

// mostDense is up to how many combinations there is a counter for each.
const mostDense = 1 << 21

// maskOf tells which variables a set of keys has. All of them are known.
func maskOf(keys []string) uint64 {
	var mask uint64
	for _, key := range keys {
		i := slices.IndexFunc(Variables, func(v Variable) bool { return v.Key == key })
		if i < 0 {
			i = len(Variables) // qualified
		}
		mask |= 1 << i
	}
	return mask
}

// keysOf are the variables of a mask in their order, qualified last.
func keysOf(mask uint64) []string {
	var keys []string
	for i, v := range Variables {
		if mask>>i&1 == 1 {
			keys = append(keys, v.Key)
		}
	}
	if mask>>len(Variables)&1 == 1 {
		keys = append(keys, qualifiedKey)
	}
	return keys
}

// by is the cube of some variables: one that was made, else the sum of one that
// has more of them, else a new one.
func (s *Snapshot) by(mask uint64) *cube {
	s.cubes.mu.Lock()
	c, wider := s.cubes.made[mask], (*cube)(nil)
	if c == nil {
		for other, w := range s.cubes.made {
			if other&mask == mask && (wider == nil || len(w.n) < len(wider.n)) {
				wider = w
			}
		}
	}
	s.cubes.mu.Unlock()
	if c != nil {
		return c
	}
	if wider != nil {
		c = s.sum(wider, keysOf(mask))
	} else {
		c = s.cube(keysOf(mask))
	}
	s.cubes.mu.Lock()
	defer s.cubes.mu.Unlock()
	if s.cubes.entries += len(c.n); s.cubes.made == nil || s.cubes.entries > mostEntries {
		s.cubes.made, s.cubes.entries = map[uint64]*cube{}, len(c.n)
	}
	s.cubes.made[mask] = c
	return c
}

// cube counts the members by some variables.
func (s *Snapshot) cube(keys []string) *cube {
	columns := make([][]uint16, len(keys))
	for i, key := range keys {
		columns[i] = s.columns[key].values
	}
	return s.gather(keys, columns, nil, s.Members)
}

// sum counts what a cube has by fewer variables.
func (s *Snapshot) sum(of *cube, keys []string) *cube {
	columns := make([][]uint16, len(keys))
	for i, key := range keys {
		at := slices.Index(of.keys, key)
		for row := range of.n {
			columns[i] = append(columns[i], of.values[row*len(of.keys)+at])
		}
	}
	return s.gather(keys, columns, of.n, len(of.n))
}

// gather brings equal rows of some columns together. n is how many members each
// row stands for; nil for one.
func (s *Snapshot) gather(keys []string, columns [][]uint16, n []int, rows int) *cube {
	places, product := make([]uint64, rows), uint64(1)
	for i, key := range keys {
		size := uint64(s.columns[key].size())
		for row, v := range columns[i] {
			places[row] = places[row]*size + uint64(v)
		}
		product *= size
	}
	out := &cube{keys: keys}
	add := func(place uint64, n int) {
		at := len(out.values)
		out.values = append(out.values, make([]uint16, len(keys))...)
		for i := len(keys) - 1; i >= 0; i-- {
			size := uint64(s.columns[keys[i]].size())
			out.values[at+i], place = uint16(place%size), place/size
		}
		out.n = append(out.n, n)
	}
	of := func(row int) int {
		if n == nil {
			return 1
		}
		return n[row]
	}
	if product <= mostDense {
		counters := make([]uint32, product)
		for row, place := range places {
			counters[place] += uint32(of(row))
		}
		for place, n := range counters {
			if n > 0 {
				add(uint64(place), int(n))
			}
		}
		return out
	}
	counters := map[uint64]int{}
	for row, place := range places {
		counters[place] += of(row)
	}
	for place, n := range counters {
		add(place, n)
	}
	return out
}
