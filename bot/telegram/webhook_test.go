package telegram

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"mboka/bot"
	tt "mboka/bot/telegram/telegramtest"
)

const testSecret = "s3cret-Header_value"

func post(h http.Handler, secret string, body io.Reader) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, WebhookPath, body)
	if secret != "" {
		r.Header.Set(secretHeader, secret)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// offline is a channel whose calls go nowhere.
func offline(t *testing.T, change ...func(*Options)) *Channel {
	t.Helper()
	srv := tt.NewServer(t, testToken)
	return open(t, srv, change...)
}

func TestWebhookSecret(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		set, sent string
		code      int
	}{
		"right":           {testSecret, testSecret, 200},
		"none":            {testSecret, "", 401},
		"wrong":           {testSecret, "s3cret-Header_valuf", 401},
		"a beginning":     {testSecret, "s3cret", 401},
		"longer":          {testSecret, testSecret + "x", 401},
		"none configured": {"", "", 401},
		"any to none":     {"", "x", 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := offline(t)
			box := newMailbox()
			w := post(c.Webhook(tc.set, box.accept), tc.sent, strings.NewReader(said(`"text":"oui"`)))
			if w.Code != tc.code {
				t.Errorf("answered %d, want %d", w.Code, tc.code)
			}
			refused := tc.code == 401
			if got := c.Counts().BadSecret; (got == 1) != refused {
				t.Errorf("counted %d", got)
			}
			if (box.tries == 0) != refused {
				t.Errorf("accept was called %d times", box.tries)
			}
		})
	}
}

// A body must not even be looked at without the secret.
func TestWebhookReadsNothingWithoutTheSecret(t *testing.T) {
	t.Parallel()
	c := offline(t)
	body := &countingReader{}
	post(c.Webhook(testSecret, newMailbox().accept), "wrong", body)
	if body.n != 0 {
		t.Errorf("%d reads", body.n)
	}
}

type countingReader struct{ n int }

func (r *countingReader) Read(p []byte) (int, error) {
	r.n++
	return 0, io.EOF
}

