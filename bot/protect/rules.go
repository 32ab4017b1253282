package protect

import "errors"

// Errors that a caller explains to whoever asked.
var (
	// ErrTooFew: fewer people than the threshold are behind all of it.
	ErrTooFew = errors.New("too few people for this count")
	// ErrTooFine: more variables than may fix a cell.
	ErrTooFine = errors.New("too many variables for one count")
	// ErrUnsafe: no choice of cells keeps the small ones from being computed.
	ErrUnsafe = errors.New("small counts of this table could be computed from the others")
)

// Rules are the values in force; all of them are settings.
type Rules struct {
	K        int // people behind a count that one variable fixes, at least
	KCross   int // the same where two variables or more fix it, or a sensitive one
	Rounding int // counts are shown to the nearest multiple
	// MostVariables may fix a cell, filters and dimensions alike.
	MostVariables int
	// LeastBase is the smallest base of a percentage.
	LeastBase int
	// Edge is how near to an end of the scale a mean is told, in tenths; under
	// LeastEdge it is that.
	Edge int
}

// Fine says how finely a question looks.
type Fine struct {
	// Variables fix a cell: filters and dimensions count alike, `qualified`
	// included, consent not.
	Variables int
	// Sensitive: one of them is a city, a profession, the wish to return, a
	// sensitive field; or the answer is for the public.
	Sensitive bool
}

// Threshold is the number of people that a count needs.
func (r Rules) Threshold(f Fine) (k int, err error) {
	switch {
	case f.Variables > r.MostVariables:
		return 0, ErrTooFine
	case f.Variables > 1, f.Sensitive:
		return max(r.K, r.KCross), nil
	}
	return r.K, nil
}

// Round is a count as it is shown.
func (r Rules) Round(n int) int {
	if r.Rounding < 2 {
		return n
	}
	return (n + r.Rounding/2) / r.Rounding * r.Rounding
}

// Share is a percentage of two counts; ok is false where the base is too small
// to speak of one. It is of the rounded counts, so that it tells no more than
// they do.
func (r Rules) Share(n, base Cell) (percent int, ok bool) {
	if n.State != Shown || base.State != Shown || base.N < r.LeastBase || base.N == 0 {
		return 0, false
	}
	return min(100, (100*n.N+base.N/2)/base.N), true
}

// State says what may be told of a count.
type State uint8

const (
	// Shown: N is the rounded count.
	Shown State = iota
	// Small: it is under the threshold, and that is all that is told.
	Small
	// Hidden: it would give away one that is under the threshold. It may be so
	// itself, where "< k" would tell too much.
	Hidden
)

// Cell is a count as it may be shown.
type Cell struct {
	State State
	N     int // of Shown
}

// Count protects a single count.
func (r Rules) Count(n, k int) Cell {
	if n < k {
		return Cell{State: Small}
	}
	return Cell{N: r.Round(n)}
}
