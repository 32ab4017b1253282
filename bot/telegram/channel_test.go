package telegram

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mboka/bot"
	"mboka/bot/telegram/telegramtest"
)

const testToken = "123456:AAsecretsecretsecretsecretsecretsecr"

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open is a channel of a fake server that forgets nothing at the end.
func open(t *testing.T, srv *telegramtest.Server, change ...func(*Options)) *Channel {
	t.Helper()
	opt := Options{Token: testToken, APIURL: srv.URL, RetryWait: time.Millisecond}
	for _, f := range change {
		f(&opt)
	}
	c, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(context.Background()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return c
}

// mailbox is an accept that keeps what it took, once per id.
type mailbox struct {
	mu      sync.Mutex
	taken   []bot.Inbound
	tries   int
	seen    map[string]bool
	changed chan struct{}
	refuse  func(try int, in bot.Inbound) error
}

func newMailbox() *mailbox {
	return &mailbox{seen: map[string]bool{}, changed: make(chan struct{})}
}

func (m *mailbox) accept(_ context.Context, in bot.Inbound) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tries++
	if m.refuse != nil {
		if err := m.refuse(m.tries, in); err != nil {
			return err
		}
	}
	if !m.seen[in.ID] {
		m.seen[in.ID] = true
		m.taken = append(m.taken, in)
	}
	close(m.changed)
	m.changed = make(chan struct{})
	return nil
}

// wait waits until n different updates were taken.
func (m *mailbox) wait(t *testing.T, n int) []bot.Inbound {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	for {
		m.mu.Lock()
		taken, changed := append([]bot.Inbound(nil), m.taken...), m.changed
		m.mu.Unlock()
		if len(taken) >= n {
			return taken
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("%d updates were taken, want %d", len(taken), n)
		}
	}
}

func texts(list []bot.Inbound) string {
	var out []string
	for _, in := range list {
		out = append(out, in.Text)
	}
	return strings.Join(out, " ")
}

// logs is a logger whose output can be searched.
type logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func (l *logs) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func TestNewRefusesWithoutTellingTheToken(t *testing.T) {
	t.Parallel()
	for name, opt := range map[string]Options{
		"no token":         {},
		"a word":           {Token: "secretword"},
		"a space inside":   {Token: "123:secret word"},
		"a line end":       {Token: "123:secret\n"},
		"a path":           {Token: "123:secret/../x"},
		"URL with no host": {Token: "123:secret", APIURL: "https://"},
		"URL of a file":    {Token: "123:secret", APIURL: "file:///etc"},
		"broken URL":       {Token: "123:secret", APIURL: "http://%zz"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := New(opt)
			if err == nil {
				t.Fatalf("no error, got %v", c)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error tells the token: %v", err)
			}
		})
	}
}

func TestNewCallsNobody(t *testing.T) {
	t.Parallel()
	c, err := New(Options{Token: testToken, APIURL: "http://127.0.0.1:1/"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Name() != "telegram" || !c.Capabilities().Edits {
		t.Errorf("name %q, capabilities %+v", c.Name(), c.Capabilities())
	}
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestCloseWaitsForAnswersUnderWay(t *testing.T) {
	t.Parallel()
	srv := telegramtest.NewServer(t, testToken)
	c := open(t, srv)
	srv.Fail("answerCallbackQuery", telegramtest.SilentAfter())
	c.answerTap("q1")
	srv.WaitCalls("answerCallbackQuery", 1)

	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Close(gone); err != context.Canceled {
		t.Errorf("close with a call that hangs: %v", err)
	}
	if got := c.Counts().AnswerFailed; got != 1 {
		t.Errorf("failed answers %d, want 1", got)
	}
	c.answerTap("q2") // after Close: refused, and no goroutine
	if got := c.Counts().AnswerDropped; got != 1 {
		t.Errorf("dropped answers %d, want 1", got)
	}
}

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	srv := telegramtest.NewServer(t, testToken)
	c := open(t, srv)
	release := make(chan struct{})
	for range maxAnswers {
		if !c.answers.start(func(context.Context) { <-release }) {
			t.Fatal("refused below the bound")
		}
	}
	if c.answers.start(func(context.Context) {}) {
		t.Error("one above the bound was started")
	}
	close(release)
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func sameButtons(a, b [][]telegramtest.Button) bool {
	return slices.EqualFunc(a, b, func(x, y []telegramtest.Button) bool { return slices.Equal(x, y) })
}
