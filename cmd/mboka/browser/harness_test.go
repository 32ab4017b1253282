package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// bad is a page with everything wrong that the other tests look for: a judge
// that lets it pass would let all pass.
const bad = `<!doctype html><html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>x</title>
<style>a:focus{outline:none} .wide{width:500px} .cover{position:fixed;top:0;left:0;width:100%;height:80px;background:#fff}</style>
<body><p style="color:#bbb">too pale to read</p><a href="#">plain</a> <a href="/" tabindex="3">first</a>
<p><a href="#">low</a></p><p class="wide" id="there">wide</p><img src="http://127.0.0.2/elsewhere.png"><div class="cover"></div>
<script>console.error("loud"); setTimeout(() => { throw new Error("thrown") })</script></body></html>`

func badPage(t *testing.T, policy string) *page {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		if policy != "" {
			w.Header().Set("Content-Security-Policy", policy)
		}
		fmt.Fprint(w, bad)
	}))
	t.Cleanup(server.Close)
	p := blank(t, strings.TrimPrefix(server.URL, "http://"), narrow)
	p.visit(server.URL)
	return p
}

func TestWhatIsWrongIsHeard(t *testing.T) {
	t.Parallel()
	p := badPage(t, "")
	p.expect("console error: \"loud\"")
	p.expect("Error: thrown")
	p.expect("asks another host: http://127.0.0.2/elsewhere.png")
	strict := badPage(t, "default-src 'none'")
	strict.expect("Content Security Policy")
	strict.visit("http://" + strict.host + "/nowhere")
	strict.expect("404")
}

func TestWhatIsWrongIsSeen(t *testing.T) {
	t.Parallel()
	p := badPage(t, "")
	found := map[string]bool{}
	for _, f := range p.findings() {
		found[f.ID] = f.grave()
	}
	for _, rule := range []string{"color-contrast", "html-has-lang", "image-alt"} {
		if !found[rule] {
			t.Errorf("%s was not found, only %v", rule, found)
		}
	}
	all := strings.Join(append(append(p.walk(), p.skips()...), p.small()...), "\n")
	for _, want := range []string{"a thumb misses", "nothing shows that the focus", "something covers", "Tab goes through", "the first stop is"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q was not found, only\n%s", want, all)
		}
	}
	if p.sideways() == "" {
		t.Error("a page wider than the screen was not found")
	}
}

// A page that is right must be found so: a judge that refuses everything proves
// nothing either.
func TestWhatIsRightPasses(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<!doctype html><html lang="fr"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Mboka</title><link rel="icon" href="data:,"><style>a,input{display:inline-block;padding:12px;min-height:44px;min-width:44px}</style>
<body><a href="#main">Aller au contenu</a><header><nav aria-label="pages"><a href="/">Accueil</a></nav></header>
<main id="main" tabindex="-1"><h1>Mboka</h1><p>Bonjour <a href="/">à tous</a> <input aria-label="nom"></p></main></body></html>`)
	}))
	t.Cleanup(server.Close)
	p := blank(t, strings.TrimPrefix(server.URL, "http://"), narrow)
	p.visit(server.URL)
	if faults := append(append(append(p.walk(), p.skips()...), p.small()...), p.complaints()...); len(faults) > 0 || p.sideways() != "" {
		t.Errorf("%q %q", faults, p.sideways())
	}
	for _, f := range p.findings() {
		if f.grave() {
			t.Error(f)
		}
	}
	p.reach("input")
	p.back()
	p.until("the focus on the link before", `document.activeElement.innerText === "à tous"`)
	p.press(kb.Tab, "m", "b", kb.Backspace, "p")
	p.until("what was written", `document.querySelector("input").value === "mp"`)
	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("input").value = ""`))
	p.write("Ngɔmbɛ 2")
	p.until("what was written", `document.querySelector("input").value === "Ngɔmbɛ 2"`)
}
