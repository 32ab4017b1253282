package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"mboka/bot"
	"mboka/bot/console"
	"mboka/bot/web"
	"mboka/locales"
	"mboka/store"
)

// bench is the simulator's page over phones that nobody answers.
type bench struct {
	t      *testing.T
	phones *console.Phones
	of     map[string]*console.Channel
	pages  *httptest.Server

	mu    sync.Mutex
	got   []bot.Inbound
	ahead time.Duration
	fails bool
	n     int
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, of: make(map[string]*console.Channel)}
	b.phones = console.NewPhones(b.clock, b.id)
	sim := &web.Simulator{
		Phones: b.phones, Clock: b.clock, Most: 48 * time.Hour, Run: "run1", ID: b.id, Logger: slog.New(slog.DiscardHandler),
		Accept: func(_ context.Context, in bot.Inbound) error {
			b.mu.Lock()
			defer b.mu.Unlock()
			if b.fails {
				return errors.New("no Redis")
			}
			b.got = append(b.got, in)
			return nil
		},
		Begin: func(channel, person string) error {
			c := console.Chat{Channel: channel, Person: person, Address: "address-" + b.id()}
			if channel == "whatsapp" {
				c.Number = "+32460000000"
			}
			b.phones.Begin(c)
			return nil
		},
		Invite: func(_ context.Context, role store.Role, org store.Organisation) (string, error) {
			if role != store.Official || org != store.Ministry {
				return "", fmt.Errorf("asked for %s of %s", role, org)
			}
			return "ABCDEFGHJKLM", nil
		},
		Forward: func(_ context.Context, d time.Duration) error {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.ahead += d
			return nil
		},
		Ahead: func() time.Duration { b.mu.Lock(); defer b.mu.Unlock(); return b.ahead },
	}
	for name, caps := range map[string]bot.Capabilities{"telegram": bot.TelegramCapabilities, "whatsapp": bot.WhatsAppCapabilities} {
		b.of[name] = console.New(name, caps, func(string, bot.Message) {})
		b.phones.Watch(b.of[name])
		for _, person := range web.People() {
			if err := sim.Begin(name, person); err != nil {
				t.Fatal(err)
			}
		}
	}
	b.pages = httptest.NewUnstartedServer(nil)
	b.pages.Config = web.Server(web.Handler(web.Options{Simulator: sim}))
	b.pages.Start()
	t.Cleanup(b.pages.Close)
	return b
}

func (b *bench) clock() time.Time { return time.Unix(1_000_000_000, 0) }

func (b *bench) id() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.n++
	return fmt.Sprint("id", b.n)
}

func (b *bench) last() bot.Inbound {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.got) == 0 {
		b.t.Fatal("nothing arrived")
	}
	return b.got[len(b.got)-1]
}

func (b *bench) post(path, body string, head ...string) (int, string) {
	b.t.Helper()
	return b.do("POST", path, body, append([]string{"Content-Type", "application/json"}, head...)...)
}

