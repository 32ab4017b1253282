package twiliotest

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// approval is what became of a template that was submitted. Nil: it was not.
type approval struct {
	Name     string `json:"name"`
	Category string `json:"category"`
	state    string
	reason   string
}

func (a *approval) good() bool { return a != nil && a.state == "approved" }

// barredFor is how long the name of a deleted template may not be used again.
const barredFor = 30 * 24 * time.Hour

// Template is a template that was submitted.
type Template struct{ SID, Name, Category, State string }

// Templates lists what was submitted, in the order of the objects.
func (s *Server) Templates() []Template {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Template
	for _, o := range s.contents {
		if a := s.approvals[o.SID]; a != nil {
			all = append(all, Template{o.SID, a.Name, a.Category, a.state})
		}
	}
	return all
}

// Decide gives a state (approved, rejected, paused, disabled, pending) to every
// template that was submitted and whose name begins with prefix, and says how
// many there are. reason goes with a rejection.
func (s *Server) Decide(prefix, state, reason string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, a := range s.approvals {
		if strings.HasPrefix(a.Name, prefix) {
			a.state, a.reason = state, reason
			n++
		}
	}
	return n
}

// Recategorise has Meta put those templates into another category.
func (s *Server) Recategorise(prefix, category string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.approvals {
		if strings.HasPrefix(a.Name, prefix) {
			a.Category = category
		}
	}
}

// AtOnce has a message outside the 24 hours refused by the request that makes
// it, instead of by a status callback after a 201.
func (s *Server) AtOnce(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.atOnce = on
}

// outside applies the rules for who has not written for 24 hours, and those of
// templates.
func (s *Server) outside(m *record) *problem {
	last, wrote := s.inbound[m.To]
	closed := !wrote || m.created.Sub(last) >= 24*time.Hour
	asked, object := s.approvals[m.ContentSID], s.object(m.ContentSID)
	switch {
	case closed && (object == nil || object.Types.ListPicker != nil || !asked.good()):
		if s.atOnce {
			return &problem{63016, "outside the allowed window: use a template"}
		}
		m.errorCode = 63016
	case asked.good() && asked.Category == "MARKETING" && american(m.To):
		m.errorCode = 63049
	case closed && m.broken:
		m.errorCode = 63013
	}
	return nil
}

// canadian are the area codes of Canada: with the United States they share the
// country code 1. The islands that do so too are taken for American here.
var canadian = strings.Fields(`204 226 236 249 250 263 289 306 343 354 365 367 368 382 403 416 418 428 431 437 438 450 460 468
	474 506 514 519 548 579 581 584 587 604 613 639 647 672 683 705 709 742 753 778 780 782 807 819 825 867 873 879 902 905 942`)

func american(to string) bool {
	national, ok := strings.CutPrefix(to, "whatsapp:+1")
	return ok && len(national) == 10 && !slices.Contains(canadian, national[:3])
}

// Rates of the Content API by account (twilio.com changelog,
// content-api-rate-limits, 2026-09-30).
const (
	usualRate = 100
	slowRate  = 20 // lists and updates
)

// Rates turns the rates of the Content API on, as they are at first, or off.
func (s *Server) Rates(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.boundless = !on
}

// unhurried counts a request against its rate. The trailing second is judged by
// the computer's clock, which a test cannot turn.
func (s *Server) unhurried(w http.ResponseWriter, host, route string) bool {
	if host != "content.twilio.com" {
		return true
	}
	most := usualRate
	if route == "GET /v1/Content" || strings.HasPrefix(route, "PUT ") {
		most = slowRate
	}
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.boundless {
		return true
	}
	recent := slices.DeleteFunc(s.recent[route], func(at time.Time) bool { return now.Sub(at) >= time.Second })
	if len(recent) >= most {
		s.recent[route] = recent
		w.Header().Set("Retry-After", "1")
		refuse(w, http.StatusTooManyRequests, 20429, "too many requests")
		return false
	}
	s.recent[route] = append(recent, now)
	return true
}

