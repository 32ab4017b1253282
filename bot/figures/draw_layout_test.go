package figures

import (
	"image"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mboka/bot/protect"
	"mboka/locales"
)

func (w word) area() image.Rectangle { return image.Rect(w.x, w.y, w.x+w.w, w.y+w.h) }
func (f fill) area() image.Rectangle { return image.Rect(f.x, f.y, f.x+f.w, f.y+f.h) }

// faults are what must not be in a picture: words over words, words half over a
// bar, anything beyond the edge.
func (s *sheet) faults() (list []string) {
	page := image.Rect(0, 0, sheetWidth, s.y)
	for i, w := range s.words {
		if !w.area().In(page) {
			list = append(list, "beyond the edge: "+w.text)
		}
		for _, o := range s.words[:i] {
			if w.area().Overlaps(o.area()) {
				list = append(list, w.text+" over "+o.text)
			}
		}
		for _, f := range s.fills {
			if s.d.Kind != Line && w.area().Overlaps(f.area()) && !w.area().In(f.area()) {
				list = append(list, w.text+" half over a shape")
			}
		}
	}
	for _, f := range s.fills {
		if !f.area().In(page) || f.w <= 0 || f.h <= 0 {
			list = append(list, "a shape beyond the edge")
		}
	}
	return list
}

func TestNothingOverlaps(t *testing.T) {
	t.Parallel()
	for name, d := range samples() {
		s, err := lay(d)
		if err != nil {
			t.Fatal(name, err)
		}
		for _, fault := range s.faults() {
			t.Errorf("%s: %s", name, fault)
		}
	}
}

// TestNothingOverlapsAnywhere makes drawings of all kinds, with any words.
func TestNothingOverlapsAnywhere(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(rapid.StringN(0, 60, -1), rapid.SampledFrom(append(provinces, "Anticonstitutionnellement", "65 ans et plus", "ɛ́lɛ́ngɛ́ ya Kongó")))
	cell := rapid.Custom(func(t *rapid.T) protect.Cell {
		return protect.Cell{State: protect.State(rapid.IntRange(0, 2).Draw(t, "state")), N: rapid.OneOf(rapid.IntRange(0, 100), rapid.IntRange(0, 9_999_999)).Draw(t, "n")}
	})
	rapid.Check(t, func(t *rapid.T) {
		d := Drawing{
			Kind: Kind(rapid.IntRange(0, 4).Draw(t, "kind")), Lang: rapid.SampledFrom(locales.Langs[:]).Draw(t, "lang"),
			Title: text.Draw(t, "title"), Synthetic: text.Draw(t, "synthetic"), Footer: rapid.SliceOfN(text, 0, 4).Draw(t, "footer"),
			SmallText: "< 10", HiddenText: rapid.StringN(1, 40, -1).Draw(t, "hidden"), Unit: rapid.SampledFrom([]string{"", " %"}).Draw(t, "unit"),
			Whole: rapid.SampledFrom([]int{0, 100}).Draw(t, "whole"), Highlight: rapid.IntRange(-1, 3).Draw(t, "highlight"),
		}
		limits := seriesOf[d.Kind]
		rows := rapid.IntRange(1, 24).Draw(t, "rows")
		d.Labels = rapid.SliceOfN(text, rows, rows).Draw(t, "labels")
		for range rapid.IntRange(limits.fewest, limits.most).Draw(t, "series") {
			d.Series = append(d.Series, Series{Name: text.Draw(t, "name"), Values: rapid.SliceOfN(cell, rows, rows).Draw(t, "values")})
		}
		s, err := lay(d)
		if err != nil {
			if !strings.Contains(err.Error(), ErrTooMuch.Error()) {
				t.Fatal(err)
			}
			return
		}
		for _, fault := range s.faults() {
			t.Error(fault)
		}
		if len(s.marks) != rows*len(d.Series) {
			t.Errorf("%d marks", len(s.marks))
		}
	})
}

