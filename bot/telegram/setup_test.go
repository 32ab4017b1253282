package telegram

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mboka/bot"
	tt "mboka/bot/telegram/telegramtest"
)

func TestRegister(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv)
	for _, url := range []string{"https://mboka.example", "https://mboka.example/"} { // the second changes nothing
		if err := c.Register(t.Context(), url, testSecret); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]string{
		"url": "https://mboka.example/telegram/webhook", "secret_token": testSecret, "max_connections": "40",
		"allowed_updates": `["message","edited_message","callback_query","my_chat_member"]`,
	}
	for _, call := range srv.Calls("setWebhook") {
		if diff := cmp.Diff(want, call.Params); diff != "" {
			t.Error(diff)
		}
	}
}

func TestRegisterTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv)
	for name, tc := range map[string]struct{ url, secret, want string }{
		"no TLS":     {"http://mboka.example", testSecret, "HTTPS"},
		"bad secret": {"https://mboka.example", "é", "secret token contains unallowed characters"},
	} {
		err := c.Register(t.Context(), tc.url, tc.secret)
		var failed *bot.SendError
		if !errors.As(err, &failed) || failed.Outcome != bot.Rejected || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
		if !strings.HasPrefix(err.Error(), "register webhook: ") || strings.Contains(err.Error(), "AAsecret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWebhookInfo(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv)
	info, err := c.WebhookInfo(t.Context())
	if err != nil || info != (WebhookInfo{}) {
		t.Errorf("before: %+v, %v", info, err)
	}
	box := newMailbox()
	box.refuse = func(try int, _ bot.Inbound) error {
		if try < 3 {
			return errors.New("away")
		}
		return nil
	}
	serve(t, c, box.accept)
	srv.Text(42, "bonjour")
	box.wait(t, 1)
	srv.WaitDelivered()
	info, err = c.WebhookInfo(t.Context())
	if err != nil || !strings.HasSuffix(info.URL, WebhookPath) || info.Pending != 0 ||
		!strings.Contains(info.LastError, "503") || info.LastErrorAt.IsZero() {
		t.Errorf("after: %+v, %v", info, err)
	}
}

func TestSetCommands(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv)
	for _, lang := range []string{"", "fr", "ln"} {
		if err := c.SetCommands(t.Context(), lang, []Command{{"menu", "Menu " + lang}, {"stop", "Stop"}}); err != nil {
			t.Fatal(err)
		}
		want := []tt.Command{{Command: "menu", Description: "Menu " + lang}, {Command: "stop", Description: "Stop"}}
		if diff := cmp.Diff(want, srv.Commands(lang)); diff != "" {
			t.Errorf("%q: %s", lang, diff)
		}
	}
	if scope := srv.Calls("setMyCommands")[0].Params["scope"]; scope != `{"type":"all_private_chats"}` {
		t.Errorf("scope %s", scope)
	}
	for name, tc := range map[string]struct {
		lang string
		cmd  Command
	}{
		"three letters": {"lin", Command{"menu", "x"}},
		"capitals":      {"fr", Command{"Menu", "x"}},
		"a slash":       {"fr", Command{"/menu", "x"}},
		"undescribed":   {"fr", Command{"menu", ""}},
	} {
		if err := c.SetCommands(t.Context(), tc.lang, []Command{tc.cmd}); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestMe(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv)
	if name, err := c.Me(t.Context()); err != nil || name != tt.Username {
		t.Errorf("%q, %v", name, err)
	}
	srv.Fail("getMe", tt.BadGateway())
	if _, err := c.Me(t.Context()); err == nil || strings.Contains(err.Error(), "html") {
		t.Errorf("error %v", err)
	}
	fresh := open(t, srv) // with no connection that the server could cut
	srv.Close()
	_, err := fresh.Me(t.Context())
	var failed *bot.SendError
	if !errors.As(err, &failed) || failed.Outcome != bot.Retry || strings.Contains(err.Error(), "AAsecret") {
		t.Errorf("error %v", err)
	}
}
