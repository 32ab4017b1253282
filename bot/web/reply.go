package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"mboka/locales"
)

// htmlKind is the content type of pages.
const htmlKind = "text/html; charset=utf-8"

// unfound asks search engines and archives to keep nothing of an answer, no copy
// and no piece of it: what is taken down must not live on with them.
const unfound = "noindex, nofollow, noarchive, nosnippet"

// answerOf is a whole answer.
type answerOf struct {
	status int
	kind   string // content type
	body   []byte
	cache  string // Cache-Control; "" for aMinute
	hidden bool   // from search engines
	lang   locales.Lang
}

// leastPacked is the size from which packing saves more than it costs: less
// fits in one packet anyway.
const leastPacked = 1200

// reply sends an answer: packed where the browser can unpack, and not at all
// where it has the same one already.
func reply(w http.ResponseWriter, r *http.Request, a answerOf) {
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Add("Vary", "Accept-Encoding")
	h.Set("Cache-Control", aMinute)
	if a.cache != "" {
		h.Set("Cache-Control", a.cache)
	}
	if a.kind == htmlKind {
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("Content-Language", a.lang.String())
	}
	if a.hidden {
		h.Set("X-Robots-Tag", unfound)
	}
	sum := sha256.Sum256(a.body)
	tag := base64.RawURLEncoding.EncodeToString(sum[:12])
	body := a.body
	if len(body) >= leastPacked && unpacks(r.Header.Get("Accept-Encoding")) {
		body = packed(body)
		h.Set("Content-Encoding", "gzip")
		tag += "-gzip"
	}
	if a.status == http.StatusOK && a.cache != "no-store" {
		h.Set("ETag", `"`+tag+`"`)
		if known(r.Header.Get("If-None-Match"), tag) {
			h.Del("Content-Type")
			h.Del("Content-Encoding")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader may have left
	}
}

// unpacks tells whether a browser takes gzip.
func unpacks(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		name, weight, _ := strings.Cut(strings.ReplaceAll(part, " ", ""), ";")
		if name == "gzip" {
			return strings.Trim(strings.TrimPrefix(weight, "q="), "0.") != "" || weight == ""
		}
	}
	return false
}

func packed(body []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed+4) // a level that there is
	_, _ = z.Write(body)                              // into memory
	_ = z.Close()
	return b.Bytes()
}

// known tells whether a browser has an answer (RFC 9110, 13.1.2).
func known(match, tag string) bool {
	for part := range strings.SplitSeq(match, ",") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "W/")
		if part == "*" || part == `"`+tag+`"` {
			return true
		}
	}
	return false
}