func TestColumnsLieDownWhereLabelsNeedRoom(t *testing.T) {
	t.Parallel()
	standing := func(d Drawing) bool {
		m := marked(t, d)
		return m[1].Y+m[1].Height == m[2].Y+m[2].Height
	}
	d := bands()
	if !standing(d) {
		t.Error("five bands lie")
	}
	d.Labels = lines("moins d’un an ou à peu près|2 à 5|anticonstitutionnellement|plus|toujours")
	if standing(d) {
		t.Error("words that do not fit stand")
	}
}

func TestTicks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		low, high int
		want      []int
	}{
		{0, 0, []int{0, 1}}, {0, 3, []int{0, 1, 2, 3}}, {0, 5, []int{0, 2, 4, 6}}, {0, 505, []int{0, 200, 400, 600}},
		{-25, 505, []int{-200, 0, 200, 400, 600}}, {-7, 0, []int{-8, -6, -4, -2, 0}}, {5, 2000, []int{0, 500, 1000, 1500, 2000}},
		{0, 1_000_000, []int{0, 500_000, 1_000_000}},
	} {
		if diff := cmp.Diff(c.want, ticks(c.low, c.high)); diff != "" {
			t.Errorf("%d to %d: %s", c.low, c.high, diff)
		}
	}
}

// TestColors: told apart from white and from their neighbours in black and white
// (WCAG 2.2: 3 for shapes, 4.5 for words); a light one has a frame.
func TestColors(t *testing.T) {
	t.Parallel()
	between := func(a, b float64) float64 { return (max(a, b) + 0.05) / (min(a, b) + 0.05) }
	if c := between(luminance(usual), luminance(white)); c < 3 {
		t.Errorf("bars on white: %.2f", c)
	}
	if c := between(luminance(usual), luminance(chosen)); c < 3 {
		t.Errorf("the highlighted bar among the others: %.2f", c)
	}
	for i, c := range lineColors {
		if c := between(luminance(c), luminance(white)); c < 4.5 {
			t.Errorf("line %d: %.2f", i, c)
		}
	}
	for _, c := range []float64{between(luminance(muted), 1), between(luminance(dark), 1), between(luminance(chosen), 1)} {
		if c < 4.5 {
			t.Errorf("words on white: %.2f", c)
		}
	}
	for i, c := range palette {
		if got := between(luminance(c), luminance(on(c))); got < 4.5 {
			t.Errorf("words on part %d: %.2f", i, got)
		}
		if i > 0 {
			if got := between(luminance(c), luminance(palette[i-1])); got < 2.5 {
				t.Errorf("parts %d and %d: %.2f", i-1, i, got)
			}
		}
	}
}

// TestLineBreaks: no line leads over a month that is kept back.
func TestLineBreaks(t *testing.T) {
	t.Parallel()
	s, err := lay(months())
	if err != nil {
		t.Fatal(err)
	}
	var runs []int
	for _, l := range s.lines {
		if l.color == lineColors[0] {
			runs = append(runs, len(l.path)/2)
		}
	}
	if diff := cmp.Diff([]int{5, 4, 5}, runs); diff != "" {
		t.Error(diff)
	}
}

// TestWhatMustBeRead: title, mark of made-up data and footer are there whole, in
// this order; the mark is a dark band over the whole width.
func TestWhatMustBeRead(t *testing.T) {
	t.Parallel()
	d := countries()
	d.Footer = append(d.Footer, strings.Repeat("Couverture : 4\u00a0120 inscrits pour 1\u00a0200\u00a0000 personnes nées en RDC. ", 2))
	s, err := lay(d)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, w := range s.words {
		all = append(all, w.text)
	}
	said, at := strings.Join(all, " "), 0
	for _, text := range append([]string{d.Synthetic, d.Title}, d.Footer...) {
		i := strings.Index(said[at:], strings.TrimSpace(text))
		if i < 0 {
			t.Fatalf("%q is not in %q", text, said)
		}
		at += i
	}
	if band := s.fills[0]; band.area() != image.Rect(0, 0, sheetWidth, 64) || band.color != dark || s.words[0].color != white {
		t.Errorf("%+v", band)
	}
	d.Synthetic = ""
	if s, err = lay(d); err != nil || s.words[0].text != d.Title || s.fills[0].color == dark {
		t.Error("a band that says nothing", err)
	}
}
