package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"

	"mboka/locales"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed assets/site.css
var style []byte

//go:embed assets/icon.svg
var icon []byte

// Paths of what goes with the pages: they name their content, and may be kept
// for ever.
var (
	stylePath = "/assets/" + nameOf(style) + ".css"
	iconPath  = "/assets/" + nameOf(icon) + ".svg"
)

func nameOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:6])
}

// pagePolicy lets a page load its own style and icon, and send its forms here;
// nothing else.
const pagePolicy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

func asset(kind string, body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		reply(w, r, answerOf{status: http.StatusOK, kind: kind, body: body, cache: "public, max-age=31536000, immutable"})
	}
}

// templates are the pages by the names of their files, each within the layout.
// They are part of the binary, and a test reads all of them.
var templates = sync.OnceValues(func() (map[string]*template.Template, error) {
	names, err := templateFiles.ReadDir("templates")
	if err != nil {
		return nil, fmt.Errorf("read templates: %w", err)
	}
	all := map[string]*template.Template{}
	for _, n := range names {
		name := strings.TrimSuffix(n.Name(), ".html")
		if name == "layout" {
			continue
		}
		t, err := template.New("layout.html").ParseFS(templateFiles, "templates/layout.html", path.Join("templates", n.Name()))
		if err != nil {
			return nil, fmt.Errorf("read template %s: %w", name, err)
		}
		all[name] = t
	}
	return all, nil
})

// view is what a template sees.
type view struct {
	Lang locales.Lang
	// Org and Contact are who runs the service; "" where settings cannot be read.
	Org, Contact string
	Demo         bool
	Style, Icon  string
	Data         any
	page         page
	origin       string
	pages        []page
}

func (s *Site) render(ctx context.Context, p page, lang locales.Lang, data any) ([]byte, error) {
	v := view{Lang: lang, Demo: s.Demo, Style: stylePath, Icon: iconPath, Data: data, page: p, origin: s.Origin, pages: s.shown()}
	if policy, err := s.Policy(ctx); err == nil { // a page that says what is wrong shows without
		v.Org, v.Contact = policy.Organisation, policy.Contact
	}
	all, err := templates()
	if err != nil {
		return nil, err
	}
	t, there := all[p.file]
	if !there {
		return nil, fmt.Errorf("there is no template %s", p.file)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, v); err != nil {
		return nil, fmt.Errorf("write page %s: %w", p.file, err)
	}
	return b.Bytes(), nil
}

// T is a text in the page's language; pairs are names and values of its fields.
func (v view) T(key locales.Key, pairs ...any) string {
	args := locales.Args{}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return together(v.Lang, locales.Text(v.Lang, key, args))
}

// unbroken are the spaces where French and Lingala lines do not end.
var unbroken = strings.NewReplacer("« ", "«\u00a0", " »", "\u00a0»", " :", "\u00a0:", " ;", "\u00a0;", " ?", "\u00a0?", " !", "\u00a0!")

// together keeps punctuation in the line of its word.
func together(lang locales.Lang, text string) string {
	if lang == locales.EN {
		return text
	}
	return unbroken.Replace(text)
}

// Title and About are those of the page.
func (v view) Title() string { return v.T(v.page.title) }

// About is one sentence about the page.
func (v view) About() string { return v.T(v.page.about) }

// Hidden tells that search engines are asked to leave the page out.
func (v view) Hidden() bool { return v.page.hidden }

// Home tells that this is the first page.
func (v view) Home() bool { return v.page.file == pages[0].file }

// Path is where another page stands in the same language.
func (v view) Path(slug string) string { return pathOf(v.Lang, slug) }

// Has tells whether the site has a page.
func (v view) Has(slug string) bool {
	return slices.ContainsFunc(v.pages, func(p page) bool { return p.slug == slug })
}

// link is one line of a menu.
type link struct {
	Path, Name, Lang string
	Here             bool
}

// Menu are the pages.
func (v view) Menu() []link {
	var all []link
	for _, p := range v.pages {
		if p.menu != "" {
			all = append(all, link{Path: v.Path(p.slug), Name: v.T(p.menu), Here: p.file == v.page.file})
		}
	}
	return all
}

// Langs is the same page in every language; one that is about something wrong
// leads to the first page.
func (v view) Langs() []link {
	var all []link
	for _, lang := range locales.Langs {
		all = append(all, link{Path: pathOf(lang, v.page.slug), Name: lang.Name(), Lang: lang.String(), Here: lang == v.Lang})
	}
	return all
}

// Canonical is the address of the page.
func (v view) Canonical() string { return v.origin + v.Path(v.page.slug) }

// Printed is the address that a page has on paper; "" where nobody knows it, or
// it is about something wrong.
func (v view) Printed() string {
	if v.origin == "" || v.page.file == "problem" {
		return ""
	}
	return v.Canonical()
}

// Alternates are the addresses of the page in every language, for search
// engines; the first page's without a language is for everybody else.
func (v view) Alternates() []link {
	all := v.Langs()
	for i := range all {
		all[i].Path = v.origin + all[i].Path
	}
	if v.page.slug == "" {
		all = append(all, link{Path: v.origin + "/", Lang: "x-default"})
	}
	return all
}