func (b *bench) do(method, path, body string, head ...string) (int, string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.pages.URL+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i+1 < len(head); i += 2 {
		if req.Header.Set(head[i], head[i+1]); head[i] == "Host" {
			req.Host = head[i+1]
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	all, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp.StatusCode, string(all)
}

func TestWithoutSimulatorThereIsNoPage(t *testing.T) {
	t.Parallel()
	h := web.Handler(web.Options{})
	for _, path := range []string{"/chat", "/chat/events", "/chat/assets/chat.js", "/chat/transcript"} {
		got := httptest.NewRecorder()
		h.ServeHTTP(got, httptest.NewRequest(http.MethodGet, "http://127.0.0.1"+path, nil))
		if got.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
	got := httptest.NewRecorder()
	h.ServeHTTP(got, httptest.NewRequest(http.MethodPost, "http://127.0.0.1/chat/say", nil))
	if got.Code != http.StatusNotFound {
		t.Errorf("say: %d", got.Code)
	}
}

var (
	inlined = regexp.MustCompile(`(?i)<style|<script[^>]*>[^<]|\sstyle=|\son[a-z]+=|javascript:`)
	loaded  = regexp.MustCompile(`(?:href|src|from)[= ]"(/chat/assets/|\./)([^"]+)"`)
)

// The page's policy lets nothing run or look that stands in the page itself.
func TestSimulatorPageKeepsToItsPolicy(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, lang := range locales.Langs {
		resp, err := http.Get(b.pages.URL + "/chat?lang=" + lang.String())
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if csp := resp.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; script-src 'self'; ") || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "connect-src 'self'") {
			t.Errorf("policy %q", csp)
		}
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Cache-Control") != "no-store" || resp.Header.Get("Set-Cookie") != "" {
			t.Errorf("%d %v", resp.StatusCode, resp.Header)
		}
		if !strings.Contains(string(body), `<html lang="`+lang.String()+`">`) || !strings.Contains(string(body), locales.Text(lang, locales.SimPerson, nil)) {
			t.Errorf("not in %s", lang)
		}
		if found := inlined.FindString(string(body)); found != "" {
			t.Errorf("inline: %q", found)
		}
		seen := map[string]bool{}
		if b.loads(string(body), seen); len(seen) < 8 {
			t.Errorf("only %v is loaded", seen)
		}
	}
}

// loads follows what a page or a script loads.
func (b *bench) loads(text string, seen map[string]bool) {
	b.t.Helper()
	for _, m := range loaded.FindAllStringSubmatch(text, -1) {
		if seen[m[2]] {
			continue
		}
		seen[m[2]] = true
		status, body := b.do("GET", "/chat/assets/"+m[2], "")
		if status != http.StatusOK || len(body) == 0 {
			b.t.Errorf("%s: %d", m[2], status)
		}
		b.loads(body, seen)
	}
}

func TestWhatIsNoAssetIsNotThere(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, name := range []string{"page.html", "..%2fsimulator.go", "%2e%2e%2fweb.go", "nothing.js"} {
		if status, _ := b.do("GET", "/chat/assets/"+name, ""); status != http.StatusNotFound {
			t.Errorf("%s: %d", name, status)
		}
	}
}

func TestWhatIsDoneArrivesAsFromThePlatform(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tg, _ := b.phones.Find("telegram", "newcomer")
	wa, _ := b.phones.Find("whatsapp", "newcomer")
	question := bot.Message{Text: "q", Layout: bot.Buttons, Choices: []bot.Choice{{Payload: "run.step.yes", Label: "Oui"}}}
	for _, c := range []console.Chat{tg, wa} {
		if _, err := b.of[c.Channel].Send(t.Context(), c.Address, question); err != nil {
			t.Fatal(err)
		}
	}
	for _, one := range []struct {
		path, body string
		want       bot.Inbound
	}{
		{"say", `{"phone":"telegram","person":"newcomer","lang":"ln","text":" mbote "}`, bot.Inbound{Channel: "telegram", Address: tg.Address, Kind: bot.Text, Text: "mbote", Language: "ln"}},
		{"say", `{"phone":"whatsapp","person":"newcomer","lang":"ln","text":"mbote"}`, bot.Inbound{Channel: "whatsapp", Address: wa.Address, Kind: bot.Text, Text: "mbote", Phone: "+32460000000"}},
		{"tap", `{"phone":"telegram","person":"newcomer","lang":"fr","message":"1","payload":"run.step.yes"}`, bot.Inbound{Channel: "telegram", Address: tg.Address, Kind: bot.Tap, Payload: "run.step.yes", Source: "1", Language: "fr"}},
		{"tap", `{"phone":"whatsapp","person":"newcomer","lang":"fr","message":"1","payload":"run.step.yes"}`, bot.Inbound{Channel: "whatsapp", Address: wa.Address, Kind: bot.Tap, Text: "Oui", Payload: "run.step.yes", Source: "1", Phone: "+32460000000"}},
		{"send", `{"phone":"telegram","person":"newcomer","lang":"en","kind":"voice"}`, bot.Inbound{Channel: "telegram", Address: tg.Address, Kind: bot.Voice, Language: "en"}},
	} {
		if status, body := b.post("/chat/"+one.path, one.body); status != http.StatusOK {
			t.Fatalf("%s: %d %s", one.body, status, body)
		}
		got := b.last()
		one.want.ID = got.ID
		if fmt.Sprint(got) != fmt.Sprint(one.want) || got.ID == "" {
			t.Errorf("%s\n got  %+v\n want %+v", one.body, got, one.want)
		}
	}
	official, _ := b.phones.Find("whatsapp", "official")
	if status, body := b.post("/chat/join", `{"phone":"whatsapp","person":"official","lang":"en"}`); status != http.StatusOK {
		t.Fatal(status, body)
	}
	if got := b.last(); got.Text != "join ABCD-EFGH-JKLM" || got.Address != official.Address {
		t.Errorf("%+v", got)
	}
}

func TestWhatCannotBeDoneIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	long := strings.Repeat("a", 4097)
	for _, one := range []struct {
		path, body string
		want       int
	}{
		{"say", `{"phone":"telegram","person":"newcomer","text":"  "}`, 400},
		{"say", `{"phone":"telegram","person":"newcomer","text":"` + long + `"}`, 400},
		{"say", `{"phone":"telegram","person":"newcomer","text":"` + strings.Repeat("a", 70_000) + `"}`, 413},
		{"say", `{"phone":"telegram","person":"nobody","text":"mbote"}`, 404},
		{"say", `{"phone":"signal","person":"newcomer","text":"mbote"}`, 404},
		{"say", `{"phone":"telegram","person":"newcomer","text":"mbote","role":"admin"}`, 400},
		{"say", `phone=telegram`, 400},
		{"tap", `{"phone":"telegram","person":"newcomer","message":"1","payload":"run.step.yes"}`, 409},
		{"tap", `{"phone":"telegram","person":"nobody","message":"1","payload":"run.step.yes"}`, 404},
		{"send", `{"phone":"telegram","person":"newcomer","kind":"blocked"}`, 400},
		{"send", `{"phone":"telegram","person":"newcomer","kind":"notice"}`, 400},
		{"join", `{"phone":"telegram","person":"newcomer"}`, 400},
		{"join", `{"phone":"signal","person":"official"}`, 404},
		{"new", `{"phone":"telegram","person":"nobody"}`, 404},
		{"forward", `{"hours":0}`, 400},
		{"forward", `{"hours":-5}`, 400},
		{"forward", `{"hours":49}`, 400},
		{"forward", `{"hours":9223372036854775807}`, 400},
	} {
		if status, body := b.post("/chat/"+one.path, one.body); status != one.want || !strings.Contains(body, `"error"`) {
			t.Errorf("%s %.80s: %d %s, not %d", one.path, one.body, status, body, one.want)
		}
	}
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded"} {
		if status, _ := b.do("POST", "/chat/say", `{"phone":"telegram","person":"newcomer","text":"mbote"}`, "Content-Type", kind); status != http.StatusUnsupportedMediaType {
			t.Errorf("%q: %d", kind, status)
		}
	}
	if len(b.got) > 0 {
		t.Errorf("arrived: %+v", b.got)
	}
	b.fails = true
	if status, body := b.post("/chat/say", `{"phone":"telegram","person":"newcomer","text":"mbote"}`); status != http.StatusServiceUnavailable || strings.Contains(body, "Redis") {
		t.Errorf("%d %s", status, body)
	}
}

