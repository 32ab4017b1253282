package twiliotest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	account = "ACbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	token   = "0123456789abcdef"
	anna    = "whatsapp:+32470000000"
	public  = "https://bot.example.org"
)

// client is what talks to the fake, and the webhooks it talks to.
type client struct {
	*Server
	t    *testing.T
	http *http.Client

	mu    sync.Mutex
	posts []string // path and query of the webhooks called
	forms []url.Values
	code  int
}

func newClient(t *testing.T) *client {
	t.Helper()
	transport := &http.Transport{}
	c := &client{Server: NewServer(t, account, token), t: t, http: &http.Client{Transport: transport}, code: 200}
	web := httptest.NewServer(http.HandlerFunc(c.webhook))
	c.Connect(public, web.URL)
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		web.Close()
	})
	return c
}

func (c *client) webhook(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		c.t.Error(err)
	}
	if Sign(token, public+r.RequestURI, r.PostForm) != r.Header.Get("X-Twilio-Signature") {
		c.t.Error("the signature is not for the public address")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.posts, c.forms = append(c.posts, r.RequestURI), append(c.forms, r.PostForm)
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(c.code)
	_, _ = io.WriteString(w, "<Response/>")
}

func (c *client) setCode(code int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.code = code
}

func (c *client) called() ([]string, []url.Values) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.posts...), append([]url.Values(nil), c.forms...)
}

// do makes a request and returns the status and the decoded answer.
func (c *client) do(method, host, path, kind, body string) (int, map[string]any) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.URL+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.SetBasicAuth(account, token)
	req.Header.Set("X-Mboka-Host", host)
	req.Header.Set("Content-Type", kind)
	res, err := c.http.Do(req)
	if err != nil {
		return 0, nil
	}
	defer res.Body.Close()
	answer := map[string]any{}
	_ = json.NewDecoder(res.Body).Decode(&answer)
	return res.StatusCode, answer
}

const (
	api      = "api.twilio.com"
	contents = "content.twilio.com"
	messages = "/2010-04-01/Accounts/" + account + "/Messages.json"
	formKind = "application/x-www-form-urlencoded"
)

// send posts a message with the given fields over a correct one; a field "-"
// is left out.
func (c *client) send(pairs ...string) (int, int, map[string]any) {
	c.t.Helper()
	form := url.Values{"To": {anna}, "From": {"whatsapp:" + From}, "Body": {"Mbote"}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "-" {
			form.Del(pairs[i])
		}
	}
	status, answer := c.do("POST", api, messages, formKind, form.Encode())
	return status, number(answer["code"]), answer
}

func number(v any) int {
	n, _ := v.(float64)
	return int(n)
}

// content creates an object and returns its SID.
func (c *client) content(body string) string {
	c.t.Helper()
	status, answer := c.do("POST", contents, "/v1/Content", "application/json", body)
	if status != 201 {
		c.t.Fatalf("%d %v", status, answer)
	}
	return answer["sid"].(string)
}

const quick = `{"friendly_name":"q","language":"fr","variables":{"1":"x","R":"x"},"types":{"twilio/quick-reply":
	{"body":"Votre choix : {{1}} ?","actions":[{"type":"QUICK_REPLY","title":"Oui","id":"{{R}}.s.yes"},{"type":"QUICK_REPLY","title":"Non","id":"{{R}}.s.no"}]}}}`

func TestMessagesAreChecked(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	c.Text(anna, "bonjour")
	object := c.content(quick)
	const values = `{"1":"a","R":"r"}`
	for name, tc := range map[string]struct {
		fields []string
		code   int
	}{
		"in order":             {nil, 0},
		"no To":                {[]string{"To", "-"}, 21604},
		"no From":              {[]string{"From", "-"}, 21603},
		"From of others":       {[]string{"From", "whatsapp:+15005550006"}, 63007},
		"From without channel": {[]string{"From", From}, 63007},
		"To without channel":   {[]string{"To", "+32470000000"}, 21910},
		"To not a number":      {[]string{"To", "whatsapp:+0470"}, 21211},
		"To a scoped id":       {[]string{"To", "whatsapp:CD.123abc"}, 0},
		"To ourselves":         {[]string{"To", "whatsapp:" + From}, 63031},
		"no body":              {[]string{"Body", "-"}, 21619},
		"blank body":           {[]string{"Body", " \n"}, 21619},
		"longest body":         {[]string{"Body", strings.Repeat("é", 1600)}, 0},
		"body too long":        {[]string{"Body", strings.Repeat("é", 1601)}, 21617},
		"callback relative":    {[]string{"StatusCallback", "/status"}, 21609},
		"callback underscore":  {[]string{"StatusCallback", "https://my_bot.org/s"}, 21609},
		"validity zero":        {[]string{"ValidityPeriod", "0"}, 20001},
		"validity ten hours":   {[]string{"ValidityPeriod", "36000"}, 0},
		"validity longer":      {[]string{"ValidityPeriod", "36001"}, 20001},
		"content":              {[]string{"Body", "-", "ContentSid", object, "ContentVariables", values}, 0},
		"content and body":     {[]string{"ContentSid", object, "ContentVariables", values}, 35127},
		"variables alone":      {[]string{"ContentVariables", values}, 21654},
		"content unknown":      {[]string{"Body", "-", "ContentSid", "HX00000000000000000000000000abcdef"}, 21655},
		"content malformed":    {[]string{"Body", "-", "ContentSid", "HX1"}, 21655},
		"variables not JSON":   {[]string{"Body", "-", "ContentSid", object, "ContentVariables", "1=a"}, 21656},
		"variables missing":    {[]string{"Body", "-", "ContentSid", object, "ContentVariables", `{"1":"a"}`}, 21656},
		"no variables":         {[]string{"Body", "-", "ContentSid", object}, 21656},
		"variable empty":       {[]string{"Body", "-", "ContentSid", object, "ContentVariables", `{"1":"","R":"r"}`}, 21656},
		"variable not text":    {[]string{"Body", "-", "ContentSid", object, "ContentVariables", `{"1":1,"R":"r"}`}, 21656},
		"variable over 1600":   {[]string{"Body", "-", "ContentSid", object, "ContentVariables", `{"R":"r","1":"` + strings.Repeat("a", 1601) + `"}`}, 21658},
	} {
		status, code, answer := c.send(tc.fields...)
		if want := map[bool]int{true: 201, false: 400}[tc.code == 0]; status != want || code != tc.code {
			t.Errorf("%s: %d %d %v", name, status, code, answer)
		}
	}
}

func TestAccess(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	for name, tc := range map[string]struct {
		host, path, user, password, kind string
		status                           int
	}{
		"wrong token":     {api, messages, account, "x", formKind, 401},
		"no account":      {api, messages, "", "", formKind, 401},
		"account of path": {api, strings.Replace(messages, "bb", "cc", 1), account, token, formKind, 404},
		"other host":      {contents, messages, account, token, formKind, 404},
		"no host":         {"", messages, account, token, formKind, 404},
		"JSON":            {api, messages, account, token, "application/json", 415},
		"no such path":    {api, "/v2/x", account, token, formKind, 404},
		"form to Content": {contents, "/v1/Content", account, token, formKind, 415},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.URL+tc.path, strings.NewReader(""))
		if err != nil {
			t.Fatal(err)
		}
		if tc.user != "" {
			req.SetBasicAuth(tc.user, tc.password)
		}
		req.Header.Set("Content-Type", tc.kind)
		req.Header.Set("X-Mboka-Host", tc.host)
		res, err := c.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != tc.status {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
	}
}

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}
