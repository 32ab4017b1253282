package web_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/net/html"

	"mboka/bot"
	"mboka/bot/figures"
	"mboka/bot/protect"
	"mboka/bot/web"
	"mboka/locales"
	"mboka/store"
)

// slugs are all pages that anybody can reach from the first one.
var slugs = []string{"", "/join", "/figures", "/meetings", "/practices", "/privacy", "/help"}

// typed is what people with a keyboard have written: settings, and meetings.
type typed struct{ organisation, contact, host, title, venue, summary, name string }

// peopled is a site with something on every page, all of it as typed.
func peopled(t *testing.T, in typed) *web.Site {
	t.Helper()
	settings := map[string]string{"emergency.BE": "112", "emergency.default": "112", "relay.default": "asile@example.org", "complaint_body": "Autorité", "verify_url": "https://mboka.example/fr/join"}
	for key, value := range map[string]string{"organisation": in.organisation, "contact": in.contact, "host": in.host, "relay.FR": in.name} {
		if store.ParseSetting(key, value) == nil { // others never get there
			settings[key] = value
		}
	}
	s := siteOf(t)
	s.Policy, s.WhatsApp = policyOf(t, settings), "32460000001"
	s.Telegram = func(context.Context) string { return "MbokaExampleBot" }
	s.Readers = func(context.Context, time.Time) ([]store.Organisation, error) {
		return []store.Organisation{store.IOM, store.Ministry}, nil
	}
	s.Meetings = func(context.Context, locales.Lang, time.Time) ([]web.Meeting, error) {
		m := web.Meeting{ID: uuid.MustParse("5b8e8f3a-0000-4000-8000-00000000000a"), Title: in.title, Tongue: "fr", Summary: in.summary, When: "samedi 3 octobre, 14 h",
			Where: in.venue, Terms: in.summary, Bring: in.venue, Contact: in.contact, Organiser: in.name, State: "x", StartsAt: start.Add(time.Hour)}
		off := m
		off.ID, off.Cancelled = uuid.MustParse("5b8e8f3a-0000-4000-8000-00000000000b"), true
		return []web.Meeting{m, off}, nil
	}
	s.Calendar = func(context.Context, locales.Lang, uuid.UUID, time.Time) ([]byte, bool, error) {
		return []byte("BEGIN:VCALENDAR\r\n"), true, nil
	}
	p, err := s.Policy(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.Notices = func(context.Context) ([]store.Notice, error) {
		before := p
		before.Host = "Démoland"
		return append(bot.Notices(before), bot.Notices(p)...), nil
	}
	s.Figure = func(_ context.Context, q figures.Query) (figures.Figure, bool, bool, error) {
		f := figures.Figure{ID: "F-ABCDE", Taken: start, Query: q, Published: figures.Published{K: 10, Members: protect.Cell{N: 1200}, Answered: protect.Cell{N: 1000}, Total: protect.Cell{N: 1000}, Synthetic: true}}
		tabulate(&f.Published, q)
		return f, true, false, nil
	}
	return s
}

// tabulate makes up the counts of a question: the first values of each variable,
// a cell under the threshold and one kept back.
func tabulate(p *figures.Published, q figures.Query) {
	if len(q.By) == 0 {
		return
	}
	values := func(key string) (all []string) {
		v, _ := figures.VariableOf(key)
		for _, o := range v.Options() {
			all = append(all, o.Code)
		}
		if all == nil { // places
			all = []string{"FR", "BE", figures.Other}
		}
		return all
	}
	p.Columns = []string{""}
	if len(q.By) == 2 {
		p.Columns = values(q.By[1])[:2]
	}
	all := values(q.By[0])
	for i, code := range append(all, all...)[:min(10, 2*len(all))] {
		p.Rows = append(p.Rows, code)
		row := []protect.Cell{{N: 500 - 40*i}}
		if len(q.By) == 2 {
			row = append(row, protect.Cell{State: protect.State(i % 3), N: 5 * ((i%3 + 2) / 3)})
			p.RowTotals = append(p.RowTotals, protect.Cell{N: 600})
		}
		p.Cells = append(p.Cells, row)
	}
}

var ordinary = typed{"Association fictive", "contact@example.org", "Démoland", "Rencontre à Bruxelles", "Maison du quartier", "Venez poser vos questions.", "Nom fictif"}

// node walks a page that was read as a browser reads it.
func walk(n *html.Node, do func(*html.Node)) {
	do(n)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c, do)
	}
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// shape are the elements of a page with their attributes' names: what was typed
// may change none of it.
func shape(t *testing.T, body string) string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	walk(doc, func(n *html.Node) {
		if n.Type != html.ElementNode {
			return
		}
		b.WriteString(n.Data)
		for _, a := range n.Attr {
			b.WriteString(" " + a.Key)
		}
		b.WriteString("\n")
	})
	return b.String()
}

