package web_test

import (
	"html"
	"net/http"
	"strings"
	"testing"

	"mboka/bot/web"
	"mboka/locales"
)

// TestAddressesTypedNearlyRight lead to their page; what names no page is not
// there, in the language of the address or of the browser.
func TestAddressesTypedNearlyRight(t *testing.T) {
	t.Parallel()
	h := web.Handler(web.Options{Site: peopled(t, ordinary)})
	for path, want := range map[string]string{
		"/fr/figures/": "/fr/figures", "/FR/Help": "/fr/help", "/LN": "/ln", "/ln/": "/ln", "/en/meetings//": "/en/meetings",
		"/help": "/en/help", "/de/help": "/en/help", "/de/privacy/": "/en/privacy",
		"/nowhere": "", "/fr/nowhere": "", "/de": "", "/de/": "", "/de/nowhere/": "", "/fr/help/more": "", "/deu/help": "", "/fr//example.org": "",
	} {
		got := fetch(t, h, "GET", path, "Accept-Language", "en")
		for got.Code == http.StatusTemporaryRedirect || got.Code == http.StatusMovedPermanently && strings.Contains(path, "//") {
			path = got.Header().Get("Location") // the mux cleans it
			got = fetch(t, h, "GET", path, "Accept-Language", "en")
		}
		where := got.Header().Get("Location")
		switch {
		case want == "":
			lang := locales.EN
			if strings.HasPrefix(path, "/fr") {
				lang = locales.FR
			}
			if got.Code != http.StatusNotFound || !strings.Contains(html.UnescapeString(got.Body.String()), locales.Text(lang, locales.WebLostTitle, nil)) {
				t.Errorf("%s: %d %s", path, got.Code, where)
			}
		case path == want && got.Code == http.StatusOK: // cleaned already
		case where != want || got.Code != http.StatusMovedPermanently && got.Code != http.StatusFound:
			t.Errorf("%s: %d to %q, want %s", path, got.Code, where, want)
		case got.Code == http.StatusFound && !strings.Contains(got.Header().Get("Vary"), "Accept-Language"):
			t.Errorf("%s depends on the browser's language and does not say so", path)
		}
	}
}

// TestNothingCanBeSentToPages: the refusal is a page in the reader's language.
func TestNothingCanBeSentToPages(t *testing.T) {
	t.Parallel()
	h := web.Handler(web.Options{Site: peopled(t, ordinary)})
	for _, lang := range locales.Langs {
		for _, slug := range append([]string{"/nowhere", "/directory"}, slugs...) {
			for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS"} {
				got := fetch(t, h, method, "/"+lang.String()+slug)
				if got.Code != http.StatusMethodNotAllowed || got.Header().Get("Allow") != "GET, HEAD" || got.Header().Get("Content-Language") != lang.String() ||
					!strings.Contains(html.UnescapeString(got.Body.String()), locales.Text(lang, locales.WebReadOnlyText, nil)) {
					t.Errorf("%s /%s%s: %d %v", method, lang, slug, got.Code, got.Header())
				}
			}
		}
	}
}

// TestHeadIsGetWithoutItsBody: what looks before it loads learns the same.
func TestHeadIsGetWithoutItsBody(t *testing.T) {
	t.Parallel()
	h := web.Handler(web.Options{Site: peopled(t, ordinary)})
	for _, slug := range append([]string{"/nowhere"}, slugs...) {
		get, head := fetch(t, h, "GET", "/fr"+slug), fetch(t, h, "HEAD", "/fr"+slug)
		if head.Body.Len() > 0 || head.Code != get.Code {
			t.Errorf("%s: %d with %d bytes", slug, head.Code, head.Body.Len())
		}
		for name := range get.Header() {
			if head.Header().Get(name) != get.Header().Get(name) {
				t.Errorf("%s: %s is %q, of GET %q", slug, name, head.Header().Get(name), get.Header().Get(name))
			}
		}
	}
}
