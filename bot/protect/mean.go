package protect

// Mean is a mean of marks as it may be shown.
type Mean struct {
	State State // Shown or Small
	// Tenths is the mean in tenths: 34 is 3.4.
	Tenths int
	// Edge is 1 where the mean is Tenths or more, -1 where it is Tenths or less.
	Edge int `json:",omitempty"`
}

// LeastEdge is the least of Rules.Edge. Nearer to an end than half a mark nearly
// all have given the same one: then the mean would tell what each of them said.
// The value is our choice, as those of the domain reference, 2.5.
const LeastEdge = 5

// Mean protects the mean of n marks from low to high, of which sum is the sum.
// One decimal is all that is told: with the number of people, which is rounded
// too, nobody's mark comes out of it by arithmetic.
func (r Rules) Mean(sum, n, low, high, k int) Mean {
	if n < k || n == 0 {
		return Mean{State: Small}
	}
	m, edge := Mean{Tenths: (20*sum + n) / (2 * n)}, max(r.Edge, LeastEdge)
	switch {
	case m.Tenths < 10*low+edge:
		m.Tenths, m.Edge = 10*low+edge, -1
	case m.Tenths > 10*high-edge:
		m.Tenths, m.Edge = 10*high-edge, 1
	}
	return m
}