// TestPagesAreBuiltRight reads every page in every language as a browser does.
func TestPagesAreBuiltRight(t *testing.T) {
	t.Parallel()
	h := web.Handler(web.Options{Site: peopled(t, ordinary)})
	for _, lang := range locales.Langs {
		for _, slug := range slugs {
			path := "/" + lang.String() + slug
			got := fetch(t, h, "GET", path)
			if got.Code != http.StatusOK {
				t.Errorf("%s: %d", path, got.Code)
				continue
			}
			checkPage(t, path, lang, got.Body.String())
		}
	}
	if n := locales.Missing(); n != 0 {
		t.Errorf("%d texts lack something", n)
	}
}

func checkPage(t *testing.T, path string, lang locales.Lang, body string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	count, ids, last := map[string]int{}, map[string]bool{}, 0
	walk(doc, func(n *html.Node) {
		if n.Type != html.ElementNode {
			return
		}
		count[n.Data]++
		if id := attribute(n, "id"); id != "" {
			if ids[id] {
				t.Errorf("%s: two elements are %q", path, id)
			}
			ids[id] = true
		}
		switch n.Data {
		case "script", "style", "iframe", "object", "img", "base", "form":
			t.Errorf("%s has a %s", path, n.Data)
		case "html":
			if attribute(n, "lang") != lang.String() {
				t.Errorf("%s is in %q", path, attribute(n, "lang"))
			}
		case "h1", "h2", "h3", "h4":
			level := int(n.Data[1] - '0')
			if level > last+1 {
				t.Errorf("%s: a heading %d below one of %d", path, level, last)
			}
			last = level
		case "table":
			if n.FirstChild == nil || !strings.Contains(shapeOf(n), "caption") || !strings.Contains(shapeOf(n), "th scope") {
				t.Errorf("%s: a table without caption or headings", path)
			}
		case "svg":
			if attribute(n, "aria-hidden") != "true" && (attribute(n, "role") != "img" || attribute(n, "aria-label") == "") {
				t.Errorf("%s: a picture without words", path)
			}
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
				t.Errorf("%s: %s has %s", path, n.Data, a.Key)
			}
		}
	})
	for name, want := range map[string]int{"h1": 1, "main": 1, "header": 1, "footer": 1, "title": 1, "nav": 2} {
		if count[name] != want {
			t.Errorf("%s has %d of %s", path, count[name], name)
		}
	}
	for _, want := range []string{`<a class="skip" href="#main">`, `hreflang="fr" href="https://mboka.example/fr`, `hreflang="ln" href="https://mboka.example/ln`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s lacks %s", path, want)
		}
	}
	if !ids["main"] || strings.Contains(body, "⟦") || strings.Contains(body, "{{") || strings.Contains(body, "ZgotmplZ") {
		t.Errorf("%s:\n%s", path, body)
	}
}

func shapeOf(n *html.Node) string {
	var b strings.Builder
	walk(n, func(n *html.Node) {
		b.WriteString(n.Data)
		if attribute(n, "scope") != "" {
			b.WriteString(" scope")
		}
		b.WriteString("\n")
	})
	return b.String()
}

// mostWeight is the first view in bytes as it goes over the line at worst, not
// packed: the page and its style.
const mostWeight = 60 << 10

func TestPagesAreLight(t *testing.T) {
	t.Parallel()
	h := web.Handler(web.Options{Site: peopled(t, ordinary)})
	for _, lang := range locales.Langs {
		for _, slug := range slugs {
			page := fetch(t, h, "GET", "/"+lang.String()+slug).Body.String()
			_, rest, _ := strings.Cut(page, `<link rel="stylesheet" href="`)
			style, _, _ := strings.Cut(rest, `"`)
			got := fetch(t, h, "GET", style)
			if got.Code != http.StatusOK || got.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" {
				t.Fatalf("style %q: %d %v", style, got.Code, got.Header())
			}
			if sum := len(page) + got.Body.Len(); sum > mostWeight {
				t.Errorf("/%s%s weighs %d bytes with its style", lang, slug, sum)
			}
		}
	}
}

