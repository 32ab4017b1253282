package figures

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"

	"github.com/go-analyze/charts/chartdraw"
	"github.com/go-analyze/charts/chartdraw/drawing"
)

// png paints what was laid out.
func (s *sheet) png() ([]byte, error) {
	b := brush{chartdraw.PNG(sheetWidth, s.y)}
	b.fill(fill{w: sheetWidth, h: s.y, color: white})
	for _, l := range s.lines {
		b.stroke(l)
	}
	for _, f := range s.fills {
		b.fill(f)
	}
	for _, w := range s.words {
		b.word(w)
	}
	var painted canvas
	if err := b.Save(&painted); err != nil {
		return nil, fmt.Errorf("paint picture: %w", err)
	}
	return encode(painted.picture)
}

// canvas takes the pixels from the library before it makes a PNG of them.
type canvas struct {
	bytes.Buffer
	picture *image.RGBA
}

// SetRGBA makes it a chartdraw.RGBACollector.
func (c *canvas) SetRGBA(picture *image.RGBA) { c.picture = picture }

// encode is the picture as a PNG with a palette, where its colours are few enough:
// a third of the bytes for somebody who pays for each of them.
func encode(picture *image.RGBA) ([]byte, error) {
	var out bytes.Buffer
	var smallest image.Image = picture
	if few, ok := indexed(picture); ok {
		smallest = few
	}
	if err := png.Encode(&out, smallest); err != nil {
		return nil, fmt.Errorf("encode picture: %w", err)
	}
	return out.Bytes(), nil
}

// indexed is the picture in at most 256 colours: the edges of letters, which
// blend two colours, in steps of 17 of 255.
func indexed(picture *image.RGBA) (*image.Paletted, bool) {
	out := image.NewPaletted(picture.Rect, nil)
	known := map[color.RGBA]uint8{}
	var last color.RGBA
	var index uint8
	for i := range out.Pix {
		at := picture.Pix[4*i : 4*i+4 : 4*i+4]
		c := color.RGBA{at[0], at[1], at[2], 0xff}
		if i == 0 || c != last {
			last = c
			if !inks[c] {
				c = color.RGBA{blend(c.R), blend(c.G), blend(c.B), 0xff}
			}
			found := false
			if index, found = known[c]; !found {
				if len(out.Palette) == 256 {
					return nil, false
				}
				index = uint8(len(out.Palette))
				known[c], out.Palette = index, append(out.Palette, c)
			}
		}
		out.Pix[i] = index
	}
	return out, true
}

func blend(v uint8) uint8 { return uint8((int(v) + 8) / 17 * 17) }

// brush paints on the library's canvas.
type brush struct{ chartdraw.Renderer }

func (b brush) fill(f fill) {
	b.outline(f)
	b.SetFillColor(f.color)
	b.Fill()
	if f.framed {
		b.outline(f)
		b.SetStrokeColor(dark)
		b.SetStrokeWidth(2)
		b.Stroke()
	}
}

func (b brush) outline(f fill) {
	x, y := f.x+f.w/2, f.y+f.h/2
	switch f.form {
	case dot:
		b.Circle(float64(f.w)/2, x, y)
		return
	case diamond:
		b.path(x, f.y, f.x+f.w, y, x, f.y+f.h, f.x, y)
	default:
		b.path(f.x, f.y, f.x+f.w, f.y, f.x+f.w, f.y+f.h, f.x, f.y+f.h)
	}
	b.Close()
}

// path goes from x, y to x, y.
func (b brush) path(at ...int) {
	b.MoveTo(at[0], at[1])
	for i := 2; i < len(at); i += 2 {
		b.LineTo(at[i], at[i+1])
	}
}

func (b brush) stroke(l stroke) {
	b.path(l.path...)
	b.SetStrokeColor(l.color)
	b.SetStrokeWidth(l.width)
	b.Stroke()
}

func (b brush) word(w word) {
	b.ResetStyle()
	b.write(w.as, w.color)
	// A line's box is 1.3 em high; letters stand on a line 1 em below its top.
	base := w.as.pixels()
	if w.upright {
		b.SetTextRotation(-math.Pi / 2)
		b.Text(w.text, w.x+base-1, w.y+w.h)
		b.ClearTextRotation()
		return
	}
	b.Text(w.text, w.x, w.y+base)
}

// write takes up a style.
func (b brush) write(as style, color drawing.Color) {
	b.SetFont(font)
	b.SetFontSize(float64(as.pixels()) * 72 / b.GetDPI())
	b.SetFontColor(color)
}
