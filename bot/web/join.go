package web

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"

	"rsc.io/qr"

	"mboka/locales"
)

// way is a way into a chat with the service.
type way struct {
	Name string // of the platform
	URL  string
	// Open and Code name the link and the picture, and Known how people know
	// that it is the service.
	Open, Code, Known string
	QR                qrPicture
}

// joinData is what the page about joining shows.
type joinData struct {
	Ways []way
	// Verify is where to look whether a number is the service's.
	Verify string
}

func fillJoin(s *Site, v *visit) (any, error) {
	policy, err := s.Policy(v.Context())
	if err != nil {
		return nil, err
	}
	d := joinData{Verify: cmp.Or(policy.VerifyURL, s.Origin)}
	if s.Telegram != nil {
		if name := s.Telegram(v.Context()); name != "" {
			w := way{Name: "Telegram", URL: "https://t.me/" + url.PathEscape(name), Open: locales.Text(v.lang, locales.WebJoinOpenTelegram, nil),
				Code:  locales.Text(v.lang, locales.WebJoinCodeTelegram, nil),
				Known: locales.Text(v.lang, locales.WebJoinName, locales.Args{"Name": "@" + name})}
			d.Ways = append(d.Ways, w)
		}
	}
	if s.WhatsApp != "" {
		d.Ways = append(d.Ways, way{Name: "WhatsApp", URL: "https://wa.me/" + s.WhatsApp + "?text=" + url.QueryEscape(hellos[v.lang]),
			Open:  locales.Text(v.lang, locales.WebJoinOpenWhatsapp, nil),
			Code:  locales.Text(v.lang, locales.WebJoinCodeWhatsapp, nil),
			Known: locales.Text(v.lang, locales.WebJoinNumber, locales.Args{"Number": "+" + s.WhatsApp})})
	}
	for i := range d.Ways {
		if d.Ways[i].QR, err = drawQR(d.Ways[i].URL); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// hellos are what somebody writes first: the service knows the language by it.
var hellos = map[locales.Lang]string{locales.FR: "Bonjour", locales.EN: "Hello", locales.LN: "Mbote"}

// qrPicture is a QR code as one path of an SVG picture; Size is its width with
// the quiet margin.
type qrPicture struct {
	Size int
	Path string
}

// quiet is the margin that readers need around a code, in modules (ISO/IEC
// 18004).
const quiet = 4

// drawQR draws a code. Modules beside each other are one stroke, so that it
// weighs some 2 KB.
func drawQR(text string) (qrPicture, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return qrPicture{}, fmt.Errorf("draw code: %w", err)
	}
	var b strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
			}
		}
	}
	return qrPicture{Size: code.Size + 2*quiet, Path: b.String()}, nil
}
