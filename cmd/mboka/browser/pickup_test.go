package browser

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp/kb"

	"mboka/locales"
)

var pickupLink = regexp.MustCompile(`http://\S+(/export/[a-z2-7]{32})`)

// ownFiles registers a person on WhatsApp and asks for their files: the path
// of the page where they wait.
func (s *site) ownFiles(t *testing.T, address string, lang locales.Lang) string {
	t.Helper()
	yes, _, _ := strings.Cut(locales.LabelOf(locales.NoticeYes).In(lang), " (")
	for i, text := range []string{"mbote", lang.Name(), yes, "37", "/export"} {
		if status := s.twilio.Text(address, text); status != http.StatusOK {
			t.Fatalf("%q was answered %d", text, status)
		}
		got := s.twilio.Wait(t.Context(), address, i+1)
		if found := pickupLink.FindStringSubmatch(got[len(got)-1].Body); found != nil {
			return found[1]
		}
	}
	t.Fatalf("no link among %v", s.twilio.Messages(address))
	return ""
}

// TestOwnFiles takes a person's own files with the keyboard alone.
func TestOwnFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i, lang := range locales.Langs {
		t.Run(lang.String(), func(t *testing.T) {
			t.Parallel()
			path := s.ownFiles(t, "whatsapp:+3246000010"+string(rune('0'+i)), lang)
			for _, l := range []look{narrow, narrowDark, wide, zoomed} {
				p := s.open(t, path, l)
				if got := eval[string](p, "document.documentElement.lang"); got != lang.String() {
					t.Errorf("the page says that it is in %q", got)
				}
				p.shot("pickup-" + lang.String())
				p.examine(path, walkOnly)
				p.enlarge()
				if wide := p.sideways(); wide != "" {
					t.Errorf("with large letters: %s", wide)
				}
			}
			p := s.open(t, path, narrow)
			p.do(send(browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: t.TempDir(), BrowserContextID: p.profile()}))
			p.reach("button[value=csv]")
			p.press(kb.Enter)
			p.served("/export/", "text/csv")
			p.visit(s.url + path)
			if left := eval[int](p, "document.querySelectorAll('button').length"); left != 1 {
				t.Errorf("%d buttons are left", left)
			}
			p.reach("button[value=json]")
			p.press(" ")
			p.served("/export/", "application/json")
			p.visit(s.url + path)
			p.expect("404")
			p.shot("pickup-gone-" + lang.String())
			p.examine("a link that is over", nothingToReach)
		})
	}
}

// served waits until a request was answered with a file of a kind.
func (p *page) served(path, kind string) {
	p.t.Helper()
	for deadline := time.After(patience); ; {
		p.mu.Lock()
		for _, a := range p.answers {
			if strings.Contains(a.url, path) && strings.HasPrefix(a.mime, kind) && a.status == http.StatusOK {
				p.mu.Unlock()
				return
			}
		}
		more := p.more
		p.mu.Unlock()
		select {
		case <-more:
		case <-deadline:
			p.t.Fatalf("no file of the kind %s came", kind)
		}
	}
}