// updateContent changes an object, unless it was submitted.
func (s *Server) updateContent(w http.ResponseWriter, r *http.Request) {
	changed := &object{}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(changed); err != nil {
		refuse(w, http.StatusBadRequest, 20001, "not a content")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.object(r.PathValue("sid"))
	switch {
	case o == nil:
		refuse(w, http.StatusNotFound, 20404, "no such content")
	case s.approvals[o.SID] != nil:
		refuse(w, http.StatusBadRequest, 20001, "a submitted template cannot be changed")
	default:
		o.Types, o.Variables = changed.Types, changed.Variables
		answer(w, http.StatusOK, o.json(s.sid))
	}
}

var (
	approvalName = regexp.MustCompile(`^[a-z0-9_]{1,512}$`)
	categories   = []string{"UTILITY", "MARKETING", "AUTHENTICATION"}
)

func (s *Server) createApproval(w http.ResponseWriter, r *http.Request) {
	asked := &approval{}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(asked); err != nil {
		refuse(w, http.StatusBadRequest, 20001, "not an approval request")
		return
	}
	s.mu.Lock()
	fault := take(&s.unasked)
	o := s.object(r.PathValue("sid"))
	wrong := s.unapprovable(o, asked)
	if wrong == nil && (fault.status == 0 || fault.taken) {
		asked.state = "received"
		s.approvals[o.SID] = asked
	}
	s.mu.Unlock()
	if wrong != nil {
		refuse(w, wrong.code/100, wrong.code, wrong.text)
		return
	}
	if !s.strike(w, r, fault) {
		answer(w, http.StatusCreated, asked.json(o))
	}
}

// unapprovable says why a request for approval is refused. The first three
// digits of the code are the status.
func (s *Server) unapprovable(o *object, asked *approval) *problem {
	switch {
	case o == nil:
		return &problem{40400, "no such content"}
	case s.approvals[o.SID] != nil:
		return &problem{40900, "already submitted"}
	case o.Types.ListPicker != nil:
		return &problem{40000, "a list picker cannot be approved"}
	case !approvalName.MatchString(asked.Name) || !slices.Contains(categories, asked.Category):
		return &problem{40000, "the name or category is not valid"}
	case s.clock().Before(s.barred[asked.Name]):
		return &problem{40000, "the name was deleted less than 30 days ago"}
	}
	for _, b := range o.buttons() {
		if strings.Contains(b.Title, "{{") {
			return &problem{40000, "a title has a variable"}
		}
	}
	for sid, other := range s.approvals {
		if was := s.object(sid); other.Name == asked.Name && was != nil && was.Language == o.Language {
			return &problem{40000, "there is a template of this name and language"}
		}
	}
	return nil
}

func (o *object) buttons() []action {
	if o.Types.QuickReply == nil {
		return nil
	}
	return o.Types.QuickReply.Actions
}

func (a *approval) json(o *object) map[string]any {
	kind := "twilio/text"
	if o.Types.QuickReply != nil {
		kind = "twilio/quick-reply"
	}
	return map[string]any{
		"type": "whatsapp", "name": a.Name, "category": a.Category, "content_type": kind, "status": a.state,
		"rejection_reason": a.reason, "allow_category_change": true,
	}
}

func (s *Server) fetchApproval(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.object(r.PathValue("sid"))
	if o == nil {
		refuse(w, http.StatusNotFound, 20404, "no such content")
		return
	}
	state := map[string]any{"type": "whatsapp", "status": "unsubmitted"}
	if asked := s.approvals[o.SID]; asked != nil {
		if asked.state == "received" {
			asked.state = "pending"
		}
		state = asked.json(o)
	}
	answer(w, http.StatusOK, map[string]any{
		"sid": o.SID, "account_sid": s.sid, "whatsapp": state,
		"url": "https://content.twilio.com/v1/Content/" + o.SID + "/ApprovalRequests",
	})
}

// FailApproval makes the next requests for approval go wrong, one fault each.
func (s *Server) FailApproval(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unasked = append(s.unasked, faults...)
}
