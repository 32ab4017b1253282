package figures

import (
	"fmt"
	"image/color"
	"math"

	"github.com/go-analyze/charts/chartdraw/drawing"
)

// Measures of the picture in pixels. Telegram takes photos whose width and
// height add up to 10,000 and of which one is at most 20 times the other
// (core.telegram.org/bots/api#sendphoto); a picture longer than five screens is
// not read anyway.
const (
	sheetWidth  = 1080
	sheetMargin = 44
	sheetRight  = sheetWidth - sheetMargin
	sheetInner  = sheetWidth - 2*sheetMargin
	mostHeight  = 5 * sheetWidth
	gap         = 14 // between a bar and its words
)

// Colours. Neighbours differ in lightness, not in hue only, so that they are told
// apart in black and white and by people who see few colours.
var (
	white  = rgb(0xffffff)
	dark   = rgb(0x1a1a1a)
	muted  = rgb(0x595959)
	faint  = rgb(0xd0d0d0)
	usual  = rgb(0x5595cf)
	chosen = rgb(0x6b1a00)
	// palette are the parts of a stacked bar and the bars of several series.
	palette = [...]drawing.Color{
		rgb(0x0b3c6f), rgb(0xf0a830), rgb(0x1b6f64),
		rgb(0xf6e6b8), rgb(0x8c2d04), rgb(0xa6cee3),
		rgb(0x4d4d4d), rgb(0xe5b0d0), rgb(0x4a146e),
		rgb(0xdddddd),
	}
	lineColors = [...]drawing.Color{rgb(0x0b3c6f), rgb(0xc75000), rgb(0x1b6f64)}
)

func rgb(hex uint32) drawing.Color {
	return drawing.Color{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xff}
}

// inks are all colours that are not blends.
var inks = func() map[color.RGBA]bool {
	all := map[color.RGBA]bool{}
	for _, list := range [][]drawing.Color{{white, dark, muted, faint, usual, chosen}, palette[:], lineColors[:]} {
		for _, c := range list {
			all[color.RGBA{c.R, c.G, c.B, c.A}] = true
		}
	}
	return all
}()

// on is the colour of words on a colour.
func on(c drawing.Color) drawing.Color {
	if luminance(c) > 0.18 { // where black and white have about the same contrast
		return dark
	}
	return white
}

// luminance is WCAG's relative luminance, 0 to 1.
func luminance(c drawing.Color) float64 {
	part := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
}

// sheet is a picture laid out and not yet painted.
type sheet struct {
	*pen
	d     Drawing
	y     int // where the next thing begins; at the end the height
	fills []fill
	lines []stroke
	words []word
	marks []Mark
}

// fill is a filled shape: a box, a dot or a diamond.
type fill struct {
	x, y, w, h int
	color      drawing.Color
	form       form
	framed     bool // with a dark edge
}

type form uint8

const (
	box form = iota
	dot
	diamond
)

type stroke struct {
	path  []int // x, y, x, y...
	color drawing.Color
	width float64
}

// word is a line of text; x and y are the top left corner of its box.
type word struct {
	text       string
	as         style
	color      drawing.Color
	x, y, w, h int
	upright    bool // read from the bottom up
}

// lay puts everything in its place.
func lay(d Drawing) (*sheet, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	s := &sheet{pen: newPen(), d: d.readable()}
	s.top()
	switch s.d.Kind {
	case Columns:
		if !s.columns() {
			s.legend(box, palette[:])
			s.bars()
		}
	case Pyramid:
		s.pyramid()
	case Stacked:
		s.stacked()
	case Line:
		if !s.line() {
			return nil, fmt.Errorf("%d months: %w", len(d.Labels), ErrTooMuch)
		}
	case Dots:
		s.dots()
	default:
		s.legend(box, palette[:])
		s.bars()
	}
	s.foot()
	if s.y > mostHeight {
		return nil, fmt.Errorf("%d rows: %w", len(d.Labels), ErrTooMuch)
	}
	return s, nil
}

// top is the mark of made-up data and the title.
func (s *sheet) top() {
	if s.d.Synthetic != "" {
		lines := s.wrap(s.d.Synthetic, plain, sheetInner, 2)
		height := len(lines)*plain.line() + 20
		s.fills = append(s.fills, fill{w: sheetWidth, h: height, color: dark})
		for i, l := range lines {
			s.write(l, plain, white, (sheetWidth-s.width(l, plain))/2, 10+i*plain.line())
		}
		s.y = height
	}
	s.y += 32
	for _, l := range s.wrap(s.d.Title, heading, sheetInner, 4) {
		s.write(l, heading, dark, sheetMargin, s.y)
		s.y += heading.line()
	}
	s.y += 24
}

// foot is what one must know to quote the figure.
func (s *sheet) foot() {
	s.y += 24
	if len(s.d.Footer) > 0 {
		s.rule(sheetMargin, s.y, sheetRight, s.y, faint, 2)
		s.y += 16
	}
	for _, text := range s.d.Footer {
		for _, l := range s.wrap(text, small, sheetInner, 4) {
			s.write(l, small, muted, sheetMargin, s.y)
			s.y += small.line()
		}
		s.y += 4
	}
	s.y += 28
}

// legend names the series where there are several.
func (s *sheet) legend(f form, colors []drawing.Color) {
	if len(s.d.Series) < 2 {
		return
	}
	const swatch = 28
	x := sheetMargin
	for i, series := range s.d.Series {
		name := s.shorten(series.Name, plain, sheetInner-swatch-gap)
		w := swatch + gap + s.width(name, plain)
		if x > sheetMargin && x+w > sheetRight {
			x, s.y = sheetMargin, s.y+plain.line()
		}
		at := f
		if f != box {
			at = lineForms[i]
		}
		s.fills = append(s.fills, fill{x: x, y: s.y + (plain.line()-swatch)/2, w: swatch, h: swatch, color: colors[i], form: at, framed: true})
		s.write(name, plain, dark, x+swatch+gap, s.y)
		x += w + 3*gap
	}
	s.y += plain.line() + 20
}

// write puts a line of text with its top left corner at x, y.
func (s *sheet) write(text string, as style, color drawing.Color, x, y int) {
	if text != "" {
		s.words = append(s.words, word{text: text, as: as, color: color, x: x, y: y, w: s.width(text, as), h: as.line()})
	}
}

// centred puts a line of text around x, within the margins.
func (s *sheet) centred(text string, as style, color drawing.Color, x, y int) {
	w := s.width(text, as)
	s.write(text, as, color, min(max(x-w/2, sheetMargin/2), sheetWidth-sheetMargin/2-w), y)
}

func (s *sheet) rule(x1, y1, x2, y2 int, color drawing.Color, width float64) {
	s.lines = append(s.lines, stroke{[]int{x1, y1, x2, y2}, color, width})
}

// put draws a mark where it has a place.
func (s *sheet) put(m Mark, color drawing.Color, f form, framed bool) {
	if m.Drawn() {
		s.fills = append(s.fills, fill{m.X, m.Y, m.Width, m.Height, color, f, framed})
	}
	s.marks = append(s.marks, m)
}

// rowColor is that of a row's bar where there is one series.
func (s *sheet) rowColor(row int) drawing.Color {
	if row == s.d.Highlight {
		return chosen
	}
	return usual
}

// wordColor is that of a row's label.
func (s *sheet) wordColor(row int) drawing.Color {
	if row == s.d.Highlight {
		return chosen
	}
	return dark
}

// textColor tells a number from what stands for one.
func (m Mark) textColor() drawing.Color {
	if m.Cell.State == 0 {
		return dark
	}
	return muted
}