func TestCalendarsOfWhatIsShownOnly(t *testing.T) {
	t.Parallel()
	h := web.Handler(web.Options{Site: peopled(t, ordinary)})
	good := "/ln/meetings/5b8e8f3a-0000-4000-8000-00000000000a.ics"
	if got := fetch(t, h, "GET", good); got.Code != http.StatusOK || got.Header().Get("Content-Type") != "text/calendar; charset=utf-8" ||
		got.Header().Get("Content-Disposition") != "attachment; filename=mboka-2026-09-01.ics" || got.Header().Get("X-Robots-Tag") == "" {
		t.Errorf("%d %v", got.Code, got.Header())
	}
	for _, path := range []string{
		"/ln/meetings/5b8e8f3a-0000-4000-8000-00000000000b.ics", // called off
		"/ln/meetings/5b8e8f3a-0000-4000-8000-00000000000c.ics", "/ln/meetings/1.ics", "/ln/meetings/x",
		"/ln/meetings/5B8E8F3A-0000-4000-8000-00000000000A.ics", "/ln/meetings/5b8e8f3a-0000-4000-8000-00000000000a",
	} {
		if got := fetch(t, h, "GET", path); got.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
}

func TestNoticeTellsWhatChanged(t *testing.T) {
	t.Parallel()
	h := web.Handler(web.Options{Site: peopled(t, typed{"Association fictive", "contact@example.org", "Ailleursland", "x", "x", "x", "x"})})
	body := fetch(t, h, "GET", "/en/privacy").Body.String()
	gone, fresh := between(body, "<del>", "</del>"), between(body, "<ins>", "</ins>")
	if len(gone) == 0 || len(gone) != len(fresh) {
		t.Fatalf("gone %q, new %q", gone, fresh)
	}
	for i := range gone {
		if !strings.Contains(gone[i], "Démoland") || !strings.Contains(fresh[i], "Ailleursland") {
			t.Errorf("%q became %q", gone[i], fresh[i])
		}
	}
}

func between(text, from, to string) (all []string) {
	for {
		_, rest, ok := strings.Cut(text, from)
		if !ok {
			return all
		}
		one, rest, _ := strings.Cut(rest, to)
		all, text = append(all, one), rest
	}
}

func TestFaultsAreToldInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	s := peopled(t, ordinary)
	s.Meetings = func(context.Context, locales.Lang, time.Time) ([]web.Meeting, error) {
		return nil, errors.New("made to fail")
	}
	h := web.Handler(web.Options{Site: s})
	for _, lang := range locales.Langs {
		got := fetch(t, h, "GET", "/"+lang.String()+"/meetings")
		if got.Code != http.StatusInternalServerError || !strings.Contains(got.Body.String(), locales.Text(lang, locales.WebFaultTitle, nil)) ||
			strings.Contains(got.Body.String(), "made to fail") || got.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v\n%s", lang, got.Code, got.Header(), got.Body)
		}
	}
}

func TestOneAddressMayNotReadForEver(t *testing.T) {
	t.Parallel()
	s := peopled(t, ordinary)
	now := start
	s.Now = func() time.Time { return now }
	h := web.Handler(web.Options{Site: s})
	ask := func(address, forwarded string) int {
		r, _ := http.NewRequestWithContext(t.Context(), "GET", "/fr/help", nil)
		r.RemoteAddr = address
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	until := func(address, forwarded string) (n int) {
		for n < 1000 && ask(address, forwarded) == http.StatusOK {
			n++
		}
		return n
	}
	if n := until("203.0.113.7:1000", ""); n != 120 {
		t.Errorf("%d pages at once", n)
	}
	// Another port, and a header that the reader made up, change nothing.
	if got := ask("203.0.113.7:2000", "198.51.100.1"); got != http.StatusTooManyRequests {
		t.Errorf("with a made-up header: %d", got)
	}
	if got := ask("203.0.113.8:1", ""); got != http.StatusOK {
		t.Errorf("somebody else: %d", got)
	}
	now = now.Add(2 * time.Second)
	if n := until("203.0.113.7:1000", ""); n != 10 {
		t.Errorf("%d more after two seconds", n)
	}
	// Behind a proxy it is what the proxy says last; a network of IPv6 is one.
	if n := until("10.0.0.2:1", "6.6.6.6, 2001:db8:1:2::1"); n != 120 {
		t.Errorf("%d by a proxy", n)
	}
	if got := ask("127.0.0.1:1", "7.7.7.7, 2001:db8:1:2:ffff::9"); got != http.StatusTooManyRequests {
		t.Errorf("the same network: %d", got)
	}
	if got := ask("10.0.0.2:1", "2001:db8:1:3::1"); got != http.StatusOK {
		t.Errorf("another network: %d", got)
	}
}
