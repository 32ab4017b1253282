package figures

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/go-analyze/charts/chartdraw/drawing"
	"github.com/google/go-cmp/cmp"

	"mboka/bot/protect"
)

var pictures = flag.String("pictures", "", "write the drawn samples into this folder, to be looked at")

func drawn(t testing.TB, d Drawing) ([]byte, *image.Paletted) {
	t.Helper()
	data, err := Draw(d)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	few, ok := picture.(*image.Paletted)
	if !ok {
		t.Fatal("more than 256 colours")
	}
	return data, few
}

func marked(t testing.TB, d Drawing) []Mark {
	t.Helper()
	marks, err := d.Marks()
	if err != nil {
		t.Fatal(err)
	}
	return marks
}

func TestPictures(t *testing.T) {
	t.Parallel()
	for name, d := range samples() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, picture := drawn(t, d)
			if *pictures != "" {
				if err := os.WriteFile(filepath.Join(*pictures, name+".png"), data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			w, h := picture.Bounds().Dx(), picture.Bounds().Dy()
			if w != 1080 || h < 300 || w+h > 10000 || h > 20*w || len(data) > 100_000 {
				t.Errorf("%d x %d, %d bytes", w, h, len(data))
			}
			if len(picture.Palette) < 3 || picture.At(2, h-2) != color.Color(color.RGBA{0xff, 0xff, 0xff, 0xff}) {
				t.Error("nothing on white")
			}
			again, _ := drawn(t, d)
			if !bytes.Equal(data, again) {
				t.Error("drawn twice, two pictures")
			}
		})
	}
}

func TestMarksOfBars(t *testing.T) {
	t.Parallel()
	type row struct {
		Label, Text string
		Drawn       bool
	}
	var got []row
	marks := marked(t, countries())
	for _, m := range marks {
		got = append(got, row{m.Label, m.Text, m.Drawn()})
	}
	if diff := cmp.Diff([]row{
		{"France", "1\u00a0930", true}, {"Belgique", "1\u00a0645", true}, {"Afrique du Sud", "920", true}, {"Canada", "915", true},
		{"États-Unis d’Amérique", "900", true}, {"Royaume-Uni de Grande-Bretagne et d’Irlande du Nord", "410", true},
		{"Angola", "non publié", false}, {"Congo (Brazzaville)", "55", true}, {"Côte d'Ivoire", "< 5", false}, {"Autres pays", "340", true},
	}, got); diff != "" {
		t.Error(diff)
	}
	for _, m := range marks[1:] {
		if want := marks[0].Width * m.Cell.N / marks[0].Cell.N; m.Width < want-1 || m.Width > want+1 {
			t.Errorf("%s: %d pixels, want %d", m.Label, m.Width, want)
		}
	}
}

// TestLengths: what is told has its length in every kind.
func TestLengths(t *testing.T) {
	t.Parallel()
	for name, long := range map[string]func(Mark) int{
		"bands": func(m Mark) int { return m.Height }, "ages": func(m Mark) int { return m.Width },
		"employment": func(m Mark) int { return m.Width }, "paired": func(m Mark) int { return m.Width },
		"months": func(m Mark) int { return -m.Y },
	} {
		var told []Mark
		for _, m := range marked(t, samples()[name]) {
			if m.Cell.State == protect.Shown && m.Cell.N > 0 {
				told = append(told, m)
			}
		}
		if len(told) < 3 {
			t.Fatal(name, told)
		}
		slices.SortFunc(told, func(a, b Mark) int { return a.Cell.N - b.Cell.N })
		least, most := told[0], told[len(told)-1]
		for _, m := range told {
			// Between the least and the most, in proportion.
			span, of := long(most)-long(least), most.Cell.N-least.Cell.N
			if want := long(least) + span*(m.Cell.N-least.Cell.N)/of; long(m) < want-2 || long(m) > want+2 {
				t.Errorf("%s: %s %s has %d pixels, want %d", name, m.Label, m.Text, long(m), want)
			}
		}
	}
}

// TestUntold: a count that is kept back has no bar in any kind, and its words
// stand there; a picture does not depend on what such a cell may hold.
func TestUntold(t *testing.T) {
	t.Parallel()
	for name, d := range samples() {
		s, err := lay(d)
		if err != nil {
			t.Fatal(name, err)
		}
		for _, m := range s.marks {
			if m.Cell.State == protect.Shown {
				continue
			}
			if m.Drawn() || m.X != 0 || m.Y != 0 || m.Width != 0 || m.Height != 0 {
				t.Errorf("%s: %s, %s is drawn", name, m.Label, m.Text)
			}
		}
		leaking := d
		leaking.Series = nil
		for _, series := range d.Series {
			series.Values = slices.Clone(series.Values)
			for i := range series.Values {
				if series.Values[i].State != protect.Shown {
					series.Values[i].N = 1_234_567
				}
			}
			leaking.Series = append(leaking.Series, series)
		}
		other, err := lay(leaking)
		if err != nil || s.y != other.y || !reflect.DeepEqual(s.words, other.words) || !reflect.DeepEqual(s.fills, other.fills) || !reflect.DeepEqual(s.lines, other.lines) {
			t.Errorf("%s: the picture depends on a count that is kept back", name)
		}
		if name == "countries" {
			before, _ := drawn(t, d)
			if after, _ := drawn(t, leaking); !bytes.Equal(before, after) {
				t.Error("the bytes depend on a count that is kept back")
			}
		}
	}
}

