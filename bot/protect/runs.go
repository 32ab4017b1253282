package protect

import "slices"

// Runs joins neighbours in an ordered partition, such as the steps at which
// people stopped, until at least k people are in each run. It gives the place
// where each run begins. All runs may be told, and any sums and differences of
// them: each person is in one run, so that what comes out are whole runs.
func Runs(counts []int, k int) ([]int, error) {
	if sum(counts) < k || len(counts) == 0 {
		return nil, ErrTooFew
	}
	starts := make([]int, len(counts))
	for i := range starts {
		starts[i] = i
	}
	for {
		least, sums := 0, Joined(counts, starts)
		for i, n := range sums {
			if n < sums[least] {
				least = i
			}
		}
		if sums[least] >= k {
			return starts, nil
		}
		// With the neighbour that has fewer people: of two alike the one before, so
		// that the end stays apart.
		join := least
		if least == 0 || least+1 < len(sums) && sums[least+1] < sums[least-1] {
			join = least + 1
		}
		starts = slices.Delete(starts, join, join+1)
	}
}

// Joined are the sums of the runs that begin at some places.
func Joined(counts []int, starts []int) []int {
	out := make([]int, len(starts))
	for i, from := range starts {
		to := len(counts)
		if i+1 < len(starts) {
			to = starts[i+1]
		}
		out[i] = sum(counts[from:to])
	}
	return out
}

// Apart protects such a partition by another variable, a row for each of its
// values, beside the totals of all columns, which are told anyway: columns are
// joined until the table keeps its small cells without any of these totals. Of
// the tables that do it is the one that shows most. It gives the place where each
// column of the table begins.
func (r Rules) Apart(counts [][]int, k int) (starts []int, t Table, err error) {
	if len(counts) < 2 {
		return nil, Table{}, ErrTooFew
	}
	totals := make([]int, len(counts[0]))
	for _, row := range counts {
		for j, n := range row {
			totals[j] += n
		}
	}
	runs, err := Runs(totals, k)
	if err != nil {
		return nil, Table{}, err
	}
	most := 0
	for ; len(runs) > 0; runs = closer(totals, runs) {
		joined := make([][]int, len(counts))
		for i, row := range counts {
			joined[i] = Joined(row, runs)
		}
		one, err := r.Cross(joined, k)
		if err != nil {
			continue
		}
		if n := one.tells(); n > most {
			most, starts, t = n, slices.Clone(runs), one
		}
	}
	if most == 0 {
		return nil, Table{}, ErrTooFew
	}
	return starts, t, nil
}

// closer joins the two neighbours that have the fewest people together; of one
// run nothing is left.
func closer(counts []int, starts []int) []int {
	if len(starts) < 2 {
		return nil
	}
	sums, best := Joined(counts, starts), 1
	for i := 2; i < len(sums); i++ {
		if sums[i]+sums[i-1] < sums[best]+sums[best-1] {
			best = i
		}
	}
	return slices.Delete(slices.Clone(starts), best, best+1)
}

// tells is how many cells are shown beside the totals of the columns; 0 where one of
// those is not.
func (t Table) tells() int {
	last := len(t.Cells) - 1
	if slices.ContainsFunc(t.Cells[last], func(c Cell) bool { return c.State != Shown }) {
		return 0
	}
	n := 0
	for _, row := range t.Cells[:last] {
		for _, c := range row {
			if c.State == Shown {
				n++
			}
		}
	}
	return n
}
