package telegram

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"mboka/bot"
	tt "mboka/bot/telegram/telegramtest"
)

// sendError sends and expects a *bot.SendError.
func sendError(t *testing.T, c *Channel, ctx context.Context, address string, m bot.Message) *bot.SendError {
	t.Helper()
	r, err := c.Send(ctx, address, m)
	var failed *bot.SendError
	if !errors.As(err, &failed) {
		t.Fatalf("sent %+v, error %v: want a *bot.SendError", r, err)
	}
	if strings.Contains(err.Error(), "AAsecret") || strings.Contains(err.Error(), "Mobutu") {
		t.Errorf("the error tells the token or the text: %v", err)
	}
	return failed
}

func TestSendShowsThePlainText(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv)
	srv.Open(7, "fr")
	for _, text := range []string{
		"Mbote! Nazali Mboka.",
		"5 < 6 & 7 > 6, <b>pas gras</b> &amp; &lt;",
		`guillemets "doubles" et d'apostrophe`,
		"_a*b`c[d]\\ lokótá ɛ ɔ 👍🏿",
		strings.Repeat("&", 4096), // 20480 bytes when escaped, 4096 after parsing
		strings.Repeat("𝄞", 2048), // 4096 units
		"ligne 1\n\n- ligne 2\n- ligne 3",
	} {
		r, err := c.Send(t.Context(), "7", bot.Message{Text: text})
		if err != nil {
			t.Fatalf("text of %d bytes: %v", len(text), err)
		}
		all := srv.Messages(7)
		last := all[len(all)-1]
		if last.Text != text {
			t.Errorf("shown %q, want %q", last.Text, text)
		}
		if want := last.ID; r.ProviderID == "" || r.ProviderID != itoa(want) {
			t.Errorf("provider id %q, want %d", r.ProviderID, want)
		}
	}
	if got := srv.Calls("sendMessage")[0].Params["link_preview_options"]; got != `{"is_disabled":true}` {
		t.Errorf("link previews: %s", got)
	}
}

func TestSendShowsTheKeyboard(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv)
	srv.Open(7, "fr")
	m := bot.Message{Text: "Quel domaine ?", Layout: bot.Buttons, Choices: choices("Santé", "Droit", "BTP"), Actions: choices("Passer")}
	m.Choices[1].Ticked = true
	if _, err := c.Send(t.Context(), "7", m); err != nil {
		t.Fatal(err)
	}
	rows := srv.Messages(7)[0].Rows
	want := [][]tt.Button{
		{{Label: "Santé", Payload: "r.s.a"}, {Label: "✅ Droit", Payload: "r.s.b"}},
		{{Label: "BTP", Payload: "r.s.c"}},
		{{Label: "Passer", Payload: "r.s.a"}},
	}
	if !sameButtons(rows, want) {
		t.Errorf("rows %+v, want %+v", rows, want)
	}
}

