package twiliotest

import (
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPhone(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	if code := c.Text(anna, "bonjour à tous"); code != 200 {
		t.Errorf("%d", code)
	}
	object := c.content(quick)
	c.send("Body", "-", "ContentSid", object, "ContentVariables", `{"1":"Liège","R":"r1"}`, "ValidityPeriod", "60")
	c.send()
	got := c.Wait(within(t), anna, 2)
	want := Message{
		SID: got[0].SID, To: anna, Body: "Votre choix : Liège ?", ContentSID: object, Validity: time.Minute,
		Buttons: []Choice{{ID: "r1.s.yes", Title: "Oui"}, {ID: "r1.s.no", Title: "Non"}},
	}
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Error(diff)
	}
	c.Tap(anna, "Non")
	c.Tap(anna, "r1.s.yes")
	posts, forms := c.called()
	if diff := cmp.Diff([]string{"/whatsapp/webhook", "/whatsapp/webhook", "/whatsapp/webhook"}, posts); diff != "" {
		t.Fatal(diff)
	}
	if forms[1].Get("ButtonPayload") != "r1.s.no" || forms[1].Get("Body") != "Non" || forms[2].Get("ButtonText") != "Oui" ||
		forms[1].Get("OriginalRepliedMessageSid") != got[0].SID || forms[1].Get("MessageSid") == forms[2].Get("MessageSid") {
		t.Errorf("%v", forms)
	}
	if len(c.Messages("whatsapp:+32470000009")) != 0 {
		t.Error("somebody else sees them")
	}
}

func TestRendering(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	c.Text(anna, "bonjour")
	object := c.content(quick)
	for value, code := range map[string]int{
		`Liège`:                   0,
		`a\nb`:                    0,
		`a    b`:                  63013,
		`a\tb`:                    63013,
		`a\n\nb`:                  63013,
		` `:                       63013,
		strings.Repeat("a", 1020): 63021,
		`a","R":"` + long200:      63021,
	} {
		before := len(c.Messages(anna))
		status, _, answer := c.send("Body", "-", "ContentSid", object, "ContentVariables", `{"R":"r","1":"`+value+`"}`)
		if after := len(c.Messages(anna)); status != 201 || (after > before) != (code == 0) {
			t.Errorf("%.20q: %d %v, %d shown", value, status, answer, after-before)
		}
		c.Settle(within(t))
		_, fetched := c.do("GET", api, strings.Replace(messages, ".json", "/"+answer["sid"].(string)+".json", 1), formKind, "")
		if number(fetched["error_code"]) != code {
			t.Errorf("%.20q: %v", value, fetched["error_code"])
		}
	}
}

var long200 = strings.Repeat("r", 200)

func TestWindow(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	var mu sync.Mutex
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	c.SetClock(func() time.Time { mu.Lock(); defer mu.Unlock(); return now })
	c.send()
	c.Text(anna, "bonjour")
	c.send()
	mu.Lock()
	now = now.Add(24*time.Hour - time.Second)
	mu.Unlock()
	c.send()
	mu.Lock()
	now = now.Add(time.Second)
	mu.Unlock()
	c.send()
	if n := len(c.Messages(anna)); n != 2 {
		t.Errorf("%d messages passed", n)
	}
}

func TestCallbacks(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	c.Text(anna, "bonjour")
	status := public + "/whatsapp/status?ob=1"
	c.send("StatusCallback", status)
	c.Receipts("read", "sent")
	c.send("StatusCallback", status)
	c.Settle(within(t))
	c.Early(true)
	c.send("StatusCallback", status)
	c.Fail(Later(63024))
	c.send("StatusCallback", status)
	_, forms := c.called()
	var got []string
	for _, form := range forms[1:] {
		got = append(got, form.Get("MessageStatus")+form.Get("ErrorCode"))
	}
	if diff := cmp.Diff([]string{"sent", "delivered", "read", "read", "sent", "read", "sent", "undelivered63024"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fault        Fault
		status, code int
		arrives      bool
	}{
		"throttled":   {Throttle(time.Second), 429, 20429, false},
		"refused":     {Refuse(400, 63007), 400, 63007, false},
		"page":        {Page(502), 502, 0, false},
		"page, taken": {Page(502).Taken(), 502, 0, true},
		"cut":         {Cut(), 201, 0, true},
		"drop":        {Drop(), 0, 0, true},
		"later":       {Later(63024), 201, 0, false},
		"born dead":   {Born(63016), 201, 0, false},
		"none":        {Fault{}, 201, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t)
			c.Text(anna, "bonjour")
			c.Fail(tc.fault)
			status, code, answer := c.send()
			if status != tc.status || code != tc.code || (len(c.Messages(anna)) == 1) != tc.arrives {
				t.Errorf("%d %d %v", status, code, answer)
			}
			if status, _, _ := c.send(); status != 201 {
				t.Errorf("the fault stays: %d", status)
			}
		})
	}
}

