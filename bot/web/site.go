package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"mboka/locales"
	"mboka/store"
)

// Site is the public pages: each in every language, under /fr, /en and /ln.
// They need no script, no cookie and nothing from elsewhere.
type Site struct {
	// Origin is the scheme and host under which people reach the pages; "" where
	// nobody knows, then pages name each other by their path alone.
	Origin string
	Now    func() time.Time
	Policy func(context.Context) (store.Policy, error)
	// Demo marks every page as made up.
	Demo   bool
	Logger *slog.Logger
}

// page is one public page.
type page struct {
	slug  string      // its path behind the language; "" of the first page
	file  string      // its template
	title locales.Key // also its heading
	about locales.Key // one sentence, for who finds it by a search
	menu  locales.Key // its name in the menu; "": it is not there
	// hidden keeps it from search engines.
	hidden bool
	// cache is its Cache-Control; "" for a page that may be a minute old.
	cache string
	// fill gives what its template shows; nil: nothing but texts.
	fill func(*Site, *visit) (any, error)
}

// visit is one request of a page.
type visit struct {
	*http.Request
	lang locales.Lang
}

// errNoPage of a fill: there is no such page.
var errNoPage = errors.New("no such page")

// pages are all public pages, in the order of the menu.
var pages = []page{
	{slug: "", file: "home", title: locales.WebHomeTitle, about: locales.WebHomeAbout},
}

// aMinute lets a page be a minute old: what is called off must not be on show
// for long.
const aMinute = "public, max-age=60, must-revalidate"

func (s *Site) mount(mux *http.ServeMux) {
	for _, p := range pages {
		for _, lang := range locales.Langs {
			path := pathOf(lang, p.slug)
			mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, p, lang) })
			if p.slug == "" { // typed with a slash, or cut off behind it
				mux.Handle("GET "+path+"/{$}", http.RedirectHandler(path, http.StatusMovedPermanently))
			}
		}
	}
	mux.HandleFunc("GET /{$}", s.front)
	mux.HandleFunc("GET "+stylePath, asset("text/css; charset=utf-8", style))
	mux.HandleFunc("GET "+iconPath, asset("image/svg+xml", icon))
	mux.HandleFunc("GET /robots.txt", s.robots)
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		s.problem(w, r, http.StatusNotFound)
	})
}

// front is the first page in the language that the browser asks for. It is
// shown at once: another round trip is a second on a slow line.
func (s *Site) front(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("Vary", "Accept-Language")
	s.serve(w, r, pages[0], preferred(r.Header.Get("Accept-Language")))
}

func (s *Site) serve(w http.ResponseWriter, r *http.Request, p page, lang locales.Lang) {
	var data any
	if p.fill != nil {
		var err error
		data, err = p.fill(s, &visit{Request: r, lang: lang})
		switch {
		case errors.Is(err, errNoPage):
			s.problem(w, r, http.StatusNotFound)
			return
		case err != nil:
			s.fault(w, r, p, err)
			return
		}
	}
	body, err := s.render(r.Context(), p, lang, data)
	if err != nil {
		s.fault(w, r, p, err)
		return
	}
	reply(w, r, answerOf{status: http.StatusOK, kind: htmlKind, body: body, cache: p.cache, hidden: p.hidden, lang: lang})
}

// fault tells the log what went wrong, and the reader that something did.
func (s *Site) fault(w http.ResponseWriter, r *http.Request, p page, err error) {
	if r.Context().Err() == nil { // else the reader has left
		s.log().Error("a page could not be shown", "page", p.file, "error", err)
	}
	s.problem(w, r, http.StatusInternalServerError)
}

// problem is a page that says what is wrong, in the language of the address, or
// else of the browser.
func (s *Site) problem(w http.ResponseWriter, r *http.Request, status int) {
	lang, named := langOf(r.URL.Path)
	if !named {
		w.Header().Add("Vary", "Accept-Language")
		lang = preferred(r.Header.Get("Accept-Language"))
	}
	p := page{file: "problem", hidden: true, title: locales.WebFaultTitle, about: locales.WebFaultText}
	switch status {
	case http.StatusNotFound:
		p.title, p.about = locales.WebLostTitle, locales.WebLostText
	case http.StatusTooManyRequests:
		p.title, p.about = locales.WebOftenTitle, locales.WebOftenText
	}
	body, err := s.render(r.Context(), p, lang, nil)
	if err != nil {
		s.log().Error("a page could not be shown", "page", p.file, "error", err)
		http.Error(w, http.StatusText(status), status)
		return
	}
	reply(w, r, answerOf{status: status, kind: htmlKind, body: body, cache: "no-store", hidden: true, lang: lang})
}

func (s *Site) log() *slog.Logger {
	if s.Logger != nil {
		return s.Logger
	}
	return slog.Default()
}

// robots names what search engines may read: pages, never links to files.
func (s *Site) robots(w http.ResponseWriter, r *http.Request) {
	text := "User-agent: *\nDisallow: /export/\nDisallow: /picture/\nDisallow: /chat\n"
	for _, p := range pages {
		for _, lang := range locales.Langs {
			if p.hidden {
				text += "Disallow: " + pathOf(lang, p.slug) + "\n"
			}
		}
	}
	reply(w, r, answerOf{status: http.StatusOK, kind: "text/plain; charset=utf-8", body: []byte(text), cache: "public, max-age=3600"})
}
