package telegramtest

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

const testToken = "123456:AAtest"

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// reply is an answer of the Bot API.
type reply struct {
	status      int
	OK          bool            `json:"ok"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Result      json.RawMessage `json:"result"`
	Parameters  struct {
		RetryAfter int `json:"retry_after"`
	} `json:"parameters"`
}

// client has its own connections, so that a test can leave none behind.
func client(t *testing.T) *http.Client {
	c := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func read(t *testing.T, resp *http.Response, err error) reply {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	r := reply{status: resp.StatusCode}
	if err := json.NewDecoder(resp.Body).Decode(&r); err != nil {
		t.Fatal(err)
	}
	if !r.OK && r.Code != r.status {
		t.Errorf("status %d, error_code %d", r.status, r.Code)
	}
	return r
}

// call sends a method's parameters as JSON.
func call(t *testing.T, s *Server, method string, fields map[string]any) reply {
	t.Helper()
	body, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client(t).Post(s.URL+"/bot"+testToken+"/"+method, "application/json", bytes.NewReader(body))
	return read(t, resp, err)
}

// form sends them as the SDK does.
func form(t *testing.T, s *Server, method string, fields map[string]string) reply {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for k, v := range fields {
		if err := w.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	if len(fields) > 0 { // without fields the SDK writes no end either
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	resp, err := client(t).Post(s.URL+"/bot"+testToken+"/"+method, w.FormDataContentType(), &body)
	return read(t, resp, err)
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	for path, want := range map[string]int{
		"/bot" + testToken + "/getMe":      200,
		"/bot" + testToken + "/GETME":      200, // method names ignore case
		"/bot123456:AAother/getMe":         401,
		"/botnonsense/getMe":               404,
		"/bot" + testToken:                 404,
		"/bot" + testToken + "/sendRocket": 404,
		"/elsewhere/bot" + testToken + "/": 404,
		"/":                                404,
	} {
		resp, err := client(t).Get(s.URL + path)
		if got := read(t, resp, err); got.status != want {
			t.Errorf("%s: %d, want %d", path, got.status, want)
		}
	}
	r, err := http.NewRequest(http.MethodPut, s.URL+"/bot"+testToken+"/getMe", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client(t).Do(r)
	if got := read(t, resp, err); got.status != 405 {
		t.Errorf("PUT: %d", got.status)
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	s.Open(7, "fr")
	if got := form(t, s, "getMe", nil); !got.OK {
		t.Errorf("empty multipart body: %+v", got)
	}
	if got := form(t, s, "sendMessage", map[string]string{"chat_id": "7", "text": "multipart"}); !got.OK {
		t.Errorf("multipart: %+v", got)
	}
	if got := call(t, s, "sendMessage", map[string]any{"chat_id": 7, "text": "JSON"}); !got.OK {
		t.Errorf("JSON: %+v", got)
	}
	resp, err := client(t).PostForm(s.URL+"/bot"+testToken+"/sendMessage", url.Values{"chat_id": {"7"}, "text": {"URL-encoded"}})
	if got := read(t, resp, err); !got.OK {
		t.Errorf("URL-encoded: %+v", got)
	}
	resp, err = client(t).Get(s.URL + "/bot" + testToken + "/sendMessage?chat_id=7&text=query")
	if got := read(t, resp, err); !got.OK {
		t.Errorf("query: %+v", got)
	}
	var shown []string
	for _, m := range s.Messages(7) {
		shown = append(shown, m.Text)
	}
	if got := strings.Join(shown, " "); got != "multipart JSON URL-encoded query" {
		t.Errorf("shown %q", got)
	}
	if got := len(s.Calls("sendMessage")); got != 4 {
		t.Errorf("%d calls kept", got)
	}

	resp, err = client(t).Post(s.URL+"/bot"+testToken+"/sendMessage", "application/json", strings.NewReader("{"))
	if got := read(t, resp, err); got.status != 400 {
		t.Errorf("broken JSON: %+v", got)
	}
	if got := form(t, s, "sendMessage", map[string]string{"chat_id": "7", "text": "\xff"}); got.Description != "Bad Request: strings must be encoded in UTF-8" {
		t.Errorf("not UTF-8: %+v", got)
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	s.Open(7, "fr")
	s.Open(8, "fr")
	s.Open(9, "fr")
	s.Block(8)
	s.Deactivate(9)
	keyboard := func(rows string) string { return `{"inline_keyboard":` + rows + `}` }
	for name, tc := range map[string]struct {
		chat, text, mode, markup string
		want                     string // the refusal; "" is a yes
	}{
		"plain":           {"7", "a < b", "", "", ""},
		"HTML":            {"7", "a &lt; <b>b</b>", "HTML", "", ""},
		"no chat":         {"", "x", "", "", "Bad Request: chat_id is empty"},
		"unknown chat":    {"99", "x", "", "", "Bad Request: chat not found"},
		"a word as chat":  {"Jean", "x", "", "", "Bad Request: chat not found"},
		"blocked":         {"8", "x", "", "", "Forbidden: bot was blocked by the user"},
		"deactivated":     {"9", "x", "", "", "Forbidden: user is deactivated"},
		"empty":           {"7", "", "", "", "Bad Request: message text is empty"},
		"spaces":          {"7", " \n ", "", "", "Bad Request: message text is empty"},
		"only formatting": {"7", "<b></b>", "HTML", "", "Bad Request: message text is empty"},
		"4096 units":      {"7", strings.Repeat("𝄞", 2048), "", "", ""},
		"4097 units":      {"7", strings.Repeat("𝄞", 2048) + "x", "", "", "Bad Request: message is too long"},
		"4096 parsed":     {"7", strings.Repeat("&amp;", 4096), "HTML", "", ""},
		"bare less-than":  {"7", "5 < 6", "HTML", "", "Bad Request: can't parse entities: Unclosed start tag at byte offset 2"},
		"Markdown":        {"7", "x", "MarkdownV2", "", "Bad Request: unsupported parse_mode"},
		"button":          {"7", "x", "", keyboard(`[[{"text":"a","callback_data":"p","copy_text":{"text":""}}]]`), ""},
		"link":            {"7", "x", "", keyboard(`[[{"text":"a","url":"https://mboka.example","copy_text":{"text":""}}]]`), ""},
		"no rows":         {"7", "x", "", keyboard(`[]`), ""},
		"64 bytes":        {"7", "x", "", keyboard(`[[{"text":"a","callback_data":"` + strings.Repeat("é", 32) + `"}]]`), ""},
		"65 bytes":        {"7", "x", "", keyboard(`[[{"text":"a","callback_data":"` + strings.Repeat("é", 32) + `x"}]]`), "Bad Request: BUTTON_DATA_INVALID"},
		"no action":       {"7", "x", "", keyboard(`[[{"text":"a","callback_data":""}]]`), "Bad Request: can't parse inline keyboard button: Text buttons are not allowed in the inline keyboard"},
		"SDK's no action": {"7", "x", "", keyboard(`[[{"text":"a","copy_text":{"text":""}}]]`), "Bad Request: BUTTON_COPY_TEXT_INVALID"},
		"no label":        {"7", "x", "", keyboard(`[[{"text":"","callback_data":"p"}]]`), `Bad Request: can't parse inline keyboard button: field "text" must be non-empty`},
		"nine in a row":   {"7", "x", "", keyboard(`[[` + buttons(9) + `]]`), "Bad Request: reply markup is too long"},
		"101 buttons":     {"7", "x", "", keyboard(`[` + strings.Repeat(`[`+buttons(1)+`],`, 100) + `[` + buttons(1) + `]]`), "Bad Request: reply markup is too long"},
		"not a keyboard":  {"7", "x", "", `{"keyboard":[["a"]]}`, "Bad Request: can't parse reply keyboard markup JSON object"},
		"null keyboard":   {"7", "x", "", `null`, "Bad Request: can't parse reply keyboard markup JSON object"},
	} {
		got := form(t, s, "sendMessage", map[string]string{"chat_id": tc.chat, "text": tc.text, "parse_mode": tc.mode, "reply_markup": tc.markup})
		if got.OK != (tc.want == "") || got.Description != tc.want {
			t.Errorf("%s: ok %v, %q", name, got.OK, got.Description)
		}
	}
}

