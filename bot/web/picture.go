package web

import (
	"net/http"
	"strconv"
	"strings"

	"mboka/bot"
)

// pictures serves pictures to platforms that fetch them. They show what was
// published, and only who has the link finds one.
type pictures struct{ bot *bot.Bot }

func (p pictures) show(w http.ResponseWriter, r *http.Request) {
	token, png := strings.CutSuffix(r.PathValue("token"), ".png")
	image, found, err := p.bot.PictureOf(r.Context(), token)
	switch {
	case err != nil:
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return
	case !found, !png:
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("Content-Length", strconv.Itoa(len(image.Data)))
	h.Set("Cache-Control", "private, max-age=3600")
	h.Set("X-Robots-Tag", "noindex")
	_, _ = w.Write(image.Data) // who asked may have left
}
