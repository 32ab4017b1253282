package twiliotest

import (
	"io"
	"net/http"
	"strconv"
	"time"
)

// Fault is something that goes wrong with one request.
type Fault struct {
	status     int // 0: no error answer
	code       int // 0: an HTML page instead of Twilio's JSON
	retryAfter time.Duration
	taken      bool
	cut        bool
	hang       bool
	drop       bool
	later      int
	born       int
}

// Throttle answers 429 with 20429 and Retry-After, in whole seconds.
func Throttle(after time.Duration) Fault {
	return Fault{status: http.StatusTooManyRequests, code: 20429, retryAfter: after}
}

// Refuse answers an error in Twilio's JSON and takes nothing.
func Refuse(status, code int) Fault { return Fault{status: status, code: code} }

// Page answers an error as an HTML page, as proxies do, and takes nothing.
func Page(status int) Fault { return Fault{status: status} }

// Taken is the same fault after the message was taken: it arrives anyway.
func (f Fault) Taken() Fault {
	f.taken = true
	return f
}

// Cut takes the message and breaks off in the middle of a 201.
func Cut() Fault { return Fault{taken: true, cut: true} }

// Hang takes the message and never answers.
func Hang() Fault { return Fault{taken: true, hang: true} }

// Drop takes the message and closes the connection without an answer.
func Drop() Fault { return Fault{taken: true, drop: true} }

// Later answers 201 and reports the message undelivered with this code
// afterwards.
func Later(code int) Fault { return Fault{later: code} }

// Born answers 201 for a message that has already failed with this code.
func Born(code int) Fault { return Fault{born: code} }

// Fail makes the next requests to create a message go wrong, one fault each.
// Only requests that are otherwise in order use one up.
func (s *Server) Fail(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// FailContent does the same for requests to the Content API.
func (s *Server) FailContent(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusals = append(s.refusals, faults...)
}

// FailList does the same for requests to list messages.
func (s *Server) FailList(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unlisted = append(s.unlisted, faults...)
}

// FailMedia does the same for requests to list the media of a message.
func (s *Server) FailMedia(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unseen = append(s.unseen, faults...)
}

// FailDelete does the same for requests to delete a message. A fault that is
// Taken, Cut, Hang or Drop deletes it all the same.
func (s *Server) FailDelete(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.undeleted = append(s.undeleted, faults...)
}

// Trouble asks before each message, for which no other fault waits, what goes
// wrong with it; a zero Fault is nothing. which is called with the server's lock
// held: it must not call the server. nil ends the trouble.
func (s *Server) Trouble(which func(to string) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = which
}

// takeFault is the next fault for a message to somebody. The lock is held.
func (s *Server) takeFault(to string) Fault {
	if len(s.faults) == 0 && s.trouble != nil {
		return s.trouble(to)
	}
	return take(&s.faults)
}

func take(faults *[]Fault) Fault {
	if len(*faults) == 0 {
		return Fault{}
	}
	first := (*faults)[0]
	*faults = (*faults)[1:]
	return first
}

// strike answers as the fault says. It is false if the fault leaves the answer
// alone.
func (s *Server) strike(w http.ResponseWriter, r *http.Request, f Fault) bool {
	switch {
	case f.hang:
		select {
		case <-r.Context().Done():
		case <-s.closing:
		}
		panic(http.ErrAbortHandler)
	case f.drop:
		panic(http.ErrAbortHandler)
	case f.cut:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "500")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"sid": "SM`)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case f.status != 0:
		if f.retryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(f.retryAfter.Seconds())))
		}
		if f.code != 0 {
			refuse(w, f.status, f.code, "an injected fault")
			return true
		}
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.status)
		_, _ = io.WriteString(w, "<html><body>an injected fault</body></html>")
		return true
	}
	return false
}