func buttons(n int) string {
	return strings.TrimSuffix(strings.Repeat(`{"text":"a","callback_data":"p"},`, n), ",")
}

func TestEdits(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	theirs := s.Text(7, "bonjour")
	sent := form(t, s, "sendMessage", map[string]string{"chat_id": "7", "text": "un"})
	var m struct {
		ID int64 `json:"message_id"`
	}
	if err := json.Unmarshal(sent.Result, &m); err != nil {
		t.Fatal(err)
	}
	edit := func(message int64, text string) string {
		return form(t, s, "editMessageText", map[string]string{"chat_id": "7", "message_id": id(message), "text": text}).Description
	}
	for _, step := range []struct {
		message    int64
		text, want string
	}{
		{m.ID, "un", "Bad Request: message is not modified"},
		{m.ID, "deux", ""},
		{m.ID, " deux ", "Bad Request: message is not modified"},
		{m.ID, "", "Bad Request: message text is empty"},
		{999, "x", "Bad Request: message to edit not found"},
		{theirs, "x", "Bad Request: message can't be edited"},
	} {
		got := edit(step.message, step.text)
		if !strings.HasPrefix(got, step.want) || (step.want == "") != (got == "") {
			t.Errorf("edit %d to %q: %q, want %q", step.message, step.text, got, step.want)
		}
	}
	if all := s.Messages(7); len(all) != 2 || all[1].Text != "deux" || all[1].Edits != 1 || all[0].FromBot {
		t.Errorf("shown %+v", all)
	}
	s.Delete(7, m.ID)
	if got := edit(m.ID, "trois"); got != "Bad Request: message to edit not found" {
		t.Errorf("edit of a deleted message: %q", got)
	}
}

