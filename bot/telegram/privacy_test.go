package telegram

import (
	"context"
	"errors"
	"strings"
	"testing"

	"mboka/bot"
	tt "mboka/bot/telegram/telegramtest"
)

// Everything that can go wrong goes wrong, at debug level: neither the token,
// nor the secret, nor a text, nor a chat id may show in a log or an error.
func TestNothingPersonalInLogsOrErrors(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	out := &logs{}
	c := open(t, srv, func(o *Options) { o.Logger = out.logger() })
	const address, word = "987654321", "Tshombe"
	var failures []error

	away := func(context.Context, bot.Inbound) error { return errors.New("the store is away") }
	hooks := c.Webhook(testSecret, away)
	body := strings.ReplaceAll(said(`"text":"`+word+`"`), `"id":42`, `"id":`+address)
	for _, b := range []string{
		body, body[:len(body)-1], strings.Replace(body, `"private"`, `"group"`, 1),
		`{"update_id":5,"message":"` + word + `"}`, `{"update_id":5,"x":"` + strings.Repeat(word, 200_000) + `"}`,
	} {
		post(hooks, testSecret, strings.NewReader(b))
		post(hooks, "wrong", strings.NewReader(b))
	}

	srv.Open(987654321, "fr")
	srv.Fail("sendMessage", tt.Refuse(400, "Bad Request: can't parse entities: "+word), tt.Refuse(400, "Bad Request: "+word+" "+address),
		tt.Refuse(500, word), tt.Refuse(418, word), tt.Fault{Code: 502, Page: word + address + testToken}, tt.Fault{Drop: true},
		tt.Refuse(403, word), tt.Migrated(-987654321), tt.TooManyRequests(1), tt.OddAfter())
	for range 10 {
		_, err := c.Send(t.Context(), address, bot.Message{Text: word})
		failures = append(failures, err)
	}
	_, err := c.Send(t.Context(), "whatsapp:+"+address, bot.Message{Text: word})
	failures = append(failures, err)

	srv.Fail("getUpdates", tt.Refuse(409, word), tt.Fault{Code: 502, Page: testToken}, tt.Fault{Drop: true})
	srv.Text(987654321, word)
	ctx, cancel := context.WithCancel(t.Context())
	failures = append(failures, c.Poll(ctx, func(ctx context.Context, in bot.Inbound) error {
		cancel()
		return away(ctx, in)
	}, nil))
	srv.Close()
	_, err = c.Send(t.Context(), address, bot.Message{Text: word})
	_, meErr := c.Me(t.Context())
	failures = append(failures, err, meErr)

	text := out.String()
	for _, line := range []string{"too large", "not readable", "not accepted", "polling waits"} {
		if !strings.Contains(text, line) {
			t.Errorf("no log line %q: the test misses its subject", line)
		}
	}
	for _, err := range failures {
		if err != nil {
			text += "\n" + err.Error()
		}
	}
	for _, secret := range []string{testToken, "AAsecret", testSecret, word, address} {
		if strings.Contains(text, secret) {
			t.Errorf("%q shows in:\n%s", secret, text)
		}
	}
}
