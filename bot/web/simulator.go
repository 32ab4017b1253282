package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"time"

	"mboka/bot"
	"mboka/bot/console"
	"mboka/locales"
	"mboka/store"
)

// Simulator is the page with two virtual phones, for a demonstration. It lets
// whoever reaches it be anybody, so it must never stand beside real people: the
// demo alone makes one, on a loopback address.
type Simulator struct {
	Phones *console.Phones
	// Accept takes what is written and tapped, as from the webhook of a platform.
	Accept bot.Accept
	// Begin gives a phone to a person who has never written before.
	Begin func(channel, person string) error
	// Invite makes an invitation, as an operator would.
	Invite func(ctx context.Context, role store.Role, org store.Organisation) (code string, err error)
	// Forward moves the service's time, and does what falls due on the way.
	Forward func(ctx context.Context, d time.Duration) error
	// Clock is the service's time, Ahead how far it is moved, at most Most.
	Clock func() time.Time
	Ahead func() time.Duration
	Most  time.Duration
	// ID names what is done on the phones, once and for ever; Run is this process.
	ID     func() string
	Run    string
	Logger *slog.Logger

	open chan struct{} // a place for each stream
}

// SimulatorPath is where the page stands.
const SimulatorPath = "/chat"

// maxSaid is far more than Telegram's longest message, in bytes of JSON.
const maxSaid = 64 << 10

func (s *Simulator) mount(mux *http.ServeMux) {
	s.open = make(chan struct{}, maxStreams)
	guard := http.NewCrossOriginProtection()
	get := func(path string, h http.HandlerFunc) { mux.Handle("GET "+SimulatorPath+path, s.local(h)) }
	post := func(path string, do func(context.Context, request) (any, error)) {
		mux.Handle("POST "+SimulatorPath+path, guard.Handler(s.local(s.answer(do))))
	}
	get("", s.page)
	get("/assets/{name}", simulatorAsset)
	get("/events", s.events)
	get("/media/{name}", s.media)
	get("/transcript", s.transcript)
	post("/say", s.say)
	post("/tap", s.tap)
	post("/send", s.send)
	post("/join", s.join)
	post("/new", s.begin)
	post("/forward", s.forward)
}

// local lets only this machine in: the socket is on a loopback address, and a
// page elsewhere whose name leads here is known by that name.
func (s *Simulator) local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, http.StatusText(http.StatusMisdirectedRequest), http.StatusMisdirectedRequest)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		next.ServeHTTP(w, r)
	})
}

// request is what a page posts. Each call reads the fields that it needs.
type request struct {
	Phone   string `json:"phone"`
	Person  string `json:"person"`
	Lang    string `json:"lang"`
	Text    string `json:"text"`
	Message string `json:"message"`
	Payload string `json:"payload"`
	Kind    string `json:"kind"`
	Hours   int    `json:"hours"`
}

// refused is an error that whoever posted can mend.
type refused struct {
	status int
	why    string
}

func (e refused) Error() string { return e.why }

func bad(format string, args ...any) error {
	return refused{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

// answer reads a post, does it, and says what came of it, as JSON. A form of
// another site cannot send this content type without asking.
func (s *Simulator) answer(do func(context.Context, request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in request
		out, err := any(nil), error(nil)
		kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		body := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxSaid))
		body.DisallowUnknownFields()
		var large *http.MaxBytesError
		if kind != "application/json" {
			err = refused{http.StatusUnsupportedMediaType, "post JSON"}
		} else if err = body.Decode(&in); errors.As(err, &large) {
			err = refused{http.StatusRequestEntityTooLarge, "too long"}
		} else if err != nil {
			err = bad("this JSON is not understood")
		} else {
			out, err = do(r.Context(), in)
		}
		status := http.StatusOK
		var mine refused
		switch {
		case errors.As(err, &mine):
			status, out = mine.status, map[string]string{"error": mine.why}
		case err != nil:
			s.Logger.Error("the simulator could not do what was asked", "path", r.URL.Path, "error", err)
			status, out = http.StatusServiceUnavailable, map[string]string{"error": http.StatusText(http.StatusServiceUnavailable)}
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(out) // who asked may have left
	}
}

// chat finds the phone that a request is about.
func (s *Simulator) chat(phone, person string) (console.Chat, error) {
	c, ok := s.Phones.Find(phone, person)
	if !ok {
		return c, refused{http.StatusNotFound, "nobody has such a phone"}
	}
	return c, nil
}

// media hands out a picture or a file of a message.
func (s *Simulator) media(w http.ResponseWriter, r *http.Request) {
	m, ok := s.Phones.Media(r.PathValue("name"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", m.Type)
	if m.Type != "image/png" { // nothing of it is ever shown as a page of ours
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": m.File}))
	}
	_, _ = w.Write(m.Data) // the phone may have left
}

// transcript hands out a conversation as a test.
func (s *Simulator) transcript(w http.ResponseWriter, r *http.Request) {
	c, err := s.chat(r.FormValue("phone"), r.FormValue("person"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	lang, _ := locales.ParseLang(r.FormValue("lang"))
	head := fmt.Sprintf("Recorded in the simulator as %s, the page in %s, on %s.", c.Channel, lang, s.Clock().Format(time.DateOnly))
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	name := c.Channel + "-" + c.Person + ".txt"
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	_, _ = w.Write([]byte(s.Phones.Transcript(c, head)))
}
