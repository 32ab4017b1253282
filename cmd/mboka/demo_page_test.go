package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mboka/bot/console"
	"mboka/locales"
)

// simulator is a demo that runs, and what a browser knows of its phones.
type simulator struct {
	t    *testing.T
	url  string
	lang locales.Lang

	mu    sync.Mutex
	chats map[string][]console.Bubble // by phone and person, in their order
	clock time.Time
	grown *sync.Cond
}

var pageAddress = regexp.MustCompile(`http://127\.0\.0\.1:\d+/chat`)

// startDemo runs a demo until the test ends, and listens to its phones.
func startDemo(t *testing.T, args ...string) *simulator {
	t.Helper()
	dir := openFolder(t)
	ctx, stop := context.WithCancel(context.Background())
	read, write := io.Pipe()
	var errs bytes.Buffer
	done := make(chan int, 1)
	go func() {
		code := run(ctx, append([]string{"demo", "--dir", dir, "--no-browser"}, args...), nil, strings.NewReader(""), write, &errs)
		write.Close()
		done <- code
	}()
	s := &simulator{t: t, lang: locales.FR, chats: make(map[string][]console.Bubble)}
	s.grown = sync.NewCond(&s.mu)
	lines := bufio.NewScanner(read)
	for s.url == "" && lines.Scan() {
		s.url = pageAddress.FindString(lines.Text())
	}
	go func() { _, _ = io.Copy(io.Discard, read) }()
	t.Cleanup(func() {
		stop()
		if code := <-done; code != exitOK {
			t.Errorf("the demo ended with %d:\n%s", code, errs.String())
		}
	})
	if s.url == "" {
		stop()
		t.Fatal("no address of the page was printed")
	}
	streamed := make(chan struct{})
	go func() { defer close(streamed); s.listen(ctx) }()
	t.Cleanup(func() { stop(); <-streamed })
	return s
}

// openFolder is one in which a server of another user may have its files.
func openFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "mboka-demo")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil { // the server runs as another user for root
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// listen follows the stream of the page.
func (s *simulator) listen(ctx context.Context) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/events", nil)
	if err != nil {
		return
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var got struct {
			Phone, Person string
			Bubble        *console.Bubble
			Now           time.Time
		}
		if err := json.Unmarshal([]byte(data), &got); err != nil {
			return
		}
		s.mu.Lock()
		if !got.Now.IsZero() {
			s.clock = got.Now
		}
		if b := got.Bubble; b != nil {
			key := got.Phone + "/" + got.Person
			all := slices.DeleteFunc(s.chats[key], func(o console.Bubble) bool { return o.Number == b.Number })
			all = append(all, *b)
			slices.SortFunc(all, func(a, b console.Bubble) int { return a.Number - b.Number })
			s.chats[key] = all
		}
		s.grown.Broadcast()
		s.mu.Unlock()
	}
}

// waits gives the first message of the service on a phone that is as asked for.
func (s *simulator) waits(phone, person, what string, ok func(all []console.Bubble) bool) []console.Bubble {
	s.t.Helper()
	deadline := time.Now().Add(patience)
	timer := time.AfterFunc(patience, s.grown.Broadcast)
	defer timer.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		all := s.chats[phone+"/"+person]
		if ok(all) {
			return slices.Clone(all)
		}
		if time.Now().After(deadline) {
			var shown strings.Builder
			for _, b := range all {
				fmt.Fprintf(&shown, "%v %q %v %v\n", b.Mine, b.Text, b.Rows, b.List)
			}
			s.t.Fatalf("waited in vain for %s on the phone of %s:\n%s", what, person, shown.String())
		}
		s.grown.Wait()
	}
}

// shown waits until the newest message holds a text.
func (s *simulator) shown(phone, person, text string) console.Bubble {
	s.t.Helper()
	all := s.waits(phone, person, text, func(all []console.Bubble) bool {
		return len(all) > 0 && !all[len(all)-1].Mine && strings.Contains(all[len(all)-1].Text, text)
	})
	return all[len(all)-1]
}

func (s *simulator) post(path string, body map[string]any) {
	s.t.Helper()
	body["lang"] = s.lang.String()
	raw, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := http.Post(s.url+path, "application/json", bytes.NewReader(raw))
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	if answer, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK {
		s.t.Fatalf("%s %s: %d %s", path, raw, resp.StatusCode, answer)
	}
}

func (s *simulator) say(phone, person, text string) {
	s.t.Helper()
	s.post("/say", map[string]any{"phone": phone, "person": person, "text": text})
}

// tap touches the newest button whose payload ends in a code.
func (s *simulator) tap(phone, person, code string) {
	s.t.Helper()
	var message, payload string
	s.waits(phone, person, "the button "+code, func(all []console.Bubble) bool {
		for _, b := range backward(all) {
			for _, row := range append(slices.Clone(b.Rows), b.List) {
				for _, one := range row {
					if strings.TrimLeft(codeOf(one.Payload), "+-") == code {
						message, payload = b.ID, one.Payload
						return true
					}
				}
			}
		}
		return false
	})
	s.post("/tap", map[string]any{"phone": phone, "person": person, "message": message, "payload": payload})
}

