package figures

import "mboka/bot/protect"

// A table of at least so many rows and columns is read by its darkest places
// first: each count gets a sign for how large it is beside the largest.
const (
	heatRows    = 3
	heatColumns = 3
)

// shades are the signs, from a count of nearly nothing to the largest.
var shades = [...]string{"░", "▒", "▓", "█"}

// hot is the largest count that is told in such a table, 0 where it is none.
func (p Published) hot() int {
	if len(p.Rows) < heatRows || len(p.Columns) < heatColumns {
		return 0
	}
	most := 0
	for _, row := range p.Cells {
		for _, c := range row {
			if c.State == protect.Shown {
				most = max(most, c.N)
			}
		}
	}
	return most
}

// heat is the sign before a count; what is not told has none.
func (p Published) heat(c protect.Cell) string {
	most := p.hot()
	if most == 0 || c.State != protect.Shown {
		return ""
	}
	return shades[min(c.N*len(shades)/most, len(shades)-1)] + " "
}
