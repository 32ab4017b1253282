package web

import (
	"slices"
	"strings"

	"mboka/bot/figures"
	"mboka/bot/protect"
	"mboka/locales"
)

// chart is a figure as a table that is a picture too: bars in the rows of a
// list, bars back to back for two columns of ages, and grounds that are the
// darker the more people there are for any other cross.
type chart struct {
	Title, ID     string
	Said          string // base, how the answers were got, and date
	Made          string // that it is made up; "" where it is not
	Of            string // what the rows are values of
	Columns       []string
	Notes         []string
	Pyramid, Heat bool
	Rows          []row
}

// row is a value with its cells: one, with its share, in a list.
type row struct {
	Name, Share string
	Cells       []cell
	Total       string // of a cross; "" where its cells do not add up
}

// cell is a count. Length is what its bar takes of its room, in thousandths, and
// Shade how dark its ground is; both are 0 where the count is not told.
type cell struct {
	Column, Count string
	Length, Shade int
}

// Room is what the bar leaves free of its room.
func (c cell) Room() int { return 1000 - c.Length }

// shades are how many grounds there are.
const shades = 4

func (p published) chart(lang locales.Lang, rules protect.Rules) chart {
	of := p.Published
	say := func(key locales.Key, args locales.Args) string { return together(lang, locales.Text(lang, key, args)) }
	v, _ := figures.VariableOf(p.Query.By[0])
	out := chart{Title: say(p.title, nil), ID: say(locales.WebFiguresId, locales.Args{"ID": p.ID}), Of: locales.LabelOf(v.Title).In(lang)}
	out.Said = strings.TrimSpace(base(lang, of) + " " + say(locales.WebFiguresSelf, nil) + " " + say(locales.WebFiguresTaken, locales.Args{"Date": locales.Date(lang, p.Taken)}))
	if of.Synthetic {
		out.Made = say(locales.FigSynthetic, nil)
	}
	several := v.Several
	if len(p.Query.By) == 2 {
		across, _ := figures.VariableOf(p.Query.By[1])
		several = several || across.Several
		for _, code := range of.Columns {
			out.Columns = append(out.Columns, nameOfValue(lang, across, code))
		}
		out.Pyramid = v.Ordered && across.Key == "sex" && len(of.Columns) == 2
		out.Heat = !out.Pyramid
	}
	hidden := false
	most := largest(of.Cells)
	for i, code := range of.Rows {
		r := row{Name: nameOfValue(lang, v, code)}
		for j, c := range of.Cells[i] {
			hidden = hidden || c.State == protect.Hidden
			r.Cells = append(r.Cells, out.cell(lang, of.K, c, j, most))
		}
		if out.Columns == nil {
			if share, ok := rules.Share(of.Cells[i][0], of.Total); ok {
				r.Share = say(locales.WebFiguresPercent, locales.Args{"N": share})
			}
		} else if len(of.RowTotals) > i {
			hidden = hidden || of.RowTotals[i].State == protect.Hidden
			r.Total = cellText(lang, of.RowTotals[i], of.K)
		}
		out.Rows = append(out.Rows, r)
	}
	if out.Heat {
		out.Notes = append(out.Notes, say(locales.WebFiguresHeat, nil))
	}
	if hidden {
		out.Notes = append(out.Notes, say(locales.FigHiddenWhy, nil))
	}
	if several {
		out.Notes = append(out.Notes, say(locales.FigSeveral, nil))
	}
	return out
}

// base says how many answered, and of how many where that may be told.
func base(lang locales.Lang, of figures.Published) string {
	answered := cellText(lang, of.Answered, of.K)
	switch {
	case of.Answered.State != protect.Shown:
		return ""
	case of.Members.State != protect.Shown:
		return together(lang, locales.Text(lang, locales.WebFiguresBaseAlone, locales.Args{"Answered": answered}))
	}
	return together(lang, locales.Text(lang, locales.WebFiguresBase, locales.Args{"Answered": answered, "Members": cellText(lang, of.Members, of.K)}))
}

func (of chart) cell(lang locales.Lang, k int, c protect.Cell, column, most int) cell {
	out := cell{Count: cellText(lang, c, k)}
	if of.Columns != nil {
		out.Column = of.Columns[column]
	}
	if c.State != protect.Shown || c.N == 0 {
		return out
	}
	out.Length = 1000 * c.N / most
	if of.Heat {
		out.Shade = (shades*c.N + most - 1) / most
	}
	return out
}

// largest is the largest count that is told, at least 1.
func largest(cells [][]protect.Cell) int {
	most := 1
	for _, c := range slices.Concat(cells...) {
		if c.State == protect.Shown {
			most = max(most, c.N)
		}
	}
	return most
}

// nameOfValue is what a row or column is headed with.
func nameOfValue(lang locales.Lang, v figures.Variable, code string) string {
	if code == figures.Other {
		return locales.Text(lang, locales.FigOther, nil)
	}
	return v.Label(code).In(lang)
}

// cellText is a count as it may be told.
func cellText(lang locales.Lang, c protect.Cell, k int) string {
	switch c.State {
	case protect.Small:
		return locales.Text(lang, locales.FigSmall, locales.Args{"K": k})
	case protect.Hidden:
		return locales.Text(lang, locales.FigHidden, nil)
	}
	return locales.Number(lang, c.N)
}
