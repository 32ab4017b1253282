package figures

import (
	"mboka/bot/protect"
)

// pyramid draws two series back to back around their labels, the first at the
// foot.
func (s *sheet) pyramid() {
	column := min(s.widest(s.d.Labels, plain), sheetInner/4) + 2*gap
	left, right := (sheetWidth-column)/2, (sheetWidth+column)/2
	most, room := s.d.largest(), left-sheetMargin-gap-s.widestNumber()
	for i, x := range []int{(sheetMargin + left) / 2, (right + sheetRight) / 2} {
		name := s.shorten(s.d.Series[i].Name, plain, left-sheetMargin-48)
		w := s.width(name, plain)
		s.fills = append(s.fills, fill{x: x - w/2 - 40, y: s.y + 8, w: 28, h: 28, color: palette[i], framed: true})
		s.write(name, plain, dark, x-w/2, s.y)
	}
	s.y += plain.line() + 20
	start := s.y
	for row := len(s.d.Labels) - 1; row >= 0; row-- {
		lines := s.wrap(s.d.Labels[row], plain, column-2*gap, labelLines)
		height := max(rowPitch(len(s.d.Labels)), len(lines)*plain.line()+10)
		thick := rowPitch(len(s.d.Labels)) * 7 / 10
		y := s.y + (height-len(lines)*plain.line())/2
		for i, l := range lines {
			s.write(l, plain, s.wordColor(row), (sheetWidth-s.width(l, plain))/2, y+i*plain.line())
		}
		for side := range s.d.Series {
			s.wing(row, side, left, right, most, room, s.y+height/2, thick)
		}
		s.y += height
	}
	s.rule(left, start, left, s.y, muted, 2)
	s.rule(right, start, right, s.y, muted, 2)
}

// wing is the bar of one side and its number beyond it.
func (s *sheet) wing(row, side, left, right, most, room, middle, thick int) {
	m := s.d.mark(row, side)
	text := m.Text
	if m.Cell.State == protect.Shown && m.Cell.N > 0 {
		m.Y, m.Width, m.Height = middle-thick/2, length(m.Cell.N, most, room), thick
	} else {
		text = s.shorten(text, plain, left-sheetMargin-gap)
	}
	x := right + m.Width + gap
	m.X = right
	if side == 0 {
		m.X = left - m.Width
		x = m.X - gap - s.width(text, plain)
	}
	if !m.Drawn() {
		m.X = 0
	}
	s.put(m, palette[side], box, true)
	s.write(text, plain, m.textColor(), x, middle-plain.line()/2)
}
