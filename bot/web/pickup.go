package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"mime"
	"net/http"
	"strconv"

	"mboka/bot"
	"mboka/locales"
)

// pickups are the pages behind the links to a person's own files. Whoever has
// the link is the person: there is no session and no cookie. Programs look at
// links before people do (previews, virus scanners), so looking is a GET that
// changes nothing; only the button, a POST, hands a file out, once.
type pickups struct{ bot *bot.Bot }

// maxPost is far more than the one field of the form.
const maxPost = 1 << 10

func (p pickups) mount(mux *http.ServeMux, origin string) {
	guard := http.NewCrossOriginProtection()
	if err := guard.AddTrustedOrigin(origin); err != nil {
		panic("web: the origin is no origin: " + err.Error()) // made of a checked address
	}
	guard.SetDenyHandler(private(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		say(w, http.StatusForbidden, locales.ExportGone)
	})))
	mux.Handle("GET "+bot.PickupPath+"{token}", private(http.HandlerFunc(p.look)))
	mux.Handle("POST "+bot.PickupPath+"{token}", guard.Handler(private(http.HandlerFunc(p.take))))
}

// look shows what waits.
func (p pickups) look(w http.ResponseWriter, r *http.Request) { p.show(w, r, http.StatusOK) }

func (p pickups) show(w http.ResponseWriter, r *http.Request, status int) {
	found, waits, err := p.bot.LookPickup(r.Context(), r.PathValue("token"))
	switch {
	case err != nil:
		say(w, http.StatusServiceUnavailable, locales.ExportLater)
	case !waits || len(found.Files) == 0:
		say(w, http.StatusNotFound, locales.ExportGone)
	default:
		v := handout{Lang: found.Lang.String(), Lines: []line{{Text: locales.Text(found.Lang, found.Page, nil)}}}
		for _, f := range found.Files {
			v.Buttons = append(v.Buttons, button{f.Part, locales.Text(found.Lang, f.Title, nil)})
		}
		write(w, status, v)
	}
}

// take hands one file out. Of what was taken before, the page shows what is
// left.
func (p pickups) take(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxPost)
	if err := r.ParseForm(); err != nil {
		p.show(w, r, http.StatusBadRequest)
		return
	}
	f, found, err := p.bot.TakePickup(r.Context(), r.PathValue("token"), r.PostForm.Get("part"))
	switch {
	case err != nil:
		say(w, http.StatusServiceUnavailable, locales.ExportLater)
	case !found:
		p.show(w, r, http.StatusNotFound)
	default:
		h := w.Header()
		h.Set("Content-Type", f.Type)
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
		h.Set("Content-Length", strconv.Itoa(len(f.Data)))
		_, _ = w.Write(f.Data) // the phone may have left
	}
}

// private keeps a page out of caches and search engines.
func private(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src '"+styleHash+"'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		// With no-referrer a browser would hide where its POST comes from, and
		// older ones could not be told from another site.
		h.Set("Referrer-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// say shows one sentence in every language, where nobody knows the reader's.
func say(w http.ResponseWriter, status int, key locales.Key) {
	v := handout{Lang: locales.FR.String()}
	for _, lang := range locales.Langs {
		v.Lines = append(v.Lines, line{lang.String(), locales.Text(lang, key, nil)})
	}
	write(w, status, v)
}

// handout is a small page.
type handout struct {
	Lang    string
	Lines   []line
	Buttons []button
}

type line struct{ Lang, Text string }

type button struct{ Part, Label string }

func write(w http.ResponseWriter, status int, v handout) {
	var b bytes.Buffer
	if err := handoutPage.Execute(&b, v); err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the phone may have left
}

// plainStyle makes the buttons large enough for a thumb. It is allowed by its hash.
const plainStyle = `:root{color-scheme:light dark}body{font:1.1em sans-serif;margin:1.5em auto;padding:0 1em;max-width:30em}` +
	`button{display:block;width:100%;margin:1em 0;padding:1em;font:inherit}`

var styleHash = func() string {
	sum := sha256.Sum256([]byte(plainStyle))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}()

var handoutPage = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="{{.Lang}}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mboka</title>
<style>` + plainStyle + `</style>
<main>
<h1>Mboka</h1>
{{range .Lines}}<p{{with .Lang}} lang="{{.}}"{{end}}>{{.Text}}</p>
{{end}}{{if .Buttons}}<form method="post">
{{range .Buttons}}<button name="part" value="{{.Part}}">{{.Label}}</button>
{{end}}</form>
{{end}}</main>
</html>
`))
