package browser

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"mboka/locales"
)

// TestPublic goes through all public pages as every sort of visitor.
func TestPublic(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	pages := s.pages(t)
	r := newReport(pages)
	t.Run("looks", func(t *testing.T) {
		for _, lang := range locales.Langs {
			of := pages[lang.String()]
			for _, l := range []look{narrow, narrowDark, wide} {
				t.Run(lang.String()+"/"+l.name, func(t *testing.T) {
					t.Parallel()
					p := s.open(t, of[0].path, l)
					for _, f := range of {
						s.visitor(t, p, f, r)
					}
					s.lost(t, p, lang)
				})
			}
			t.Run(lang.String()+"/large", func(t *testing.T) {
				t.Parallel()
				s.readers(t, of)
			})
		}
	})
	for _, lang := range locales.Langs {
		for _, f := range pages[lang.String()] {
			r.rows[f.path].again = s.again(t, f)
		}
	}
	r.write(t)
}

// pages finds all pages by language and looks at what can be told without a
// browser.
func (s *site) pages(t *testing.T) map[string][]found {
	t.Helper()
	pages, titles := map[string][]found{}, map[string]string{}
	for _, f := range s.crawl(t) {
		for _, address := range f.others {
			if err := mayLeadTo(address); err != nil {
				t.Errorf("%s: %v", f.path, err)
			}
		}
		if !f.page() {
			continue
		}
		if f.path == "/" { // stands under the address of its language too
			continue
		}
		if other, twice := titles[f.lang+f.title]; f.title == "" || twice && !strings.Contains(f.path+other, "?") {
			t.Errorf("%s has the title %q, as %s has", f.path, f.title, other)
		}
		titles[f.lang+f.title] = f.path
		if strings.Contains(f.body, "<script") {
			t.Errorf("%s has a script", f.path)
		}
		pages[f.lang] = append(pages[f.lang], f)
	}
	for _, lang := range locales.Langs {
		if n := len(pages[lang.String()]); n == 0 || n != len(pages[locales.FR.String()]) {
			t.Errorf("%d pages in %s, %d in French", n, lang, len(pages[locales.FR.String()]))
		}
	}
	if t.Failed() && len(pages) < len(locales.Langs) {
		t.FailNow()
	}
	return pages
}

// maxWeight is what a first view may weigh without its pictures, as it comes
// over the line: 60 KB take 10 s on a bad mobile network of 50 kbit/s.
const maxWeight = 60 << 10

// visitor looks at one page.
func (s *site) visitor(t *testing.T, p *page, f found, r *report) {
	t.Helper()
	p.fresh()
	p.visit(s.url + f.path)
	if got := eval[string](p, "document.documentElement.lang"); got != f.lang {
		t.Errorf("%s is in %q, linked as %s", f.path, got, f.lang)
	}
	if n := eval[int](p, "document.querySelectorAll('h1').length"); n != 1 {
		t.Errorf("%s has %d main headings", f.path, n)
	}
	p.shot(f.lang + "-" + f.name())
	if p.look.dark {
		p.check(f.path)
		return
	}
	p.examine(f.path, skipLink)
	if p.look != narrow {
		return
	}
	if n := p.cookies(); n > 0 {
		t.Errorf("%s left %d cookies", f.path, n)
	}
	page, pictures := p.weight()
	r.weigh(f, page, pictures)
	if page > maxWeight {
		t.Errorf("%s weighs %d bytes without pictures, %d is the most", f.path, page, maxWeight)
	}
}

// lost comes to a page that is not there.
func (s *site) lost(t *testing.T, p *page, lang locales.Lang) {
	t.Helper()
	p.visit(s.url + "/" + lang.String() + "/nowhere")
	p.expect("404")
	p.shot(lang.String() + "-nowhere")
	p.examine("a page that is not there", skipLink)
}

// readers look at the pages at 200 %, with letters of twice the size, and on
// paper.
func (s *site) readers(t *testing.T, of []found) {
	p := s.open(t, of[0].path, zoomed)
	for _, f := range of {
		p.visit(s.url + f.path)
		if wide := p.sideways(); wide != "" {
			t.Errorf("%s at 200 %%: %s", f.path, wide)
		}
		p.enlarge()
		if wide := p.sideways(); wide != "" {
			t.Errorf("%s with large letters: %s", f.path, wide)
		}
		if cut := p.cutOff(); len(cut) > 0 {
			t.Errorf("%s with large letters: cut off: %q", f.path, cut)
		}
		p.shot("large-" + f.lang + "-" + f.name())
		p.visit(s.url + f.path)
		p.print(f)
	}
}

// maxSheets bounds what a page takes on paper.
const maxSheets = 12

// print keeps the page as it comes out of a printer.
func (p *page) print(f found) {
	p.t.Helper()
	p.do(send(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}))
	if shown := eval[string](p, `[...document.querySelectorAll("nav, form, button")].filter(e => e.checkVisibility()).map(e => e.tagName).join()`); shown != "" {
		p.t.Errorf("%s prints what nobody can tap: %s", f.path, shown)
	}
	for _, found := range p.findings() {
		if found.ID == "color-contrast" {
			p.t.Errorf("%s on paper: %s", f.path, found)
		}
	}
	var pdf []byte
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		got, err := cdp.Call(ctx, t, cdpage.PrintToPDF, cdpage.PrintToPDFParams{PaperWidth: 8.27, PaperHeight: 11.69})
		pdf = got.Data
		return err
	}), send(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{}))
	if sheets := strings.Count(string(pdf), "/Type /Page\n") + strings.Count(string(pdf), "/Type /Page "); sheets < 1 || sheets > maxSheets {
		p.t.Errorf("%s takes %d sheets of paper", f.path, sheets)
	}
	if err := os.WriteFile(filepath.Join(*out, "print-"+f.lang+"-"+f.name()+".pdf"), pdf, 0o644); err != nil {
		p.t.Error(err)
	}
}

// cookies counts what the service left in the browser.
func (p *page) cookies() int {
	p.t.Helper()
	n := 0
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		got, err := cdp.Call(ctx, t, network.GetCookies, network.GetCookiesParams{})
		n = len(got.Cookies)
		return err
	}))
	return n + eval[int](p, "localStorage.length + sessionStorage.length")
}
