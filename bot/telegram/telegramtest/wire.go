package telegramtest

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"
)

const botID = 4242

// params are a call's parameters: strings as they are, everything else as JSON.
type params map[string]string

// refusal is an answer that says no.
type refusal struct {
	code        int
	description string
	retryAfter  int
}

func refuse(code int, description string) *refusal {
	return &refusal{code: code, description: description}
}

func badRequest(description string) *refusal { return refuse(400, "Bad Request: "+description) }

func (e *refusal) write(w http.ResponseWriter) {
	body := map[string]any{"ok": false, "error_code": e.code, "description": e.description}
	if e.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(e.retryAfter))
		body["parameters"] = map[string]any{"retry_after": e.retryAfter}
	}
	writeJSON(w, e.code, body)
}

func writeResult(w http.ResponseWriter, result any, description string) {
	body := map[string]any{"ok": true, "result": result}
	if description != "" {
		body["description"] = description
	}
	writeJSON(w, http.StatusOK, body)
}

func writeJSON(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body) // the client may have left
}

// uploads are the files of a multipart call, by the name of their part.
type uploads map[string]File

// readParams reads the query and a body in any of the forms the API takes:
// multipart (an empty one too, which clients send for methods without
// parameters), URL-encoded, or JSON.
func readParams(r *http.Request) (params, uploads, *refusal) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return nil, nil, refuse(405, "Method Not Allowed")
	}
	p, files := params{}, uploads{}
	for k, v := range r.URL.Query() {
		p[k] = v[0]
	}
	kind, attrs, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return p, files, nil // no body that the real server would look at
	}
	switch kind {
	case "multipart/form-data":
		err = p.readMultipart(multipart.NewReader(r.Body, attrs["boundary"]), files)
	case "application/json":
		err = p.readJSON(r.Body)
	case "application/x-www-form-urlencoded":
		if err = r.ParseForm(); err == nil {
			for k, v := range r.PostForm {
				p[k] = v[0]
			}
		}
	}
	if err != nil {
		return nil, nil, badRequest("can't parse request body")
	}
	for _, v := range p {
		if !utf8.ValidString(v) {
			return nil, nil, badRequest("strings must be encoded in UTF-8")
		}
	}
	return p, files, nil
}

func (p params) readMultipart(form *multipart.Reader, files uploads) error {
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) { // also what a wholly empty body gives
			return nil
		}
		if err != nil {
			return err
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		if part.FileName() != "" {
			files[part.FormName()] = File{Name: part.FileName(), Data: data}
			continue
		}
		p[part.FormName()] = string(data)
	}
}

func (p params) readJSON(body io.Reader) error {
	var fields map[string]json.RawMessage
	if err := json.NewDecoder(body).Decode(&fields); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	for k, raw := range fields {
		var text string
		if json.Unmarshal(raw, &text) == nil {
			p[k] = text
		} else {
			p[k] = string(raw)
		}
	}
	return nil
}

// number reads an optional whole number.
func (p params) number(name string, otherwise int64) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(p[name]), 10, 64)
	if err != nil {
		return otherwise
	}
	return n
}

// list reads an optional list of strings; given is false when it was left out.
func (p params) list(name string) (list []string, given bool, problem *refusal) {
	raw, given := p[name]
	if !given || raw == "" {
		return nil, false, nil
	}
	if json.Unmarshal([]byte(raw), &list) != nil {
		return nil, true, badRequest("can't parse " + name + " JSON object")
	}
	return list, true, nil
}

func setOf(list []string) map[string]bool {
	set := make(map[string]bool, len(list))
	for _, v := range list {
		set[v] = true
	}
	return set
}
