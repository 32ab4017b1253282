package web_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"mboka/bot"
	"mboka/bot/console"
	"mboka/bot/effects"
	"mboka/bot/web"
	"mboka/flows"
	"mboka/flows/flowstest"
	"mboka/flows/registration"
	"mboka/locales"
	"mboka/store"
	"mboka/store/sessions"
	"mboka/store/storetest"
)

// rig is a bot over real stores that talks to an imitated WhatsApp, and the
// pages of the service.
type rig struct {
	t      *testing.T
	bot    *bot.Bot
	redis  *redis.Client
	prefix string
	got    chan bot.Message
	n      int
	pages  *httptest.Server
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, got: make(chan bot.Message, 64), redis: storetest.Redis(t), prefix: storetest.Prefix(t)}
	db := storetest.Postgres(t)
	records := effects.Records{DB: db, Keys: db.Keys()}
	channel := console.New("whatsapp", bot.WhatsAppCapabilities, func(_ string, m bot.Message) { r.got <- m })
	var handler http.Handler
	r.pages = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { handler.ServeHTTP(w, req) }))
	t.Cleanup(r.pages.Close)
	b, err := bot.New(bot.Config{
		Flows:    flowstest.All(),
		Channels: []bot.Channel{channel},
		Sessions: sessions.New(r.redis, sessions.Options{Prefix: r.prefix}),
		Store:    db, Keys: db.Keys(), Policy: store.NewSettings(db, time.Now).Policy,
		Record: records.Record, Facts: flowstest.Answering(records.Facts(), noFact), Effects: records.All(),
		Begins: registration.ID + "." + registration.Adult, PublicURL: r.pages.URL, Tick: 50 * time.Millisecond,
	}, "holder-"+r.prefix)
	if err != nil {
		t.Fatal(err)
	}
	r.bot = b
	handler = web.Handler(web.Options{Pickups: b, Origin: "https://mboka.example"})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return r
}

func (r *rig) write(text string) bot.Message {
	r.t.Helper()
	r.n++
	in := bot.Inbound{Channel: "whatsapp", Address: "whatsapp:+32460000001", Kind: bot.Text, Text: text, ID: fmt.Sprint("SM", r.n)}
	if err := r.bot.Accept(r.t.Context(), in); err != nil {
		r.t.Fatal(err)
	}
	select {
	case m := <-r.got:
		return m
	case <-time.After(15 * time.Second):
		r.t.Fatalf("no reply to %q", text)
		return bot.Message{}
	}
}

// link registers a person who speaks a language and asks for their files.
func (r *rig) link(lang locales.Lang) string {
	r.t.Helper()
	yes, _, _ := strings.Cut(locales.LabelOf(locales.NoticeYes).In(lang), " (")
	for _, text := range []string{"mbote", lang.Name(), yes, "37"} {
		r.write(text)
	}
	return r.export()
}

var links = regexp.MustCompile(`(?m)^http://\S+/export/[a-z2-7]{32}$`)

func (r *rig) export() string {
	r.t.Helper()
	m := r.write("/export")
	found := links.FindString(m.Text)
	if m.Keys[0] != "export_link" || found == "" || m.File != nil {
		r.t.Fatalf("said %v: %s", m.Keys, m.Text)
	}
	return found
}

type answered struct {
	status int
	head   http.Header
	body   string
}

