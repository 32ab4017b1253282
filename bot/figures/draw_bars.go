package figures

import (
	"mboka/bot/protect"
)

// Heights of rows in pixels. A bar takes 0.6 of a row; a long list is set closer,
// since messengers shrink long pictures.
const (
	rowHeight   = 68
	closeHeight = 54
	closeFrom   = 13 // rows
	labelLines  = 3
)

func rowPitch(rows int) int {
	if rows >= closeFrom {
		return closeHeight
	}
	return rowHeight
}

// labelColumn breaks the labels for a column at the left, which takes at most two
// fifths of the picture.
func (s *sheet) labelColumn() (labels [][]string, width int) {
	width = min(s.widest(s.d.Labels, plain), sheetInner*2/5)
	widest := 0
	for _, l := range s.d.Labels {
		lines := s.balance(l, plain, width, labelLines)
		labels, widest = append(labels, lines), max(widest, s.widest(lines, plain))
	}
	return labels, widest
}

// label writes a row's label in the middle of its height, to the right against
// the bars.
func (s *sheet) label(row int, lines []string, right, y, height int) {
	y += (height - len(lines)*plain.line()) / 2
	for i, l := range lines {
		s.write(l, plain, s.wordColor(row), right-s.width(l, plain), y+i*plain.line())
	}
}

// widestNumber is the room that the numbers need.
func (s *sheet) widestNumber() int {
	most := 0
	for i, series := range s.d.Series {
		for row, c := range series.Values {
			if c.State != protect.Shown {
				continue
			}
			most = max(most, s.width(s.d.mark(row, i).Text, plain))
		}
	}
	return most
}

// bars draws rows of lying bars, each with its number at the end.
func (s *sheet) bars() {
	labels, column := s.labelColumn()
	left := sheetMargin + column + gap
	room := sheetRight - left - gap - s.widestNumber()
	most, pitch := s.d.largest(), rowPitch(len(s.d.Labels))
	thick := pitch * 6 / 10
	within := pitch // from bar to bar of a row
	if len(s.d.Series) > 1 {
		within = plain.line()
		thick = within * 8 / 10
	}
	start := s.y
	for row := range s.d.Labels {
		group := within * len(s.d.Series)
		height := max(group, len(labels[row])*plain.line()+10)
		if len(s.d.Series) > 1 {
			height = max(height, group+20)
		}
		s.label(row, labels[row], left-gap, s.y, height)
		for series := range s.d.Series {
			m := s.d.mark(row, series)
			middle := s.y + (height-group)/2 + series*within + within/2
			end := left
			if m.Cell.State == protect.Shown && m.Cell.N > 0 {
				m.X, m.Y, m.Width, m.Height = left, middle-thick/2, length(m.Cell.N, most, room), thick
				end += m.Width
			}
			color, framed := s.rowColor(row), false
			if len(s.d.Series) > 1 {
				color, framed = palette[series], true
			}
			s.put(m, color, box, framed)
			s.write(s.shorten(m.Text, plain, sheetRight-end-gap), plain, m.textColor(), end+gap, middle-plain.line()/2)
		}
		s.y += height
	}
	s.rule(left, start, left, s.y, muted, 2)
}
