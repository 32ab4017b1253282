package telegramtest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// update is what these tests look at in one.
type update struct {
	ID      int64 `json:"update_id"`
	Message *struct {
		Text string `json:"text"`
	} `json:"message"`
	Tapped *struct {
		Data string `json:"data"`
	} `json:"callback_query"`
	Member *struct {
		New struct {
			Status string `json:"status"`
		} `json:"new_chat_member"`
	} `json:"my_chat_member"`
}

func (u update) String() string {
	switch {
	case u.Message != nil:
		return u.Message.Text
	case u.Tapped != nil:
		return "tap:" + u.Tapped.Data
	case u.Member != nil:
		return u.Member.New.Status
	}
	return "?"
}

func words(list []update) string {
	var out []string
	for _, u := range list {
		out = append(out, u.String())
	}
	return strings.Join(out, " ")
}

func getUpdates(t *testing.T, s *Server, fields map[string]any) []update {
	t.Helper()
	got := call(t, s, "getUpdates", fields)
	var list []update
	if err := json.Unmarshal(got.Result, &list); err != nil {
		t.Fatalf("%v: %+v", err, got)
	}
	return list
}

func TestGetUpdatesOffsetAndLimit(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	for _, word := range []string{"un", "deux", "trois", "quatre"} {
		s.Text(7, word)
	}
	all := getUpdates(t, s, nil)
	if got := words(all); got != "un deux trois quatre" {
		t.Fatalf("got %q", got)
	}
	for _, step := range []struct {
		fields map[string]any
		want   string
	}{
		{map[string]any{"limit": 2}, "un deux"},
		{map[string]any{"limit": 0}, "un deux trois quatre"}, // out of bounds: the default
		{map[string]any{"offset": all[1].ID}, "deux trois quatre"},
		{map[string]any{"offset": all[0].ID}, "deux trois quatre"}, // what was confirmed stays away
		{map[string]any{"offset": -1}, "quatre"},
		{map[string]any{"offset": all[3].ID + 1}, ""},
		{nil, ""},
	} {
		if got := words(getUpdates(t, s, step.fields)); got != step.want {
			t.Errorf("%v: %q, want %q", step.fields, got, step.want)
		}
	}
	if s.Pending() != 0 {
		t.Errorf("%d wait", s.Pending())
	}
}

func TestGetUpdatesWakesUp(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	got := make(chan []update)
	go func() { got <- getUpdates(t, s, map[string]any{"timeout": 50}) }()
	s.WaitCalls("getUpdates", 1)
	s.Text(7, "réveil")
	if list := <-got; words(list) != "réveil" {
		t.Errorf("got %v", list)
	}
}

func TestGetUpdatesConflicts(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	first := make(chan reply)
	go func() { first <- call(t, s, "getUpdates", map[string]any{"timeout": 50}) }()
	// The second may be the one that gets through first; the older loses.
	s.WaitCalls("getUpdates", 1)
	s.until("the first poll to wait", func() bool { return s.poll != nil })
	call(t, s, "getUpdates", nil)
	if got := <-first; got.status != 409 || !strings.Contains(got.Description, "terminated by other getUpdates") {
		t.Errorf("the older poll: %+v", got)
	}
	call(t, s, "setWebhook", map[string]any{"url": "https://mboka.example/x"})
	if got := call(t, s, "getUpdates", nil); got.status != 409 || !strings.Contains(got.Description, "webhook is active") {
		t.Errorf("with a webhook: %+v", got)
	}
	call(t, s, "deleteWebhook", nil)
	if got := call(t, s, "getUpdates", nil); !got.OK {
		t.Errorf("after the webhook: %+v", got)
	}
}

func TestAllowedUpdates(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	getUpdates(t, s, map[string]any{"allowed_updates": []string{"message"}})
	s.Block(7)
	s.Unblock(7)
	s.Text(7, "un")
	if got := words(getUpdates(t, s, nil)); got != "un" { // left out: as before
		t.Errorf("messages only: %q", got)
	}
	getUpdates(t, s, map[string]any{"allowed_updates": []string{}}) // empty: the default
	s.Block(7)
	if got := words(getUpdates(t, s, nil)); got != "un kicked" {
		t.Errorf("all: %q", got)
	}
	if got := call(t, s, "getUpdates", map[string]any{"allowed_updates": "x"}); got.status != 400 {
		t.Errorf("not a list: %+v", got)
	}
}

// receiver is a bot's webhook that keeps what it took.
type receiver struct {
	mu     sync.Mutex
	taken  []update
	posts  int
	secret string
	status func(post int, u update) int // of the answer; nil: 200
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	var u update
	_ = json.Unmarshal(body, &u) // the server under test wrote it
	r.mu.Lock()
	defer r.mu.Unlock()
	r.posts++
	r.secret = req.Header.Get("X-Telegram-Bot-Api-Secret-Token")
	code := 200
	if r.status != nil {
		code = r.status(r.posts, u)
	}
	if code/100 == 2 {
		r.taken = append(r.taken, u)
	}
	w.WriteHeader(code)
}

func (r *receiver) words() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return words(r.taken)
}

