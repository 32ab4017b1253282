package telegramtest

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Fault is one call that goes wrong. The functions below make the usual ones.
type Fault struct {
	Code        int    // HTTP status and error_code
	Description string // Telegram's words
	RetryAfter  int    // seconds, with 429
	MigrateTo   int64  // the supergroup that a group became
	Page        string // answer this HTML page instead of JSON

	After bool // do what was asked first
	Drop  bool // close the connection instead of answering
	Hang  bool // do not answer until the client leaves
	Odd   bool // answer yes with a result no SDK can read
}

// TooManyRequests is a 429 that asks to wait.
func TooManyRequests(seconds int) Fault {
	return Fault{Code: 429, Description: fmt.Sprintf("Too Many Requests: retry after %d", seconds), RetryAfter: seconds}
}

// Restarting is the transient 500 of the real server.
func Restarting() Fault { return Fault{Code: 500, Description: "Internal Server Error: restart"} }

// Refuse is any other refusal.
func Refuse(code int, description string) Fault {
	return Fault{Code: code, Description: description}
}

// Migrated is the answer for a group that became a supergroup.
func Migrated(to int64) Fault {
	return Fault{Code: 400, Description: "Bad Request: group chat was upgraded to a supergroup chat", MigrateTo: to}
}

// BadGateway is the HTML page of a proxy in between.
func BadGateway() Fault {
	return Fault{Code: 502, Page: "<html><head><title>502 Bad Gateway</title></head></html>"}
}

// SilentAfter does what was asked and never answers: the client runs into its
// timeout without knowing.
func SilentAfter() Fault { return Fault{After: true, Hang: true} }

// DroppedAfter does what was asked and closes the connection.
func DroppedAfter() Fault { return Fault{After: true, Drop: true} }

// OddAfter does what was asked and answers with a result that a client with
// fixed types cannot decode.
func OddAfter() Fault { return Fault{After: true, Odd: true} }

// Fail makes the next calls of a method go wrong, one fault each, in order.
func (s *Server) Fail(method string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := strings.ToLower(method)
	s.faults[name] = append(s.faults[name], faults...)
}

// Trouble asks before each call, for which no other fault waits, whether it goes
// wrong. which is called with the server's lock held: it must not call the
// server. nil ends the trouble.
func (s *Server) Trouble(which func(Call) (Fault, bool)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = which
}

func (s *Server) takeFault(name string) (Fault, bool) {
	waiting := s.faults[name]
	if len(waiting) == 0 {
		return Fault{}, false
	}
	s.faults[name] = waiting[1:]
	return waiting[0], true
}

func (f Fault) play(s *Server, w http.ResponseWriter, r *http.Request, result any) {
	switch {
	case f.Hang:
		select {
		case <-r.Context().Done():
		case <-s.ctx.Done():
		case <-time.After(time.Minute):
		}
		panic(http.ErrAbortHandler)
	case f.Drop:
		panic(http.ErrAbortHandler) // net/http's way to close without an answer
	case f.Odd:
		if m, ok := result.(map[string]any); ok {
			m["chat"] = "a form of tomorrow"
		}
		writeResult(w, result, "")
	case f.Page != "":
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.Code)
		_, _ = w.Write([]byte(f.Page)) // the client may have left
	case f.MigrateTo != 0:
		writeJSON(w, f.Code, map[string]any{
			"ok": false, "error_code": f.Code, "description": f.Description,
			"parameters": map[string]any{"migrate_to_chat_id": f.MigrateTo},
		})
	default:
		(&refusal{f.Code, f.Description, f.RetryAfter}).write(w)
	}
}
