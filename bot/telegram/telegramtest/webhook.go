package telegramtest

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"time"
)

// webhook is what setWebhook set, and its deliveries. The server's lock guards
// it.
type webhook struct {
	url       string
	secret    string
	max       int
	slots     chan struct{}   // max_connections of them
	busy      map[string]bool // keys with a worker
	reset     chan struct{}   // closed when the webhook changes
	lastError string
	lastAt    time.Time
}

var secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{0,256}$`)

func setWebhook(s *Server, p params) (any, string, *refusal) {
	target := p["url"]
	if target == "" {
		return deleteWebhook(s, p)
	}
	u, err := url.Parse(target)
	switch {
	case err != nil || u.Host == "":
		return nil, "", badRequest("bad webhook: invalid URL")
	case u.Scheme != "https" && !loopback(u): // tests may listen without a certificate
		return nil, "", badRequest("bad webhook: An HTTPS URL must be provided for webhook")
	case !secretForm.MatchString(p["secret_token"]):
		return nil, "", badRequest("secret token contains unallowed characters")
	}
	list, given, problem := p.list("allowed_updates")
	if problem != nil {
		return nil, "", problem
	}
	if p["drop_pending_updates"] == "true" {
		s.queue = nil
	}
	if given {
		s.allow(list)
	}
	connections := int(min(max(p.number("max_connections", 40), 1), 100))
	if s.hook.url == target && s.hook.secret == p["secret_token"] && s.hook.max == connections {
		return true, "Webhook is already set", nil
	}
	s.dropHook()
	s.hook = webhook{
		url: target, secret: p["secret_token"], max: connections, slots: make(chan struct{}, connections),
		busy: map[string]bool{}, reset: make(chan struct{}),
	}
	s.deliver()
	return true, "Webhook was set", nil
}

func loopback(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

func deleteWebhook(s *Server, p params) (any, string, *refusal) {
	if p["drop_pending_updates"] == "true" {
		s.queue = nil
	}
	if s.hook.url == "" {
		return true, "Webhook is already deleted", nil
	}
	s.dropHook()
	return true, "Webhook was deleted", nil
}

func (s *Server) dropHook() {
	if s.hook.reset != nil {
		close(s.hook.reset)
	}
	s.hook = webhook{}
}

func getWebhookInfo(s *Server, _ params) (any, string, *refusal) {
	info := map[string]any{"url": s.hook.url, "has_custom_certificate": false, "pending_update_count": len(s.queue)}
	if s.hook.url != "" {
		info["max_connections"] = s.hook.max
	}
	if s.hook.lastError != "" {
		info["last_error_date"] = s.hook.lastAt.Unix()
		info["last_error_message"] = s.hook.lastError
	}
	return info, "", nil
}

// Repeat has every update delivered n times by webhook, as happens when a
// connection breaks after the bot took it.
func (s *Server) Repeat(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.repeat = n
}

// SetPace makes deliveries that fail wait for longer, or shorter, from now on:
// Pace lets a tap die after a third of a second.
func (s *Server) SetPace(pace time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pace = pace
}

// deliver gives each key that has updates a worker. The lock is held.
func (s *Server) deliver() {
	if s.hook.url == "" || s.closed {
		return
	}
	for _, u := range s.queue {
		if !s.hook.busy[u.key] {
			s.hook.busy[u.key] = true
			hook, key := s.hook, u.key
			s.workers.Go(func() { s.work(hook, key) })
		}
	}
}

// work delivers one key's updates in order, each until it is taken: repeated at
// once after the first failure, then after doubling waits.
func (s *Server) work(hook webhook, key string) {
	tries := 0
	for {
		u, times := s.next(hook, key)
		if u == nil {
			return
		}
		var err error
		for range times {
			err = s.attempt(hook, u)
		}
		s.mu.Lock()
		if err == nil {
			tries = 0
			s.drop(u)
			s.mu.Unlock()
			continue
		}
		if s.hook.reset == hook.reset {
			s.hook.lastError, s.hook.lastAt = err.Error(), time.Now()
		}
		s.change()
		pace := s.pace
		s.mu.Unlock()
		tries++
		if tries > 1 && !s.rest(hook, pace<<min(tries-2, 5)) {
			return
		}
	}
}

// next is the oldest update of a key; nil ends its worker.
func (s *Server) next(hook webhook, key string) (*pending, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.hook.reset != hook.reset {
		return nil, 0
	}
	for _, u := range append([]*pending(nil), s.queue...) {
		if u.key != key {
			continue
		}
		if !u.tried || u.expires.IsZero() || time.Now().Before(u.expires) {
			u.tried = true
			return u, s.repeat
		}
		s.drop(u)
	}
	delete(hook.busy, key)
	return nil, 0
}

func (s *Server) rest(hook webhook, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-hook.reset:
	case <-s.ctx.Done():
	}
	return false
}

// attempt is one POST; any 2xx is a success.
func (s *Server) attempt(hook webhook, u *pending) error {
	hook.slots <- struct{}{}
	defer func() { <-hook.slots }()
	req, err := http.NewRequestWithContext(s.ctx, http.MethodPost, hook.url, bytes.NewReader(u.raw))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if hook.secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", hook.secret)
	}
	resp, err := s.post.Do(req)
	if err != nil {
		return fmt.Errorf("connection failed: %w", err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body) // so that the connection can be used again
	if resp.StatusCode/100 != 2 {
		//lint:ignore ST1005 these are Telegram's own words
		return fmt.Errorf("Wrong response from the webhook: %s", resp.Status)
	}
	return nil
}