func (r *rig) do(method, link string, form url.Values, head ...string) answered {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, link, strings.NewReader(form.Encode()))
	if err != nil {
		r.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(head); i += 2 {
		req.Header.Set(head[i], head[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	// Of every answer, whatever it is.
	for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Set-Cookie": ""} {
		if got := resp.Header.Get(name); got != want && resp.StatusCode != http.StatusMethodNotAllowed {
			r.t.Errorf("%s %d: %s is %q", method, resp.StatusCode, name, got)
		}
	}
	if csp := resp.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; ") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "script") {
		r.t.Errorf("policy %q", csp)
	}
	return answered{resp.StatusCode, resp.Header, string(body)}
}

func (r *rig) take(link, part string, head ...string) answered {
	r.t.Helper()
	return r.do("POST", link, url.Values{"part": {part}}, head...)
}

func TestLookingTakesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	link := r.link(locales.EN)
	for _, agent := range []string{
		"WhatsApp/2.23.20.0", "facebookexternalhit/1.1", "TelegramBot (like TwitterBot)", "Mozilla/5.0 (Linux; Android 8.1)", "",
	} {
		for _, method := range []string{"GET", "HEAD", "OPTIONS", "PUT", "DELETE"} {
			got := r.do(method, link, nil, "User-Agent", agent)
			want := http.StatusMethodNotAllowed
			if method == "GET" || method == "HEAD" {
				want = http.StatusOK
			}
			if got.status != want {
				t.Errorf("%s by %q: %d", method, agent, got.status)
			}
			if method == "GET" && (strings.Count(got.body, "<button") != 2 || !strings.Contains(got.body, `<form method="post">`)) {
				t.Errorf("%q sees\n%s", agent, got.body)
			}
		}
	}
	if got := r.take(link, "csv"); got.status != http.StatusOK {
		t.Errorf("after all that looking: %d", got.status)
	}
}

