package browser

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// look is how somebody looks at a page.
type look struct {
	name  string
	width int64   // CSS pixels
	scale float64 // device pixels for each
	phone bool    // shrinks and scrolls as a phone's browser does
	dark  bool
}

// The narrowest phone that people still have, and a desk. zoomed is the desk at
// 200 %, which leaves half of its width.
var (
	narrow     = look{name: "320", width: 320, scale: 1, phone: true}
	narrowDark = look{name: "320-dark", width: 320, scale: 1, phone: true, dark: true}
	wide       = look{name: "1280", width: 1280, scale: 1}
	zoomed     = look{name: "200-percent", width: 640, scale: 2}
)

func (l look) height() int64 {
	if l.phone {
		return 568
	}
	return 800
}

// page is one page in a browser that knows nobody: no cookie, no history.
type page struct {
	t    *testing.T
	ctx  context.Context
	look look
	host string // the only one that may be asked

	mu      sync.Mutex
	faults  []string
	answers []answer
	bytes   map[network.RequestID]int64
	more    chan struct{} // closed at the next answer
}

// answer is what the service answered to one request.
type answer struct {
	id     network.RequestID
	url    string
	kind   network.ResourceType
	mime   string
	status int64
	wait   time.Duration // from the request to the first byte
}

// open shows an address. The test fails when it ends if the page complained.
func (s *site) open(t *testing.T, path string, l look) *page {
	t.Helper()
	p := blank(t, strings.TrimPrefix(s.url, "http://"), l)
	t.Cleanup(func() {
		for _, fault := range p.complaints() {
			t.Errorf("%s at %s: %s", path, l.name, fault)
		}
	})
	p.visit(s.url + path)
	return p
}

// blank opens an empty page that may ask one host.
func blank(t *testing.T, host string, l look) *page {
	t.Helper()
	shared, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	p := &page{t: t, look: l, host: host, bytes: map[network.RequestID]int64{}, more: make(chan struct{})}
	ctx, end := chromedp.NewContext(shared, chromedp.WithNewBrowserContext(), chromedp.WithListener(p.hear))
	p.ctx = ctx
	t.Cleanup(end)
	scheme := "light"
	if l.dark {
		scheme = "dark"
	}
	p.do(
		send(network.Enable, network.EnableParams{}),
		send(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: l.width, Height: l.height(), DeviceScaleFactor: l.scale, Mobile: l.phone,
		}),
		send(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: scheme},
				{Name: "prefers-reduced-motion", Value: "reduce"}, // nothing glides: what is focused is in sight at once
			},
		}),
	)
	return p
}

// send is a command of the browser's protocol whose answer does not matter.
func send[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// do runs steps, each within patience.
func (p *page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	// The first use makes the tab, which lives as long as the context of it.
	if err := chromedp.Do(p.ctx); err != nil {
		p.t.Fatal(err)
	}
	for _, step := range steps {
		ctx, cancel := context.WithTimeout(p.ctx, patience)
		err := chromedp.Do(ctx, step)
		cancel()
		if err != nil {
			p.t.Fatalf("%v; the page said %q", err, p.complaints())
		}
	}
}

// profile is the browser's name for what this page shares with no other.
func (p *page) profile() cdp.BrowserContextID { return chromedp.FromContext(p.ctx).BrowserContextID }

// visit goes to an address and waits until the page is there. The service takes
// each visit for one from another network: it does not let one read all.
func (p *page) visit(address string) {
	p.t.Helper()
	headers := network.Headers{"X-Forwarded-For": anotherAddress()}
	p.do(send(network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: headers}), chromedp.Navigate(address))
}

var addresses atomic.Uint32

// anotherAddress is one that nobody has used yet (RFC 2544 keeps these for tests).
func anotherAddress() string {
	n := addresses.Add(1)
	return fmt.Sprintf("198.18.%d.%d", n>>8&255, n&255)
}

// hear notes what happens. The browser waits for it.
func (p *page) hear(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "assert" || e.Type == "warning" {
			p.complain("console %s: %s", e.Type, spoken(e.Args))
		}
	case *runtime.EventExceptionThrown:
		p.complain("exception: %s", (&chromedp.ExceptionError{ExceptionDetails: e.ExceptionDetails}).Error())
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning || e.Entry.Source == "security" {
			p.complain("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		to, err := url.Parse(e.Request.URL)
		if err != nil || (to.Scheme == "http" || to.Scheme == "https" || to.Scheme == "ws" || to.Scheme == "wss") && to.Host != p.host {
			p.complain("asks another host: %s", e.Request.URL)
		}
	case *network.EventResponseReceived:
		a := answer{id: e.RequestID, url: e.Response.URL, kind: e.Type, mime: e.Response.MimeType, status: e.Response.Status}
		if t := e.Response.Timing; t != nil {
			a.wait = time.Duration((t.ReceiveHeadersStart - t.SendEnd) * float64(time.Millisecond))
		}
		p.answers = append(p.answers, a)
		close(p.more)
		p.more = make(chan struct{})
	case *network.EventLoadingFinished:
		p.bytes[e.RequestID] = int64(e.EncodedDataLength)
	case *cdpage.EventJavascriptDialogOpening:
		p.complain("a dialog that only a mouse or a script closes: %s", e.Message)
	}
}

func (p *page) complain(format string, args ...any) {
	p.faults = append(p.faults, fmt.Sprintf(format, args...))
}

func spoken(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args {
		words = append(words, strings.TrimSpace(string(a.Value)+" "+a.Description))
	}
	return strings.Join(words, " ")
}

// complaints gives what was wrong so far, and forgets it.
func (p *page) complaints() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := p.faults
	p.faults = nil
	return all
}

// expect takes out the one complaint that a test provokes, and fails without.
func (p *page) expect(part string) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, fault := range p.faults {
		if strings.Contains(fault, part) {
			p.faults = slices.Delete(p.faults, i, i+1)
			return
		}
	}
	p.t.Errorf("nothing complained of %q, but of %q", part, p.faults)
}

// eval gives the value of an expression in the page.
func eval[T any](p *page, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%v in\n%.300s", err, expression)
	}
	return v
}

// until waits until an expression is true, also across a change of page.
func (p *page) until(what, expression string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		if err == nil && ok {
			return
		}
		select {
		case <-ctx.Done():
			p.shot("in-vain-" + strings.ReplaceAll(p.t.Name(), "/", "-"))
			p.t.Fatalf("waited in vain for %s (%v); the page shows\n%s", what, errors.Join(err, ctx.Err()), p.text())
		case <-ticker.C:
		}
	}
}

// text is what the page shows.
func (p *page) text() string {
	text, err := chromedp.Run(p.ctx, chromedp.Evaluate[string]("document.body ? document.body.innerText : ''"))
	if err != nil {
		return err.Error()
	}
	return text
}

// shot keeps a picture of the whole page, for people to look at.
func (p *page) shot(name string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(*out, name+"-"+p.look.name+".png"), png, 0o644)
	}
	if err != nil {
		p.t.Errorf("screenshot %s: %v", name, err)
	}
}
