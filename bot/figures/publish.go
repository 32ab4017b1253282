package figures

import (
	"cmp"
	"slices"
	"time"

	"mboka/bot/protect"
	"mboka/flows"
)

// Published is what may be shown of a figure: all of it has passed bot/protect,
// and nothing else of the figure is kept.
type Published struct {
	K        int          `json:"k"`
	Members  protect.Cell `json:"members"`  // registered, in all
	Answered protect.Cell `json:"answered"` // the base
	Total    protect.Cell `json:"total"`
	// Rows and Columns are the codes of the values; Other stands for all that
	// are not listed. Without a second variable there is one column, "".
	Rows    []string `json:"rows,omitempty"`
	Columns []string `json:"columns,omitempty"`
	// Cells has one line a row. RowTotals and ColumnTotals are empty where the
	// counts do not add up because a person may have several values.
	Cells        [][]protect.Cell `json:"cells,omitempty"`
	RowTotals    []protect.Cell   `json:"row_totals,omitempty"`
	ColumnTotals []protect.Cell   `json:"column_totals,omitempty"`
	// Stock are the UN's estimates of the rows, of the measure Stock, and StockAll
	// that of all countries.
	Stock    []int     `json:"stock,omitempty"`
	StockAll int       `json:"stock_all,omitempty"`
	Coverage *Coverage `json:"coverage,omitempty"` // nil: none
	// Results are those of the measure Results, and At is when they were counted.
	Results []Result  `json:"results,omitempty"`
	At      time.Time `json:"at,omitzero"`
	// Trained is that of the measure Trainees; nil: too few.
	Trained *Trained `json:"trained,omitempty"`
	// Funnel is set of that measure alone.
	Funnel *FunnelOf `json:"funnel,omitempty"`
	// Synthetic: some of the members are made up.
	Synthetic bool `json:"synthetic,omitempty"`
	// Step is to what the counts are rounded; 0 on record: not kept then.
	Step int `json:"step,omitempty"`
}

// size is how much was told, for the log.
func (p Published) size() int {
	if len(p.Results) > 0 {
		return len(p.Results)
	}
	if p.Trained != nil {
		return p.Trained.People.N
	}
	return p.Total.N
}

// Other is the row or column of all values that are not listed.
const Other = "_other"

// Most rows and columns of a table that a phone shows.
const (
	mostRows    = 10
	mostColumns = 4
)

// Publish protects what was counted. Its errors are those of bot/protect: too
// few people, too many variables, or no way to keep the small cells.
func Publish(r protect.Rules, q Query, c Counted) (Published, error) {
	k, err := r.Threshold(q.Fine())
	if err != nil {
		return Published{}, err
	}
	p := Published{K: k, Step: r.Rounding, Members: r.Count(c.Members, r.K), Answered: r.Count(c.Answered, k), Total: r.Count(c.Total, k)}
	if c.Total < k {
		return Published{}, protect.ErrTooFew
	}
	if rest := c.Answered - c.Total; rest > 0 && rest < k {
		p.Answered = protect.Cell{State: protect.Hidden} // else it would tell how few do not
	}
	if rest := c.Members - c.Answered; rest > 0 && rest < k && p.Answered.State == protect.Shown {
		p.Members = protect.Cell{State: protect.Hidden}
	}
	switch len(q.By) {
	case 1:
		err = p.list(r, q, c)
	case 2:
		err = p.cross(r, q, c)
	}
	if q.Measure == Stock {
		p.setStock()
	}
	return p, err
}

// value is one value of a variable with its count, over all of the other one.
type value struct {
	code   string
	n      int
	places []int // in Counted.Codes
}

// values are those of the i-th variable: in their own order, or the most frequent
// first. Those that nobody has are left out only where small ones are gathered as
// Other: listed beside others, "fewer than 5" must not say that there is somebody.
func values(v Variable, q Query, c Counted, i int) []value {
	var all []value
	for _, o := range v.Options() {
		nobody := !slices.Contains(c.Codes[i], o.Code) && o.Flag != flows.FlagEnds // who says that is no member
		if nobody && (v.Ordered || v.Several) && !slices.Contains(v.Unsaid, o.Code) && q.meets(v, o.Code) {
			all = append(all, value{code: o.Code})
		}
	}
	for place, code := range c.Codes[i] {
		n := 0
		if i == 0 {
			for _, cell := range c.Cells[place] {
				n += cell
			}
		} else {
			for _, row := range c.Cells {
				n += row[place]
			}
		}
		listed := n > 0 || (v.Ordered || v.Several) && q.meets(v, code)
		if listed && !slices.Contains(v.Unsaid, code) {
			all = append(all, value{code, n, []int{place}})
		}
	}
	order := map[string]int{}
	for i, o := range v.Options() {
		order[o.Code] = i
	}
	slices.SortFunc(all, func(a, b value) int {
		if v.Ordered {
			return cmp.Compare(order[a.code], order[b.code])
		}
		return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.code, b.code))
	})
	return all
}