func TestHangEndsWithTheServer(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	c.Text(anna, "bonjour")
	c.Fail(Hang())
	answered := make(chan int, 1)
	go func() {
		form := url.Values{"To": {anna}, "From": {"whatsapp:" + From}, "Body": {"Mbote"}}
		status, _ := c.do("POST", api, messages, formKind, form.Encode())
		answered <- status
	}()
	c.Wait(within(t), anna, 1)
	select {
	case status := <-answered:
		t.Errorf("answered %d", status)
	default:
	}
	t.Cleanup(func() { <-answered }) // the context of c.do ends with the test
}

func TestMessageList(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	c.Text(anna, "bonjour")
	for range 3 {
		c.send()
	}
	filter := "?PageSize=2&From=" + url.QueryEscape("whatsapp:"+From)
	_, first := c.do("GET", api, messages+filter, formKind, "")
	next, _ := first["next_page_uri"].(string)
	_, second := c.do("GET", api, next, formKind, "")
	if len(first["messages"].([]any)) != 2 || len(second["messages"].([]any)) != 1 || second["next_page_uri"] != nil {
		t.Errorf("%v %v", first, second)
	}
	_, received := c.do("GET", api, messages+"?To="+url.QueryEscape("whatsapp:"+From), formKind, "")
	if list := received["messages"].([]any); len(list) != 1 || list[0].(map[string]any)["direction"] != "inbound" {
		t.Errorf("%v", received)
	}
	if status, _ := c.do("GET", api, strings.Replace(messages, ".json", "/SM0.json", 1), formKind, ""); status != 404 {
		t.Errorf("%d", status)
	}
	want := map[string]int{
		"POST /2010-04-01/Accounts/{sid}/Messages.json":      3,
		"GET /2010-04-01/Accounts/{sid}/Messages.json":       3,
		"GET /2010-04-01/Accounts/{sid}/Messages/{sid}.json": 1,
	}
	if diff := cmp.Diff(want, c.Calls()); diff != "" {
		t.Error(diff)
	}
}

// The example of Twilio's page on webhook security.
func TestSign(t *testing.T) {
	t.Parallel()
	got := Sign("12345", "https://example.com/myapp.php?foo=1&bar=2", url.Values{
		"Digits": {"1234"}, "To": {"+18005551212"}, "From": {"+14158675310"}, "Caller": {"+14158675310"}, "CallSid": {"CA1234567890ABCDE"},
	})
	if got != "L/OH5YylLD5NRKLltdqwSvS0BnU=" {
		t.Error(got)
	}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	c.setCode(503)
	if code := c.Text(anna, "une fois"); code != 503 {
		t.Errorf("%d", code)
	}
	c.Retries(3)
	if code := c.Text(anna, "quatre fois"); code != 503 {
		t.Errorf("%d", code)
	}
	c.setCode(200)
	if code := c.Text(anna, "une fois"); code != 200 {
		t.Errorf("%d", code)
	}
	posts, forms := c.called()
	if len(posts) != 6 || forms[1].Get("MessageSid") != forms[4].Get("MessageSid") || forms[4].Get("MessageSid") == forms[5].Get("MessageSid") {
		t.Errorf("%d posts: %v", len(posts), forms)
	}
}

func TestTrouble(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	c.Text(anna, "bonjour")
	c.Trouble(func(to string) Fault {
		if to == anna {
			return Page(502).Taken()
		}
		return Fault{}
	})
	c.Fail(Throttle(time.Second))
	for _, want := range []int{429, 502, 502} {
		if status, _, _ := c.send(); status != want {
			t.Errorf("%d, not %d", status, want)
		}
	}
	c.Trouble(nil)
	if status, _, _ := c.send(); status != 201 {
		t.Errorf("%d", status)
	}
	if n := len(c.Messages(anna)); n != 3 {
		t.Errorf("%d arrived", n)
	}
}
