package twiliotest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// listed asks for the list of messages and returns the status, the bodies and
// the path of the next page.
func (c *client) listed(query string) (int, []string, string) {
	c.t.Helper()
	path := messages
	if query != "" {
		path += "?" + query
	}
	if strings.HasPrefix(query, "/") {
		path = query
	}
	status, answer := c.do(http.MethodGet, api, path, formKind, "")
	var bodies []string
	found, _ := answer["messages"].([]any)
	for _, m := range found {
		bodies = append(bodies, m.(map[string]any)["body"].(string))
	}
	next, _ := answer["next_page_uri"].(string)
	return status, bodies, next
}

func TestListFilters(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	day := time.Date(2026, 11, 21, 23, 0, 0, 0, time.UTC)
	for i, text := range []string{"a", "b", "c"} {
		c.SetClock(func() time.Time { return day.Add(time.Duration(i) * 24 * time.Hour) })
		c.Text(anna, text)
	}
	c.Text("whatsapp:+32470000009", "d")
	c.Receipts() // stays queued: no DateSent
	c.send("Body", "e")
	us, person := url.QueryEscape("whatsapp:"+From), url.QueryEscape(anna)
	for query, want := range map[string]string{
		"":                                      "edcba",
		"To=" + us:                              "dcba",
		"From=" + us:                            "e",
		"To=" + person:                          "e",
		"From=" + person + "&To=" + us:          "cba",
		"DateSent=2026-11-22":                   "b",
		"DateSent%3E=2026-11-22":                "dcb",
		"DateSent%3C=2026-11-22":                "ba",
		"DateSent%3E=2026-11-22T23:59:59Z":      "dcb", // the day counts
		"DateSent%3E=2026-11-22T23:30:00-02:00": "dc",  // in GMT
		"DateSent%3E=2026-11-22&DateSent%3C=2026-11-22": "b",
		"DateSent%3E=2026-11-25":                        "",
	} {
		if status, bodies, _ := c.listed(query); status != 200 || strings.Join(bodies, "") != want {
			t.Errorf("%s: %d %v", query, status, bodies)
		}
	}
	for _, query := range []string{"DateSent=yesterday", "DateSent%3E=2026-13-01", "PageSize=0", "PageSize=1001", "PageSize=x", "Page=1", "PageToken=PASM0"} {
		if status, _, _ := c.listed(query); status != 400 {
			t.Errorf("%s: %d", query, status)
		}
	}
}

func TestListPages(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	for i := range 7 {
		c.Text(anna, fmt.Sprint(i))
	}
	_, bodies, next := c.listed("PageSize=3&From=" + url.QueryEscape(anna))
	c.Text(anna, "new") // pages do not shift
	for next != "" {
		var more []string
		_, more, next = c.listed(next)
		bodies = append(bodies, more...)
	}
	if got := strings.Join(bodies, ""); got != "6543210" {
		t.Errorf("%s", got)
	}
	c.FailList(Page(503))
	if status, _, _ := c.listed(""); status != 503 {
		t.Errorf("%d", status)
	}
}

func TestDeleteAndMedia(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	c.Post(anna, url.Values{"NumMedia": {"2"}, "MediaContentType0": {"audio/ogg"}, "MediaContentType1": {"image/jpeg"}})
	_, forms := c.called()
	at := func(sid, rest string) string { return strings.Replace(messages, ".json", "/"+sid+rest, 1) }
	sid := forms[0].Get("MessageSid")
	status, answer := c.do("GET", api, at(sid, "/Media.json"), formKind, "")
	media, _ := answer["media_list"].([]any)
	if status != 200 || len(media) != 2 || media[1].(map[string]any)["content_type"] != "image/jpeg" {
		t.Errorf("%d %v", status, answer)
	}
	if _, answer := c.do("GET", api, at(sid, ".json"), formKind, ""); answer["num_media"] != "2" {
		t.Errorf("%v", answer)
	}
	c.FailMedia(Page(500))
	if status, _ := c.do("GET", api, at(sid, "/Media.json"), formKind, ""); status != 500 {
		t.Errorf("%d", status)
	}
	c.Receipts()
	_, _, queued := c.send()
	c.Receipts("sent")
	_, _, sent := c.send()
	c.Receipts("read", "sent", "delivered") // never a step back
	_, _, read := c.send()
	c.Settle(within(t))
	c.FailDelete(Refuse(429, 20429), Page(502).Taken())
	for _, tc := range []struct {
		sid    string
		status int
	}{
		{queued["sid"].(string), 400}, {sent["sid"].(string), 400},
		{sid, 429}, {sid, 502}, {sid, 404},
		{read["sid"].(string), 204}, {read["sid"].(string), 404}, {"SM0", 404},
	} {
		if status, _ := c.do(http.MethodDelete, api, at(tc.sid, ".json"), formKind, ""); status != tc.status {
			t.Errorf("%s: %d, not %d", tc.sid, status, tc.status)
		}
	}
	if status, _ := c.do("GET", api, at(sid, "/Media.json"), formKind, ""); status != 404 || c.Kept() != 2 {
		t.Errorf("%d, %d kept", status, c.Kept())
	}
	if n := len(c.Messages(anna)); n != 3 {
		t.Errorf("the phone shows %d", n)
	}
}

func TestSilence(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	c.Silence(true)
	if status := c.Text(anna, "bonjour"); status != 0 {
		t.Errorf("%d", status)
	}
	c.send("StatusCallback", public+"/whatsapp/status")
	c.Settle(within(t))
	c.Silence(false)
	if status := c.Text(anna, "allô ?"); status != 200 {
		t.Errorf("%d", status)
	}
	posts, forms := c.called()
	if len(posts) != 1 || forms[0].Get("Body") != "allô ?" {
		t.Errorf("%v", posts)
	}
	if _, bodies, _ := c.listed(""); strings.Join(bodies, "|") != "allô ?|Mbote|bonjour" {
		t.Errorf("%v", bodies)
	}
}

func TestLoops(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	start := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	var second atomic.Int64
	c.SetClock(func() time.Time { return start.Add(time.Duration(second.Load()) * time.Second) })
	c.Text(anna, "bonjour")
	quick := func(n int) (refused int) {
		for range n {
			if status, code, _ := c.send(); status == 400 && code == 14107 {
				refused++
			}
		}
		return refused
	}
	if n := quick(40); n != 0 {
		t.Errorf("%d refused while it is off", n)
	}
	c.Loops(true)
	for range 40 {
		if quick(1) != 0 {
			t.Error("messages 30 s apart are no loop")
		}
		second.Add(30)
	}
	if n := quick(32); n != 2 {
		t.Errorf("%d of 32 refused", n)
	}
	second.Add(29)
	if quick(1) != 1 {
		t.Error("not held for 30 s")
	}
	second.Add(1)
	if quick(1) != 0 {
		t.Error("held for longer")
	}
}
