package figures

import (
	"strings"

	"mboka/bot/protect"
	"mboka/locales"
)

// Heights of stacked bars in pixels.
const (
	oneBar  = 120
	eachBar = 56
)

// stacked draws a bar for each label, in parts. One bar alone gets the names and
// numbers of its parts listed under it; several get a legend, and a line under
// each for the parts that have no room or may not be told.
func (s *sheet) stacked() {
	full := s.d.Whole
	for row := range s.d.Labels {
		sum := 0
		for _, series := range s.d.Series {
			if c := series.Values[row]; c.State == protect.Shown {
				sum += c.N
			}
		}
		full = max(full, sum)
	}
	if len(s.d.Labels) == 1 {
		for _, l := range s.wrap(s.d.Labels[0], plain, sheetInner, 2) {
			s.write(l, plain, s.wordColor(0), sheetMargin, s.y)
			s.y += plain.line() + 6
		}
		height := oneBar
		if full == 0 { // nothing is told
			height = 0
		}
		s.parts(0, sheetMargin, s.y, height, full)
		s.y += height + 28
		s.list()
		return
	}
	s.legend(box, palette[:])
	labels, column := s.labelColumn()
	left := sheetMargin + column + gap
	for row := range s.d.Labels {
		top := s.y + 8
		tall := max(eachBar, len(labels[row])*plain.line())
		s.label(row, labels[row], left-gap, top, tall)
		untold := s.parts(row, left, top+(tall-eachBar)/2, eachBar, full)
		s.y = top + tall + 4
		for _, l := range s.wrap(strings.Join(untold, " · "), small, sheetRight-left, 4) {
			s.write(l, small, muted, left, s.y)
			s.y += small.line()
		}
		s.y += 10
	}
}

// parts draws one bar and answers what could not be written into it. It is as
// long as the counts that are told; of a bar whose whole is known, the frame
// shows how much is not told.
func (s *sheet) parts(row, left, y, height, full int) (untold []string) {
	room := sheetRight - left
	if s.d.Whole > 0 {
		s.frame(left, y, room, height)
	}
	sum := 0
	for series := range s.d.Series {
		m := s.d.mark(row, series)
		if m.Cell.State == protect.Shown && m.Cell.N > 0 {
			from := int(int64(sum) * int64(room) / int64(full))
			sum += m.Cell.N
			to := int(int64(sum) * int64(room) / int64(full))
			m.X, m.Y, m.Width, m.Height = left+from, y, max(1, to-from), height
		}
		s.put(m, palette[series], box, true)
		if w := s.width(m.Text, plain); m.Drawn() && w+8 <= m.Width {
			s.write(m.Text, plain, on(palette[series]), m.X+(m.Width-w)/2, y+(height-plain.line())/2)
		} else {
			untold = append(untold, m.Name+colon(s.d.Lang)+m.Text)
		}
	}
	return untold
}

// colon is set off from the word before it in French.
func colon(lang locales.Lang) string {
	if lang == locales.FR {
		return "\u00a0: "
	}
	return ": "
}

func (s *sheet) frame(x, y, w, h int) {
	s.rule(x, y, x+w, y, muted, 2)
	s.rule(x, y+h, x+w, y+h, muted, 2)
	s.rule(x+w, y, x+w, y+h, muted, 2)
	s.rule(x, y, x, y+h, muted, 2)
}

// list names the parts of a single bar, each with its number.
func (s *sheet) list() {
	const swatch = 32
	for series := range s.d.Series {
		m := s.d.mark(0, series)
		number := s.shorten(m.Text, plain, sheetInner/2)
		w := s.width(number, plain)
		s.fills = append(s.fills, fill{x: sheetMargin, y: s.y + (plain.line()-swatch)/2, w: swatch, h: swatch, color: palette[series], framed: true})
		lines := s.wrap(m.Name, plain, sheetInner-swatch-2*gap-w, labelLines)
		for i, l := range lines {
			s.write(l, plain, dark, sheetMargin+swatch+gap, s.y+i*plain.line())
		}
		s.write(number, plain, m.textColor(), sheetRight-w, s.y)
		s.y += max(1, len(lines))*plain.line() + 10
	}
}
