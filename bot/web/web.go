// Package web is HTTP: webhooks mounted, health, readiness, metrics, and the
// pages for the public.
//
// It may import bot, bot/console, bot/figures and bot/protect, and is handed
// the channels' handlers.
package web

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"mboka/bot"
)

// Check is one thing that must work for the service to be ready.
type Check struct {
	Name string
	Do   func(context.Context) error
}

// Options say what is served.
type Options struct {
	TelegramWebhook http.Handler // nil: that channel has no webhook
	WhatsAppWebhook http.Handler
	WhatsAppStatus  http.Handler
	Ready           []Check
	// Pickups has the files that wait behind links; nil: no link leads here.
	Pickups *bot.Bot
	// Origin is the scheme and host under which people reach the service,
	// which a proxy may hide from us.
	Origin string
	// Site is the public pages; nil: there are none.
	Site *Site
	// Simulator is the page with two virtual phones; nil, as on every real
	// platform: there is none.
	Simulator *Simulator
}

// Limits of one request. Webhooks answer within milliseconds; Telegram gives up
// after about a minute, Twilio after 15 s.
const (
	readTimeout  = 10 * time.Second
	writeTimeout = 30 * time.Second
	idleTimeout  = 90 * time.Second
	checkTimeout = 2 * time.Second
	maxHeader    = 16 << 10
)

// Handler is the service's mux.
func Handler(o Options) http.Handler {
	mux := http.NewServeMux()
	mount := func(pattern string, h http.Handler) {
		if h != nil {
			mux.Handle(pattern, h)
		}
	}
	mount("POST /telegram/webhook", o.TelegramWebhook)
	mount("POST /whatsapp/webhook", o.WhatsAppWebhook)
	mount("POST /whatsapp/status", o.WhatsAppStatus)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, nil) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) { ready(w, r, o.Ready) })
	if o.Site != nil {
		o.Site.mount(mux)
	}
	if o.Pickups != nil {
		pickups{o.Pickups}.mount(mux, o.Origin)
		mux.HandleFunc("GET "+bot.PicturePath+"{token}", pictures{o.Pickups}.show)
	}
	if o.Simulator != nil {
		o.Simulator.mount(mux)
	}
	return headers(mux)
}

// ready runs all checks side by side, so that one that hangs is not taken for
// another, and names those that fail, without their causes: the page is public.
func ready(w http.ResponseWriter, r *http.Request, checks []Check) {
	ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
	defer cancel()
	wrong := make([]bool, len(checks))
	var all sync.WaitGroup
	for i, c := range checks {
		all.Go(func() { wrong[i] = c.Do(ctx) != nil })
	}
	all.Wait()
	var failed []string
	for i, c := range checks {
		if wrong[i] {
			failed = append(failed, c.Name)
		}
	}
	status := http.StatusOK
	if len(failed) > 0 {
		status = http.StatusServiceUnavailable
	}
	answer(w, status, failed)
}

func answer(w http.ResponseWriter, status int, failed []string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"ok": status == http.StatusOK, "failed": failed})
}

func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

// Server gives a handler bounded times and sizes.
func Server(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader}
}

// Metrics serves the metrics, on a listener of its own.
func Metrics(g prometheus.Gatherer) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(g, promhttp.HandlerOpts{}))
	return mux
}