// TestEverythingIsSaid: each number and each word that stands for one is written,
// as often as there are cells that have it; a line tells the numbers of few points.
func TestEverythingIsSaid(t *testing.T) {
	t.Parallel()
	for name, d := range samples() {
		s, err := lay(d)
		if err != nil {
			t.Fatal(name, err)
		}
		wanted := map[string]int{}
		for _, m := range s.marks {
			if d.Kind != Line || m.Cell.State != protect.Shown {
				wanted[m.Text]++
			}
		}
		for text, times := range wanted {
			got := 0
			for _, w := range s.words {
				switch begin, cut := strings.CutSuffix(w.text, "…"); {
				case w.text == text, cut && len(begin) > 20 && strings.HasPrefix(text, begin):
					got++
				case d.Kind == Stacked, d.Kind == Dots: // behind the name of its series
					got += strings.Count(w.text, colon(d.Lang)+text)
				}
			}
			if got < times {
				t.Errorf("%s: %q is written %d times, want %d", name, text, got, times)
			}
		}
	}
}

// TestPixels counts those of the bars' colours: all of them lie in the bars.
func TestPixels(t *testing.T) {
	t.Parallel()
	count := func(p *image.Paletted, c drawing.Color) (n int) {
		for _, i := range p.Pix {
			if p.Palette[i] == color.Color(color.RGBA{c.R, c.G, c.B, c.A}) {
				n++
			}
		}
		return n
	}
	for _, name := range []string{"countries", "provinces", "bands", "one", "none", "long", "lingala"} {
		d := samples()[name]
		want := 0
		_, picture := drawn(t, d)
		for _, m := range marked(t, d) {
			if m.Row != d.Highlight {
				want += m.Width * m.Height
			} else if c := picture.At(m.X+m.Width/2, m.Y+m.Height/2); c != color.Color(color.RGBA{chosen.R, chosen.G, chosen.B, 0xff}) {
				t.Errorf("%s: the highlighted bar is %v", name, c)
			}
		}
		if got := count(picture, usual); got != want {
			t.Errorf("%s: %d pixels of bars, want %d", name, got, want)
		}
	}
	// The frame covers one pixel of each side, of the swatches too.
	_, picture := drawn(t, ages())
	for side := range 2 {
		want := 26 * 26
		for _, m := range marked(t, ages()) {
			if m.Series == side && m.Drawn() {
				want += (m.Width - 2) * (m.Height - 2)
			}
		}
		if got := count(picture, palette[side]); got != want {
			t.Errorf("side %d: %d pixels, want %d", side, got, want)
		}
	}
	_, picture = drawn(t, samples()["hushed"])
	if got := count(picture, palette[0]); got != 26*26 {
		t.Errorf("all kept back: %d pixels of bars", got-26*26)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	with := func(change func(*Drawing)) Drawing {
		d := countries()
		change(&d)
		return d
	}
	many := func(n int) func(*Drawing) {
		return func(d *Drawing) {
			d.Labels, d.Series = slices.Repeat([]string{"Kasaï"}, n), []Series{{Values: repeat(told(5), n)}}
		}
	}
	for name, c := range map[string]struct {
		d    Drawing
		want error
	}{
		"no row":         {with(many(0)), ErrNothing},
		"nothing at all": {Drawing{}, ErrNothing},
		"no series":      {with(func(d *Drawing) { d.Series = nil }), ErrDrawing},
		"a value short":  {with(func(d *Drawing) { d.Series = []Series{{Values: tell(1)}} }), ErrDrawing},
		"no words":       {with(func(d *Drawing) { d.SmallText = "" }), ErrDrawing},
		"no other words": {with(func(d *Drawing) { d.HiddenText = "" }), ErrDrawing},
		"under zero":     {with(func(d *Drawing) { d.Labels, d.Series = d.Labels[:1], []Series{{Values: tell(-5)}} }), ErrDrawing},
		"no kind":        {with(func(d *Drawing) { d.Kind = 9 }), ErrDrawing},
		"no state":       {with(func(d *Drawing) { d.Labels, d.Series = d.Labels[:1], []Series{{Values: []protect.Cell{{State: 7}}}} }), ErrDrawing},
		"half a pyramid": {with(func(d *Drawing) { d.Kind = Pyramid }), ErrDrawing},
		"three wings":    {with(func(d *Drawing) { d.Kind, d.Series = Pyramid, slices.Repeat(d.Series, 3) }), ErrTooMuch},
		"four bars":      {with(func(d *Drawing) { d.Series = slices.Repeat(d.Series, 4) }), ErrTooMuch},
		"eleven parts":   {with(func(d *Drawing) { d.Kind, d.Series = Stacked, slices.Repeat(d.Series, 11) }), ErrTooMuch},
		"30 months":      {with(func(d *Drawing) { many(30)(d); d.Kind = Line }), ErrTooMuch},
		"200 rows":       {with(many(200)), ErrTooMuch},
		"90 rows":        {with(many(90)), nil},
		"24 months":      {with(func(d *Drawing) { many(24)(d); d.Kind = Line }), nil},
		"highlight out":  {with(func(d *Drawing) { d.Highlight = 99 }), nil},
	} {
		if _, err := Draw(c.d); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if _, err := c.d.Marks(); !errors.Is(err, c.want) {
			t.Errorf("marks of %s: %v, want %v", name, err, c.want)
		}
	}
}

// TestDrawKeepsItsArgument: Draw folds letters in a copy.
func TestDrawKeepsItsArgument(t *testing.T) {
	t.Parallel()
	d := countries()
	d.Title, d.Labels[0], d.Footer[0] = "a\nb", "c\td", "e\u2028f"
	before := fmt.Sprintf("%#v", d)
	drawn(t, d)
	if after := fmt.Sprintf("%#v", d); before != after {
		t.Error(after)
	}
}

func BenchmarkDraw(b *testing.B) {
	for _, name := range []string{"countries", "provinces", "ages", "months", "employment"} {
		d := samples()[name]
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Draw(d); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
