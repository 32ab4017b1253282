package figures

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// ErrNarrows: with what was told before, the answer would tell of a few people:
// the difference of two counts is a count too.
var ErrNarrows = errors.New("a difference to an earlier answer would be of too few people")

// ledger is all that was published over a snapshot, to whomever: officials of
// different organisations talk to each other, may read any figure by its id, and
// public pages are read by all. It is safe for concurrent use.
type ledger struct {
	s    *Snapshot
	mu   sync.Mutex
	told map[string][]byte // what was published, by the question
	known
}

// known is what is known at a time: figures that are told later do not change it.
type known struct {
	// last is the place of the newest figure that is in it, as the records number
	// them.
	last int64
	// levels are the crowds by the mask of their variables.
	levels map[uint64]level
	most   int // the largest threshold of them
}

// level has the crowds by some variables, in order of n. closed are these with
// those that follow from them.
type level struct {
	closed uint64
	crowds []crowd
}

func newLedger(s *Snapshot) *ledger {
	return &ledger{s: s, told: map[string][]byte{}, known: known{levels: map[uint64]level{}}}
}

// add takes in a figure that has been published.
func (l *ledger) add(query, published []byte) error {
	var q Query
	var p Published
	if err := errors.Join(json.Unmarshal(query, &q), json.Unmarshal(published, &p)); err != nil {
		return fmt.Errorf("read figure: %w", err)
	}
	return l.tell(q, p)
}

// tell takes in a figure.
func (l *ledger) tell(q Query, p Published) error {
	if q.Measure == Results || q.Measure == Funnel { // it tells of no member of the snapshot
		return nil
	}
	if _, again := l.now(q, p); again {
		return nil
	}
	all, err := l.s.crowds(q, p)
	if err != nil {
		return fmt.Errorf("count figure: %w", err)
	}
	key, value := l.canonical(q, p)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told[key] = value
	l.levels = maps.Clone(l.levels)
	for _, c := range all {
		l.most = max(l.most, c.k)
		by := l.levels[c.mask]
		at, _ := slices.BinarySearchFunc(by.crowds, c.n, func(c crowd, n int) int { return cmp.Compare(c.n, n) })
		if !slices.ContainsFunc(by.crowds[at:], func(o crowd) bool { return o.n == c.n && o.same(c) }) {
			l.levels[c.mask] = level{closure(c.mask), slices.Insert(slices.Clip(by.crowds), at, c)}
		}
	}
	return nil
}

// now is what is known at this moment, and whether a figure was told before.
func (l *ledger) now(q Query, p Published) (k known, again bool) {
	key, value := l.canonical(q, p)
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known, bytes.Equal(l.told[key], value)
}

// newest is the place of the newest figure that is in it.
func (l *ledger) newest() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

func (*ledger) canonical(q Query, p Published) (key string, value []byte) {
	p.Synthetic = false
	rawKey, _ := json.Marshal(q) // of plain values: it cannot fail
	value, _ = json.Marshal(p)
	return string(rawKey), value
}

// same tells whether two crowds are the same people by what the questions say,
// and need as many.
func (c crowd) same(other crowd) bool {
	return c.mask == other.mask && c.k == other.k && slices.EqualFunc(c.of, other.of, slices.Equal[[]bool])
}

// check says whether a figure may be published beside all that was: it gives
// ErrNarrows where somebody who reads all of it could count fewer people than
// the threshold.
//
// Two things are looked at. Of two counts where all people of one are among
// those of the other, what is left must be nobody, or as many as the threshold
// asks; the number of all members is known to everybody. And so must be what any
// sums and differences tell of counts by the same variables, fewer of them, or
// those that every member has answered.
//
// A sum by other variables helps nobody further: a count by some variables leaves
// out who did not answer one of them, so that what they say of those who did
// cannot come out of counts that do not know the variable.
func (l *ledger) check(q Query, p Published) error {
	k, again := l.now(q, p)
	if again {
		return nil // nothing new follows from it
	}
	mine, err := l.s.crowds(q, p)
	if err != nil {
		return err
	}
	var all uint64
	for _, c := range mine {
		all |= c.mask
		if rest := l.s.Members - c.n; rest > 0 && rest < c.k && !c.answering(crowd{}) {
			return ErrNarrows
		}
		for mask, by := range k.levels {
			if (mask&c.closed.mask == mask || by.closed&c.mask == c.mask) && c.narrows(by.crowds, k.most) {
				return ErrNarrows
			}
		}
	}
	return l.s.audit(all|l.s.always, mine, k)
}

// closure adds to a mask what follows from its variables.
func closure(mask uint64) uint64 {
	for _, f := range follows {
		if mask&maskOf(f.from) != 0 {
			mask |= maskOf(f.to)
		}
	}
	return mask
}

// narrows tells whether the difference to one of some crowds is of too few
// people. They are in order of n, and need most people at most.
func (c crowd) narrows(others []crowd, most int) bool {
	most = max(most, c.k)
	from, _ := slices.BinarySearchFunc(others, c.n-most, func(o crowd, n int) int { return cmp.Compare(o.n, n) })
	for _, o := range others[from:] {
		rest := c.n - o.n
		if rest <= -most {
			return false
		}
		if rest != 0 && max(rest, -rest) < max(c.k, o.k) && (rest > 0 && o.within(c) && !o.answering(c) || rest < 0 && c.within(o) && !c.answering(o)) {
			return true
		}
	}
	return false
}

// audit looks at all sums and differences of the crowds by some variables.
func (s *Snapshot) audit(mask uint64, mine []crowd, k known) error {
	var all []crowd
	for _, of := range slices.Sorted(maps.Keys(k.levels)) {
		if of&mask == of {
			all = append(all, k.levels[of].crowds...)
		}
	}
	for _, c := range mine {
		if !slices.ContainsFunc(all, c.same) {
			all = append(all, c)
		}
	}
	if mask&^s.always == 0 {
		all = append(all, crowd{n: s.Members, k: mine[0].k})
	}
	switch computes, ok := s.system(mask, all).solve(); {
	case !ok:
		return ErrNarrows
	case computes:
		return ErrNarrows
	}
	return nil
}