func TestSendOutcomes(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fault   tt.Fault
		outcome bot.Outcome
		code    string
		after   time.Duration
		account bool
		shown   int // messages the person has then
	}{
		"too many":          {tt.TooManyRequests(7), bot.Throttled, "429", 7 * time.Second, false, 0},
		"too many, unsaid":  {tt.TooManyRequests(0), bot.Throttled, "429", time.Second, false, 0},
		"blocked":           {tt.Refuse(403, "Forbidden: bot was blocked by the user"), bot.Gone, "403", 0, false, 0},
		"deactivated":       {tt.Refuse(403, "Forbidden: user is deactivated"), bot.Gone, "403", 0, false, 0},
		"never started":     {tt.Refuse(403, "Forbidden: bot can't initiate conversation with a user"), bot.Gone, "403", 0, false, 0},
		"no such chat":      {tt.Refuse(400, "Bad Request: chat not found"), bot.Gone, "400", 0, false, 0},
		"migrated":          {tt.Migrated(-1001), bot.Gone, "400", 0, false, 0},
		"entities":          {tt.Refuse(400, "Bad Request: can't parse entities: <Mobutu>"), bot.Rejected, "400", 0, false, 0},
		"other bad request": {tt.Refuse(400, "Bad Request: MOBUTU_INVALID Mobutu"), bot.Rejected, "400", 0, false, 0},
		"unauthorized":      {tt.Refuse(401, "Unauthorized"), bot.Rejected, "401", 0, true, 0},
		"not found":         {tt.Refuse(404, "Not Found"), bot.Rejected, "404", 0, true, 0},
		"conflict":          {tt.Refuse(409, "Conflict"), bot.Retry, "409", 0, false, 0},
		"too large":         {tt.Refuse(413, "Request Entity Too Large"), bot.Rejected, "413", 0, false, 0},
		"restart":           {tt.Restarting(), bot.Retry, "500", 0, false, 0},
		"other 500":         {tt.Refuse(500, "Internal Server Error: Mobutu"), bot.Unknown, "500", 0, false, 0},
		"JSON 503":          {tt.Refuse(503, "Service Unavailable"), bot.Unknown, "503", 0, false, 0},
		"HTML 502":          {tt.BadGateway(), bot.Unknown, "no answer", 0, false, 0},
		"dropped before":    {tt.Fault{Drop: true}, bot.Unknown, "no answer", 0, false, 0},
		"dropped after":     {tt.DroppedAfter(), bot.Unknown, "no answer", 0, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := tt.NewServer(t, testToken)
			c := open(t, srv)
			srv.Open(7, "fr")
			srv.Fail("sendMessage", tc.fault)
			failed := sendError(t, c, t.Context(), "7", bot.Message{Text: "Mobutu"})
			if failed.Outcome != tc.outcome || failed.Code != tc.code || failed.RetryAfter != tc.after || failed.Account != tc.account {
				t.Errorf("got %s code %q after %v account %v (%v)", failed.Outcome, failed.Code, failed.RetryAfter, failed.Account, failed)
			}
			if got := len(srv.Messages(7)); got != tc.shown {
				t.Errorf("the person has %d messages, want %d", got, tc.shown)
			}
			if got := len(srv.Calls("sendMessage")); got != 1 {
				t.Errorf("%d calls: Send must not repeat by itself", got)
			}
		})
	}
}

func TestSendByTheServersOwnRules(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv)
	srv.Open(1, "fr")
	srv.Open(2, "fr")
	srv.Open(3, "fr")
	srv.Block(2)
	srv.Deactivate(3)
	for name, tc := range map[string]struct {
		address string
		m       bot.Message
		outcome bot.Outcome
		code    string
	}{
		"blocked":          {"2", bot.Message{Text: "Mobutu"}, bot.Gone, "403"},
		"deactivated":      {"3", bot.Message{Text: "Mobutu"}, bot.Gone, "403"},
		"unknown chat":     {"99", bot.Message{Text: "Mobutu"}, bot.Gone, "400"},
		"empty":            {"1", bot.Message{Text: ""}, bot.Rejected, "400"},
		"only spaces":      {"1", bot.Message{Text: " \n "}, bot.Rejected, "400"},
		"group":            {"-1001234", bot.Message{Text: "Mobutu"}, bot.Gone, "address"},
		"not a number":     {"whatsapp:+32470", bot.Message{Text: "Mobutu"}, bot.Gone, "address"},
		"beyond 64 bits":   {"99999999999999999999", bot.Message{Text: "Mobutu"}, bot.Gone, "address"},
		"4097 units":       {"1", bot.Message{Text: strings.Repeat("𝄞", 2048) + "x"}, bot.Rejected, "length"},
		"a payload of 65":  {"1", bot.Message{Text: "x", Actions: []bot.Choice{{Label: "x", Payload: strings.Repeat("p", 65)}}}, bot.Rejected, "keyboard"},
		"an empty payload": {"1", bot.Message{Text: "x", Actions: []bot.Choice{{Label: "x"}}}, bot.Rejected, "keyboard"},
	} {
		failed := sendError(t, c, t.Context(), tc.address, tc.m)
		if failed.Outcome != tc.outcome || failed.Code != tc.code {
			t.Errorf("%s: got %s code %q, want %s code %q", name, failed.Outcome, failed.Code, tc.outcome, tc.code)
		}
	}
}

