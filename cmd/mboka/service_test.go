package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"mboka/bot/telegram/telegramtest"
	"mboka/bot/whatsapp/twiliotest"
	"mboka/store"
	"mboka/store/seal"
	"mboka/store/storetest"
)

func TestMain(m *testing.M) {
	redis.SetLogger(silence{})
	os.Exit(m.Run())
}

// patience is how long a test hopes for something before it fails.
const patience = 20 * time.Second

// service is `mboka serve` as it is deployed, in this process: real Postgres
// and Redis, both platforms faked over HTTP.
type testService struct {
	t        *testing.T
	telegram *telegramtest.Server
	twilio   *twiliotest.Server
	keys     *seal.Keys
	db       *pgxpool.Pool
	dbURL    string // of the owner; the service has its own role
	redis    *redis.Client
	redisURL string
	// redisServer is of this service alone.
	redisServer *storetest.Server
	vars        []string
	// readyLine is the log line that tells that the service runs.
	readyLine string
	tempo     tempo

	mu    sync.Mutex
	logs  []string
	turns map[string][]turnLine // by chat, in order
	grown *sync.Cond
}

// turnLine is the log line of a turn.
type turnLine struct {
	Msg     string   `json:"msg"`
	Chat    string   `json:"chat"`
	Message string   `json:"message"`
	Kind    string   `json:"kind"`
	Step    string   `json:"step"`
	Said    []string `json:"said"`
}

const (
	testToken   = "123456:test-token"
	testAccount = "AC0123456789abcdef0123456789abcdef"
	testAuth    = "0123456789abcdef0123456789abcdef"
	testSecret  = "secret-of-the-webhook"
)

// prepareService makes everything the service needs, but does not start it.
func prepareService(t *testing.T) *testService {
	t.Helper()
	return prepareServiceOn(t, storetest.PostgresURL(t))
}

// prepareServiceOn is prepareService over a database, whose URL is the owner's.
func prepareServiceOn(t *testing.T, dbURL string) *testService {
	t.Helper()
	doc, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := seal.Parse(doc)
	if err != nil {
		t.Fatal(err)
	}
	redisServer := storetest.RedisServer(t)
	s := &testService{
		t: t, keys: keys, dbURL: dbURL, redis: redisServer.Client(), redisURL: redisServer.URL(), redisServer: redisServer,
		telegram: telegramtest.NewServer(t, testToken), twilio: twiliotest.NewServer(t, testAccount, testAuth),
		turns: map[string][]turnLine{}, readyLine: "telegram by webhook", tempo: usualTempo(),
	}
	s.grown = sync.NewCond(&s.mu)
	if s.db, err = pgxpool.New(context.Background(), s.dbURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.db.Close)
	s.settings()
	t.Cleanup(func() { s.canBeResealed(doc) })
	address := freeAddress(t)
	public := "http://" + address
	s.twilio.Connect(public, public)
	s.vars = []string{
		"DATABASE_URL=" + storetest.ServiceURL(t, s.dbURL), "REDIS_URL=" + s.redisURL, "MBOKA_LISTEN=" + address, "MBOKA_PUBLIC_URL=" + public,
		"TELEGRAM_BOT_TOKEN=" + testToken, "TELEGRAM_WEBHOOK_SECRET=" + testSecret, "TELEGRAM_API_URL=" + s.telegram.URL,
		"TWILIO_ACCOUNT_SID=" + testAccount, "TWILIO_AUTH_TOKEN=" + testAuth, "TWILIO_WHATSAPP_FROM=" + twiliotest.From,
		"TWILIO_API_URL=" + s.twilio.URL, "MBOKA_KEYSET=" + string(doc),
	}
	return s
}

func (s *testService) settings() {
	db, err := store.Open(s.t.Context(), s.dbURL, s.keys)
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	for key, value := range store.DemoSettings() {
		if err := db.PutSetting(s.t.Context(), key, value, store.ActorOperator, time.Now()); err != nil {
			s.t.Fatal(err)
		}
	}
}

