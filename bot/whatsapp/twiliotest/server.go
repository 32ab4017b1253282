// Package twiliotest is a Twilio for tests: the Messages and Content APIs over
// HTTP, as strict as the real ones, signed webhooks and status callbacks, and
// behind it one WhatsApp phone per person that shows what arrived and can tap
// and type.
//
// It keeps one rate of the real one out, since tests run faster than people:
// 14107 (more than 30 quick replies), which Loops turns on. The Content API's
// requests per second are counted by the computer's clock.
//
// It imports nothing of the project, so that it agrees with the channel only
// where both agree with Twilio.
package twiliotest

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// From is the WhatsApp number of the account.
const From = "+32460000001"

// Server is the fake. Its methods are safe for concurrent use.
type Server struct {
	// URL is the base address of the API, for TWILIO_API_URL.
	URL string

	t          testing.TB
	sid, token string
	client     *http.Client // calls our webhooks
	closing    chan struct{}

	mu        sync.Mutex
	changed   *sync.Cond // something below changed
	clock     func() time.Time
	public    string
	target    string
	serial    int
	calls     map[string]int
	faults    []Fault
	refusals  []Fault
	unlisted  []Fault // for lists of messages
	unseen    []Fault // for lists of media
	unasked   []Fault // for requests for approval
	undeleted []Fault // for deletions of messages
	trouble   func(to string) Fault
	retries   int
	messages  []*record
	inbound   map[string]time.Time
	contents  []*object
	approvals map[string]*approval
	barred    map[string]time.Time // names of deleted templates, until when
	recent    map[string][]time.Time
	atOnce    bool
	boundless bool
	receipts  []string
	early     bool
	silent    bool
	loops     bool
	streaks   map[string]*streak
	queue     []callback
	busy      bool
	stopped   bool
}

// NewServer starts a fake for one account; the test's clean-up stops it.
func NewServer(t testing.TB, sid, token string) *Server {
	t.Helper()
	s := &Server{
		t: t, sid: sid, token: token,
		// 15 s is what Twilio allows a webhook in all (error 11205).
		client:    &http.Client{Transport: &http.Transport{}, Timeout: 15 * time.Second},
		closing:   make(chan struct{}),
		clock:     time.Now,
		calls:     map[string]int{},
		inbound:   map[string]time.Time{},
		approvals: map[string]*approval{},
		barred:    map[string]time.Time{},
		recent:    map[string][]time.Time{},
		streaks:   map[string]*streak{},
		receipts:  []string{"sent", "delivered", "read"},
	}
	s.changed = sync.NewCond(&s.mu)
	server := httptest.NewServer(s.routes())
	s.URL = server.URL
	var postman sync.WaitGroup
	postman.Go(s.deliver)
	t.Cleanup(func() {
		s.mu.Lock()
		s.stopped = true
		s.changed.Broadcast()
		s.mu.Unlock()
		close(s.closing)
		postman.Wait()
		server.Close()
		s.client.CloseIdleConnections()
	})
	return s
}

// Connect says where the webhooks are: Twilio knows them by publicURL and
// signs for it; target is where that leads, as behind a proxy. Without it the
// account has no webhooks.
func (s *Server) Connect(publicURL, target string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.public, s.target = strings.TrimRight(publicURL, "/"), strings.TrimRight(target, "/")
}

// SetClock replaces time.Now, by which the 24 hours are counted.
func (s *Server) SetClock(clock func() time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = clock
}

// Receipts sets the status callbacks of each message from now on, in the order
// in which they are to arrive. The default is sent, delivered, read.
func (s *Server) Receipts(states ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.receipts = states
}

// Early makes callbacks arrive before the answer to the request that created
// the message, which happens.
func (s *Server) Early(early bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.early = early
}

// Silence makes Twilio unable to reach us: what people send stands in its list
// of messages only, and status callbacks are lost. Neither is repeated when it
// ends, as the real one would not (twilio.com/docs/api/errors/11205).
func (s *Server) Silence(silent bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.silent = silent
}

// Calls counts the requests so far by "METHOD /path", with the SIDs in paths
// replaced by {sid}.
func (s *Server) Calls() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.calls)
}

func (s *Server) routes() http.Handler {
	const (
		account  = "/2010-04-01/Accounts/{account}"
		contents = "/v1/Content"
	)
	mux := http.NewServeMux()
	route := func(host, method, path string, handle http.HandlerFunc) {
		mux.HandleFunc(method+" "+path, func(w http.ResponseWriter, r *http.Request) {
			s.mu.Lock()
			counted := strings.ReplaceAll(strings.ReplaceAll(path, "{account}", "{sid}"), "{message}", "{sid}.json")
			counted = strings.ReplaceAll(counted, "{parent}", "{sid}")
			s.calls[method+" "+counted]++
			s.mu.Unlock()
			if got := r.Header.Get("X-Mboka-Host"); got != host {
				refuse(w, http.StatusNotFound, 20404, "no such resource at this host")
				return
			}
			if s.authorized(w, r) && s.unhurried(w, host, method+" "+path) {
				handle(w, r)
			}
		})
	}
	route("api.twilio.com", "POST", account+"/Messages.json", s.createMessage)
	route("api.twilio.com", "GET", account+"/Messages.json", s.listMessages)
	route("api.twilio.com", "GET", account+"/Messages/{message}", s.fetchMessage)
	route("api.twilio.com", "DELETE", account+"/Messages/{message}", s.deleteMessage)
	route("api.twilio.com", "GET", account+"/Messages/{parent}/Media.json", s.listMedia)
	route("content.twilio.com", "POST", contents, s.createContent)
	route("content.twilio.com", "GET", contents, s.listContents)
	route("content.twilio.com", "GET", contents+"/{sid}", s.fetchContent)
	route("content.twilio.com", "PUT", contents+"/{sid}", s.updateContent)
	route("content.twilio.com", "DELETE", contents+"/{sid}", s.deleteContent)
	route("content.twilio.com", "POST", contents+"/{sid}/ApprovalRequests/whatsapp", s.createApproval)
	route("content.twilio.com", "GET", contents+"/{sid}/ApprovalRequests", s.fetchApproval)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, 20404, "the requested resource was not found")
	})
	return mux
}

func (s *Server) authorized(w http.ResponseWriter, r *http.Request) bool {
	user, password, ok := r.BasicAuth()
	if !ok || user != s.sid || subtle.ConstantTimeCompare([]byte(password), []byte(s.token)) != 1 {
		refuse(w, http.StatusUnauthorized, 20003, "Authenticate")
		return false
	}
	if account := r.PathValue("account"); account != "" && account != s.sid {
		refuse(w, http.StatusNotFound, 20404, "no such account")
		return false
	}
	return true
}

func refuse(w http.ResponseWriter, status, code int, message string) {
	answer(w, status, map[string]any{
		"code": code, "message": message, "status": status,
		"more_info": fmt.Sprintf("https://www.twilio.com/docs/errors/%d", code),
	})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// next makes an id of Twilio's form that is unique in this server.
func (s *Server) next(prefix string) string {
	s.serial++
	return fmt.Sprintf("%s%032x", prefix, s.serial)
}

// until waits for a condition on the locked state. It is false when ctx ended
// first.
func (s *Server) until(ctx context.Context, done func() bool) bool {
	defer context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.changed.Broadcast()
	})()
	for !done() {
		if ctx.Err() != nil {
			return false
		}
		s.changed.Wait()
	}
	return true
}
