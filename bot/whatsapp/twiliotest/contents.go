package twiliotest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Content is a Content object as it was created.
type Content struct {
	SID       string
	Name      string
	Language  string
	Variables map[string]string
}

type object struct {
	SID          string            `json:"sid"`
	FriendlyName string            `json:"friendly_name"`
	Language     string            `json:"language"`
	Variables    map[string]string `json:"variables"`
	Types        types             `json:"types"`
	created      time.Time
}

type types struct {
	Text       *text       `json:"twilio/text,omitempty"`
	QuickReply *quickReply `json:"twilio/quick-reply,omitempty"`
	ListPicker *listPicker `json:"twilio/list-picker,omitempty"`
}

type text struct {
	Body string `json:"body"`
}

type quickReply struct {
	Body    string   `json:"body"`
	Actions []action `json:"actions"`
}

type action struct {
	Type  string `json:"type"`
	Title string `json:"title"`
	ID    string `json:"id"`
}

type listPicker struct {
	Body   string `json:"body"`
	Button string `json:"button"`
	Items  []item `json:"items"`
}

type item struct {
	ID          string `json:"id"`
	Item        string `json:"item"`
	Description string `json:"description,omitempty"`
}

// languages is a part of WhatsApp's list; Lingala is not on it.
var languages = []string{"fr", "en", "en_GB", "en_US", "nl", "pt_BR", "sw"}

// Contents lists the objects that exist, oldest first.
func (s *Server) Contents() []Content {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Content
	for _, o := range s.contents {
		all = append(all, Content{o.SID, o.FriendlyName, o.Language, o.Variables})
	}
	return all
}

// Forget deletes an object, as somebody may in Twilio's console. The name under
// which it was submitted is barred then.
func (s *Server) Forget(sid string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if asked := s.approvals[sid]; asked != nil {
		s.barred[asked.Name] = s.clock().Add(barredFor)
		delete(s.approvals, sid)
	}
	s.contents = slices.DeleteFunc(s.contents, func(o *object) bool { return o.SID == sid })
}

func (s *Server) object(sid string) *object {
	for _, o := range s.contents {
		if o.SID == sid {
			return o
		}
	}
	return nil
}

func (s *Server) createContent(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Content-Type") != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, 20422, "JSON is expected")
		return
	}
	o := &object{}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(o); err != nil {
		refuse(w, http.StatusBadRequest, 20001, "not a content: "+err.Error())
		return
	}
	if err := o.check(); err != nil {
		refuse(w, http.StatusBadRequest, 20001, err.Error())
		return
	}
	s.mu.Lock()
	fault := take(&s.refusals)
	if fault.status == 0 || fault.taken {
		o.SID, o.created = s.next("HX"), s.clock()
		s.contents = append(s.contents, o)
		s.changed.Broadcast()
	}
	s.mu.Unlock()
	if !s.strike(w, r, fault) {
		answer(w, http.StatusCreated, o.json(s.sid))
	}
}

func (o *object) json(account string) map[string]any {
	return map[string]any{
		"sid": o.SID, "account_sid": account, "friendly_name": o.FriendlyName, "language": o.Language,
		"variables": o.Variables, "types": o.Types,
		"date_created": o.created.UTC().Format(time.RFC3339), "date_updated": o.created.UTC().Format(time.RFC3339),
		"url": "https://content.twilio.com/v1/Content/" + o.SID,
	}
}

func (o *object) check() error {
	if !slices.Contains(languages, o.Language) {
		return errors.New("a supported language is required")
	}
	var texts []string
	var err error
	switch t := o.Types; {
	case t.QuickReply != nil:
		texts, err = t.QuickReply.check()
	case t.ListPicker != nil:
		texts, err = t.ListPicker.check()
	case t.Text != nil && t.Text.Body != "" && !long(t.Text.Body, 1600):
		texts = []string{t.Text.Body}
	default:
		return errors.New("a content type with a body is required")
	}
	if err != nil {
		return err
	}
	if err := checkBody(texts[0]); err != nil {
		return err
	}
	return checkVariables(texts, o.Variables)
}

