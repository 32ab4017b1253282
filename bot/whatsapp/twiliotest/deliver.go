package twiliotest

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Times of a webhook: 15 s in all is what Twilio allows (error 11205), 4 s for
// an answer is what the connection override of our webhooks says when they are
// to be tried again (rt=4000).
const (
	allTries = 15 * time.Second
	oneTry   = 4 * time.Second
)

// Retries has the webhook of a message that fails tried again at once, up to n times and within
// 15 s in all, as the connection override #rc=n&rp=all has it
// (twilio.com/docs/usage/webhooks/webhooks-connection-overrides). Without it a
// webhook is posted once.
func (s *Server) Retries(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.retries = n
}

// Deliver posts a signed form to one of our webhooks by its public address and
// returns the status, 0 if there was no answer. Tests use it to repeat a form.
func (s *Server) Deliver(publicURL string, form url.Values) int {
	s.t.Helper()
	return s.deliverUpTo(publicURL, form, 0)
}

// deliverUpTo tries again up to so many times.
func (s *Server) deliverUpTo(publicURL string, form url.Values, retries int) int {
	s.t.Helper()
	s.mu.Lock()
	public, target := s.public, s.target
	s.mu.Unlock()
	path, ours := strings.CutPrefix(publicURL, public)
	if target == "" || !ours {
		s.t.Errorf("no webhook is connected for this address")
		return 0
	}
	ctx, cancel := context.WithTimeout(context.Background(), allTries)
	defer cancel()
	signature := Sign(s.token, publicURL, form)
	for try := 0; ; try++ {
		status := s.try(ctx, target+path, signature, form, try, retries > 0)
		if status != 0 && status < 400 || try >= retries || ctx.Err() != nil {
			return status
		}
	}
}

// try posts once, for the n-th time after the first, and gives the status, 0 if
// there was no answer. A hurried try leaves time for others.
func (s *Server) try(ctx context.Context, address, signature string, form url.Values, n int, hurried bool) int {
	s.t.Helper()
	if hurried {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, oneTry)
		defer cancel()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Errorf("build webhook: %v", err)
		return 0
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	req.Header.Set("User-Agent", "TwilioProxy/1.1")
	req.Header.Set("X-Twilio-Signature", signature)
	if n > 0 {
		req.Header.Set("I-Twilio-Idempotency-Token", signature)
	}
	res, err := s.client.Do(req)
	if err != nil {
		if !hurried {
			s.t.Logf("webhook not answered: %v", err)
		}
		return 0
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return 0
	}
	if kind := res.Header.Get("Content-Type"); res.StatusCode == http.StatusOK &&
		(!strings.HasPrefix(kind, "text/xml") || string(body) != "<Response/>") {
		// Anything else would be sent to the person as a reply, or be error
		// 12300.
		s.t.Errorf("the webhook answered %s, not empty TwiML", kind)
	}
	return res.StatusCode
}