// The browser applies the page's style only if its hash is the one allowed.
func TestStyleIsAllowed(t *testing.T) {
	t.Parallel()
	page := httptest.NewRecorder()
	web.Handler(web.Options{Pickups: orphan(t), Origin: "https://mboka.example"}).
		ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/export/x", nil))
	_, rest, _ := strings.Cut(page.Body.String(), "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	want := "style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	if csp := page.Header().Get("Content-Security-Policy"); style == "" || !strings.Contains(csp, want) {
		t.Errorf("%q lacks %q", csp, want)
	}
}

func TestTakingIsOnceForEachFile(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	link := r.link(locales.FR)
	table := r.take(link, "csv", "Sec-Fetch-Site", "same-origin")
	if table.status != http.StatusOK || table.head.Get("Content-Type") != "text/csv; charset=utf-8" || table.head.Get("Content-Disposition") != "attachment; filename=mboka.csv" ||
		!strings.Contains(table.body, "35-44 ans") || !strings.Contains(table.body, "whatsapp:+32460000001") {
		t.Errorf("%d %v\n%s", table.status, table.head, table.body)
	}
	again := r.take(link, "csv")
	if again.status != http.StatusNotFound || strings.Count(again.body, "<button") != 1 || !strings.Contains(again.body, "(JSON)") || strings.Contains(again.body, "whatsapp:") {
		t.Errorf("taken again: %d\n%s", again.status, again.body)
	}
	doc := r.take(link, "json")
	if doc.status != http.StatusOK || doc.head.Get("Content-Type") != "application/json" || !json.Valid([]byte(doc.body)) || !strings.Contains(doc.body, `"35_44"`) {
		t.Errorf("%d %v\n%s", doc.status, doc.head, doc.body)
	}
	for _, method := range []string{"GET", "POST"} {
		if got := r.do(method, link, url.Values{"part": {"json"}}); got.status != http.StatusNotFound || !gone(got.body) {
			t.Errorf("%s when all is taken: %d\n%s", method, got.status, got.body)
		}
	}
}

// gone tells whether a page says in every language that the link is over, and
// nothing else.
func gone(body string) bool {
	for _, lang := range locales.Langs {
		if !strings.Contains(body, `<p lang="`+lang.String()+`">`) {
			return false
		}
	}
	return strings.Contains(body, "ne marche plus") && !strings.Contains(body, "<form")
}

func TestLinksThatLeadNowhere(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	link := r.link(locales.LN)
	base, token := link[:len(link)-32], link[len(link)-32:]
	other := "a"
	if token[0] == 'a' {
		other = "b"
	}
	for _, forged := range []string{
		base + other + token[1:], base + strings.ToUpper(token), base + token + "a", base + token[1:], base + "%00" + token[1:], base + "..%2f" + token, base + strings.Repeat("a", 4000),
	} {
		for _, method := range []string{"GET", "POST"} {
			if got := r.do(method, forged, url.Values{"part": {"csv"}}); got.status != http.StatusNotFound || !gone(got.body) {
				t.Errorf("%s %s: %d", method, forged[len(base):][:8], got.status)
			}
		}
	}
	for part, want := range map[string]int{"": 404, "cover": 404, "taken": 404, "CSV": 404, "../csv": 404, strings.Repeat("x", 2000): 400} {
		got := r.take(link, part)
		if got.status != want || strings.Count(got.body, "<button") != 2 {
			t.Errorf("part %.10q: %d\n%s", part, got.status, got.body)
		}
	}
	if got := r.do("POST", link+"?part=csv", nil); got.status != http.StatusNotFound {
		t.Errorf("the part in the address: %d", got.status)
	}
	if got := r.do("GET", link, nil); !strings.Contains(got.body, `<html lang="ln">`) || !strings.Contains(got.body, "Bofina") || !strings.Contains(got.body, "tableur") {
		t.Errorf("not in the person's language:\n%s", got.body)
	}
}

// Another site cannot make a browser take the file; a proxy that hides our name
// and a browser that tells nothing are no other site.
func TestOtherSitesTakeNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	link := r.link(locales.FR)
	for _, head := range [][]string{
		{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"},
	} {
		if got := r.take(link, "csv", head...); got.status != http.StatusForbidden || !gone(got.body) {
			t.Errorf("%v: %d", head, got.status)
		}
	}
	if got := r.take(link, "csv", "Origin", "https://mboka.example"); got.status != http.StatusOK {
		t.Errorf("behind a proxy: %d", got.status)
	}
	if got := r.take(link, "json"); got.status != http.StatusOK {
		t.Errorf("an old browser: %d", got.status)
	}
}

// A link ends with its time, with a newer one, and with the person's data.
func TestLinksEnd(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first := r.link(locales.FR)
	second := r.export()
	if got := r.do("GET", first, nil); first == second || got.status != http.StatusNotFound {
		t.Errorf("the first beside a second: %d", got.status)
	}
	key := r.key()
	if ttl := r.redis.PTTL(t.Context(), key).Val(); ttl <= 14*time.Minute || ttl > 15*time.Minute {
		t.Errorf("it lasts %v", ttl)
	}
	if strings.Contains(key, second[len(second)-32:]) {
		t.Error("the key is the secret")
	}
	r.redis.PExpire(t.Context(), key, time.Millisecond)
	for deadline := time.Now().Add(10 * time.Second); r.do("GET", second, nil).status != http.StatusNotFound; {
		if time.Now().After(deadline) {
			t.Fatal("it works after its time")
		}
	}
	if got := r.take(second, "csv"); got.status != http.StatusNotFound {
		t.Errorf("taken after its time: %d", got.status)
	}
	third := r.export()
	r.write("/erase")
	r.write(locales.LabelOf(locales.EraseYes).In(locales.FR))
	if got := r.take(third, "csv"); got.status != http.StatusNotFound || r.key() != "" {
		t.Errorf("taken after erasing: %d", got.status)
	}
}

// key is the Redis key of the one pickup there is.
func (r *rig) key() string {
	keys := r.redis.Keys(r.t.Context(), r.prefix+":*:f:*").Val()
	if len(keys) != 1 {
		return ""
	}
	return keys[0]
}

// Without Redis the visitor is asked to come back, not told that it is over.
func TestPickupWithoutRedis(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	link := r.link(locales.FR)
	gone := httptest.NewServer(web.Handler(web.Options{Pickups: orphan(t), Origin: "https://mboka.example"}))
	t.Cleanup(gone.Close)
	link = gone.URL + link[len(r.pages.URL):]
	for _, method := range []string{"GET", "POST"} {
		if got := r.do(method, link, url.Values{"part": {"csv"}}); got.status != http.StatusServiceUnavailable || !strings.Contains(got.body, "minute") {
			t.Errorf("%s: %d\n%s", method, got.status, got.body)
		}
	}
}

// orphan is a bot whose Redis is not there.
func orphan(t *testing.T) *bot.Bot {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1, DialerRetries: 1})
	t.Cleanup(func() { client.Close() })
	records := effects.Records{Keys: storetest.Keys(t)}
	b, err := bot.New(bot.Config{
		Flows:    flowstest.All(),
		Sessions: sessions.New(client, sessions.Options{}), Keys: records.Keys, Facts: flowstest.Answering(records.Facts(), noFact),
	}, "orphan")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// noFact looks nothing up.
func noFact(context.Context, bot.Looking) (flows.Fact, error) { return flows.Fact{}, nil }
