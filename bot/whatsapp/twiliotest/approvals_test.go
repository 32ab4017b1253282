package twiliotest

import (
	"strings"
	"testing"
	"time"
)

// submit creates a template of a name and asks for its approval. It gives the
// SID and the status of the request.
func (c *client) submit(body, name, category string) (sid string, status int) {
	c.t.Helper()
	sid = c.content(body)
	status, _ = c.do("POST", contents, "/v1/Content/"+sid+"/ApprovalRequests/whatsapp", "application/json", `{"name":"`+name+`","category":"`+category+`"}`)
	return sid, status
}

const values = `{"1":"a","R":"r"}`

// code is that of the status callback of the last message.
func (c *client) lastCode() string {
	c.t.Helper()
	c.Settle(within(c.t))
	_, forms := c.called()
	return forms[len(forms)-1].Get("ErrorCode")
}

func TestOnlyApprovedTextsOutsideTheWindow(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	c.Receipts("delivered")
	sid, status := c.submit(quick, "notice_fr", "UTILITY")
	if status != 201 {
		t.Fatal(status)
	}
	send := func(to string) string {
		t.Helper()
		if status, code, _ := c.send("To", to, "Body", "-", "ContentSid", sid, "ContentVariables", values, "StatusCallback", public+"/s"); status != 201 {
			t.Fatal(status, code)
		}
		return c.lastCode()
	}
	for _, step := range []struct{ state, code string }{{"", "63016"}, {"pending", "63016"}, {"rejected", "63016"}, {"paused", "63016"}, {"approved", ""}, {"disabled", "63016"}} {
		if step.state != "" {
			c.Decide("notice", step.state, "")
		}
		if got := send(anna); got != step.code {
			t.Errorf("%q: %s", step.state, got)
		}
	}
	c.Decide("notice", "approved", "")
	if status, _, _ := c.send("StatusCallback", public+"/s"); status != 201 || c.lastCode() != "63016" {
		t.Error("a free text passes")
	}
	c.AtOnce(true)
	if status, code, _ := c.send(); status != 400 || code != 63016 {
		t.Errorf("at once: %d %d", status, code)
	}
	if status, code, _ := c.send("Body", "-", "ContentSid", sid, "ContentVariables", `{"1":"a","R":"r","2":"b"}`); status != 400 || code != 21656 {
		t.Errorf("a variable too many: %d %d", status, code)
	}
	for _, bad := range []string{`a\nb`, `a    b`, `a\tb`, ` `} {
		c.send("Body", "-", "ContentSid", sid, "ContentVariables", `{"1":"`+bad+`","R":"r"}`, "StatusCallback", public+"/s")
		if got := c.lastCode(); got != "63013" {
			t.Errorf("%q: %s", bad, got)
		}
	}
}

func TestMarketingTemplates(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	c.Receipts("delivered")
	sid, _ := c.submit(quick, "event_fr", "MARKETING")
	c.Decide("", "approved", "")
	for to, want := range map[string]string{"whatsapp:+12025550143": "63049", "whatsapp:+14165550143": "", anna: ""} {
		c.send("To", to, "Body", "-", "ContentSid", sid, "ContentVariables", values, "StatusCallback", public+"/s")
		if got := c.lastCode(); got != want {
			t.Errorf("%s: %q", to, got)
		}
	}
}

// Ten buttons pass where they are approved, three where they are not.
func TestButtonsOfTemplates(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	c.Receipts("delivered")
	c.Text(anna, "bonjour")
	four := strings.Replace(quick, `"actions":[`, `"actions":[{"type":"QUICK_REPLY","title":"A","id":"a"},{"type":"QUICK_REPLY","title":"B","id":"b"},`, 1)
	sid, _ := c.submit(four, "four_fr", "UTILITY")
	for _, want := range []string{"63021", ""} {
		c.send("Body", "-", "ContentSid", sid, "ContentVariables", values, "StatusCallback", public+"/s")
		if got := c.lastCode(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		c.Decide("four", "approved", "")
	}
	titled := strings.Replace(quick, `"Oui"`, `"{{1}}"`, 1)
	if _, status := c.submit(titled, "titled_fr", "UTILITY"); status != 400 {
		t.Errorf("a title with a variable: %d", status)
	}
}

func TestTemplatesStayAsTheyAre(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	now := time.Now()
	c.SetClock(func() time.Time { return now })
	sid, _ := c.submit(quick, "notice_fr", "UTILITY")
	edit := strings.Replace(quick, "Votre choix", "Autre chose", 1)
	if status, _ := c.do("PUT", contents, "/v1/Content/"+sid, "application/json", edit); status != 400 {
		t.Errorf("a submitted template is changed: %d", status)
	}
	if status, _ := c.do("PUT", contents, "/v1/Content/"+c.content(quick), "application/json", edit); status != 200 {
		t.Errorf("another is not: %d", status)
	}
	if _, status := c.submit(quick, "notice_fr", "UTILITY"); status != 400 {
		t.Errorf("the same name twice: %d", status)
	}
	if _, status := c.submit(strings.Replace(quick, `"fr"`, `"en"`, 1), "notice_fr", "UTILITY"); status != 201 {
		t.Errorf("the same name in another language: %d", status)
	}
	c.Forget(sid)
	if _, status := c.submit(quick, "notice_fr", "UTILITY"); status != 400 {
		t.Errorf("a barred name: %d", status)
	}
	now = now.Add(31 * 24 * time.Hour)
	if _, status := c.submit(quick, "notice_fr", "UTILITY"); status != 201 {
		t.Errorf("after 30 days: %d", status)
	}
}

func TestContentRates(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	many := func(method, path, body string) int {
		refused := 0
		for range 110 {
			if status, _ := c.do(method, contents, path, "application/json", body); status == 429 {
				refused++
			}
		}
		return refused
	}
	// The machine may be too slow to be too fast.
	begun := time.Now()
	lists := many("GET", "/v1/Content", "")
	if quickly := time.Since(begun) < 900*time.Millisecond; quickly && lists == 0 {
		t.Error("110 lists in a second pass")
	}
	c.Rates(false)
	if n := many("GET", "/v1/Content", ""); n != 0 {
		t.Errorf("%d are refused without rates", n)
	}
}
