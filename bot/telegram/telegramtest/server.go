// Package telegramtest is a Telegram Bot API server for tests, over HTTP and as
// strict as the real one: it checks what the real one checks, in its words, and
// delivers updates by webhook or getUpdates as the real one does. Behind it are
// virtual phones, one per private chat, that show what a person would see.
//
// It knows the methods that bot/telegram calls and answers 404 to others. It
// imports nothing of the service; tests of any package may import it.
package telegramtest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// Username is the bot's name, as getMe tells it.
const Username = "mboka_test_bot"

// Pace is how long the server waits where the real one waits two seconds
// between tries of a webhook delivery, unless SetPace says otherwise.
const Pace = 5 * time.Millisecond

// Server is one fake Bot API with one bot. Its methods may be called from any
// goroutine, those that fail the test only from the test's own.
type Server struct {
	// URL is the API's address, for TELEGRAM_API_URL.
	URL string

	t     testing.TB
	token string
	http  *httptest.Server
	post  *http.Client

	ctx     context.Context // ended by Close
	stop    context.CancelFunc
	workers sync.WaitGroup

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced at every change
	phones   map[int64]*phone
	calls    map[string][]Call
	faults   map[string][]Fault
	trouble  func(Call) (Fault, bool)
	pace     time.Duration
	commands map[string][]Command
	queries  map[string]bool // callback queries not answered yet
	queue    []*pending
	nextID   int64 // of the next update
	allowed  map[string]bool
	hook     webhook
	repeat   int
	poll     chan struct{} // closed to end the getUpdates under way
	closed   bool
}

// Call is one request the server got, its parameters as strings; nested ones
// are JSON.
type Call struct {
	Method string
	Params map[string]string
}

// Command is one entry of the commands menu.
type Command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

var tokenForm = regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]+$`)

// NewServer starts a server for one bot. It is closed when the test ends.
func NewServer(t testing.TB, token string) *Server {
	t.Helper()
	if !tokenForm.MatchString(token) {
		t.Fatalf("token %q does not look like 123:ABC", token)
	}
	s := &Server{
		t: t, token: token, repeat: 1, nextID: 100_000, pace: Pace,
		post:     &http.Client{Transport: &http.Transport{}, Timeout: time.Minute},
		changed:  make(chan struct{}),
		phones:   map[int64]*phone{},
		calls:    map[string][]Call{},
		faults:   map[string][]Fault{},
		commands: map[string][]Command{},
		queries:  map[string]bool{},
		allowed:  setOf(defaultUpdates),
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	s.URL = s.http.URL
	t.Cleanup(s.Close)
	return s
}

// Close stops deliveries and the server. It may be called more than once.
func (s *Server) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	s.stop()
	s.mu.Unlock()
	s.workers.Wait()
	s.post.CloseIdleConnections()
	s.http.CloseClientConnections()
	s.http.Close()
}

// change tells everybody who waits that something happened. The lock is held.
func (s *Server) change() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// method does what a call asks. Files come with those of uploading only.
type method func(s *Server, p params) (result any, description string, err *refusal)

var methods = map[string]method{
	"getme":               getMe,
	"sendmessage":         sendMessage,
	"editmessagetext":     editMessageText,
	"answercallbackquery": answerCallbackQuery,
	"setmycommands":       setMyCommands,
	"setwebhook":          setWebhook,
	"deletewebhook":       deleteWebhook,
	"getwebhookinfo":      getWebhookInfo,
}

// uploading are the methods that files come with.
var uploading = map[string]func(*Server, params, uploads) (any, string, *refusal){"senddocument": sendDocument, "sendphoto": sendPhoto}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	rest, ok := strings.CutPrefix(r.URL.Path, "/bot")
	token, name, found := strings.Cut(rest, "/")
	switch {
	case !ok || !found || !tokenForm.MatchString(token):
		refuse(404, "Not Found").write(w)
		return
	case token != s.token:
		refuse(401, "Unauthorized").write(w)
		return
	}
	p, files, problem := readParams(r)
	if problem != nil {
		problem.write(w)
		return
	}
	name = strings.ToLower(name)
	s.mu.Lock()
	s.calls[name] = append(s.calls[name], Call{Method: name, Params: p})
	fault, faulty := s.takeFault(name)
	if !faulty && s.trouble != nil {
		fault, faulty = s.trouble(Call{Method: name, Params: p})
	}
	s.change()
	s.mu.Unlock()
	if faulty && !fault.After {
		fault.play(s, w, r, nil)
		return
	}
	if name == "getupdates" {
		s.getUpdates(w, r, p)
		return
	}
	do, known := methods[name]
	if upload := uploading[name]; upload != nil {
		do, known = func(s *Server, p params) (any, string, *refusal) { return upload(s, p, files) }, true
	}
	if !known {
		refuse(404, "Not Found: method not found").write(w)
		return
	}
	s.mu.Lock()
	result, description, problem := do(s, p)
	s.change()
	s.mu.Unlock()
	switch {
	case faulty && !(fault.Odd && problem != nil): // what was refused has no result to be odd
		fault.play(s, w, r, result)
	case problem != nil:
		problem.write(w)
	default:
		writeResult(w, result, description)
	}
}

func getMe(*Server, params) (any, string, *refusal) {
	return map[string]any{
		"id": botID, "is_bot": true, "first_name": "Mboka", "username": Username,
		"can_join_groups": false, "can_read_all_group_messages": false, "supports_inline_queries": false,
	}, "", nil
}

// Calls are the requests for a method so far, oldest first, refused ones
// included.
func (s *Server) Calls(method string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls[strings.ToLower(method)]...)
}

// Commands is the menu set for a language; "" is the fallback.
func (s *Server) Commands(lang string) []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Command(nil), s.commands[lang]...)
}