// registers answers the four questions that count.
func (s *simulator) registers(phone, person string, lang locales.Lang) {
	s.t.Helper()
	s.lang = lang
	text := func(key locales.Key) string { return locales.Text(lang, key, nil) }
	s.say(phone, person, "mbote")
	s.tap(phone, person, lang.String())
	s.tap(phone, person, "yes")
	s.shown(phone, person, text(locales.Key("q_age_band")))
	s.say(phone, person, "37")
	s.tap(phone, person, "BE")
	s.tap(phone, person, "edu_bachelor")
	s.tap(phone, person, "employee")
	s.tap(phone, person, "later")
	s.shown(phone, person, locales.Text(lang, locales.MissionsAsk, locales.Args{"Cap": 2}))
	s.tap(phone, person, "yes")
}

// A person registers on each phone; what was said becomes a dialogue test, and
// passes as one.
func TestDemoPage(t *testing.T) {
	t.Parallel()
	s := startDemo(t, "--members", "30")
	s.registers("telegram", "newcomer", locales.FR)
	s.registers("whatsapp", "newcomer", locales.LN)
	for _, phone := range []string{"telegram", "whatsapp"} {
		s.waits(phone, "newcomer", "the member number", func(all []console.Bubble) bool {
			return slices.ContainsFunc(all, func(b console.Bubble) bool { return memberNumbers.MatchString(b.Text) })
		})
	}
	file := filepath.Join(t.TempDir(), "recorded.txt")
	s.saved("telegram", "newcomer", file, "thanks")
	s.replayed(t, file)
}

// saved waits until a transcript says something, and keeps it.
func (s *simulator) saved(phone, person, file, last string) {
	s.t.Helper()
	query := url.Values{"phone": {phone}, "person": {person}, "lang": {s.lang.String()}}.Encode()
	poll(s.t, "the transcript", func() bool {
		resp, err := http.Get(s.url + "/transcript?" + query)
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil || !strings.Contains(string(text), last) {
			return false
		}
		return os.WriteFile(file, text, 0o600) == nil
	})
}

// replayed runs a transcript as TestDialogues does.
func (s *simulator) replayed(t *testing.T, file string) {
	t.Helper()
	service := prepareService(t)
	setupWhatsApp(t, service)
	service.start()
	t.Log(readFile(t, file))
	for _, lang := range locales.Langs {
		for _, channel := range []string{"telegram", "whatsapp"} {
			t.Run(lang.String()+"/"+channel, func(t *testing.T) {
				d := &dialogue{t: t, s: service, name: "recorded", lang: lang, phone: service.newPhone(t, channel, lang.String(), int(persons.Add(1)))}
				d.run(file)
				if d.turns != 9 || d.rows() == 0 {
					t.Errorf("%d turns, %d rows", d.turns, d.rows())
				}
			})
		}
	}
}

// The page lets whoever comes be anybody: it never stands beside real people.
func TestDemoRefusesRealPlatforms(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		vars, args []string
		says       string
	}{
		{[]string{"TELEGRAM_BOT_TOKEN=1:a"}, nil, "does not start beside the tokens"},
		{[]string{"TWILIO_ACCOUNT_SID=AC1"}, nil, "does not start beside the tokens"},
		{[]string{"TELEGRAM_BOT_TOKEN=1:a", "TELEGRAM_API_URL=https://api.telegram.org"}, []string{"--no-page"}, "does not start beside the tokens"},
		{nil, []string{"--listen", "0.0.0.0:0"}, "on this machine alone"},
		{nil, []string{"--listen", ":8080"}, "on this machine alone"},
		{nil, []string{"--listen", "192.0.2.1:8080"}, "on this machine alone"},
		{nil, []string{"--listen", "8080"}, "on this machine alone"},
	} {
		var out, errs bytes.Buffer
		code := run(t.Context(), append([]string{"demo", "--dir", filepath.Join(t.TempDir(), "none")}, one.args...), one.vars, strings.NewReader(""), &out, &errs)
		if code != exitUsage || !strings.Contains(errs.String(), one.says) || out.Len() > 0 {
			t.Errorf("%v %v: %d\n%s%s", one.vars, one.args, code, out.String(), errs.String())
		}
	}
}

// serve has no simulator, whatever its platforms are.
func TestServeHasNoSimulator(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.start()
	var public string
	for _, v := range s.vars {
		if address, ok := strings.CutPrefix(v, "MBOKA_PUBLIC_URL="); ok {
			public = address
		}
	}
	for _, path := range []string{"/chat", "/chat/events", "/chat/assets/chat.js", "/chat/transcript?phone=telegram&person=newcomer"} {
		resp, err := http.Get(public + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
	resp, err := http.Post(public+"/chat/say", "application/json", strings.NewReader(`{"phone":"telegram","person":"newcomer","text":"mbote"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusNotFound && resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("say: %d", resp.StatusCode)
	}
}