// gathered brings values that are too many, or too small, together as Other:
// the larger ones stay, and Other has enough people itself.
func gathered(all []value, k, most int) []value {
	keep := len(all)
	for keep > 0 && all[keep-1].n < k {
		keep--
	}
	if len(all) > most {
		keep = min(keep, most-1)
	}
	if keep == len(all) {
		return all
	}
	other := value{code: Other}
	join := func(v value) { other.n += v.n; other.places = append(other.places, v.places...) }
	for _, v := range all[keep:] {
		join(v)
	}
	for other.n < k && keep > 0 {
		keep--
		join(all[keep])
	}
	return append(slices.Clip(all[:keep]), other)
}

// list is a table of one variable.
func (p *Published) list(r protect.Rules, q Query, c Counted) error {
	v, _ := VariableOf(q.By[0])
	all := values(v, q, c, 0)
	if !v.Ordered && !v.Several {
		all = gathered(all, p.K, mostRows)
	}
	if !v.Ordered { // the order of the small ones, which come last, would tell of them
		first := slices.IndexFunc(all, func(v value) bool { return v.n < p.K })
		if first >= 0 {
			slices.SortFunc(all[first:], func(a, b value) int { return cmp.Compare(a.code, b.code) })
		}
	}
	counts := make([]int, len(all))
	for i, value := range all {
		p.Rows = append(p.Rows, value.code)
		counts[i] = value.n
	}
	var cells []protect.Cell
	var err error
	if v.Several {
		cells, err = r.Several(counts, c.Total, p.K)
	} else {
		cells, err = r.List(counts, p.K, false)
	}
	if err != nil {
		return err
	}
	p.Columns = []string{""}
	for _, cell := range cells[:len(cells)-1] {
		p.Cells = append(p.Cells, []protect.Cell{cell})
	}
	if len(p.Rows) > mostRows { // of several values: the rarest are left out
		p.Rows, p.Cells = p.Rows[:mostRows], p.Cells[:mostRows]
	}
	p.Total = cells[len(cells)-1]
	return nil
}

// cross is a table of two variables.
func (p *Published) cross(r protect.Rules, q Query, c Counted) error {
	first, _ := VariableOf(q.By[0])
	second, _ := VariableOf(q.By[1])
	rows, columns := values(first, q, c, 0), values(second, q, c, 1)
	if !first.Several {
		rows = whole(first, rows, p.K, mostRows)
	}
	if !second.Several {
		columns = whole(second, columns, p.K, mostColumns)
	}
	rows, columns = rows[:min(len(rows), mostRows)], columns[:min(len(columns), mostRows)]
	counts := make([][]int, len(rows))
	for i, row := range rows {
		p.Rows = append(p.Rows, row.code)
		counts[i] = make([]int, len(columns))
		for j, column := range columns {
			counts[i][j] = cellsOf(c, row, column)
		}
	}
	for _, column := range columns {
		p.Columns = append(p.Columns, column.code)
	}
	switch {
	case first.Several && second.Several:
		return p.loose(r, counts)
	case first.Several:
		return p.lines(r, counts, false)
	case second.Several:
		return p.lines(r, turned(counts), true)
	}
	table, err := r.Cross(counts, p.K)
	if err != nil {
		return err
	}
	last := len(columns)
	for i, row := range table.Cells[:min(len(rows), len(table.Cells))] {
		p.Cells = append(p.Cells, row[:last])
		p.RowTotals = append(p.RowTotals, row[last])
		if i == 0 && len(rows) == 1 {
			p.ColumnTotals = row[:last]
			p.Total = row[last]
		}
	}
	if len(rows) > 1 {
		p.ColumnTotals, p.Total = table.Cells[len(rows)][:last], table.Cells[len(rows)][last]
	}
	return nil
}

// whole gathers values, those with an order of their own only where the table
// would be too wide.
func whole(v Variable, all []value, k, most int) []value {
	if v.Ordered && len(all) <= mostRows {
		return all
	}
	return gathered(all, k, most)
}

func cellsOf(c Counted, row, column value) int {
	n := 0
	for _, i := range row.places {
		for _, j := range column.places {
			n += c.Cells[i][j]
		}
	}
	return n
}

func turned(counts [][]int) [][]int {
	out := make([][]int, len(counts[0]))
	for j := range out {
		for _, row := range counts {
			out[j] = append(out[j], row[j])
		}
	}
	return out
}

// loose protects cells that do not add up in any direction.
func (p *Published) loose(r protect.Rules, counts [][]int) error {
	for _, row := range counts {
		var cells []protect.Cell
		for _, n := range row {
			cells = append(cells, r.Count(n, p.K))
		}
		p.Cells = append(p.Cells, cells)
	}
	return nil
}

// lines protects a table that adds up along each line only; columns tells that
// its lines are the columns of the figure.
func (p *Published) lines(r protect.Rules, counts [][]int, columns bool) error {
	across := len(counts[0])
	var out [][]protect.Cell
	var totals []protect.Cell
	for _, line := range counts {
		cells, err := r.List(line, p.K, false)
		if err != nil { // the whole line is too small, or cannot be kept
			cells = make([]protect.Cell, across+1)
			for i := range cells {
				cells[i].State = protect.Small
			}
		}
		out, totals = append(out, cells[:across]), append(totals, cells[across])
	}
	if !columns {
		p.Cells, p.RowTotals = out, totals
		return nil
	}
	p.ColumnTotals = totals
	for i := range across {
		var row []protect.Cell
		for _, line := range out {
			row = append(row, line[i])
		}
		p.Cells = append(p.Cells, row)
	}
	return nil
}
