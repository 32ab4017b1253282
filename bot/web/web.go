// Package web is HTTP: webhooks mounted, health, readiness, metrics, and the
// pages for the public.
//
// # What the directory tells
//
// A card is public because its member says so, so somebody who reads all pages
// has all cards: no limit keeps that from a patient reader, it only makes it
// slow. What the pages must not tell is anything else:
//
//   - Of who is not there, nothing. A search looks at what cards show and never
//     at what stands behind them, so a card that hides its country is missing
//     from every search for one, and its absence is that of somebody elsewhere.
//     The choices of the form are the lists that everybody answers from, and the
//     countries those that cards show.
//   - Of a card that was withdrawn, or whose id was made up, the same page. Ids
//     are a keyed hash of 122 bits, and a yes after a withdrawal makes another.
//   - Of when somebody came, nothing: the order hangs on a secret of the day. Who
//     looks every day sees what is new, as on any public page.
//   - No number that is small or exact. The cards of a search can be counted by
//     whoever reads them all; they are the ones who agreed to be read, and no
//     measure of the members, which the figures' rules protect.
//
// Nothing of it is kept by this service, a browser, a proxy or a search engine
// that asks: every answer under the directory says no-store and noindex, and
// robots.txt keeps obedient readers out altogether, so that a withdrawal is at
// once all that there is. What somebody has copied nobody takes back; the member
// is told so.
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
		if underDirectory(r.URL.Path) { // also of what the mux itself answers: another method, another spelling
			h.Set("Cache-Control", "no-store")
			h.Set("X-Robots-Tag", unfound)
		}
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
