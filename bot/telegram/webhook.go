package telegram

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"mboka/bot"
)

const (
	// maxUpdate is far above anything Telegram sends: 4096 characters of text
	// with all their formatting stay under 100 kB.
	maxUpdate = 1 << 20
	// maxDrained is how much of a too large body is read to its end, so that
	// the other side hears the 200 and does not repeat it.
	maxDrained = 32 << 20
	// acceptTimeout leaves room below the 10 s in which Telegram should hear.
	acceptTimeout = 8 * time.Second

	secretHeader = "X-Telegram-Bot-Api-Secret-Token"
)

// Webhook receives updates by HTTP POST. It answers
//
//	200 once accept returned nil, and for whatever repeating cannot help:
//	    updates not for us, not readable, or above 1 MB
//	400 when the body broke off
//	401 without the right secret; everything is refused when secret is empty
//	405 for another method than POST
//	503 when accept failed; Telegram repeats texts for 24 h, taps for 150 s
//	    (tdlib/telegram-bot-api)
//
// The secret is compared in constant time. Accept gets a context that ends with
// the request, after 8 s at the latest.
func (c *Channel) Webhook(secret string, accept bot.Accept) http.Handler {
	want := sha256.Sum256([]byte(secret))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		got := sha256.Sum256([]byte(r.Header.Get(secretHeader))) // equal lengths to compare
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 || secret == "" {
			c.counts.badSecret.Add(1)
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		body, err := io.ReadAll(io.LimitReader(r.Body, maxUpdate+1))
		if err != nil {
			http.Error(w, "body broke off", http.StatusBadRequest)
			return
		}
		if len(body) > maxUpdate {
			_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, maxDrained)) // only to be heard
			c.counts.tooLarge.Add(1)
			c.log.Warn("telegram update dropped: too large", "update", roughID(body))
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), acceptTimeout)
		defer cancel()
		if _, err := c.take(ctx, body, accept); err != nil {
			http.Error(w, "try again", http.StatusServiceUnavailable)
		}
	})
}

// take decodes one update and has it accepted. It returns the update's id, 0 if
// it has none; a nil error means that Telegram need not repeat it.
func (c *Channel) take(ctx context.Context, body []byte, accept bot.Accept) (int64, error) {
	ev, err := decode(body)
	if err != nil {
		c.counts.undecodable.Add(1)
		c.log.Warn("telegram update dropped: not readable", "update", ev.update, "bytes", len(body))
		return ev.update, nil
	}
	if !ev.wanted {
		c.counts.ignored.Add(1)
		return ev.update, nil
	}
	if err := accept(ctx, ev.in); err != nil {
		c.counts.acceptFailed.Add(1)
		if !errors.Is(err, context.Canceled) { // the caller left: not the store's fault
			c.log.Error("telegram update not accepted", "update", ev.update, "error", err)
		}
		return ev.update, fmt.Errorf("accept update %d: %w", ev.update, err)
	}
	if ev.query != "" {
		c.answerTap(ev.query)
	}
	return ev.update, nil
}
