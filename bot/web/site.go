package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"mboka/bot/figures"
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

	// Telegram gives the bot's name there, "" where it is off or not known now;
	// WhatsApp is the number as digits, "" where it is off.
	Telegram func(context.Context) string
	WhatsApp string
	// Readers are the organisations that may ask for figures at a time.
	Readers func(context.Context, time.Time) ([]store.Organisation, error)
	// Meetings are those that anybody may know of at a time; Calendar is one of
	// them as a file, false for any other.
	Meetings func(context.Context, locales.Lang, time.Time) ([]Meeting, error)
	Calendar func(context.Context, locales.Lang, uuid.UUID, time.Time) ([]byte, bool, error)
	// Figure is a figure for everybody: published once over a snapshot, and kept
	// under an id. found is false before the first snapshot, refused tells that it
	// may not be shown.
	Figure func(context.Context, figures.Query) (f figures.Figure, found, refused bool, err error)
	// Notices are all versions of the privacy notice, the oldest first.
	Notices func(context.Context) ([]store.Notice, error)
	// Directory has the cards of members; nil: there are none, and no page of them.
	Directory *Directory

	readers  memo[[]store.Organisation]
	meetings [len(locales.Langs)]memo[[]Meeting]
	notices  memo[[]store.Notice]
	figures  memo[publishedAll]
	limit    *limiter
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
	// lacks tells that a site has nothing to show on it; nil: it always has.
	lacks func(*Site) bool
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
	{slug: "", file: "home", title: locales.WebHomeTitle, about: locales.WebHomeAbout, fill: fillHome},
	{slug: "join", file: "join", title: locales.WebJoinTitle, about: locales.WebJoinAbout, menu: locales.WebJoinMenu, fill: fillJoin},
	{slug: "figures", file: "figures", title: locales.WebFiguresTitle, about: locales.WebFiguresAbout, menu: locales.WebFiguresMenu, fill: fillFigures,
		lacks: func(s *Site) bool { return s.Figure == nil }},
	directoryPage,
	{slug: meetingsSlug, file: "meetings", title: locales.WebMeetingsTitle, about: locales.WebMeetingsAbout, menu: locales.WebMeetingsMenu, fill: fillMeetings},
	{slug: "practices", file: "practices", title: locales.WebPracticesTitle, about: locales.WebPracticesAbout, menu: locales.WebPracticesMenu, fill: fillPractices},
	{slug: "privacy", file: "privacy", title: locales.WebPrivacyTitle, about: locales.WebPrivacyAbout, menu: locales.WebPrivacyMenu, fill: fillPrivacy},
	{slug: "help", file: "help", title: locales.WebHelpTitle, about: locales.WebHelpAbout, menu: locales.WebHelpMenu, fill: fillHelp},
}

// aMinute lets a page be a minute old: what is called off must not be on show
// for long.
const aMinute = "public, max-age=60, must-revalidate"

// shown are the pages of this site.
func (s *Site) shown() []page {
	return slices.DeleteFunc(slices.Clone(pages), func(p page) bool { return p.lacks != nil && p.lacks(s) })
}

// mount adds the pages. Each counts against the address that asks.
func (s *Site) mount(mux *http.ServeMux) {
	s.limit = newLimiter(pagesAtOnce, pagesPerSecond)
	handle := func(pattern string, h http.HandlerFunc) { mux.Handle(pattern, s.limited(h)) }
	for _, lang := range locales.Langs {
		for _, p := range s.shown() {
			if p.slug == directorySlug {
				continue // has a limit of its own
			}
			path := pathOf(lang, p.slug)
			handle("GET "+path, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, p, lang) })
		}
		home := pathOf(lang, "") // typed with a slash, or cut off behind it
		handle("GET "+home+"/{$}", http.RedirectHandler(home, http.StatusMovedPermanently).ServeHTTP)
		handle("GET "+pathOf(lang, meetingsSlug)+"/{file}", func(w http.ResponseWriter, r *http.Request) { s.calendar(w, r, lang) })
	}
	s.mountDirectory(handle)
	handle("GET /{$}", s.front)
	handle("GET "+stylePath, asset("text/css; charset=utf-8", style))
	handle("GET "+iconPath, asset("image/svg+xml", icon))
	handle("GET /robots.txt", s.robots)
	handle("/", s.elsewhere)
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
