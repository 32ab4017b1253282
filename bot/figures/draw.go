package figures

import (
	"errors"
	"fmt"
	"slices"

	"mboka/bot/protect"
	"mboka/locales"
)

// Kind is the form in which a figure is drawn.
type Kind uint8

// The kinds.
const (
	// Bars lie, one for a label; of several series side by side.
	Bars Kind = iota
	// Columns stand, for bands in their order. Where their labels would not fit
	// under them, or there are several series, they are drawn lying.
	Columns
	// Pyramid has two series back to back; the first label is at its foot.
	Pyramid
	// Stacked has a bar for a label and a part of it for a series.
	Stacked
	// Line goes from month to month, and breaks where a month may not be told.
	Line
	// Dots has a scale for a label, and a dot on it for each of two series: before
	// and after.
	Dots
)

// Series is a row of counts, one for each label.
type Series struct {
	Name   string
	Values []protect.Cell
}

// Drawing is a published figure as it is to be drawn: words in the asker's
// language, counts as disclosure control let them through. Rows are drawn in the
// order given: where it is the order of counts, those kept back belong in an
// order that tells nothing of them.
type Drawing struct {
	Kind   Kind
	Lang   locales.Lang // of the digits
	Title  string
	Labels []string
	Series []Series
	// Unit follows every number: "" or " %".
	Unit string
	// Whole is what a full Stacked bar stands for, 100 where the values are
	// percentages; 0 lets the longest bar be full. What is left of it empty is the
	// sum of the parts not told, so it is for a whole that may be told beside them.
	Whole int
	// Low and High are the ends of the scale of Dots, in tenths as its values.
	Low, High int
	// Says is what is written for the values, by series; nil: the numbers.
	Says [][]string
	// SmallText stands where a count is under the threshold ("< 5"), HiddenText
	// where it is kept back for another's sake.
	SmallText, HiddenText string
	// Highlight is the label that is drawn in a second colour, -1 for none; where
	// colours tell series apart, only its words are.
	Highlight int
	// Footer tells base, coverage, how the answers were got, date and id.
	Footer []string
	// Synthetic, when not empty, is said plainly over the figure.
	Synthetic string
}

// Mark is what is drawn for one cell, its words in the letters they are drawn in.
type Mark struct {
	Row, Series int
	Label, Name string
	Cell        protect.Cell
	// Text is the number, or what stands for a count that is not told.
	Text string
	// X, Y, Width and Height are the bar, part or dot in pixels of the picture;
	// all zero where nothing but the text is drawn.
	X, Y, Width, Height int
}

// Drawn tells whether there is a bar, a part or a dot.
func (m Mark) Drawn() bool { return m.Width > 0 && m.Height > 0 }

// Errors of Draw.
var (
	// ErrNothing: there is no row.
	ErrNothing = errors.New("no rows to draw")
	// ErrTooMuch: more rows or series than one can read in a picture.
	ErrTooMuch = errors.New("too much for one picture")
	// ErrDrawing: the drawing contradicts itself, which is its maker's mistake.
	ErrDrawing = errors.New("not a drawing")
)

// Draw is the figure as a PNG, 1080 pixels wide. The same drawing gives the same
// bytes. It needs no network, no file and no font but its own.
func Draw(d Drawing) ([]byte, error) {
	s, err := lay(d)
	if err != nil {
		return nil, err
	}
	return s.png()
}

// Marks are what Draw draws, cell by cell, row by row.
func (d Drawing) Marks() ([]Mark, error) {
	s, err := lay(d)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(s.marks, func(a, b Mark) int {
		if a.Row != b.Row {
			return a.Row - b.Row
		}
		return a.Series - b.Series
	})
	return s.marks, nil
}

// seriesOf are the most and the fewest series of a kind.
var seriesOf = map[Kind]struct{ fewest, most int }{
	Bars: {1, 3}, Columns: {1, 3}, Pyramid: {2, 2}, Stacked: {1, len(palette)}, Line: {1, len(lineColors)}, Dots: {2, 2},
}

