package twiliotest

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Message is a message of ours on a person's phone, as it is seen there.
type Message struct {
	SID        string
	To         string
	Body       string
	Media      []string // addresses of pictures; Twilio fetches them
	Buttons    []Choice // quick replies
	Opens      string   // the button that opens Rows
	Rows       []Choice
	ContentSID string        // empty: sent as text
	Validity   time.Duration // how long Twilio may keep it queued; 0: not said
}

// Choice is a button or a row.
type Choice struct{ ID, Title, Desc string }

// Messages are the messages on a person's phone, oldest first. The address has
// the form "whatsapp:+32470000000".
func (s *Server) Messages(address string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phone(address)
}

// Shown counts the messages on each phone.
func (s *Server) Shown() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make(map[string]int)
	for _, m := range s.messages {
		if m.shown {
			all[m.To]++
		}
	}
	return all
}

// Wrote opens a person's 24 hours at a time, as a message would that we have
// dealt with long ago.
func (s *Server) Wrote(address string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inbound[address] = at
}

func (s *Server) phone(address string) []Message {
	var all []Message
	for _, m := range s.messages {
		if m.To == address && m.shown {
			all = append(all, m.Message)
		}
	}
	return all
}

// Wait waits until a phone shows at least n messages and returns them. If ctx
// ends first the test fails.
func (s *Server) Wait(ctx context.Context, address string, n int) []Message {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.until(ctx, func() bool { return len(s.phone(address)) >= n }) {
		s.t.Errorf("the phone shows %d messages, not %d", len(s.phone(address)), n)
	}
	return s.phone(address)
}

// Text has a person write a message. It returns the status with which our
// webhook answered, 0 if it did not.
func (s *Server) Text(address, body string) int {
	s.t.Helper()
	return s.Post(address, url.Values{"Body": {body}})
}

// Reply has a person write a message in reply to one of ours.
func (s *Server) Reply(address, sid, body string) int {
	s.t.Helper()
	return s.Post(address, url.Values{"Body": {body}, "OriginalRepliedMessageSid": {sid}, "OriginalRepliedMessageSender": {"whatsapp:" + From}})
}

// Tap has a person tap the newest button or row with this title or id; it
// fails the test when there is none. It returns the webhook's status.
func (s *Server) Tap(address, titleOrID string) int {
	s.t.Helper()
	fields := url.Values{}
	is := func(c Choice) bool { return c.Title == titleOrID || c.ID == titleOrID }
	for _, m := range slices.Backward(s.Messages(address)) {
		if i := slices.IndexFunc(m.Buttons, is); i >= 0 {
			fields = url.Values{
				"Body": {m.Buttons[i].Title}, "ButtonText": {m.Buttons[i].Title},
				"ButtonPayload": {m.Buttons[i].ID}, "ButtonType": {"REPLY"}, "MessageType": {"button"},
			}
		} else if i := slices.IndexFunc(m.Rows, is); i >= 0 {
			fields = url.Values{
				"Body": {m.Rows[i].Title}, "ListId": {m.Rows[i].ID}, "ListTitle": {m.Rows[i].Title},
				"ListDescription": {m.Rows[i].Desc}, "MessageType": {"interactive"},
			}
		} else {
			continue
		}
		fields.Set("OriginalRepliedMessageSid", m.SID)
		fields.Set("OriginalRepliedMessageSender", "whatsapp:"+From)
		return s.Post(address, fields)
	}
	s.t.Errorf("no button or row %q on the phone", titleOrID)
	return 0
}

// Post has a person send anything: the fields beside those that every webhook
// has. A field that is given replaces the usual one, an empty list drops it.
// It returns the webhook's status, 0 if it did not answer or the server is
// silent.
func (s *Server) Post(address string, fields url.Values) int {
	s.t.Helper()
	s.mu.Lock()
	form := s.inboundForm(address)
	for key, values := range fields {
		form[key] = values
		if len(values) == 0 {
			delete(form, key)
		}
	}
	now := s.clock()
	s.inbound[address] = now
	m := &record{
		Message: Message{SID: form.Get("MessageSid"), To: form.Get("To"), Body: form.Get("Body")},
		from:    form.Get("From"), direction: "inbound", status: "received", created: now, sent: now,
	}
	// A count that is no number is a test of ours; the list has none then.
	count, _ := strconv.Atoi(form.Get("NumMedia"))
	for i := range count {
		m.media = append(m.media, form.Get("MediaContentType"+strconv.Itoa(i)))
	}
	s.messages = append(s.messages, m)
	public, silent, retries := s.public, s.silent, s.retries
	s.changed.Broadcast()
	s.mu.Unlock()
	if silent {
		return 0
	}
	return s.deliverUpTo(public+"/whatsapp/webhook", form, retries)
}

func (s *Server) inboundForm(address string) url.Values {
	sid := s.next("SM")
	form := url.Values{
		"MessageSid": {sid}, "SmsMessageSid": {sid}, "SmsSid": {sid}, "SmsStatus": {"received"},
		"AccountSid": {s.sid}, "ApiVersion": {"2010-04-01"},
		"From": {address}, "To": {"whatsapp:" + From},
		"Body": {""}, "NumMedia": {"0"}, "NumSegments": {"1"}, "ReferralNumMedia": {"0"},
		"ProfileName": {"Une Personne"}, "MessageType": {"text"},
		"ChannelMetadata": {`{"type":"whatsapp","data":{"context":{"ProfileName":"Une Personne"}}}`},
	}
	if number, ok := strings.CutPrefix(address, "whatsapp:+"); ok {
		form.Set("WaId", number)
	} else {
		form.Set("ExternalUserId", address)
	}
	return form
}

// Sign computes X-Twilio-Signature
// (twilio.com/docs/usage/webhooks/webhooks-security).
func Sign(token, address string, form url.Values) string {
	keys := make([]string, 0, len(form))
	for key := range form {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	mac := hmac.New(sha1.New, []byte(token))
	_, _ = io.WriteString(mac, address)
	for _, key := range keys {
		_, _ = io.WriteString(mac, key+form.Get(key))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