func TestWebhookMethods(t *testing.T) {
	t.Parallel()
	c := offline(t)
	h := c.Webhook(testSecret, newMailbox().accept)
	for _, method := range []string{"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"} {
		r := httptest.NewRequest(method, WebhookPath, nil)
		r.Header.Set(secretHeader, testSecret)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 405 || w.Header().Get("Allow") != "POST" {
			t.Errorf("%s: answered %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
}

func TestWebhookAnswers(t *testing.T) {
	t.Parallel()
	big := func(n int) string {
		body := said(`"text":"%s"`)
		return fmt.Sprintf(body, strings.Repeat("x", n-len(body)+2))
	}
	for name, tc := range map[string]struct {
		body  io.Reader
		code  int
		taken int
		want  Counts
	}{
		"a message":       {strings.NewReader(said(`"text":"oui"`)), 200, 1, Counts{}},
		"a group":         {strings.NewReader(`{"update_id":5,"message":{"chat":{"id":-1,"type":"group"},"text":"x"}}`), 200, 0, Counts{Ignored: 1}},
		"not JSON":        {strings.NewReader(`<xml>`), 200, 0, Counts{Undecodable: 1}},
		"empty":           {strings.NewReader(``), 200, 0, Counts{Undecodable: 1}},
		"exactly 1 MB":    {strings.NewReader(big(maxUpdate)), 200, 1, Counts{}},
		"1 MB and a byte": {strings.NewReader(big(maxUpdate + 1)), 200, 0, Counts{TooLarge: 1}},
		"5 MB":            {strings.NewReader(big(5 << 20)), 200, 0, Counts{TooLarge: 1}},
		"broken off":      {io.MultiReader(strings.NewReader(`{"upd`), brokenReader{}), 400, 0, Counts{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := offline(t)
			box := newMailbox()
			w := post(c.Webhook(testSecret, box.accept), testSecret, tc.body)
			if w.Code != tc.code || len(box.taken) != tc.taken {
				t.Errorf("answered %d and took %d, want %d and %d", w.Code, len(box.taken), tc.code, tc.taken)
			}
			if got := c.Counts(); got != tc.want {
				t.Errorf("counts %+v, want %+v", got, tc.want)
			}
		})
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// The sender of a too large update must hear the 200, or it repeats for a day.
func TestWebhookHearsTooLargeOut(t *testing.T) {
	t.Parallel()
	c := offline(t)
	web := httptest.NewServer(c.Webhook(testSecret, newMailbox().accept))
	defer web.Close()
	r, err := http.NewRequest(http.MethodPost, web.URL, strings.NewReader(strings.Repeat("x", 8<<20)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(secretHeader, testSecret)
	resp, err := web.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Errorf("answered %d", resp.StatusCode)
	}
}

func TestWebhookAnswersAfterAccept(t *testing.T) {
	t.Parallel()
	c := offline(t)
	h := c.Webhook(testSecret, func(ctx context.Context, _ bot.Inbound) error {
		if _, limited := ctx.Deadline(); !limited {
			t.Error("accept has no deadline")
		}
		return errors.New("the store is away")
	})
	w := post(h, testSecret, strings.NewReader(said(`"text":"oui"`)))
	if w.Code != 503 || c.Counts().AcceptFailed != 1 {
		t.Errorf("answered %d, counts %+v", w.Code, c.Counts())
	}
}

// serve registers a webhook of c with the fake server.
func serve(t *testing.T, c *Channel, accept bot.Accept) {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("POST "+WebhookPath, c.Webhook(testSecret, accept))
	web := httptest.NewServer(mux)
	t.Cleanup(web.Close)
	if err := c.Register(t.Context(), web.URL+"/", testSecret); err != nil {
		t.Fatal(err)
	}
}

func TestWebhookEndToEnd(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv)
	box := newMailbox()
	serve(t, c, box.accept)

	srv.Open(42, "ln")
	first := srv.Text(42, "Mbote")
	if got := box.wait(t, 1)[0]; got.Kind != bot.Text || got.Text != "Mbote" || got.Language != "ln" || got.Address != "42" || got.At.IsZero() {
		t.Errorf("text became %+v", got)
	}
	srv.EditText(42, first, "Mbote!")
	if got := box.wait(t, 2)[1]; got.Kind != bot.Edited || got.Text != "Mbote!" {
		t.Errorf("edit became %+v", got)
	}
	r, err := c.Send(t.Context(), "42", bot.Message{Text: "?", Layout: bot.Buttons, Choices: choices("Iyo", "Te")})
	if err != nil {
		t.Fatal(err)
	}
	srv.Tap(42, "Te")
	if got := box.wait(t, 3)[2]; got.Kind != bot.Tap || got.Payload != "r.s.b" || got.Source != r.ProviderID {
		t.Errorf("tap became %+v", got)
	}
	srv.WaitCalls("answerCallbackQuery", 1)
	srv.Say(42, "[voix]", map[string]any{"voice": map[string]any{"file_id": "x"}})
	srv.WaitDelivered()
	srv.Block(42)
	srv.WaitDelivered()
	srv.Unblock(42)
	got := box.wait(t, 6)
	for i, kind := range []bot.Kind{bot.Voice, bot.Blocked, bot.Unblocked} {
		if got[3+i].Kind != kind {
			t.Errorf("update %d is %s, want %s", 3+i, got[3+i].Kind, kind)
		}
	}
}

// While the store is away everything is refused; then it all comes, in order
// and once.
func TestWebhookIsRepeatedUntilAccepted(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv)
	box := newMailbox()
	box.refuse = func(try int, _ bot.Inbound) error {
		if try <= 3 {
			return errors.New("the store is away")
		}
		return nil
	}
	srv.Repeat(2)
	serve(t, c, box.accept)
	for _, word := range []string{"un", "deux", "trois"} {
		srv.Text(42, word)
	}
	if got := texts(box.wait(t, 3)); got != "un deux trois" {
		t.Errorf("taken %q", got)
	}
	srv.WaitDelivered()
	if got := c.Counts().AcceptFailed; got != 3 {
		t.Errorf("%d refusals counted, want 3", got)
	}
}

// The answer to a tap matters to nobody but the phone's spinner.
func TestFailedTapAnswerHarmsNothing(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv)
	srv.Fail("answerCallbackQuery", tt.Refuse(400, "Bad Request: query is too old and response timeout expired or query ID is invalid"))
	w := post(c.Webhook(testSecret, newMailbox().accept), testSecret,
		strings.NewReader(`{"update_id":5,"callback_query":{"id":"77",`+from+`,"data":"x"}}`))
	if w.Code != 200 {
		t.Errorf("answered %d", w.Code)
	}
	if call := srv.WaitCalls("answerCallbackQuery", 1)[0]; call.Params["callback_query_id"] != "77" {
		t.Errorf("called with %v", call.Params)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := c.Counts().AnswerFailed; got != 1 {
		t.Errorf("%d failures counted", got)
	}
}

// A tap that the store did not take is not answered: it will come again.
func TestTapIsAnsweredOnlyOnceTaken(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv)
	h := c.Webhook(testSecret, func(context.Context, bot.Inbound) error { return errors.New("away") })
	post(h, testSecret, strings.NewReader(`{"update_id":5,"callback_query":{"id":"77",`+from+`,"data":"x"}}`))
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(srv.Calls("answerCallbackQuery")); n != 0 {
		t.Errorf("%d answers", n)
	}
}

func FuzzWebhook(f *testing.F) {
	for _, body := range []string{
		said(`"text":"oui"`), said(`"photo":[{}],"caption":"x"`), `{"update_id":1}`, `null`, `{`, `[]`,
		`{"update_id":5,"callback_query":{"id":"77",` + from + `,"data":"x","message":{"message_id":9,"date":0,` + private + `}}}`,
		`{"update_id":5,"my_chat_member":{` + private + `,"new_chat_member":{"status":"kicked"}}}`,
		`{"update_id":5,"edited_message":{` + head + `,"text":"x"}}`, "\xff\xfe", `{"update_id":1e3}`,
	} {
		f.Add([]byte(body))
	}
	c, err := New(Options{Token: testToken, APIURL: "http://127.0.0.1:1"})
	if err != nil {
		f.Fatal(err)
	}
	c.answers.close(context.Background()) // taps here are answered to nobody
	f.Fuzz(func(t *testing.T, body []byte) {
		var taken []bot.Inbound
		h := c.Webhook(testSecret, func(_ context.Context, in bot.Inbound) error {
			taken = append(taken, in)
			return nil
		})
		if w := post(h, testSecret, strings.NewReader(string(body))); w.Code != 200 {
			t.Fatalf("answered %d", w.Code)
		}
		for _, in := range taken {
			if in.Address == "" || strings.HasPrefix(in.Address, "-") || in.ID == "u" || in.Kind == "" || in.Channel != Name {
				t.Fatalf("took %+v", in)
			}
		}
		if len(taken) > 1 {
			t.Fatalf("took %d events of one update", len(taken))
		}
	})
}
