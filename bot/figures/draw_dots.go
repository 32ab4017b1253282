package figures

import (
	"slices"

	"mboka/bot/protect"
	"mboka/locales"
)

// Heights of a row of dots in pixels: the scale has the words of the one dot
// above it and those of the other below.
const (
	dotSize  = 40
	dotsRoom = 24 // between a dot and its words
)

// dots draws each label as a scale of its own, with a dot for each of two series
// and a line from the first to the second.
func (s *sheet) dots() {
	s.legend(dot, lineColors[:])
	low, high := s.d.Low, s.d.High
	edge := dotSize/2 + s.widestNumber()/2
	left, right := sheetMargin+max(edge, dotSize), sheetRight-max(edge, dotSize)
	x := func(n int) int { return left + (n-low)*(right-left)/(high-low) }
	for row, label := range s.d.Labels {
		for _, l := range s.wrap(label, plain, sheetInner, labelLines) {
			s.write(l, plain, s.wordColor(row), sheetMargin, s.y)
			s.y += plain.line()
		}
		middle := s.y + plain.line() + dotsRoom + dotSize/2
		s.rule(left, middle, right, middle, faint, 4)
		s.pair(row, x, middle)
		s.y = middle + dotSize/2 + dotsRoom + plain.line()
	}
	s.y += 10
	s.rule(left, s.y, right, s.y, muted, 2)
	for n := low; n <= high; n += 10 {
		s.rule(x(n), s.y, x(n), s.y+10, muted, 2)
		s.centred(locales.Number(s.d.Lang, n/10), small, muted, x(n), s.y+14)
	}
	s.y += 14 + small.line()
}

// pair draws the dots of a row around a height. The words of the first stand
// above it, those of the second below, so that they never meet.
func (s *sheet) pair(row int, x func(int) int, middle int) {
	var at []int
	for i, series := range s.d.Series {
		m, c := s.d.mark(row, i), series.Values[row]
		if c.State == protect.Shown {
			at = append(at, x(c.N), middle)
			m.X, m.Y, m.Width, m.Height = x(c.N)-dotSize/2, middle-dotSize/2, dotSize, dotSize
		}
		s.put(m, lineColors[i], lineForms[i], true)
		y := middle - dotSize/2 - dotsRoom/2 - plain.line()
		if i > 0 {
			y = middle + dotSize/2 + dotsRoom/2
		}
		if m.Drawn() {
			s.centred(m.Text, plain, lineColors[i], x(c.N), y)
		} else {
			s.write(m.Name+colon(s.d.Lang)+m.Text, plain, muted, sheetMargin, y)
		}
	}
	if len(at) == 4 && !slices.Equal(at[:2], at[2:]) {
		s.lines = append(s.lines, stroke{at, usual, 8})
	}
}
