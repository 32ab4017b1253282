package twiliotest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Kept counts the messages, in both directions, that Twilio still has.
func (s *Server) Kept() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, m := range s.messages {
		if !m.deleted {
			n++
		}
	}
	return n
}

// KeptWith are the messages, in both directions, that Twilio still has of one
// address, each as the list of messages shows it.
func (s *Server) KeptWith(address string) []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []map[string]any
	for _, m := range s.messages {
		if !m.deleted && (m.from == address || m.To == address) {
			all = append(all, m.json(s.sid))
		}
	}
	return all
}

// filter is what a list of messages is asked for.
type filter struct {
	to, from          string
	on, before, after string // dates, YYYY-MM-DD in GMT; "" any
}

// dates reads the three forms of DateSent. They compare days, as documented
// ("on and before", "on and after"): the time that some callers send too was
// seen to be taken, but nothing promises that it counts.
func (f *filter) dates(query url.Values) bool {
	for name, day := range map[string]*string{"DateSent": &f.on, "DateSent<": &f.before, "DateSent>": &f.after} {
		value := query.Get(name)
		if value == "" {
			continue
		}
		at, err := time.Parse(time.DateOnly, value)
		if err != nil {
			at, err = time.Parse(time.RFC3339, value)
		}
		if err != nil {
			return false
		}
		*day = at.UTC().Format(time.DateOnly)
	}
	return true
}

// has tells whether a message is asked for. One that was not sent yet has no
// DateSent, so no filter on it finds it.
func (f *filter) has(m *record) bool {
	if m.deleted || f.to != "" && f.to != m.To || f.from != "" && f.from != m.from {
		return false
	}
	if f.on == "" && f.before == "" && f.after == "" {
		return true
	}
	day := m.sent.UTC().Format(time.DateOnly)
	return !m.sent.IsZero() && (f.on == "" || day == f.on) &&
		(f.before == "" || day <= f.before) && (f.after == "" || day >= f.after)
}

// listMessages answers the list of messages, newest first, with the filters
// To, From and DateSent, and in pages. A page begins after the message that its
// token names, so it does not shift when new messages come.
func (s *Server) listMessages(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	asked := filter{to: query.Get("To"), from: query.Get("From")}
	size, ok := pageSize(query)
	if !ok || !asked.dates(query) {
		refuse(w, http.StatusBadRequest, 20001, "a parameter of the list is not valid")
		return
	}
	s.mu.Lock()
	fault := take(&s.unlisted)
	s.mu.Unlock()
	if s.strike(w, r, fault) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*record
	for _, m := range slices.Backward(s.messages) {
		if asked.has(m) {
			found = append(found, m)
		}
	}
	first := 0
	if token := query.Get("PageToken"); token != "" {
		first = 1 + slices.IndexFunc(found, func(m *record) bool { return "PA"+m.SID == token })
	}
	if page := query.Get("Page"); first == 0 && (query.Get("PageToken") != "" || page != "" && page != "0") {
		refuse(w, http.StatusBadRequest, 20001, "the page does not exist")
		return
	}
	last := min(first+size, len(found))
	page := []map[string]any{}
	for _, m := range found[first:last] {
		page = append(page, m.json(s.sid))
	}
	var next any
	number, _ := strconv.Atoi(query.Get("Page"))
	if last < len(found) {
		query.Set("PageSize", strconv.Itoa(size))
		query.Set("Page", strconv.Itoa(number+1))
		query.Set("PageToken", "PA"+found[last-1].SID)
		next = r.URL.Path + "?" + query.Encode()
	}
	answer(w, http.StatusOK, map[string]any{
		"messages": page, "page": number, "page_size": size, "next_page_uri": next, "start": first, "end": max(last-1, 0),
	})
}

// pageSize is 50 unless another is asked for, at most 1000.
func pageSize(query url.Values) (int, bool) {
	if !query.Has("PageSize") {
		return 50, true
	}
	size, err := strconv.Atoi(query.Get("PageSize"))
	return size, err == nil && size >= 1 && size <= 1000
}

// record finds a message that Twilio still has. Messages in paths end in
// ".json".
func (s *Server) record(sid string) *record {
	for _, m := range s.messages {
		if m.SID == strings.TrimSuffix(sid, ".json") && !m.deleted {
			return m
		}
	}
	return nil
}

func (s *Server) fetchMessage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.record(r.PathValue("message")); m != nil {
		answer(w, http.StatusOK, m.json(s.sid))
		return
	}
	refuse(w, http.StatusNotFound, 20404, "no such message")
}

// deleteMessage takes a message out of Twilio's records. One that is not
// settled cannot be deleted; people were refused even "sent" ones, for which a
// receipt may still come (github.com/code-dot-org/code-dot-org/pull/11188).
// The code is 20009 as far as is remembered; no page that could be read says
// it.
func (s *Server) deleteMessage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	m := s.record(r.PathValue("message"))
	switch {
	case m == nil:
		s.mu.Unlock()
		refuse(w, http.StatusNotFound, 20404, "no such message")
		return
	case ranks[m.status] == 1, m.status == "sent":
		s.mu.Unlock()
		refuse(w, http.StatusBadRequest, 20009, "cannot delete a resource before it is complete")
		return
	}
	fault := take(&s.undeleted)
	if fault.status == 0 || fault.taken {
		m.deleted = true
		s.changed.Broadcast()
	}
	s.mu.Unlock()
	if !s.strike(w, r, fault) {
		w.WriteHeader(http.StatusNoContent)
	}
}

func (s *Server) listMedia(w http.ResponseWriter, r *http.Request) {
	size, ok := pageSize(r.URL.Query())
	if !ok {
		refuse(w, http.StatusBadRequest, 20001, "PageSize must be from 1 to 1000")
		return
	}
	s.mu.Lock()
	m := s.record(r.PathValue("parent"))
	if m == nil {
		s.mu.Unlock()
		refuse(w, http.StatusNotFound, 20404, "no such message")
		return
	}
	fault := take(&s.unseen)
	media := []map[string]any{}
	for i, kind := range m.media[:min(size, len(m.media))] {
		sid := fmt.Sprintf("ME%s%02d", m.SID[2:32], i)
		media = append(media, map[string]any{
			"sid": sid, "account_sid": s.sid, "parent_sid": m.SID, "content_type": kind,
			"date_created": m.created.UTC().Format(rfc2822), "date_updated": m.created.UTC().Format(rfc2822),
			"uri": "/2010-04-01/Accounts/" + s.sid + "/Messages/" + m.SID + "/Media/" + sid + ".json",
		})
	}
	s.mu.Unlock()
	if !s.strike(w, r, fault) {
		answer(w, http.StatusOK, map[string]any{"media_list": media, "page": 0, "page_size": size, "next_page_uri": nil})
	}
}
