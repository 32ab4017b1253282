package telegramtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// defaultUpdates are those sent when allowed_updates was never set; of the real
// list the kinds that phones here produce.
var defaultUpdates = []string{"message", "edited_message", "callback_query", "my_chat_member", "channel_post"}

// tapLife is how many paces an undelivered tap is kept: 150 s there
// (tdlib/telegram-bot-api, add_new_callback_query).
const tapLife = 75

// pending is one update that waits for delivery.
type pending struct {
	id      int64
	key     string // updates of one key go one after the other
	raw     []byte
	expires time.Time // zero: not within a test
	tried   bool      // only what was tried expires, so that a slow machine loses nothing
}

// push queues an update of a kind unless the bot did not ask for it. The lock
// is held.
func (s *Server) push(kind, key string, body map[string]any) int64 {
	update := s.nextID
	s.nextID++
	if !s.allowed[kind] {
		return update
	}
	body["update_id"] = update
	raw, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("telegramtest: update cannot be encoded: %v", err)) // a fault of the test
	}
	s.enqueue(&pending{id: update, key: key, raw: raw, expires: s.expiry(kind)})
	return update
}

func (s *Server) expiry(kind string) time.Time {
	if kind == "callback_query" {
		return time.Now().Add(tapLife * s.pace)
	}
	return time.Time{}
}

func (s *Server) enqueue(u *pending) {
	s.queue = append(s.queue, u)
	s.change()
	s.deliver()
}

// Push queues an update that no phone here makes: format is its JSON with one
// %d for the update id, which is returned. It goes past allowed_updates.
func (s *Server) Push(format string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	update := s.nextID
	s.nextID++
	s.enqueue(&pending{id: update, key: "pushed", raw: fmt.Appendf(nil, format, update)})
	return update
}

// Pending is how many updates wait for delivery or confirmation.
func (s *Server) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue)
}

// WaitDelivered waits until no update waits any more.
func (s *Server) WaitDelivered() {
	s.t.Helper()
	s.until("all updates to be taken", func() bool { return len(s.queue) == 0 })
}

// drop removes one update. The lock is held.
func (s *Server) drop(u *pending) {
	s.queue = slices.DeleteFunc(s.queue, func(p *pending) bool { return p == u })
	s.change()
}

// getUpdates is the long poll: the newest caller wins, the older one is told of
// a conflict.
func (s *Server) getUpdates(w http.ResponseWriter, r *http.Request, p params) {
	limit := p.number("limit", 100)
	if limit < 1 || limit > 100 {
		limit = 100
	}
	timeout := time.Duration(min(max(p.number("timeout", 0), 0), 50)) * time.Second
	list, given, problem := p.list("allowed_updates")
	if problem != nil {
		problem.write(w)
		return
	}
	s.mu.Lock()
	if s.hook.url != "" {
		s.mu.Unlock()
		refuse(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first").write(w)
		return
	}
	if given {
		s.allow(list)
	}
	if s.poll != nil {
		close(s.poll)
	}
	mine := make(chan struct{})
	s.poll = mine
	s.confirm(p.number("offset", 0))
	s.mu.Unlock()
	defer s.endPoll(mine)
	s.longPoll(w, r, int(limit), timeout, mine)
}

func (s *Server) longPoll(w http.ResponseWriter, r *http.Request, limit int, timeout time.Duration, mine chan struct{}) {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	over := timeout == 0
	for {
		s.mu.Lock()
		found := []json.RawMessage{}
		for _, u := range s.queue[:min(limit, len(s.queue))] {
			found = append(found, u.raw)
		}
		changed := s.changed
		s.mu.Unlock()
		if len(found) > 0 || over {
			writeResult(w, found, "")
			return
		}
		select {
		case <-changed:
		case <-timer.C:
			over = true
		case <-mine:
			refuse(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running").write(w)
			return
		case <-s.ctx.Done():
			refuse(500, "Internal Server Error: restart").write(w)
			return
		case <-r.Context().Done():
			return
		}
	}
}

func (s *Server) endPoll(mine chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.poll == mine {
		s.poll = nil
	}
}

// confirm forgets the updates before offset; a negative one keeps only so many
// of the newest. The lock is held.
func (s *Server) confirm(offset int64) {
	switch {
	case offset > 0:
		s.queue = slices.DeleteFunc(s.queue, func(u *pending) bool { return u.id < offset })
	case offset < 0 && int(-offset) < len(s.queue):
		s.queue = slices.Clone(s.queue[len(s.queue)+int(offset):])
	}
	s.change()
}

// allow sets the kinds wanted from now on; what is queued stays. An empty list
// means the default.
func (s *Server) allow(list []string) {
	if len(list) == 0 {
		list = defaultUpdates
	}
	s.allowed = setOf(list)
}
