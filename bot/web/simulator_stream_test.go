package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"mboka/bot/console"
	"mboka/bot/web"
)

// event is one of the stream.
type event struct{ name, id, data string }

// listen reads the stream from behind an event until as many have come.
func (b *bench) listen(after string, n int) []event {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 15*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.pages.URL+"/chat/events", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Last-Event-ID", after)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	if kind := resp.Header.Get("Content-Type"); kind != "text/event-stream" || resp.StatusCode != http.StatusOK {
		b.t.Fatal(resp.StatusCode, kind)
	}
	var out []event
	now := event{}
	for lines := bufio.NewScanner(resp.Body); len(out) < n && lines.Scan(); {
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch field {
		case "event":
			now.name = value
		case "id":
			now.id = value
		case "data":
			now.data = value
		case "":
			if now.name != "" {
				out, now = append(out, now), event{}
			}
		}
	}
	if len(out) < n {
		b.t.Fatalf("%d events of %d: %+v", len(out), n, out)
	}
	return out
}

func TestStreamGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	phones := 2 * len(web.People())
	all := b.listen("", phones+2)
	if all[0].name != "hello" || !strings.Contains(all[0].data, `"now":"2001-09-09T01:46:40Z"`) || all[1].name != "change" || all[phones+1].name != "settled" {
		t.Fatalf("%+v", all)
	}
	last := all[phones+1].id
	if status, body := b.post("/chat/say", `{"phone":"telegram","person":"newcomer","text":"<b>mbote</b>"}`); status != http.StatusOK {
		t.Fatal(status, body)
	}
	next := b.listen(last, 2)
	var change console.Change
	if err := json.Unmarshal([]byte(next[0].data), &change); err != nil {
		t.Fatal(err)
	}
	if next[0].name != "change" || change.Bubble.Text != "<b>mbote</b>" || !change.Bubble.Mine || change.Person != "newcomer" || next[1].name != "settled" {
		t.Errorf("%+v", next)
	}
	if strings.Contains(next[0].data, "address-") || strings.Contains(next[0].data, "+3246") {
		t.Errorf("an address stands in %s", next[0].data)
	}
	for _, other := range []string{"run0-3", "run1-x", "run1--4", "nonsense", "run1-"} {
		if again := b.listen(other, 1); again[0].name != "hello" {
			t.Errorf("behind %q: %+v", other, again)
		}
	}
}

func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for i := range 33 {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.pages.URL+"/chat/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if want := map[bool]int{true: 200, false: 503}[i < 32]; resp.StatusCode != want {
			t.Fatalf("stream %d: %d", i+1, resp.StatusCode)
		}
	}
}