func (d Drawing) check() error {
	limits, known := seriesOf[d.Kind]
	switch {
	case !known:
		return fmt.Errorf("kind %d: %w", d.Kind, ErrDrawing)
	case len(d.Labels) == 0:
		return ErrNothing
	case len(d.Series) > limits.most:
		return fmt.Errorf("%d series: %w", len(d.Series), ErrTooMuch)
	case len(d.Series) < limits.fewest:
		return fmt.Errorf("%d series: %w", len(d.Series), ErrDrawing)
	}
	for i, s := range d.Series {
		if len(s.Values) != len(d.Labels) {
			return fmt.Errorf("series %d has %d values for %d labels: %w", i, len(s.Values), len(d.Labels), ErrDrawing)
		}
		if d.Says != nil && (len(d.Says) != len(d.Series) || len(d.Says[i]) != len(s.Values)) {
			return fmt.Errorf("series %d has not a text for each value: %w", i, ErrDrawing)
		}
		for _, c := range s.Values {
			switch {
			case d.Kind == Dots && c.State == protect.Shown && (c.N < d.Low || c.N > d.High || d.Low >= d.High):
				return fmt.Errorf("series %d leaves its scale: %w", i, ErrDrawing)
			case c.State == protect.Shown && c.N < 0 && d.Kind != Line:
				return fmt.Errorf("series %d goes below zero: %w", i, ErrDrawing)
			case c.State == protect.Small && d.SmallText == "", c.State == protect.Hidden && d.HiddenText == "", c.State > protect.Hidden:
				return fmt.Errorf("series %d has a count kept back and no words for it: %w", i, ErrDrawing)
			}
		}
	}
	return nil
}

// readable is the drawing with all its words in letters that the font has.
func (d Drawing) readable() Drawing {
	d.Title, d.Unit, d.Synthetic = legible(d.Title), legible(d.Unit), legible(d.Synthetic)
	d.SmallText, d.HiddenText = legible(d.SmallText), legible(d.HiddenText)
	d.Labels, d.Footer, d.Series = slices.Clone(d.Labels), slices.Clone(d.Footer), slices.Clone(d.Series)
	for _, list := range [][]string{d.Labels, d.Footer} {
		for i := range list {
			list[i] = legible(list[i])
		}
	}
	for i := range d.Series {
		d.Series[i].Name = legible(d.Series[i].Name)
	}
	d.Says = slices.Clone(d.Says)
	for i := range d.Says {
		d.Says[i] = slices.Clone(d.Says[i])
		for j := range d.Says[i] {
			d.Says[i][j] = legible(d.Says[i][j])
		}
	}
	return d
}

// said is what is written for a cell.
func (d Drawing) said(c protect.Cell) string {
	switch c.State {
	case protect.Small:
		return d.SmallText
	case protect.Hidden:
		return d.HiddenText
	}
	return locales.Number(d.Lang, c.N) + d.Unit
}

// mark is the cell of a row and a series, with no place yet.
func (d Drawing) mark(row, series int) Mark {
	c := d.Series[series].Values[row]
	text := d.said(c)
	if d.Says != nil {
		text = d.Says[series][row]
	}
	return Mark{Row: row, Series: series, Label: d.Labels[row], Name: d.Series[series].Name, Cell: c, Text: text}
}

// largest is the largest count that is told.
func (d Drawing) largest() int {
	most := 0
	for _, s := range d.Series {
		for _, c := range s.Values {
			if c.State == protect.Shown {
				most = max(most, c.N)
			}
		}
	}
	return most
}

// length is n in pixels where most takes room; what is told is seen, however
// little it is beside the rest.
func length(n, most, room int) int {
	if n <= 0 || most <= 0 {
		return 0
	}
	return max(4, int(int64(n)*int64(room)/int64(most)))
}
