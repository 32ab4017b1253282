package protect

// Running protects a total that grows: how many there were at the end of each
// period, where steps are how many came in it. The last total is told as any
// count; going back from there a total that differs by fewer people than the
// threshold from the one told after it is told as that one. So the difference
// of any two tells of nobody, or of at least as many people.
func (r Rules) Running(steps []int, k int) []Cell {
	out := make([]Cell, len(steps))
	total := sum(steps)
	told := total
	for i := len(steps) - 1; i >= 0; i-- {
		if told-total >= k {
			told = total
		}
		out[i] = r.Count(told, k)
		total -= steps[i]
	}
	return out
}
