package figures

import (
	"strings"
	"unicode"

	"github.com/go-analyze/charts/chartdraw"
	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
)

// font is Roboto Medium, which lies in the charts library. It has every letter
// of French, English and Lingala, and sets tone marks over ɛ and ɔ.
var font = chartdraw.GetFont("roboto")

// hasLetter tells whether the font can draw it, rather than an empty box.
func hasLetter(r rune) bool { return font.Index(r) != 0 }

// instead are letters that a font may lack and that have no simpler form in
// Unicode.
var instead = map[rune]string{
	'ɛ': "e", 'Ɛ': "E", 'ɔ': "o", 'Ɔ': "O", 'œ': "oe", 'Œ': "OE", 'æ': "ae", 'Æ': "AE", 'ø': "o", 'Ø': "O",
	'‘': "'", '’': "'", '“': `"`, '”': `"`, '«': `"`, '»': `"`, '‹': "'", '›': "'",
	'–': "-", '—': "-", '‑': "-", '−': "-", '→': "->", '…': "...", '·': "-", '•': "-", '≤': "<=", '≥': ">=", '×': "x",
	'\u00a0': " ", '\u202f': "\u00a0", '\u2009': "\u00a0",
}

// legible is the text in one line, in letters that the font has.
func legible(text string) string { return legibleIn(text, hasLetter) }

func legibleIn(text string, has func(rune) bool) string {
	text = norm.NFC.String(strings.Map(func(r rune) rune {
		switch {
		case unicode.In(r, unicode.Zs) && r != '\u3000':
			return r
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, text))
	var out strings.Builder
	for clusters := uniseg.NewGraphemes(text); clusters.Next(); {
		bears := false // a mark
		for _, r := range clusters.Runes() {
			switch {
			case unicode.Is(unicode.Mn, r):
				if bears && has(r) {
					out.WriteRune(r)
				}
				continue
			case has(r):
				out.WriteRune(r)
			default:
				out.WriteString(simpler(r, has))
			}
			// Over a capital the mark would run into the letter.
			bears = has(r) && unicode.IsLetter(r) && !unicode.IsUpper(r)
		}
	}
	return strings.Join(strings.FieldsFunc(out.String(), func(r rune) bool { return r == ' ' }), " ")
}

// simpler is a letter without its marks, or what one would type for it.
func simpler(r rune, has func(rune) bool) string {
	base := ""
	for _, part := range norm.NFKD.String(string(r)) {
		if has(part) && !unicode.Is(unicode.Mn, part) {
			base += string(part)
		}
	}
	if base != "" {
		return base
	}
	text, known := instead[r]
	switch {
	case !known && unicode.In(r, unicode.So, unicode.Sk, unicode.Mn, unicode.Me, unicode.Variation_Selector):
		return "" // an emoji or a mark says nothing that a "?" would say better
	case !known:
		return "?"
	}
	var out strings.Builder
	for _, r := range text {
		if has(r) {
			out.WriteRune(r)
		} else if next := instead[r]; next != "" && next != text {
			out.WriteString(simpler(r, has))
		}
	}
	return out.String()
}

// style is a size of writing.
type style uint8

const (
	heading style = iota
	plain
	small
)

// pixels is the height of the letters' em. A phone shows the picture at a third.
func (s style) pixels() int { return [...]int{44, 34, 27}[s] }

// line is the distance from line to line.
func (s style) line() int { return s.pixels() * 13 / 10 }

// pen measures and breaks text. It is one drawing's own.
type pen struct {
	measure brush
	known   map[penText]int
}

type penText struct {
	text string
	as   style
}

func newPen() *pen {
	return &pen{measure: brush{chartdraw.PNG(1, 1)}, known: map[penText]int{}}
}

// width is that of the text in pixels.
func (p *pen) width(text string, as style) int {
	key := penText{text, as}
	w, ok := p.known[key]
	if !ok {
		p.measure.write(as, dark)
		w = p.measure.MeasureText(text).Width()
		p.known[key] = w
	}
	return w
}

// widest is the width of the widest text.
func (p *pen) widest(texts []string, as style) int {
	most := 0
	for _, t := range texts {
		most = max(most, p.width(t, as))
	}
	return most
}

// shorten cuts a text to a width, with an ellipsis where it was longer; after a
// word, unless that would cost much.
func (p *pen) shorten(text string, as style, width int) string {
	if p.width(text, as) <= width {
		return text
	}
	head, _ := p.cut(text, as, width-p.width("…", as))
	if space := strings.LastIndexByte(head, ' '); space > len(head)*2/3 {
		head = head[:space]
	}
	return strings.TrimRight(head, " \u00a0,;:-") + "…"
}

// cut parts a text at the last grapheme that fits; the head has at least one.
func (p *pen) cut(text string, as style, width int) (head, rest string) {
	end := 0
	for clusters := uniseg.NewGraphemes(text); clusters.Next(); {
		_, to := clusters.Positions()
		if end > 0 && p.width(text[:to], as) > width {
			break
		}
		end = to
	}
	return text[:end], text[end:]
}

// wrap breaks a text into at most so many lines; the last one is shortened when
// it does not all fit.
func (p *pen) wrap(text string, as style, width, most int) []string {
	if text == "" {
		return nil
	}
	var lines []string
	rest := text
	for len(lines) < most-1 && p.width(rest, as) > width {
		head, tail := p.head(rest, as, width)
		lines, rest = append(lines, head), tail
	}
	return append(lines, p.shorten(rest, as, width))
}

// balance wraps into as many lines as wrap needs, of about the same width.
func (p *pen) balance(text string, as style, width, most int) []string {
	lines := p.wrap(text, as, width, most)
	if len(lines) < 2 || len(lines) == most {
		return lines
	}
	for narrower := width * 9 / 10; narrower > 0; narrower = narrower * 9 / 10 {
		next := p.wrap(text, as, narrower, most)
		if len(next) > len(lines) || p.widest(next, as) > narrower || strings.Join(next, " ") != text {
			break
		}
		lines = next
	}
	return lines
}

// head takes the words that fit in one line; a word that is longer than a line
// is cut.
func (p *pen) head(text string, as style, width int) (head, rest string) {
	end, within := 0, 0
	for i, r := range text {
		switch {
		case r == ' ' && p.width(text[:i], as) <= width:
			end = i
		case (r == '-' || r == '/') && i > 0 && p.width(text[:i+1], as) <= width:
			within = i + 1
		}
	}
	if end == 0 { // a compound is parted only where nothing else is
		end = within
	}
	if end > 0 && end < len(text) {
		return text[:end], strings.TrimLeft(text[end:], " ")
	}
	return p.cut(text, as, width)
}
