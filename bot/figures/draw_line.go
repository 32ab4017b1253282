package figures

import (
	"slices"

	"github.com/go-analyze/charts/chartdraw/drawing"

	"mboka/bot/protect"
	"mboka/locales"
)

// lineForms are the points of the series, so that lines are told apart without
// colours.
var lineForms = [...]form{dot, box, diamond}

// axis places values in a plot.
type axis struct {
	top, ground, left, slot int
	low, high               int // of the values, both ends at a tick
}

func (a axis) x(i int) int { return a.left + i*a.slot + a.slot/2 }

func (a axis) y(n int) int {
	return a.ground - int(int64(n-a.low)*int64(a.ground-a.top)/int64(a.high-a.low))
}

// ticks are round numbers that hold both ends, at least two of them.
func ticks(low, high int) []int {
	low, high = min(low, 0), max(high, 0)
	step := 1
	for by := 0; (high-low)/step > 4; by++ { // 1, 2, 5, 10, 20, 50...
		if by%3 == 1 {
			step = step / 2 * 5
		} else {
			step *= 2
		}
	}
	first := low / step * step
	if first > low {
		first -= step
	}
	list := []int{first}
	for last := first; last < high || len(list) < 2; {
		last += step
		list = append(list, last)
	}
	return list
}

const (
	narrowest = 32 // least width of a month in pixels, that of upright words
	sign      = 18 // width of a point
)

// line draws months as points, joined where two that follow each other may be
// told. What stands for the others is written under the axis, beside no point.
// It is false where there are too many months.
func (s *sheet) line() bool {
	s.legend(dot, lineColors[:])
	a, marks := s.axis(), make([][]Mark, len(s.d.Series))
	if a.slot < narrowest {
		return false
	}
	for i, series := range s.d.Series {
		var run []int
		for row, c := range series.Values {
			m := s.d.mark(row, i)
			if c.State == protect.Shown {
				run = append(run, a.x(row), a.y(c.N))
				m.X, m.Y, m.Width, m.Height = a.x(row)-sign/2, a.y(c.N)-sign/2, sign, sign
			} else {
				s.join(run, lineColors[i])
				run = nil
			}
			marks[i] = append(marks[i], m)
		}
		s.join(run, lineColors[i])
	}
	for i := range marks {
		for row, m := range marks[i] {
			color := lineColors[i]
			if row == s.d.Highlight {
				color = chosen
			}
			s.put(m, color, lineForms[i], false)
		}
	}
	for i := range marks {
		s.numbers(marks[i])
	}
	s.y = a.ground + plain.line()/2 + 4 // under the number of a point at the ground
	s.gaps(a, marks)
	s.months(a)
	return true
}

// axis draws the scale and makes the room for it.
func (s *sheet) axis() axis {
	low := 0
	for _, series := range s.d.Series {
		for _, c := range series.Values {
			if c.State == protect.Shown {
				low = min(low, c.N)
			}
		}
	}
	scale, height, number := ticks(low, s.d.largest()), plotHeight, func(n int) string { return locales.Number(s.d.Lang, n) + s.d.Unit }
	if s.widestNumber() == 0 { // nothing is told, so the months stand alone
		scale, height, number = []int{0}, 0, func(int) string { return "" }
	}
	column := sign // of a series, beside what stands for its gaps
	for _, n := range scale {
		column = max(column, s.width(number(n), small))
	}
	a := axis{top: s.y + plain.line(), left: sheetMargin + column + gap, low: scale[0], high: max(scale[len(scale)-1], scale[0]+1)}
	a.ground = a.top + height
	// The last number stands to the right of its point.
	a.slot = (sheetRight - a.left - s.widestNumber()) / len(s.d.Labels)
	for _, n := range scale {
		color := faint
		if n == 0 {
			color = muted
		}
		s.rule(a.left, a.y(n), sheetRight, a.y(n), color, 2)
		s.write(number(n), small, muted, a.left-gap-s.width(number(n), small), a.y(n)-small.line()/2)
	}
	for row := range s.d.Labels {
		s.rule(a.x(row), a.ground, a.x(row), a.ground+10, muted, 2)
	}
	return a
}

func (s *sheet) join(run []int, color drawing.Color) {
	if len(run) > 2 {
		s.lines = append(s.lines, stroke{run, color, 5})
	}
}

// numbers writes those of the last, the chosen, the highest and the first point,
// in this order, where there is room.
func (s *sheet) numbers(marks []Mark) {
	told := slices.DeleteFunc(slices.Clone(marks), func(m Mark) bool { return !m.Drawn() })
	if len(told) == 0 {
		return
	}
	last := told[len(told)-1]
	s.beside(last, last.X+last.Width+6, last.Y+last.Height/2-plain.line()/2)
	wanted := slices.DeleteFunc(slices.Clone(told), func(m Mark) bool { return m.Row != s.d.Highlight })
	wanted = append(wanted, slices.MaxFunc(told, func(a, b Mark) int { return a.Cell.N - b.Cell.N }), told[0])
	for _, m := range wanted {
		if m.Row != last.Row {
			s.beside(m, m.X+m.Width/2-s.width(m.Text, plain)/2, m.Y-plain.line()-2)
		}
	}
}

// beside writes a point's number at a place that no other words have taken.
func (s *sheet) beside(m Mark, x, y int) {
	at := word{text: m.Text, as: plain, color: s.wordColor(m.Row), x: x, y: y, w: s.width(m.Text, plain), h: plain.line()}
	taken := func(o word) bool {
		return at.x < o.x+o.w+8 && o.x < at.x+at.w+8 && at.y < o.y+o.h && o.y < at.y+at.h
	}
	if !slices.ContainsFunc(s.words, taken) {
		s.words = append(s.words, at)
	}
}

// gaps writes what stands for the counts that are not told, upright where a
// month is too narrow for it.
func (s *sheet) gaps(a axis, marks [][]Mark) {
	for i := range marks {
		deepest := 0
		for _, m := range marks[i] {
			if !m.Drawn() && len(marks) > 1 && deepest == 0 {
				s.fills = append(s.fills, fill{x: sheetMargin, y: s.y + (small.line()-sign)/2, w: sign, h: sign, color: lineColors[i], form: lineForms[i]})
			}
			if m.Drawn() {
				continue
			}
			text := s.shorten(m.Text, small, 260)
			w := word{text: text, as: small, color: lineColors[i], w: s.width(text, small), h: small.line()}
			if len(marks) == 1 {
				w.color = muted
			}
			if w.w > a.slot-6 {
				w.w, w.h, w.upright = narrowest, w.w, true
			}
			w.x, w.y = a.x(m.Row)-w.w/2, s.y
			s.words = append(s.words, w)
			deepest = max(deepest, w.h)
		}
		if deepest > 0 {
			s.y += deepest + 8
		}
	}
}

// months writes as many labels as have room, the last one always.
func (s *sheet) months(a axis) {
	lines := make([][]string, len(s.d.Labels))
	wide, deepest := 0, 0
	for i, l := range s.d.Labels {
		lines[i] = s.wrap(l, small, max(a.slot-gap, 90), 2)
		wide = max(wide, s.widest(lines[i], small))
	}
	every := (wide+gap)/a.slot + 1
	for i := len(lines) - 1; i >= 0; i -= every {
		for j, l := range lines[i] {
			s.centred(l, small, s.wordColor(i), a.x(i), s.y+j*small.line())
		}
		deepest = max(deepest, len(lines[i]))
	}
	s.y += deepest * small.line()
}
