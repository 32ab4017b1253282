package figures

import (
	"strings"

	"mboka/bot/protect"
)

// plotHeight is that of standing columns and of a line, in pixels.
const plotHeight = 520

// columns draws standing bars; false when their words would not fit, with
// nothing drawn.
func (s *sheet) columns() bool {
	if len(s.d.Series) > 1 {
		return false
	}
	slot := sheetInner / len(s.d.Labels)
	labels := make([][]string, len(s.d.Labels))
	deepest := 0
	for row, l := range s.d.Labels {
		labels[row] = s.balance(l, plain, slot-gap, labelLines)
		// A word cut in two or an ellipsis is no label for a band.
		if !wholeWords(l, labels[row]) || s.width(s.d.mark(row, 0).Text, plain) > slot-8 {
			return false
		}
		deepest = max(deepest, len(labels[row]))
	}
	ground, most := s.y+plain.line()+gap+plotHeight, s.d.largest()
	wide := min(slot*6/10, 160)
	for row := range s.d.Labels {
		m := s.d.mark(row, 0)
		middle, head := sheetMargin+row*slot+slot/2, ground
		if m.Cell.State == protect.Shown && m.Cell.N > 0 {
			m.Height = length(m.Cell.N, most, plotHeight)
			m.X, m.Y, m.Width = middle-wide/2, ground-m.Height, wide
			head = m.Y
		}
		s.put(m, s.rowColor(row), box, false)
		s.centred(m.Text, plain, m.textColor(), middle, head-plain.line()-4)
		for i, l := range labels[row] {
			s.centred(l, plain, s.wordColor(row), middle, ground+10+i*plain.line())
		}
	}
	s.rule(sheetMargin, ground, sheetRight, ground, muted, 2)
	s.y = ground + 10 + deepest*plain.line()
	return true
}

// wholeWords tells whether the lines are the text broken at its spaces only.
func wholeWords(text string, lines []string) bool { return strings.Join(lines, " ") == text }
