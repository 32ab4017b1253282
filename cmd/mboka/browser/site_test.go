package browser

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"mboka/bot/telegram/telegramtest"
	"mboka/bot/whatsapp/twiliotest"
	"mboka/store"
	"mboka/store/seal"
	"mboka/store/storetest"
)

// site is the service, deployed for one test, with made-up members on record
// and a snapshot of them.
type site struct {
	t        *testing.T
	url      string // without a slash at the end
	db       *store.DB
	dbURL    string // of the owner
	telegram *telegramtest.Server
	twilio   *twiliotest.Server
	vars     []string

	mu   sync.Mutex
	logs []string
}

const (
	token   = "123456:test-token"
	account = "AC0123456789abcdef0123456789abcdef"
	auth    = "0123456789abcdef0123456789abcdef"
	hook    = "secret-of-the-webhook"
)

// newSite starts the service and waits until it is ready. It ends with the test.
func newSite(t *testing.T) *site {
	t.Helper()
	doc, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := seal.Parse(doc)
	if err != nil {
		t.Fatal(err)
	}
	url, address := storetest.PostgresURL(t), freeAddress(t)
	s := &site{t: t, url: "http://" + address, dbURL: url, telegram: telegramtest.NewServer(t, token), twilio: twiliotest.NewServer(t, account, auth)}
	if s.db, err = store.Open(t.Context(), url, keys); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.db.Close)
	s.twilio.Connect(s.url, s.url)
	s.vars = []string{
		"DATABASE_URL=" + url, "REDIS_URL=" + storetest.RedisServer(t).URL(), "MBOKA_LISTEN=" + address, "MBOKA_PUBLIC_URL=" + s.url,
		"TELEGRAM_BOT_TOKEN=" + token, "TELEGRAM_WEBHOOK_SECRET=" + hook, "TELEGRAM_API_URL=" + s.telegram.URL,
		"TWILIO_ACCOUNT_SID=" + account, "TWILIO_AUTH_TOKEN=" + auth, "TWILIO_WHATSAPP_FROM=" + twiliotest.From,
		"TWILIO_API_URL=" + s.twilio.URL, "MBOKA_KEYSET=" + string(doc),
	}
	s.fill()
	s.command("whatsapp", "setup")
	s.serve()
	return s
}

// command runs another command of the binary to its end.
func (s *site) command(args ...string) string {
	s.t.Helper()
	cmd := program(s.t, args...)
	cmd.Env = append(cmd.Env, s.vars...)
	said, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("mboka %s: %v\n%s", strings.Join(args, " "), err, said)
	}
	return string(said)
}

// program is a command of the binary in an environment that holds no settings.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "XDG_CACHE_HOME", "TZ"} {
		if value, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	return cmd
}

func (s *site) serve() {
	s.t.Helper()
	cmd := program(s.t, "serve")
	cmd.Env = append(cmd.Env, s.vars...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	started, ended := make(chan error, 1), make(chan error, 1)
	go func() {
		// The kernel ends the process with the thread that started it, also
		// when the tests are killed: the thread is this goroutine's own.
		runtime.LockOSThread()
		if err := cmd.Start(); err != nil {
			started <- err
			return
		}
		started <- nil
		lines := bufio.NewScanner(stderr)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			s.mu.Lock()
			s.logs = append(s.logs, lines.Text())
			s.mu.Unlock()
		}
		ended <- cmd.Wait()
	}()
	if err := <-started; err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := <-ended; err != nil {
			s.t.Errorf("the service ended badly: %v", err)
		}
		s.judgeLogs()
	})
	s.waitReady()
}

func (s *site) waitReady() {
	s.t.Helper()
	client := http.Client{Timeout: 3 * time.Second}
	poll(s.t, "the service to be ready", func() bool {
		resp, err := client.Get(s.url + "/readyz")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	poll(s.t, "the webhook to be set", func() bool { return len(s.telegram.Calls("setWebhook")) > 0 })
}

// judgeLogs fails the test for each error that the service logged: no visitor
// may cause one.
func (s *site) judgeLogs() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, line := range s.logs {
		// This Redis is the test's own and keeps nothing on disk.
		if strings.Contains(line, `"level":"ERROR"`) && !strings.Contains(line, "REDIS MAY LOSE MESSAGES") {
			s.t.Errorf("the service logged %s", line)
		}
	}
}

// poll asks again and again until something is so.
func poll(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited in vain for %s", what)
		case <-ticker.C:
		}
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