// Another site must not write for the people here, nor read what they write, not
// even by a name of its own that leads to this machine.
func TestOtherSitesDoNothingOnThePhones(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	body := `{"phone":"telegram","person":"newcomer","text":"mbote"}`
	for _, head := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}} {
		if status, _ := b.post("/chat/say", body, head...); status != http.StatusForbidden {
			t.Errorf("%v: %d", head, status)
		}
	}
	for _, host := range []string{"evil.example", "evil.example:80", "127.0.0.1.evil.example", "192.0.2.1:80"} {
		if status, _ := b.post("/chat/say", body, "Host", host); status != http.StatusMisdirectedRequest {
			t.Errorf("%s: %d", host, status)
		}
		if status, _ := b.do("GET", "/chat/events", "", "Host", host); status != http.StatusMisdirectedRequest {
			t.Errorf("%s reads: %d", host, status)
		}
	}
	if len(b.got) > 0 {
		t.Errorf("arrived: %+v", b.got)
	}
	for _, host := range []string{"localhost:8080", "127.0.0.1", "[::1]:8080"} {
		if status, _ := b.post("/chat/say", body, "Host", host, "Sec-Fetch-Site", "same-origin"); status != http.StatusOK {
			t.Errorf("%s: %d", host, status)
		}
	}
}

