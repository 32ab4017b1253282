package whatsapp

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
)

// maxForm bounds a webhook's body in bytes. A message has at most 4096
// characters (META, text messages), 12 bytes each when escaped, and a few
// short fields.
const maxForm = 64 << 10

var messageSID = regexp.MustCompile(`^(SM|MM)[0-9a-fA-F]{32}$`)

// receive reads the form of a request that Twilio signed for our account. If
// it was not, it answers the request and is false.
func (c *Channel) receive(w http.ResponseWriter, r *http.Request) (url.Values, bool) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return nil, false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			c.counts.tooLarge.Add(1)
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return nil, false
		}
		http.Error(w, "body not readable", http.StatusBadRequest)
		return nil, false
	}
	if !c.signed(r, body) {
		c.counts.badSignature.Add(1)
		http.Error(w, "bad signature", http.StatusForbidden)
		return nil, false
	}
	// Get of url.Values takes the first of several values, as the signature
	// does.
	form, err := url.ParseQuery(string(body))
	if err != nil {
		c.badRequest(w)
		return nil, false
	}
	if form.Get("AccountSid") != c.account {
		c.counts.otherAccount.Add(1)
		http.Error(w, "not our account", http.StatusForbidden)
		return nil, false
	}
	return form, true
}

// signed checks the signature for the address that Twilio was given. The
// request's own host and scheme are those of the proxy in front of us.
func (c *Channel) signed(r *http.Request, body []byte) bool {
	signature := r.Header.Get("X-Twilio-Signature")
	if signature == "" {
		return false
	}
	uri := r.RequestURI
	if uri == "" || uri[0] != '/' {
		uri = r.URL.RequestURI()
	}
	for _, validator := range c.validators {
		if validator.ValidateBody(c.public+uri, body, signature) {
			return true
		}
	}
	return false
}

func (c *Channel) badRequest(w http.ResponseWriter) {
	c.counts.undecodable.Add(1)
	http.Error(w, "not understood", http.StatusBadRequest)
}

// taken answers with empty TwiML: replies go out by REST, where they have an
// id and can be repeated safely.
func taken(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/xml")
	_, _ = io.WriteString(w, "<Response/>") // the message is safe whether or not Twilio hears of it
}
