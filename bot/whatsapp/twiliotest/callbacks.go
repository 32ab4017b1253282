package twiliotest

import (
	"context"
	"net/url"
	"strconv"
)

// callback is one status callback to be posted.
type callback struct {
	address string
	form    url.Values
	message *record
	state   string
}

// ranks order the words for what became of a message; the list never shows a
// step back, whatever the order of the callbacks.
var ranks = map[string]int{
	"accepted": 1, "scheduled": 1, "queued": 1, "sending": 1,
	"sent": 2, "delivered": 3, "read": 4,
	"failed": 5, "undelivered": 5, "canceled": 5,
}

// callbacks are those a message gets. There is none for its first status.
func (s *Server) callbacks(m *record) []callback {
	states := s.receipts
	if m.errorCode != 0 {
		states = []string{"undelivered"}
	}
	var all []callback
	for _, state := range states {
		form := url.Values{
			"MessageSid": {m.SID}, "SmsSid": {m.SID}, "MessageStatus": {state}, "SmsStatus": {state},
			"AccountSid": {s.sid}, "ApiVersion": {"2010-04-01"},
			"From": {m.from}, "To": {m.To}, "ChannelToAddress": {m.To}, "ChannelPrefix": {"whatsapp"},
		}
		if m.errorCode != 0 {
			form.Set("ErrorCode", strconv.Itoa(m.errorCode))
			form.Set("ChannelStatusMessage", "refused for "+m.To)
		}
		if state == "read" || state == "delivered" {
			form.Set("EventType", state)
		}
		all = append(all, callback{m.callback, form, m, state})
	}
	return all
}

// deliver posts the callbacks of the queue one after the other until the
// server stops.
func (s *Server) deliver() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		for len(s.queue) == 0 && !s.stopped {
			s.changed.Wait()
		}
		if s.stopped {
			return
		}
		next := s.queue[0]
		s.queue, s.busy = s.queue[1:], true
		s.mu.Unlock()
		s.post(next)
		s.mu.Lock()
		s.busy = false
		s.changed.Broadcast()
	}
}

func (s *Server) post(c callback) {
	s.mu.Lock()
	if m := c.message; ranks[c.state] > ranks[m.status] {
		m.status = c.state
		if m.sent.IsZero() {
			m.sent = s.clock()
		}
	}
	connected := s.target != "" && !s.silent
	s.mu.Unlock()
	if c.address != "" && connected {
		s.Deliver(c.address, c.form)
	}
}

// Arrive has the messages to an address that are still in Twilio's queue
// delivered, as when a phone comes back into the network.
func (s *Server) Arrive(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.receipts
	s.receipts = []string{"sent", "delivered"}
	for _, m := range s.messages {
		if m.To == address && ranks[m.status] == ranks["queued"] {
			s.queue = append(s.queue, s.callbacks(m)...)
		}
	}
	s.receipts = before
	s.changed.Broadcast()
}

// Settle waits until every callback so far was posted and answered. If ctx
// ends first the test fails.
func (s *Server) Settle(ctx context.Context) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.until(ctx, func() bool { return len(s.queue) == 0 && !s.busy }) {
		s.t.Errorf("%d status callbacks are still waiting", len(s.queue))
	}
}