func TestFilesAndPicturesOfMessages(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	c, _ := b.phones.Find("telegram", "newcomer")
	for _, m := range []bot.Message{
		{Text: "chart", Picture: &bot.Image{Name: "f.png", Data: []byte("png")}},
		{Text: "yours", File: &bot.File{Name: "<x>.html", Type: "text/html", Data: []byte("<script>")}},
	} {
		if _, err := b.of["telegram"].Send(t.Context(), c.Address, m); err != nil {
			t.Fatal(err)
		}
	}
	changes, _ := b.phones.Since(0)
	for _, change := range changes {
		if change.Bubble == nil {
			continue
		}
		m, want := change.Bubble.Picture, "png"
		if m == nil {
			m, want = change.Bubble.File, "<script>"
		}
		resp, err := http.Get(b.pages.URL + "/chat/media/" + m.Name)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if string(body) != want || (change.Bubble.File != nil) != strings.HasPrefix(resp.Header.Get("Content-Disposition"), "attachment;") || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%q %v", body, resp.Header)
		}
	}
	if status, _ := b.do("GET", "/chat/media/other", ""); status != http.StatusNotFound {
		t.Errorf("another: %d", status)
	}
}

func TestClockAndSomebodyNewAndTranscript(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if status, body := b.post("/chat/forward", `{"hours":24}`); status != http.StatusOK || !strings.Contains(body, `"ahead":24`) {
		t.Errorf("%d %s", status, body)
	}
	if status, _ := b.post("/chat/forward", `{"hours":25}`); status != http.StatusBadRequest {
		t.Errorf("beyond the most: %d", status)
	}
	before, _ := b.phones.Find("whatsapp", "newcomer")
	b.post("/chat/say", `{"phone":"whatsapp","person":"newcomer","text":"mbote  \n na bino"}`)
	if status, body := b.do("GET", "/chat/transcript?phone=whatsapp&person=newcomer&lang=ln", ""); status != http.StatusOK || body != "# Recorded in the simulator as whatsapp, the page in ln, on 2001-09-09.\n" {
		t.Errorf("%d %q", status, body) // nothing is answered yet
	}
	if status, body := b.post("/chat/new", `{"phone":"whatsapp","person":"newcomer"}`); status != http.StatusOK {
		t.Errorf("%d %s", status, body)
	}
	if after, _ := b.phones.Find("whatsapp", "newcomer"); after.Round != 1 || after.Address == before.Address {
		t.Errorf("%+v is not new after %+v", after, before)
	}
	if status, _ := b.do("GET", "/chat/transcript?phone=whatsapp&person=nobody", ""); status != http.StatusNotFound {
		t.Errorf("of nobody: %d", status)
	}
}