func TestSendWithAWrongToken(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	for name, opt := range map[string]Options{
		"401": {Token: "123456:AAsecretother", APIURL: srv.URL},
		"404": {Token: testToken, APIURL: srv.URL + "/elsewhere"},
	} {
		c, err := New(opt)
		if err != nil {
			t.Fatal(err)
		}
		failed := sendError(t, c, t.Context(), "7", bot.Message{Text: "Mobutu"})
		if failed.Outcome != bot.Rejected || !failed.Account || failed.Code != name {
			t.Errorf("%s: %+v", name, failed)
		}
		_ = c.Close(t.Context())
	}
}

func TestSendThatNeverLeftIsRetried(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	failed := sendError(t, c, gone, "7", bot.Message{Text: "Mobutu"})
	if failed.Outcome != bot.Retry || !errors.Is(failed, context.Canceled) {
		t.Errorf("cancelled before: %v", failed)
	}
	srv.Close()
	failed = sendError(t, c, t.Context(), "7", bot.Message{Text: "Mobutu"})
	if failed.Outcome != bot.Retry || failed.Code != "transport" {
		t.Errorf("nobody listens: %v", failed)
	}
}

func TestSendThatTimesOutAfterDeliveryIsUnknown(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv)
	srv.Open(7, "fr")
	srv.Fail("sendMessage", tt.SilentAfter())
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		failed := sendErrorQuietly(c, ctx)
		if failed == nil || failed.Outcome != bot.Unknown || !errors.Is(failed, context.Canceled) {
			t.Errorf("got %v", failed)
		}
	}()
	srv.Wait(7, 1)
	cancel()
	<-done
}

func sendErrorQuietly(c *Channel, ctx context.Context) *bot.SendError {
	_, err := c.Send(ctx, "7", bot.Message{Text: "Mobutu"})
	var failed *bot.SendError
	errors.As(err, &failed)
	return failed
}

// An answer with a word the SDK does not know is still a yes.
func TestSendWhoseAnswerCannotBeReadIsSent(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv)
	srv.Open(7, "fr")
	srv.Fail("sendMessage", tt.OddAfter())
	r, err := c.Send(t.Context(), "7", bot.Message{Text: "x"})
	if err != nil || r.ProviderID != "" || len(srv.Messages(7)) != 1 {
		t.Errorf("receipt %+v, error %v", r, err)
	}
}

func TestHoldIsBotWideWhenASecondChatIsRefused(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	now := time.Unix(1_000_000, 0)
	c := open(t, srv, func(o *Options) { o.Clock = func() time.Time { return now } })
	for i, step := range []struct {
		address string
		passed  time.Duration
		account bool
	}{
		{"1", 0, false},
		{"1", time.Second, false},            // the same impatient chat
		{"2", time.Second, true},             // another one meanwhile
		{"2", time.Second, false},            // only itself again
		{"3", 10 * time.Second, false},       // the hold is over: at its end, not after
		{"1", 9999 * time.Millisecond, true}, // just before it
	} {
		now = now.Add(step.passed)
		srv.Fail("sendMessage", tt.TooManyRequests(10))
		failed := sendError(t, c, t.Context(), step.address, bot.Message{Text: "Mobutu"})
		if failed.Account != step.account {
			t.Errorf("step %d: account %v, want %v", i, failed.Account, step.account)
		}
	}
}

