package browser

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"mboka/locales"
	"mboka/store"
)

// found is one address of the service that a visitor comes to by links.
type found struct {
	path   string // with its query
	from   string // the page that first led there
	kind   string // its content type
	lang   string // of a page
	title  string
	body   string
	plain  int           // bytes before they were packed
	first  time.Duration // to the first byte, when nobody had asked before
	others []string      // addresses elsewhere to which it leads
}

func (f found) page() bool { return strings.HasPrefix(f.kind, "text/html") }

// name is fit for a file.
func (f found) name() string {
	return strings.Trim(regexp.MustCompile(`[^A-Za-z0-9]+`).ReplaceAllString(f.path, "-"), "-")
}

var (
	leads   = regexp.MustCompile(`(?i)\b(?:href|src|action)="([^"]*)"`)
	pageIn  = regexp.MustCompile(`<html[^>]* lang="([a-z]+)"`)
	titleOf = regexp.MustCompile(`(?s)<title>(.*?)</title>`)
)

// queries is how many queries of one path are followed: a search has no end.
const queries = 3

// crawl follows all links from / in every language, as far as they stay here.
func (s *site) crawl(t *testing.T) []found {
	t.Helper()
	var all []found
	seen, asked := map[string]bool{}, map[string]int{}
	for _, lang := range locales.Langs {
		front := s.fetch(t, "/", "the address bar", lang.String())
		if front.lang != lang.String() {
			t.Errorf("/ is in %q for a browser that asks for %s", front.lang, lang)
		}
		for todo := []found{front}; len(todo) > 0; todo = todo[1:] {
			links := todo[0].links(s.url) // notes those that lead elsewhere, too
			all = append(all, todo[0])
			for _, next := range links {
				path, query, _ := strings.Cut(next, "?")
				if seen[next] || query != "" && asked[path] >= queries {
					continue
				}
				seen[next] = true
				if query != "" {
					asked[path]++
				}
				todo = append(todo, s.fetch(t, next, todo[0].path, lang.String()))
			}
		}
	}
	return all
}

// links are the addresses of the service that a page leads to.
func (f *found) links(origin string) []string {
	if !f.page() {
		return nil
	}
	base, err := url.Parse(origin + f.path)
	if err != nil {
		return nil
	}
	var here []string
	for _, m := range leads.FindAllStringSubmatch(f.body, -1) {
		to, err := base.Parse(html.UnescapeString(m[1]))
		switch {
		case err != nil:
			f.others = append(f.others, m[1])
		case to.Scheme+"://"+to.Host == origin:
			here = append(here, to.RequestURI())
		case to.Scheme != "data":
			f.others = append(f.others, to.String())
		}
	}
	slices.Sort(here)
	return slices.Compact(here)
}

// fetch asks as a phone does and fails the test unless there is something.
func (s *site) fetch(t *testing.T, path, from, lang string) found {
	t.Helper()
	f := found{path: path, from: from}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Language", lang)
	req.Header.Set("X-Forwarded-For", anotherAddress())
	var begun time.Time
	req = req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		WroteRequest:         func(httptrace.WroteRequestInfo) { begun = time.Now() },
		GotFirstResponseByte: func() { f.first = time.Since(begun) },
	}))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		t.Errorf("%s, to which %s leads, is answered %d", path, from, resp.StatusCode)
	}
	f.path, f.kind, f.body, f.plain = resp.Request.URL.RequestURI(), resp.Header.Get("Content-Type"), string(body), len(body)
	if m := pageIn.FindStringSubmatch(f.body); m != nil {
		f.lang = m[1]
	}
	if m := titleOf.FindStringSubmatch(f.body); m != nil {
		f.title = html.UnescapeString(m[1])
	}
	if cookie := resp.Header.Values("Set-Cookie"); len(cookie) > 0 {
		t.Errorf("%s sets a cookie", path)
	}
	return f
}

// again is how long the first byte takes when the page was asked for before: the
// median of some.
func (s *site) again(t *testing.T, f found) time.Duration {
	t.Helper()
	var took []time.Duration
	for range 5 {
		took = append(took, s.fetch(t, f.path, "the report", f.lang).first)
	}
	slices.Sort(took)
	return took[len(took)/2]
}

// elsewhere are the hosts that a page may lead to: the two platforms, and the
// address under which people can tell that it is the real one.
func elsewhere() []string {
	real, _ := url.Parse(store.DemoSettings()["verify_url"]) // "" leads nowhere
	return []string{"t.me", "wa.me", real.Host}
}

func mayLeadTo(address string) error {
	to, err := url.Parse(address)
	switch {
	case err != nil:
		return err
	case to.Scheme == "tel" || to.Scheme == "mailto":
		return nil
	case to.Scheme != "https":
		return fmt.Errorf("%s is not safe to follow", address)
	case to.Host == "" || !slices.Contains(elsewhere(), to.Host):
		return fmt.Errorf("%s is another host", address)
	}
	return nil
}

func TestElsewhere(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"http://t.me/x", "https://t.me.example.com/x", "https://example.com", "javascript:alert(1)", "https://", "//cdn.example.com/x.js", "%zz"} {
		if mayLeadTo(address) == nil {
			t.Errorf("a page may lead to %s", address)
		}
	}
	for _, address := range []string{"https://t.me/some_bot?start=x", "https://wa.me/32460000001", "tel:112", "mailto:contact@example.org"} {
		if err := mayLeadTo(address); err != nil {
			t.Error(err)
		}
	}
	f := found{path: "/", kind: "text/html", body: `<a href="/b?x=1&amp;y=2">b</a><a href="https://example.com/">e</a><img src="c.png"><form action="/d"><link href="data:,">`}
	if links := f.links("http://127.0.0.1:1"); strings.Join(links, " ") != "/b?x=1&y=2 /c.png /d" || strings.Join(f.others, " ") != "https://example.com/" {
		t.Errorf("follows %q, elsewhere %q", links, f.others)
	}
}
