package figures

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"mboka/store"
)

// Row is one member's coded answers, in the order of store.SnapshotColumns: one
// code, or several apart by spaces. Nothing in it names the member.
type Row = []string

// Snapshot is all coded answers of a day, in memory, a column a variable. It is
// never changed, so that any number of questions may read it at once.
type Snapshot struct {
	ID      string
	Taken   time.Time
	Members int
	// Synthetic: some of the members are made up.
	Synthetic bool
	columns   map[string]*column
	all       cube   // the columns, a row a member
	always    uint64 // the variables on which every member said something
	cubes     cubes
	told      *ledger
}

// column holds one variable of all members. values are places in codes from 1,
// 0 for no answer; of a variable with several values they are places in kinds.
type column struct {
	codes  []string
	place  map[string]uint16
	values []uint16
	n      []int // members by value
	sets   bool
	// kinds are the sets of codes that came up, as bits by place; the first is
	// the empty one.
	kinds []uint16
	kind  map[uint16]uint16
}

func newColumn(sets bool) *column {
	c := &column{place: map[string]uint16{}, sets: sets}
	if sets {
		c.kinds, c.kind = []uint16{0}, map[uint16]uint16{0: 0}
	}
	return c
}

// size is how many values there may be, no answer included.
func (c *column) size() int {
	if c.sets {
		return len(c.kinds)
	}
	return len(c.codes) + 1
}

// mostSets is how many values a variable of several may have.
const mostSets = 16

// ErrFull: a variable has more values than a column can tell apart.
var ErrFull = errors.New("too many values in one variable")

// qualifiedKey is the variable that is made of others.
const qualifiedKey = "qualified"

// NewSnapshot makes a snapshot of rows. It has no name and no time yet.
func NewSnapshot(rows iter.Seq[Row]) (*Snapshot, error) {
	s := &Snapshot{columns: map[string]*column{}}
	s.told = newLedger(s)
	for _, v := range Variables {
		s.columns[v.Key] = newColumn(v.Several)
	}
	s.columns[qualifiedKey] = newColumn(false)
	var wrong error
	at := map[string]int{}
	for i, name := range store.SnapshotColumns {
		at[name] = i
	}
	for row := range rows {
		s.Members++
		for _, v := range Variables {
			value := ""
			if v.Key == belowKey {
				value = belowLevel(row[at[education]], row[at[employed]], row[at[group]], row[at[profession]])
			} else {
				value = row[at[v.Key]]
			}
			if err := s.columns[v.Key].add(value); err != nil {
				wrong = fmt.Errorf("%s: %w", v.Key, err)
			}
		}
		yes := "no"
		if qualified(row[at[education]], row[at[group]], row[at[profession]], row[at[experience]]) {
			yes = "yes"
		}
		if err := s.columns[qualifiedKey].add(yes); err != nil {
			wrong = err
		}
	}
	s.close()
	return s, wrong
}

// close lets a snapshot be counted, once all rows are in it.
func (s *Snapshot) close() {
	s.all.rows = s.Members
	for _, key := range keysOf(^uint64(0)) {
		c := s.columns[key]
		c.values = slices.Clone(c.values) // without the room that it grew into
		c.n = make([]int, c.size())
		for _, v := range c.values {
			c.n[v]++
		}
		s.all.keys, s.all.columns = append(s.all.keys, key), append(s.all.columns, c.values)
		if c.only(s.saying(key)) {
			s.always |= maskOf(key)
		}
	}
}

// only tells whether all members have one of some values.
func (c *column) only(set []bool) bool {
	for v, n := range c.n {
		if n > 0 && !set[v] {
			return false
		}
	}
	return true
}

// add puts the next member's value at the end.
func (c *column) add(value string) error {
	if !c.sets {
		at, err := c.at(value)
		c.values = append(c.values, at)
		return err
	}
	var bits uint16
	for value != "" {
		code := value
		if i := slices.Index([]byte(value), ' '); i >= 0 {
			code, value = value[:i], value[i+1:]
		} else {
			value = ""
		}
		at, err := c.at(code)
		if err != nil || at > mostSets {
			return ErrFull
		}
		bits |= 1 << (at - 1)
	}
	at, known := c.kind[bits]
	if !known {
		at = uint16(len(c.kinds))
		c.kinds, c.kind[bits] = append(c.kinds, bits), at
	}
	c.values = append(c.values, at)
	return nil
}

// at is the place of a code, a new one if need be; 0 for none.
func (c *column) at(code string) (uint16, error) {
	if code == "" {
		return 0, nil
	}
	if at, ok := c.place[code]; ok {
		return at, nil
	}
	if len(c.codes) == 1<<16-1 {
		return 0, ErrFull
	}
	c.codes = append(c.codes, code)
	at := uint16(len(c.codes))
	c.place[code] = at
	return at, nil
}
