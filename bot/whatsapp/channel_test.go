package whatsapp

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mboka/bot"
	"mboka/bot/whatsapp/twiliotest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testAccount = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	testToken   = "0123456789abcdef0123456789abcdef"
	testPublic  = "https://bot.example.org"
	anna        = "whatsapp:+32470000000"
)

var testFrame = Frame{Before: "▸ ", After: "\n(ou écrivez votre choix)"}

// rig is a channel between a fake Twilio and a store that remembers.
type rig struct {
	*Channel
	srv *twiliotest.Server
	web *httptest.Server

	mu       sync.Mutex
	inbox    []bot.Inbound
	statuses []Status
	logs     bytes.Buffer
	broken   error // what accept and settle answer
}

// Write collects the log; slog calls it from several goroutines.
func (r *rig) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.logs.Write(p)
}

func (r *rig) accept(_ context.Context, in bot.Inbound) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.broken == nil {
		r.inbox = append(r.inbox, in)
	}
	return r.broken
}

func (r *rig) settle(_ context.Context, s Status) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.broken == nil {
		r.statuses = append(r.statuses, s)
	}
	return r.broken
}

func (r *rig) breakStore(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.broken = err
}

func (r *rig) received() []bot.Inbound {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]bot.Inbound(nil), r.inbox...)
}

func (r *rig) settled() []Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Status(nil), r.statuses...)
}

func (r *rig) logged() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.logs.String()
}

func newRig(t *testing.T, change ...func(*Options)) *rig {
	t.Helper()
	r := &rig{srv: twiliotest.NewServer(t, testAccount, testToken)}
	transport := &http.Transport{}
	opt := Options{
		AccountSID: testAccount, AuthToken: testToken, From: twiliotest.From,
		APIURL: r.srv.URL, PublicURL: testPublic,
		Contents:   &Contents{},
		Frames:     map[string]Frame{"fr": testFrame},
		Logger:     slog.New(slog.NewJSONHandler(r, &slog.HandlerOptions{Level: slog.LevelDebug})),
		HTTPClient: &http.Client{Transport: transport},
	}
	for _, c := range change {
		c(&opt)
	}
	channel, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	r.Channel = channel
	mux := http.NewServeMux()
	mux.Handle(WebhookPath, channel.Webhook(r.accept))
	mux.Handle(StatusPath, channel.Status(r.settle))
	r.web = httptest.NewServer(mux)
	r.srv.Connect(testPublic, r.web.URL)
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		r.web.Close()
	})
	return r
}

// within bounds a wait; tests end far sooner.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestNewNamesEveryFault(t *testing.T) {
	t.Parallel()
	_, err := New(Options{
		AccountSID: "SK123", AuthToken: "", From: "0470", APIURL: "ftp://x", PublicURL: "https://my_bot.example.org",
		Frames: map[string]Frame{"ln": {Before: " ", After: "x"}},
	})
	if err == nil {
		t.Fatal("nothing is right, and New took it")
	}
	for _, want := range []string{"account SID", "auth token", "sender", "API address", "underscore", `"ln"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %q: %v", want, err)
		}
	}
	_, err = New(Options{AccountSID: testAccount, AuthToken: "s3cret", From: "+32460000001", PublicURL: "https://user:pw@h"})
	if err == nil || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "pw") {
		t.Errorf("a secret in %v, or no error", err)
	}
}

func TestNewAddresses(t *testing.T) {
	t.Parallel()
	for public, ok := range map[string]bool{
		"https://bot.example.org":      true,
		"https://bot.example.org/":     true,
		"http://127.0.0.1:8080":        true,
		"https://bot.example.org/bots": true,
		"bot.example.org":              false,
		"":                             false,
		"https://bot.example.org?x=1":  false,
		"https://bot.example.org#rp":   false,
		"ws://bot.example.org":         false,
	} {
		_, err := New(Options{AccountSID: testAccount, AuthToken: "t-with_dash", From: "+32460000001", PublicURL: public})
		if (err == nil) != ok {
			t.Errorf("%q: %v", public, err)
		}
	}
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if r.Name() != "whatsapp" || r.Capabilities() != bot.WhatsAppCapabilities {
		t.Errorf("%s %+v", r.Name(), r.Capabilities())
	}
}

// What must never be logged or put into an error goes through the channel once
// in every way it can.
func TestNothingPersonalIsLogged(t *testing.T) {
	t.Parallel()
	const secretText = "je m'appelle Mado"
	r := newRig(t)
	r.srv.Text(anna, secretText)
	m := buttons()
	m.Text, m.Template = secretText, ""
	save := func(string, string, string, string) error { return nil }
	report := func(line string) { r.log.Info(line) }
	if err := r.Setup(within(t), Generics("fr", testFrame), nil, save, report); err != nil {
		t.Fatal(err)
	}
	r.srv.Fail(twiliotest.Refuse(400, 21655), twiliotest.Refuse(400, 21211), twiliotest.Later(63024),
		twiliotest.Page(502), twiliotest.Cut(), twiliotest.Drop())
	var errs strings.Builder
	for range 5 {
		if _, err := r.Send(within(t), anna, m); err != nil {
			errs.WriteString(err.Error())
		}
	}
	r.srv.Settle(within(t))
	for _, outcome := range r.settled() {
		if outcome.Outcome != nil {
			errs.WriteString(outcome.Outcome.Error())
		}
	}
	r.breakStore(context.DeadlineExceeded)
	r.srv.Text(anna, secretText)
	r.srv.Post(anna, map[string][]string{"Body": {secretText}, "MessageSid": {"odd"}})
	direct(r, http.MethodPost, WebhookPath, "wrong", strings.NewReader(secretText))
	if errs.Len() == 0 || !strings.Contains(r.logged(), "not accepted") || !strings.Contains(r.logged(), "refused") {
		t.Fatalf("the ways to log were not taken: %s", r.logged())
	}
	for _, secret := range []string{secretText, "Mado", "32470000000", "Une Personne", testToken, "32460000001"} {
		if strings.Contains(r.logged(), secret) {
			t.Errorf("%q in the log: %s", secret, r.logged())
		}
		if strings.Contains(errs.String(), secret) {
			t.Errorf("%q in an error: %s", secret, errs.String())
		}
	}
}