func TestTapAnswers(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	form(t, s, "sendMessage", map[string]string{"chat_id": "7", "text": "x"}) // refused: nobody is there yet
	s.Open(7, "fr")
	form(t, s, "sendMessage", map[string]string{
		"chat_id": "7", "text": "?", "reply_markup": `{"inline_keyboard":[[{"text":"✅ Oui","callback_data":"r.s.a"}]]}`,
	})
	const old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
	for _, button := range []string{"r.s.a", "✅ Oui", "Oui"} {
		query := s.Tap(7, button)
		answer := func(text string) string {
			return form(t, s, "answerCallbackQuery", map[string]string{"callback_query_id": query, "text": text}).Description
		}
		if got := answer(strings.Repeat("x", 201)); got != "Bad Request: MESSAGE_TOO_LONG" {
			t.Errorf("a long answer: %q", got)
		}
		if got := answer(""); got != "" {
			t.Errorf("the first answer: %q", got)
		}
		if got := answer(""); got != old {
			t.Errorf("the second answer: %q", got)
		}
	}
	if got := form(t, s, "answerCallbackQuery", map[string]string{"callback_query_id": "x"}).Description; got != old {
		t.Errorf("an unknown query: %q", got)
	}
}

func TestCommands(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	ok := []Command{{"menu", "Menu"}}
	for name, tc := range map[string]struct {
		commands any
		lang     string
		scope    string
		want     string
	}{
		"fallback":      {ok, "", "", ""},
		"Lingala":       {ok, "ln", `{"type":"all_private_chats"}`, ""},
		"three letters": {ok, "lin", "", "Bad Request: invalid language code specified"},
		"odd scope":     {ok, "", `{"type":"moon"}`, "Bad Request: unsupported BotCommandScope type specified"},
		"broken scope":  {ok, "", `{`, "Bad Request: can't parse BotCommandScope JSON object"},
		"no list":       {"x", "", "", "Bad Request: can't parse commands JSON object"},
		"bad name":      {[]Command{{"Menu", "x"}}, "", "", "Bad Request: BOT_COMMAND_INVALID"},
		"long name":     {[]Command{{strings.Repeat("x", 33), "x"}}, "", "", "Bad Request: BOT_COMMAND_INVALID"},
		"undescribed":   {[]Command{{"menu", ""}}, "", "", "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID"},
		"101":           {make([]Command, 101), "", "", "Bad Request: BOT_COMMANDS_TOO_MUCH"},
	} {
		fields := map[string]any{"commands": tc.commands, "language_code": tc.lang}
		if tc.scope != "" {
			fields["scope"] = tc.scope
		}
		if got := call(t, s, "setMyCommands", fields).Description; got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
	if got := s.Commands("ln"); len(got) != 1 || got[0] != ok[0] {
		t.Errorf("kept %v", got)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	s.Open(7, "fr")
	send := map[string]string{"chat_id": "7", "text": "x"}
	s.Fail("sendMessage", TooManyRequests(5), Restarting(), Refuse(418, "teapot"), Migrated(-100), OddAfter())
	if got := form(t, s, "sendMessage", send); got.status != 429 || got.Parameters.RetryAfter != 5 {
		t.Errorf("429: %+v", got)
	}
	if got := form(t, s, "sendMessage", send); got.status != 500 || got.Description != "Internal Server Error: restart" {
		t.Errorf("500: %+v", got)
	}
	if got := form(t, s, "sendMessage", send); got.status != 418 {
		t.Errorf("418: %+v", got)
	}
	if got := form(t, s, "sendMessage", send); got.status != 400 || !strings.Contains(got.Description, "upgraded") {
		t.Errorf("migrated: %+v", got)
	}
	if n := len(s.Messages(7)); n != 0 {
		t.Errorf("%d messages came through", n)
	}
	if got := form(t, s, "sendMessage", send); !got.OK || len(s.Messages(7)) != 1 {
		t.Errorf("odd: %+v", got)
	}
	if got := form(t, s, "sendMessage", send); !got.OK || len(s.Messages(7)) != 2 {
		t.Errorf("the faults are used up: %+v", got)
	}
	s.Fail("sendMessage", BadGateway(), DroppedAfter())
	resp, err := client(t).Get(s.URL + "/bot" + testToken + "/sendMessage?chat_id=7&text=x")
	if err != nil {
		t.Fatal(err)
	}
	page, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode != 502 || !bytes.Contains(page, []byte("<html>")) {
		t.Errorf("502: %d %s", resp.StatusCode, page)
	}
	if resp, err := client(t).Post(s.URL+"/bot"+testToken+"/sendMessage", "application/json", strings.NewReader(`{"chat_id":7,"text":"x"}`)); err == nil {
		_ = resp.Body.Close()
		t.Errorf("dropped: answered %d", resp.StatusCode)
	}
	if n := len(s.Messages(7)); n != 3 {
		t.Errorf("%d messages, the dropped one should be there", n)
	}
}

func TestHTML(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"bonjour":                              {"bonjour", ""},
		"<b>a</b> <i>b</i> <u>c</u>":           {"a b c", ""},
		`<a href="https://x.example">lien</a>`: {"lien", ""},
		"<B>a</B>":                             {"a", ""},
		"&lt;&gt;&amp;&quot;&#39;&#x41;":       {`<>&"'A`, ""},
		"&nbsp;&eacute; & co":                  {"&nbsp;&eacute; & co", ""},
		"é < b":                                {"", "Unclosed start tag at byte offset 3"},
		"<script>x</script>":                   {"", `Unsupported start tag "script" at byte offset 0`},
		"x</b>":                                {"", "Unexpected end tag at byte offset 1"},
		"<b>x":                                 {"", `Can't find end tag corresponding to start tag "b"`},
		"<b><i>x</b></i>":                      {"", `Unmatched end tag at byte offset 7, expected "</i>", found "</b>"`},
		"a > b":                                {"a > b", ""},
	} {
		plain, problem := parseHTML(text)
		if plain != want[0] || problem != want[1] {
			t.Errorf("%q: %q, %q", text, plain, problem)
		}
	}
}

func TestTrouble(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	s.Open(7, "fr")
	s.Open(8, "fr")
	s.Trouble(func(c Call) (Fault, bool) {
		return TooManyRequests(3), c.Method == "sendmessage" && c.Params["chat_id"] == "7"
	})
	s.Fail("sendMessage", Refuse(418, "a fault that was ordered comes first"))
	for _, step := range []struct {
		chat, status int
	}{{7, 418}, {7, 429}, {8, 200}} {
		if got := call(t, s, "sendMessage", map[string]any{"chat_id": step.chat, "text": "x"}); got.status != step.status {
			t.Errorf("chat %d: %+v", step.chat, got)
		}
	}
	s.Trouble(nil)
	if got := call(t, s, "sendMessage", map[string]any{"chat_id": 7, "text": "x"}); !got.OK {
		t.Errorf("after the trouble: %+v", got)
	}
}