func TestEdit(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv)
	srv.Open(7, "fr")
	m := bot.Message{Text: "Langues ?", Layout: bot.Buttons, Choices: choices("Lingala", "Swahili")}
	first, err := c.Send(t.Context(), "7", m)
	if err != nil {
		t.Fatal(err)
	}
	m.Edits = first.ProviderID
	m.Choices[0].Ticked = true
	for range 2 { // the second changes nothing, which is a success
		r, err := c.Send(t.Context(), "7", m)
		if err != nil || r != first {
			t.Fatalf("edit: %+v, %v", r, err)
		}
	}
	all := srv.Messages(7)
	if len(all) != 1 || all[0].Edits != 1 || all[0].Rows[0][0].Label != "✅ Lingala" {
		t.Errorf("shown %+v", all)
	}
	if _, err := c.Send(t.Context(), "7", bot.Message{Text: "Merci", Edits: first.ProviderID}); err != nil {
		t.Fatal(err)
	}
	if all = srv.Messages(7); len(all[0].Rows) != 0 || all[0].Text != "Merci" {
		t.Errorf("the keyboard stays: %+v", all)
	}
}

func TestEditThatIsNotPossibleSendsAnew(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		edits func(srv *tt.Server) string
		fault []tt.Fault
	}{
		"never was":    {func(*tt.Server) string { return "999" }, nil},
		"the person's": {func(srv *tt.Server) string { return itoa(srv.Text(7, "bonjour")) }, nil},
		"not a number": {func(*tt.Server) string { return "SM123" }, nil},
		"cannot":       {func(*tt.Server) string { return "1" }, []tt.Fault{tt.Refuse(400, "Bad Request: message can't be edited")}},
		"MESSAGE_ID":   {func(*tt.Server) string { return "1" }, []tt.Fault{tt.Refuse(400, "Bad Request: MESSAGE_ID_INVALID")}},
		"the person's own deletion": {func(srv *tt.Server) string {
			m := srv.Text(7, "x")
			srv.Delete(7, m)
			return itoa(m)
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := tt.NewServer(t, testToken)
			c := open(t, srv)
			srv.Open(7, "fr")
			srv.Fail("editMessageText", tc.fault...)
			r, err := c.Send(t.Context(), "7", bot.Message{Text: "nouveau", Edits: tc.edits(srv)})
			if err != nil {
				t.Fatal(err)
			}
			all := srv.Wait(7, 1)
			last := all[len(all)-1]
			if last.Text != "nouveau" || itoa(last.ID) != r.ProviderID {
				t.Errorf("receipt %+v, shown %+v", r, last)
			}
		})
	}
}

func TestEditThatFailsIsNotSentAnew(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fault   tt.Fault
		outcome bot.Outcome
	}{
		"too many":      {tt.TooManyRequests(3), bot.Throttled},
		"restart":       {tt.Restarting(), bot.Retry},
		"blocked":       {tt.Refuse(403, "Forbidden: bot was blocked by the user"), bot.Gone},
		"bad":           {tt.Refuse(400, "Bad Request: something"), bot.Rejected},
		"no answer":     {tt.BadGateway(), bot.Retry}, // repeating an edit does no harm
		"dropped after": {tt.DroppedAfter(), bot.Retry},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := tt.NewServer(t, testToken)
			c := open(t, srv)
			srv.Open(7, "fr")
			first, err := c.Send(t.Context(), "7", bot.Message{Text: "un"})
			if err != nil {
				t.Fatal(err)
			}
			srv.Fail("editMessageText", tc.fault)
			failed := sendError(t, c, t.Context(), "7", bot.Message{Text: "deux", Edits: first.ProviderID})
			if failed.Outcome != tc.outcome {
				t.Errorf("got %v, want %s", failed, tc.outcome)
			}
			if n := len(srv.Calls("sendMessage")); n != 1 {
				t.Errorf("%d messages were sent, want the first only", n)
			}
		})
	}
}
