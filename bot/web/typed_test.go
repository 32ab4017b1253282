package web_test

import (
	"strings"
	"testing"

	"mboka/bot/web"
	"mboka/store"
)

// FuzzTypedIsNeverMarkup puts what people may type on every page, and compares
// how the page is built with one of ordinary words.
func FuzzTypedIsNeverMarkup(f *testing.F) {
	for _, nasty := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='x`, `javascript:alert(1)`, `</title><h1>x`, `<!--`, `]]>`,
		`{{.Org}}`, `&lt;b&gt;`, "\u202e<b>", "a\x00b", `<svg/onload=x>`, `</table><form action=//x>`, `=1+1`, "line\nline", strings.Repeat("<", 200),
	} {
		f.Add(nasty)
	}
	// Figures and practices have nothing typed but what stands under every page.
	typedOn := []string{"", "/join", "/meetings", "/privacy", "/help", "/nowhere"}
	built := map[typed]map[string]string{} // by what is ordinary, how each page is built
	f.Fuzz(func(t *testing.T, text string) {
		if strings.TrimSpace(text) == "" {
			return // what says nothing is left out, and its line with it
		}
		in := typed{text, text, text, text, text, text, text}
		plain := ordinary
		plain.host = "Ailleursland" // as what is typed, not the one of the notice before
		// A setting that is refused leaves its line out: there is none on either.
		for _, key := range []string{"organisation", "contact", "host", "relay.FR"} {
			if store.ParseSetting(key, text) != nil {
				in.organisation, in.host, plain.organisation, plain.host = "", "", "", ""
				in.contact, plain.contact = "", ""
				in.name, plain.name = "Nom fictif", "Nom fictif"
			}
		}
		h := web.Handler(web.Options{Site: peopled(t, in)})
		if built[plain] == nil {
			want := web.Handler(web.Options{Site: peopled(t, plain)})
			built[plain] = map[string]string{}
			for _, slug := range typedOn {
				built[plain][slug] = shape(t, fetch(t, want, "GET", "/fr"+slug).Body.String())
			}
		}
		for _, slug := range typedOn {
			got := fetch(t, h, "GET", "/fr"+slug)
			if shape(t, got.Body.String()) != built[plain][slug] {
				t.Errorf("%s is built otherwise with %q:\n%s", slug, text, got.Body)
			}
		}
	})
}