// start runs the service until the test ends, and waits until it is ready.
func (s *testService) start() {
	s.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	read, write := io.Pipe()
	done := make(chan int, 1)
	go func() {
		e := &world{ctx: ctx, vars: s.vars, in: strings.NewReader(""), out: io.Discard, err: write, tempo: s.tempo}
		code := e.run([]string{"serve"})
		write.Close()
		done <- code
	}()
	go s.readLogs(read)
	s.t.Cleanup(func() {
		stop()
		if code := <-done; code != exitOK {
			s.t.Errorf("serve ended with %d:\n%s", code, strings.Join(s.logLines(), "\n"))
		}
		if !s.t.Failed() {
			return
		}
		for _, line := range s.logLines() {
			if strings.Contains(line, `"level":"WARN"`) || strings.Contains(line, `"level":"ERROR"`) {
				s.t.Log(line)
			}
		}
	})
	s.waitLog(s.readyLine)
}

// startQuietly runs one more replica until the test ends.
func startQuietly(t *testing.T, vars []string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan int, 1)
	go func() { done <- run(ctx, []string{"serve"}, vars, strings.NewReader(""), io.Discard, io.Discard) }()
	t.Cleanup(func() {
		stop()
		if code := <-done; code != exitOK {
			t.Errorf("the other replica ended with %d", code)
		}
	})
}

func (s *testService) readLogs(r io.Reader) {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		line := lines.Text()
		var turn turnLine
		_ = json.Unmarshal([]byte(line), &turn)
		s.mu.Lock()
		s.logs = append(s.logs, line)
		if turn.Msg == "turn" {
			s.turns[turn.Chat] = append(s.turns[turn.Chat], turn)
		}
		s.grown.Broadcast()
		s.mu.Unlock()
	}
}

func (s *testService) logLines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.logs...)
}

// until waits for a condition on the logs.
func (s *testService) until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	timer := time.AfterFunc(patience, func() { s.grown.Broadcast() })
	defer timer.Stop()
	deadline := time.Now().Add(patience)
	s.mu.Lock()
	for !ok() {
		if time.Now().After(deadline) {
			tail := s.logs[max(0, len(s.logs)-12):]
			s.mu.Unlock()
			t.Fatalf("waited in vain for %s; the last log lines:\n%s", what, strings.Join(tail, "\n"))
		}
		s.grown.Wait()
	}
	s.mu.Unlock()
}

func (s *testService) waitLog(text string) {
	s.t.Helper()
	s.until(s.t, "the log line "+text, func() bool {
		for _, l := range s.logs {
			if strings.Contains(l, text) {
				return true
			}
		}
		return false
	})
}

// waitTurn waits for the n-th turn of a chat.
func (s *testService) waitTurn(t *testing.T, chat string, n int) turnLine {
	t.Helper()
	s.until(t, fmt.Sprintf("turn %d of a chat", n), func() bool { return len(s.turns[chat]) >= n })
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.turns[chat][n-1]
}

// poll asks again and again until something outside this process is so.
func poll(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(patience); !ok(); <-ticker.C {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
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

func readFile(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// usedAccount is Twilio's account after the first setup of this run of tests.
var usedAccount struct {
	sync.Mutex
	kept *twiliotest.Account
}

// setupWhatsApp creates the Content objects as an operator would, before the
// service starts. After the first service they are there, and setup finds
// them.
func setupWhatsApp(t *testing.T, s *testService) {
	t.Helper()
	usedAccount.Lock()
	defer usedAccount.Unlock()
	if usedAccount.kept != nil {
		s.twilio.Adopt(*usedAccount.kept)
	}
	var out strings.Builder
	if code := run(t.Context(), []string{"whatsapp", "setup"}, s.vars, strings.NewReader(""), &out, &out); code != exitOK {
		t.Fatalf("whatsapp setup ended with %d:\n%s", code, out.String())
	}
	if usedAccount.kept == nil {
		account := s.twilio.Account()
		usedAccount.kept = &account
	}
}