func (q *quickReply) check() ([]string, error) {
	texts := []string{q.Body}
	if q.Body == "" || long(q.Body, 1024) || len(q.Actions) < 1 || len(q.Actions) > 10 {
		return nil, errors.New("a quick reply has 1 to 1024 characters and 1 to 10 actions")
	}
	for _, a := range q.Actions {
		if a.Type != "QUICK_REPLY" || a.Title == "" || long(a.Title, 20) || long(a.ID, 200) {
			return nil, errors.New("an action is not valid")
		}
		texts = append(texts, a.Title, a.ID)
	}
	return texts, nil
}

func (l *listPicker) check() ([]string, error) {
	texts := []string{l.Body, l.Button}
	if l.Body == "" || long(l.Body, 1024) || l.Button == "" || long(l.Button, 20) || len(l.Items) < 1 || len(l.Items) > 10 {
		return nil, errors.New("a list has 1 to 1024 characters, a button and 1 to 10 items")
	}
	for _, i := range l.Items {
		if i.ID == "" || long(i.ID, 200) || i.Item == "" || long(i.Item, 24) || long(i.Description, 72) {
			return nil, errors.New("an item is not valid")
		}
		texts = append(texts, i.ID, i.Item, i.Description)
	}
	return texts, nil
}

var misplaced = regexp.MustCompile(`^\s*\{\{|\}\}\s*$|\}\}\s*\{\{`)

func checkBody(body string) error {
	if misplaced.MatchString(body) {
		return errors.New("the body begins or ends with a variable or has two side by side")
	}
	return nil
}

func checkVariables(texts []string, samples map[string]string) error {
	used := map[string]bool{}
	for _, text := range texts {
		for _, found := range placeholder.FindAllStringSubmatch(text, -1) {
			if !varName.MatchString(found[1]) {
				return errors.New("a variable's name is not valid")
			}
			used[found[1]] = true
		}
		if strings.Contains(placeholder.ReplaceAllString(text, ""), "{{") {
			return errors.New("a variable is not closed")
		}
	}
	if len(used) > 100 {
		return errors.New("more than 100 variables")
	}
	for name := range used {
		if samples[name] == "" {
			return fmt.Errorf("variable %s has no sample", name)
		}
	}
	for name := range samples {
		if !used[name] {
			return fmt.Errorf("variable %s is not used", name)
		}
	}
	return nil
}

func (s *Server) listContents(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	fault := take(&s.refusals)
	s.mu.Unlock()
	if s.strike(w, r, fault) {
		return
	}
	query := r.URL.Query()
	size := 50
	if n, err := strconv.Atoi(query.Get("PageSize")); err == nil {
		if n < 1 || n > 1000 {
			refuse(w, http.StatusBadRequest, 20001, "PageSize must be from 1 to 1000")
			return
		}
		size = n
	}
	// The token is what leads on, as at Twilio; the number is informative.
	page := 0
	if token, ok := strings.CutPrefix(query.Get("PageToken"), "PT"); ok {
		page, _ = strconv.Atoi(token)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	first := min(page*size, len(s.contents))
	last := min(first+size, len(s.contents))
	found := []map[string]any{}
	for _, o := range s.contents[first:last] {
		found = append(found, o.json(s.sid))
	}
	meta := map[string]any{"key": "contents", "page": page, "page_size": size, "next_page_url": nil}
	if last < len(s.contents) {
		meta["next_page_url"] = fmt.Sprintf("https://content.twilio.com/v1/Content?PageSize=%d&Page=%d&PageToken=PT%d", size, page+1, page+1)
	}
	answer(w, http.StatusOK, map[string]any{"contents": found, "meta": meta})
}

func (s *Server) fetchContent(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.object(r.PathValue("sid")); o != nil {
		answer(w, http.StatusOK, o.json(s.sid))
		return
	}
	refuse(w, http.StatusNotFound, 20404, "no such content")
}

func (s *Server) deleteContent(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	o := s.object(r.PathValue("sid"))
	s.mu.Unlock()
	if o == nil {
		refuse(w, http.StatusNotFound, 20404, "no such content")
		return
	}
	s.Forget(o.SID)
	w.WriteHeader(http.StatusNoContent)
}
