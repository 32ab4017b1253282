package web_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"mboka/bot/web"
	"mboka/locales"
	"mboka/store"
)

// policyOf gives settings as they are on record.
func policyOf(t *testing.T, settings map[string]string) func(context.Context) (store.Policy, error) {
	t.Helper()
	p, err := store.NewPolicy(settings)
	if err != nil {
		t.Fatal(err)
	}
	return func(context.Context) (store.Policy, error) { return p, nil }
}

var start = time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC)

func siteOf(t *testing.T) *web.Site {
	t.Helper()
	return &web.Site{Origin: "https://mboka.example", Now: func() time.Time { return start }, Policy: policyOf(t, store.DemoSettings())}
}

func fetch(t *testing.T, h http.Handler, method, path string, head ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestFrontSpeaksTheLanguageOfTheBrowser(t *testing.T) {
	t.Parallel()
	h := web.Handler(web.Options{Site: siteOf(t)})
	for accept, want := range map[string]locales.Lang{
		"": locales.FR, "en": locales.EN, "en-GB,en;q=0.9,fr;q=0.8": locales.EN, "ln-CD, fr;q=0.5": locales.LN, "sw, pt;q=0.7": locales.FR,
		"fr;q=0.3, en;q=0.7": locales.EN, "de, ln;q=0.2": locales.LN, "en;q=0, ln": locales.LN, "*": locales.FR, ";;;=": locales.FR,
		strings.Repeat("en,", 4000): locales.FR,
	} {
		got := fetch(t, h, "GET", "/", "Accept-Language", accept)
		if lang := got.Header().Get("Content-Language"); got.Code != http.StatusOK || lang != want.String() {
			t.Errorf("%.40q: %d in %q, want %s", accept, got.Code, lang, want)
		}
		if !strings.Contains(got.Body.String(), `<html lang="`+want.String()+`">`) {
			t.Errorf("%.40q: the page does not say its language", accept)
		}
		if vary := strings.Join(got.Header().Values("Vary"), ", "); !strings.Contains(vary, "Accept-Language") {
			t.Errorf("a cache would give it to everybody: Vary %q", vary)
		}
	}
}

func TestWhatIsNotThereIsSaidInTheLanguageOfTheAddress(t *testing.T) {
	t.Parallel()
	h := web.Handler(web.Options{Site: siteOf(t)})
	for path, key := range map[string]locales.Lang{"/en/nothing": locales.EN, "/ln/x/y": locales.LN, "/fr/../fr/none": locales.FR, "/wp-login.php": locales.FR, "/xx": locales.FR} {
		got := fetch(t, h, "GET", strings.ReplaceAll(path, "/..", "/%2e%2e"))
		if got.Code != http.StatusNotFound && got.Code != http.StatusMovedPermanently && got.Code != http.StatusTemporaryRedirect {
			t.Errorf("%s: %d", path, got.Code)
		}
		if got.Code == http.StatusNotFound && !strings.Contains(got.Body.String(), locales.Text(key, locales.WebLostText, nil)) {
			t.Errorf("%s says\n%s", path, got.Body)
		}
		if got.Code == http.StatusNotFound && (got.Header().Get("Cache-Control") != "no-store" || got.Header().Get("X-Robots-Tag") == "") {
			t.Errorf("%s: kept or found: %v", path, got.Header())
		}
	}
}

func TestSettingsThatCannotBeReadStopNoPage(t *testing.T) {
	t.Parallel()
	s := siteOf(t)
	s.Policy = func(context.Context) (store.Policy, error) { return store.Policy{}, errors.New("no database") }
	got := fetch(t, web.Handler(web.Options{Site: s}), "GET", "/en/nothing")
	if got.Code != http.StatusNotFound || !strings.Contains(got.Body.String(), locales.Text(locales.EN, locales.WebLostTitle, nil)) {
		t.Errorf("%d\n%s", got.Code, got.Body)
	}
}

func TestPagesCarryTheirHeaders(t *testing.T) {
	t.Parallel()
	h := web.Handler(web.Options{Site: siteOf(t)})
	page := fetch(t, h, "GET", "/fr")
	for name, want := range map[string]string{
		"Content-Type": "text/html; charset=utf-8", "X-Content-Type-Options": "nosniff", "Set-Cookie": "", "Content-Language": "fr",
		"Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
	} {
		if got := page.Header().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if head := fetch(t, h, "HEAD", "/fr"); head.Code != http.StatusOK || head.Body.Len() != 0 || head.Header().Get("Content-Length") != page.Header().Get("Content-Length") {
		t.Errorf("HEAD: %d, %d bytes, %v", head.Code, head.Body.Len(), head.Header())
	}
	if post := fetch(t, h, "POST", "/fr"); post.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", post.Code)
	}
	tag := page.Header().Get("ETag")
	if again := fetch(t, h, "GET", "/fr", "If-None-Match", "W/"+tag+`, "x"`); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("with %s: %d", tag, again.Code)
	}
	zipped := fetch(t, h, "GET", "/fr", "Accept-Encoding", "br, gzip;q=0.8")
	z, err := gzip.NewReader(zipped.Body)
	if err != nil || zipped.Header().Get("Content-Encoding") != "gzip" || zipped.Header().Get("ETag") == tag {
		t.Fatal(err, zipped.Header())
	}
	if body, err := io.ReadAll(z); err != nil || string(body) != page.Body.String() {
		t.Error("packed, the page is another one", err)
	}
	for _, refuses := range []string{"br", "gzip;q=0", "gzip; q=0.0", "identity", ""} {
		if got := fetch(t, h, "GET", "/fr", "Accept-Encoding", refuses); got.Header().Get("Content-Encoding") != "" {
			t.Errorf("%q gets it packed", refuses)
		}
	}
}
