package web

import (
	"net/http"
	"slices"
	"strings"

	"mboka/locales"
)

// elsewhere answers what no page answers: an address that was typed nearly
// right leads to its page, another is not there, and nothing can be sent to any.
func (s *Site) elsewhere(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		s.problem(w, r, http.StatusMethodNotAllowed)
		return
	}
	path, named, found := s.meant(r)
	switch {
	case !found:
		s.problem(w, r, http.StatusNotFound)
	case named:
		http.Redirect(w, r, path, http.StatusMovedPermanently)
	default:
		w.Header().Add("Vary", "Accept-Language")
		http.Redirect(w, r, path, http.StatusFound)
	}
}

// meant is the page that an address means which is in capitals, ends in a slash,
// or names no language that there is; named tells that it names one.
func (s *Site) meant(r *http.Request) (path string, named, found bool) {
	parts := strings.Split(strings.ToLower(strings.Trim(r.URL.Path, "/")), "/")
	lang, named := langOf(parts[0])
	if !named {
		lang = preferred(r.Header.Get("Accept-Language"))
	}
	if named || len(parts) == 2 && len(parts[0]) == len(lang.String()) {
		parts = parts[1:]
	}
	slug := strings.Join(parts, "/")
	if slug == "" && !named || !slices.ContainsFunc(s.shown(), func(p page) bool { return p.slug == slug }) {
		return "", false, false
	}
	return pathOf(lang, slug), named, true
}

// problems are the words for what is wrong; again tells that the same address
// may do better a little later.
var problems = map[int]struct {
	title, text locales.Key
	again       bool
}{
	http.StatusNotFound:            {locales.WebLostTitle, locales.WebLostText, false},
	http.StatusMethodNotAllowed:    {locales.WebReadOnlyTitle, locales.WebReadOnlyText, false},
	http.StatusTooManyRequests:     {locales.WebOftenTitle, locales.WebOftenText, true},
	http.StatusInternalServerError: {locales.WebFaultTitle, locales.WebFaultText, true},
}

// problem is a page that says what is wrong and what to do, in the language of
// the address, or else of the browser.
func (s *Site) problem(w http.ResponseWriter, r *http.Request, status int) {
	lang, named := langOf(r.URL.Path)
	if !named {
		w.Header().Add("Vary", "Accept-Language")
		lang = preferred(r.Header.Get("Accept-Language"))
	}
	said := problems[status]
	p := page{file: "problem", hidden: true, title: said.title, about: said.text}
	body, err := s.render(r.Context(), p, lang, problemData{Again: said.again})
	if err != nil {
		s.log().Error("a page could not be shown", "page", p.file, "error", err)
		http.Error(w, http.StatusText(status), status)
		return
	}
	reply(w, r, answerOf{status: status, kind: htmlKind, body: body, cache: "no-store", hidden: true, lang: lang})
}

type problemData struct{ Again bool }
