package twiliotest

import (
	"cmp"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// record is one message in either direction.
type record struct {
	Message
	from      string
	direction string
	status    string
	errorCode int
	created   time.Time
	sent      time.Time // zero: still in Twilio's queue, or never sent
	broken    bool      // a variable that only sessions take
	shown     bool      // on the phone
	deleted   bool      // at Twilio; the phone keeps its copy
	media     []string  // content types
	callback  string
}

const rfc2822 = "Mon, 02 Jan 2006 15:04:05 -0700"

func (m *record) json(account string) map[string]any {
	var code, sent any
	if m.errorCode != 0 && ranks[m.status] == ranks["failed"] {
		code = m.errorCode
	}
	if !m.sent.IsZero() {
		sent = m.sent.UTC().Format(rfc2822)
	}
	uri := "/2010-04-01/Accounts/" + account + "/Messages/" + m.SID
	return map[string]any{
		"sid": m.SID, "account_sid": account, "body": m.Body, "from": m.from, "to": m.To,
		"direction": m.direction, "status": m.status, "error_code": code, "error_message": nil,
		"num_segments": "1", "num_media": strconv.Itoa(len(m.media)), "price": nil, "price_unit": nil,
		"api_version": "2010-04-01", "messaging_service_sid": nil,
		"date_created": m.created.UTC().Format(rfc2822), "date_updated": m.created.UTC().Format(rfc2822),
		"date_sent": sent, "uri": uri + ".json", "subresource_uris": map[string]any{"media": uri + "/Media.json"},
	}
}

// Addresses: E.164, or a business-scoped user id.
var (
	phone      = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	scopedID   = regexp.MustCompile(`^[A-Z]{2}\.[A-Za-z0-9]{1,128}$`)
	contentSID = regexp.MustCompile(`^HX[0-9a-fA-F]{32}$`)
)

type problem struct {
	code int
	text string
}

func (s *Server) createMessage(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		refuse(w, http.StatusUnsupportedMediaType, 20422, "a form is expected")
		return
	}
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, 20001, "the form cannot be parsed")
		return
	}
	s.mu.Lock()
	m, wrong := s.build(r.PostForm)
	if wrong == nil && s.looping(m) {
		wrong = &problem{14107, "more than 30 quick messages between two numbers"}
	}
	if wrong != nil {
		s.mu.Unlock()
		refuse(w, http.StatusBadRequest, wrong.code, wrong.text)
		return
	}
	fault := s.takeFault(m.To)
	if fault.status != 0 && !fault.taken {
		s.mu.Unlock()
		s.strike(w, r, fault)
		return
	}
	m.errorCode = cmp.Or(m.errorCode, fault.later, fault.born)
	m.shown = m.errorCode == 0
	if fault.born != 0 {
		m.status = "failed"
	}
	s.messages = append(s.messages, m)
	created := m.json(s.sid)
	posts := s.callbacks(m)
	early := s.early
	if !early && fault.born == 0 {
		s.queue = append(s.queue, posts...)
	}
	s.changed.Broadcast()
	s.mu.Unlock()
	if early && fault.born == 0 {
		for _, post := range posts {
			s.post(post)
		}
	}
	if !s.strike(w, r, fault) {
		answer(w, http.StatusCreated, created)
	}
}

// build checks a request and makes the message of it.
func (s *Server) build(form url.Values) (*record, *problem) {
	to, from := form.Get("To"), form.Get("From")
	body, sid := form.Get("Body"), form.Get("ContentSid")
	address := strings.TrimPrefix(to, "whatsapp:")
	switch {
	case to == "":
		return nil, &problem{21604, "a 'To' is required"}
	case from == "":
		return nil, &problem{21603, "a 'From' is required"}
	case from != "whatsapp:"+From:
		return nil, &problem{63007, "no channel with the specified From address"}
	case !strings.HasPrefix(to, "whatsapp:"):
		return nil, &problem{21910, "From and To must be of the same channel"}
	case !phone.MatchString(address) && !scopedID.MatchString(address):
		return nil, &problem{21211, "the 'To' number is not a valid phone number"}
	case to == from:
		return nil, &problem{63031, "From and To are the same"}
	case sid != "" && (form.Has("Body") || form.Has("MediaUrl")):
		return nil, &problem{35127, "Body and ContentSid cannot be provided together"}
	case sid == "" && form.Has("ContentVariables"):
		return nil, &problem{21654, "ContentSid is required"}
	case sid == "" && strings.TrimSpace(body) == "" && !form.Has("MediaUrl"):
		return nil, &problem{21619, "a body, media or content is required"}
	case form.Has("MediaUrl") && !fetchable(form["MediaUrl"]):
		return nil, &problem{21620, "one MediaUrl, which must be an http or https address"}
	case utf8.RuneCountInString(body) > 1600:
		return nil, &problem{21617, "the body exceeds 1600 characters"}
	}
	m := &record{
		Message: Message{To: to, Body: body, ContentSID: sid, Media: form["MediaUrl"]},
		from:    from, direction: "outbound-api", status: "queued",
		created: s.clock(), callback: form.Get("StatusCallback"),
	}
	if wrong := checkDelivery(form, m); wrong != nil {
		return nil, wrong
	}
	if sid != "" {
		if wrong := s.fill(m, form.Get("ContentVariables")); wrong != nil {
			return nil, wrong
		}
	}
	if wrong := s.outside(m); wrong != nil {
		return nil, wrong
	}
	m.SID = s.next("SM")
	return m, nil
}

// fetchable tells whether Twilio would fetch the media of a message: WhatsApp
// takes one (twilio.com/docs/whatsapp/guidance-whatsapp-media-messages).
func fetchable(addresses []string) bool {
	if len(addresses) != 1 {
		return false
	}
	u, err := url.Parse(addresses[0])
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

func checkDelivery(form url.Values, m *record) *problem {
	if m.callback != "" {
		u, err := url.Parse(m.callback)
		if err != nil || u.Host == "" || strings.Contains(u.Hostname(), "_") ||
			(u.Scheme != "http" && u.Scheme != "https") {
			return &problem{21609, "the StatusCallback URL is not valid"}
		}
	}
	if form.Has("ValidityPeriod") {
		seconds, err := strconv.Atoi(form.Get("ValidityPeriod"))
		if err != nil || seconds < 1 || seconds > 36000 {
			return &problem{20001, "ValidityPeriod must be from 1 to 36000"}
		}
		m.Validity = time.Duration(seconds) * time.Second
	}
	return nil
}
