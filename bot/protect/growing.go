package protect

// Growing protects a total that is read while it grows, at the end of each
// period: steps are how many came in each of the periods that are over, in
// order. It is told as of the end of the last one in which at least k came;
// upto is how many periods that are, 0 where nothing may be told yet.
//
// So whenever the total moves, k came in the very period that has just ended. Who
// came in any other one shows by nothing: all that is told could be so without
// them. That does not hold of a total that moves as soon as k have come since it
// moved last: nine come in some weeks, the tenth in this one, and that somebody
// came in this one is seen.
func (r Rules) Growing(steps []int, k int) (c Cell, upto int) {
	for i, n := range steps {
		if n >= k {
			upto = i + 1
		}
	}
	if upto == 0 {
		return Cell{State: Small}, 0
	}
	return r.Count(sum(steps[:upto]), k), upto
}
