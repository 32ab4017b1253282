package figures

import (
	"slices"
	"sync"
)

// cube holds people by some variables: a column of values for each, and how many
// people each row stands for. A snapshot is one whose rows stand for one each.
type cube struct {
	keys    []string
	columns [][]uint16
	n       []uint32 // nil: one each
	rows    int
}

// column is that of a variable; nil for none.
func (c *cube) column(key string) []uint16 {
	if at := slices.Index(c.keys, key); at >= 0 {
		return c.columns[at]
	}
	return nil
}

// cubes are those that were made, by the mask of their variables: what is asked
// of one takes no walk over all members.
type cubes struct {
	mu   sync.Mutex
	made map[uint64]*cube
	rows int
}

const (
	// mostKept bounds what is kept of cubes, in rows; they take some 40 MB.
	mostKept = 4 << 20
	// mostFine is how many combinations of values a cube that is kept may have.
	// Finer ones take longer to make and to read than a walk over all members.
	mostFine = 1 << 18
	// mostDense is up to how many combinations there is a counter for each.
	mostDense = 1 << 21
)

// bitOf is the place of each variable in a mask; qualified comes last.
var bitOf = func() map[string]int {
	out := map[string]int{qualifiedKey: len(Variables)}
	for i, v := range Variables {
		out[v.Key] = i
	}
	return out
}()

// maskOf tells which variables a set of keys has. All of them are known.
func maskOf(keys ...string) uint64 {
	var mask uint64
	for _, key := range keys {
		mask |= 1 << bitOf[key]
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

// part is a variable as a count looks at it: values of one class are not told
// apart.
type part struct {
	key   string
	class []uint16 // of each value; nil: it is itself
	size  int      // how many classes there are
}

// parts are variables whose values are all told apart.
func (s *Snapshot) parts(keys []string) []part {
	out := make([]part, len(keys))
	for i, key := range keys {
		out[i] = part{key: key, size: s.columns[key].size()}
	}
	return out
}

// combinations is how many there can be.
func combinations(parts []part) uint64 {
	product := uint64(1)
	for _, p := range parts {
		product *= uint64(p.size)
	}
	return product
}

// by is the cube of some variables, which is kept. There must be at most mostFine
// combinations.
func (s *Snapshot) by(mask uint64) *cube {
	s.cubes.mu.Lock()
	c := s.cubes.made[mask]
	s.cubes.mu.Unlock()
	if c != nil {
		return c
	}
	c, _ = s.gather(s.parts(keysOf(mask)), mostFine)
	s.cubes.mu.Lock()
	defer s.cubes.mu.Unlock()
	if s.cubes.rows += c.rows; s.cubes.made == nil || s.cubes.rows > mostKept {
		s.cubes.made, s.cubes.rows = map[uint64]*cube{}, c.rows
	}
	s.cubes.made[mask] = c
	return c
}

// among is what counts by some variables are made from: the least cube that has
// all of them.
func (s *Snapshot) among(mask uint64) *cube {
	out := &s.all
	s.cubes.mu.Lock()
	defer s.cubes.mu.Unlock()
	for other, c := range s.cubes.made {
		if other&mask == mask && c.rows < out.rows {
			out = c
		}
	}
	return out
}

// gather counts people by the classes of some variables. It is false where more
// than so many combinations came up.
func (s *Snapshot) gather(parts []part, most int) (*cube, bool) {
	var mask uint64
	for _, p := range parts {
		mask |= maskOf(p.key)
	}
	from := s.among(mask)
	columns := make([][]uint16, len(parts))
	for i, p := range parts {
		columns[i] = from.column(p.key)
	}
	counts := newCounters(combinations(parts), from.rows)
	var block [1 << 10]uint64 // small enough to stay in the processor
	for at := 0; at < from.rows; at += len(block) {
		places := block[:min(len(block), from.rows-at)]
		clear(places)
		for i, p := range parts {
			p.refine(places, columns[i][at:])
		}
		if from.n == nil {
			counts.addEach(places)
		} else {
			counts.add(places, from.n[at:])
		}
		if len(counts.sparse) > most {
			return nil, false
		}
	}
	out := counts.cube(parts)
	return out, out.rows <= most
}

// refine puts what a variable says of some rows to what others have said.
func (p part) refine(places []uint64, values []uint16) {
	size, values := uint64(p.size), values[:len(places)]
	if p.class == nil {
		for i, v := range values {
			places[i] = places[i]*size + uint64(v)
		}
		return
	}
	for i, v := range values {
		places[i] = places[i]*size + uint64(p.class[v])
	}
}

// counters count people by places: with a counter for each where there are few,
// else by those that come up.
type counters struct {
	dense  []uint32
	sparse map[uint64]uint32
}

func newCounters(places uint64, rows int) *counters {
	if places <= min(mostDense, uint64(8*rows)) {
		return &counters{dense: make([]uint32, places)}
	}
	return &counters{sparse: map[uint64]uint32{}}
}

func (c *counters) addEach(places []uint64) {
	if c.dense == nil {
		for _, place := range places {
			c.sparse[place]++
		}
		return
	}
	for _, place := range places {
		c.dense[place]++
	}
}

func (c *counters) add(places []uint64, n []uint32) {
	for i, place := range places {
		if c.dense == nil {
			c.sparse[place] += n[i]
		} else {
			c.dense[place] += n[i]
		}
	}
}

// cube takes the places that came up apart into classes again.
func (c *counters) cube(parts []part) *cube {
	out := &cube{columns: make([][]uint16, len(parts))}
	var places []uint64
	for place, n := range c.dense {
		if n > 0 {
			places, out.n = append(places, uint64(place)), append(out.n, n)
		}
	}
	for place, n := range c.sparse {
		places, out.n = append(places, place), append(out.n, n)
	}
	out.rows = len(places)
	for i := len(parts) - 1; i >= 0; i-- {
		size, column := uint64(parts[i].size), make([]uint16, len(places))
		for row, place := range places {
			column[row], places[row] = uint16(place%size), place/size
		}
		out.columns[i] = column
	}
	for _, p := range parts {
		out.keys = append(out.keys, p.key)
	}
	return out
}