func hook(t *testing.T, s *Server, r *receiver, fields map[string]any) {
	t.Helper()
	web := httptest.NewServer(r)
	t.Cleanup(web.Close)
	all := map[string]any{"url": web.URL, "secret_token": "s3cret"}
	for k, v := range fields {
		all[k] = v
	}
	if got := call(t, s, "setWebhook", all); !got.OK {
		t.Fatalf("setWebhook: %+v", got)
	}
}

func TestWebhookDelivers(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	s.Text(7, "avant") // waited for the webhook
	r := &receiver{}
	hook(t, s, r, nil)
	s.WaitDelivered()
	s.Text(7, "après")
	s.WaitDelivered()
	s.TapOn(7, 1, "forgé")
	s.WaitDelivered()
	s.Block(7)
	s.WaitDelivered()
	if got := r.words(); got != "avant après tap:forgé kicked" {
		t.Errorf("taken %q", got)
	}
	if r.secret != "s3cret" {
		t.Errorf("secret %q", r.secret)
	}
}

// One chat's messages wait for each other; another chat does not wait for them.
func TestWebhookOrder(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	open := make(chan struct{})
	var once sync.Once
	r := &receiver{}
	r.status = func(_ int, u update) int {
		if u.String() == "un" {
			select {
			case <-open:
			default:
				return 503
			}
		}
		if u.String() == "autre" {
			once.Do(func() { close(open) })
		}
		return 204 // any 2xx is a yes
	}
	hook(t, s, r, nil)
	s.Text(7, "un")
	s.Text(7, "deux")
	s.Text(8, "autre")
	s.WaitDelivered()
	if got := r.words(); got != "autre un deux" {
		t.Errorf("taken %q", got)
	}
}

func TestWebhookRepeatsFailures(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	r := &receiver{status: func(post int, _ update) int {
		if post < 5 {
			return []int{500, 503, 404, 302}[post-1]
		}
		return 200
	}}
	hook(t, s, r, nil)
	s.Text(7, "têtu")
	s.WaitDelivered()
	if r.posts != 5 || r.words() != "têtu" {
		t.Errorf("%d posts, taken %q", r.posts, r.words())
	}
	got := call(t, s, "getWebhookInfo", nil)
	if info := string(got.Result); !strings.Contains(info, "Wrong response from the webhook: 302") || !strings.Contains(info, `"pending_update_count":0`) {
		t.Errorf("info %s", info)
	}
}

// Taps that are never taken die; texts wait.
func TestWebhookForgetsOldTaps(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	r := &receiver{}
	r.status = func(_ int, u update) int {
		if u.Tapped != nil || s.Pending() > 1 { // the text is taken once the tap is gone
			return 500
		}
		return 200
	}
	hook(t, s, r, nil)
	s.TapOn(7, 1, "p")
	s.Text(7, "texte")
	s.WaitDelivered()
	if got := r.words(); got != "texte" {
		t.Errorf("taken %q", got)
	}
}

func TestWebhookRepeatsOnRequest(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	r := &receiver{}
	s.Repeat(3)
	hook(t, s, r, nil)
	s.Text(7, "un")
	s.Text(7, "deux")
	s.WaitDelivered()
	if got := r.words(); got != "un un un deux deux deux" {
		t.Errorf("taken %q", got)
	}
}

func TestSetWebhook(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	for _, step := range []struct {
		method string
		fields map[string]any
		want   string
	}{
		{"deleteWebhook", nil, "Webhook is already deleted"},
		{"setWebhook", map[string]any{"url": "http://mboka.example"}, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"},
		{"setWebhook", map[string]any{"url": "mboka"}, "Bad Request: bad webhook: invalid URL"},
		{"setWebhook", map[string]any{"url": "https://mboka.example", "secret_token": "é"}, "Bad Request: secret token contains unallowed characters"},
		{"setWebhook", map[string]any{"url": "https://mboka.example", "allowed_updates": "x"}, "Bad Request: can't parse allowed_updates JSON object"},
		{"setWebhook", map[string]any{"url": "https://mboka.example"}, "Webhook was set"},
		{"setWebhook", map[string]any{"url": "https://mboka.example"}, "Webhook is already set"},
		{"setWebhook", map[string]any{"url": ""}, "Webhook was deleted"},
	} {
		if got := call(t, s, step.method, step.fields).Description; got != step.want {
			t.Errorf("%s %v: %q, want %q", step.method, step.fields, got, step.want)
		}
	}
	s.Text(7, "x")
	call(t, s, "deleteWebhook", nil)
	if s.Pending() != 1 {
		t.Error("deleteWebhook dropped what waits")
	}
	call(t, s, "deleteWebhook", map[string]any{"drop_pending_updates": true})
	if s.Pending() != 0 {
		t.Error("what waits was not dropped")
	}
}

// With a slow pace a tap outlives an outage that kills it otherwise.
func TestPace(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	s.SetPace(8 * Pace)
	begun := time.Now()
	r := &receiver{status: func(int, update) int {
		if time.Since(begun) < 100*Pace {
			return 503
		}
		return 200
	}}
	hook(t, s, r, nil)
	s.TapOn(7, 1, "p")
	s.WaitDelivered()
	if got := r.words(); got != "tap:p" || r.posts > 12 {
		t.Errorf("taken %q after %d posts", got, r.posts)
	}
}
