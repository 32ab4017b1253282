package whatsapp

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mboka/bot"
	"mboka/bot/whatsapp/twiliotest"
)

const testMessage = "SM00000000000000000000000000000001"

// form is a webhook's body with the given pairs over the usual fields.
func form(pairs ...string) url.Values {
	f := url.Values{
		"MessageSid": {testMessage}, "AccountSid": {testAccount}, "From": {anna},
		"To": {"whatsapp:" + twiliotest.From}, "Body": {""}, "NumMedia": {"0"}, "ProfileName": {"Anna"},
	}
	for i := 0; i < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return f
}

func TestDecode(t *testing.T) {
	t.Parallel()
	base := bot.Inbound{Channel: "whatsapp", Address: anna, ID: testMessage, Phone: "+32470000000"}
	media := func(kind string) url.Values {
		return form("NumMedia", "1", "MediaContentType0", kind, "MediaUrl0", "https://api.twilio.com/x")
	}
	for name, tc := range map[string]struct {
		form url.Values
		want bot.Inbound
	}{
		"text":                    {form("Body", "bonjour"), bot.Inbound{Kind: bot.Text, Text: "bonjour"}},
		"text keeps its spaces":   {form("Body", " a\nb "), bot.Inbound{Kind: bot.Text, Text: " a\nb "}},
		"reply to a message":      {form("Body", "oui", "OriginalRepliedMessageSid", "SMx"), bot.Inbound{Kind: bot.Text, Text: "oui", Source: "SMx"}},
		"nothing":                 {form(), bot.Inbound{Kind: bot.Other}},
		"only spaces":             {form("Body", " \n"), bot.Inbound{Kind: bot.Other, Text: " \n"}},
		"button":                  {form("Body", "Oui", "ButtonText", "Oui", "ButtonPayload", "r.s.c", "ButtonType", "REPLY"), bot.Inbound{Kind: bot.Tap, Text: "Oui", Payload: "r.s.c"}},
		"row":                     {form("Body", "18-24", "ListId", "r.s.c", "ListTitle", "18-24"), bot.Inbound{Kind: bot.Tap, Text: "18-24", Payload: "r.s.c"}},
		"row by interactive data": {form("Body", "18-24", "InteractiveData", `{"type":"list_reply","list_reply":{"id":"r.s.c","title":"18-24"}}`), bot.Inbound{Kind: bot.Tap, Text: "18-24", Payload: "r.s.c"}},
		"button in metadata":      {form("Body", "Oui", "ChannelMetadata", `{"type":"whatsapp","data":{"context":[{"button_reply":{"id":"r.s.c"}}]}}`), bot.Inbound{Kind: bot.Tap, Text: "Oui", Payload: "r.s.c"}},
		"ordinary metadata":       {form("Body", "Oui", "ChannelMetadata", `{"type":"whatsapp","data":{"context":{"ProfileName":"id"}}}`), bot.Inbound{Kind: bot.Text, Text: "Oui"}},
		"metadata not JSON":       {form("Body", "Oui", "InteractiveData", `{"list_reply":`), bot.Inbound{Kind: bot.Text, Text: "Oui"}},
		"id not a string":         {form("Body", "Oui", "InteractiveData", `{"list_reply":{"id":7}}`), bot.Inbound{Kind: bot.Text, Text: "Oui"}},
		"row without any id":      {form("Body", "18-24", "ListTitle", "18-24", "MessageType", "interactive"), bot.Inbound{Kind: bot.Text, Text: "18-24"}},
		"payload over 200":        {form("Body", "Oui", "ButtonPayload", strings.Repeat("x", 201)), bot.Inbound{Kind: bot.Text, Text: "Oui"}},
		"payload with a space":    {form("Body", "Oui", "ButtonPayload", "a b"), bot.Inbound{Kind: bot.Text, Text: "Oui"}},
		"voice":                   {media("audio/ogg; codecs=opus"), bot.Inbound{Kind: bot.Voice}},
		"photo":                   {media("image/jpeg"), bot.Inbound{Kind: bot.Picture}},
		"video":                   {media("Video/MP4"), bot.Inbound{Kind: bot.Picture}},
		"sticker":                 {media("image/webp"), bot.Inbound{Kind: bot.Sticker}},
		"contact card":            {media("text/vcard"), bot.Inbound{Kind: bot.Contact}},
		"contact card, older":     {media("text/x-vcard"), bot.Inbound{Kind: bot.Contact}},
		"document":                {media("application/pdf"), bot.Inbound{Kind: bot.Document}},
		"media of no kind":        {form("NumMedia", "1"), bot.Inbound{Kind: bot.Document}},
		"photo with words":        {form("NumMedia", "1", "MediaContentType0", "image/png", "Body", "moi"), bot.Inbound{Kind: bot.Picture, Text: "moi"}},
		"place":                   {form("Latitude", "-4.3", "Longitude", "15.3"), bot.Inbound{Kind: bot.Place}},
		"opted out":               {form("Body", "STOP", "OptOutType", "STOP"), bot.Inbound{Kind: bot.Text, Text: "stop", Payload: bot.OptOut}},
		"back in":                 {form("Body", "Unstop", "OptOutType", "START"), bot.Inbound{Kind: bot.Text, Text: "start", Payload: bot.OptOut}},
		"help by Twilio":          {form("Body", "INFO", "OptOutType", "HELP"), bot.Inbound{Kind: bot.Text, Text: "help", Payload: bot.OptOut}},
		"stop, ours":              {form("Body", "STOP"), bot.Inbound{Kind: bot.Text, Text: "STOP"}},
		"fields from the future":  {form("Body", "a", "Quantum", "1", "", "x"), bot.Inbound{Kind: bot.Text, Text: "a"}},
	} {
		got, err := decode(tc.form)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := tc.want
		want.Channel, want.Address, want.ID, want.Phone = base.Channel, base.Address, base.ID, base.Phone
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestDecodeAddresses(t *testing.T) {
	t.Parallel()
	for from, phone := range map[string]string{
		"whatsapp:+32470000000":         "+32470000000",
		"whatsapp:+1234567":             "+1234567",
		"whatsapp:+123456":              "",
		"whatsapp:+1234567890123456":    "",
		"whatsapp:32470000000":          "",
		"whatsapp:CD.15024765943XYZ":    "",
		"whatsapp:ID.4566":              "",
		"whatsapp:+3247000000a":         "",
		strings.Repeat("x", maxAddress): "",
	} {
		in, err := decode(form("From", from))
		if err != nil || in.Address != from || in.Phone != phone {
			t.Errorf("%q: %+v %v", from, in, err)
		}
	}
	in, err := decode(form("From", "", "ExternalUserId", "whatsapp:CD.1"))
	if err != nil || in.Address != "whatsapp:CD.1" {
		t.Errorf("%+v %v", in, err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]url.Values{
		"no id":         form("MessageSid", ""),
		"odd id":        form("MessageSid", "SM123"),
		"id of a call":  form("MessageSid", "CA00000000000000000000000000000001"),
		"id and more":   form("MessageSid", testMessage+"\n"),
		"no address":    form("From", ""),
		"long address":  form("From", strings.Repeat("x", maxAddress+1)),
		"address lines": form("From", "whatsapp:+32470000000\n"),
	} {
		if in, err := decode(f); err == nil {
			t.Errorf("%s: %+v", name, in)
		}
	}
}

func TestWebhookAnswers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if code := r.srv.Text(anna, "mbote"); code != http.StatusOK {
		t.Errorf("%d", code)
	}
	if code := r.srv.Post(anna, url.Values{"MessageSid": {"odd"}}); code != http.StatusBadRequest {
		t.Errorf("odd id: %d", code)
	}
	if code := r.srv.Post(anna, url.Values{"AccountSid": {strings.Replace(testAccount, "a", "b", 1)}}); code != http.StatusForbidden {
		t.Errorf("other account: %d", code)
	}
	if code := r.srv.Post(anna, url.Values{"AccountSid": nil}); code != http.StatusForbidden {
		t.Errorf("no account: %d", code)
	}
	r.breakStore(errors.New("down"))
	if code := r.srv.Text(anna, "mbote"); code != http.StatusServiceUnavailable {
		t.Errorf("store down: %d", code)
	}
	r.breakStore(nil)
	if in := r.received(); len(in) != 1 || in[0].Text != "mbote" {
		t.Errorf("%+v", in)
	}
	if got := r.Counts(); got != (Counts{OtherAccount: 2, Undecodable: 1}) {
		t.Errorf("%+v", got)
	}
}

// A replayed form is signed correctly; it is accept that knows the id.
func TestWebhookReplay(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	f := form("Body", "bonjour")
	for range 3 {
		if code := r.srv.Deliver(testPublic+WebhookPath, f); code != http.StatusOK {
			t.Errorf("%d", code)
		}
	}
	for _, in := range r.received() {
		if in.ID != testMessage {
			t.Errorf("another id for the same message: %+v", in)
		}
	}
}

// direct posts to the handler as a proxy would, with any signature.
func direct(r *rig, method, target, signature string, body io.Reader) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, target, body)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if signature != "" {
		req.Header.Set("X-Twilio-Signature", signature)
	}
	w := httptest.NewRecorder()
	r.Webhook(r.accept).ServeHTTP(w, req)
	return w
}

func TestSignature(t *testing.T) {
	t.Parallel()
	const old = "fedcba9876543210fedcba9876543210"
	f := form("Body", "bonjour à tous & + %")
	signed := twiliotest.Sign(testToken, testPublic+WebhookPath, f)
	tampered := form("Body", "bonjour")
	for name, tc := range map[string]struct {
		target, signature string
		form              url.Values
		previous          string
		want              int
	}{
		"behind a proxy":              {"http://10.0.0.7:8080" + WebhookPath, signed, f, "", 200},
		"with the port of https":      {WebhookPath, twiliotest.Sign(testToken, testPublic+":443"+WebhookPath, f), f, "", 200},
		"with a query":                {WebhookPath + "?a=1&b=%20", twiliotest.Sign(testToken, testPublic+WebhookPath+"?a=1&b=%20", f), f, "", 200},
		"query not signed":            {WebhookPath + "?a=1", signed, f, "", 403},
		"for the proxy's inner host":  {"http://10.0.0.7:8080" + WebhookPath, twiliotest.Sign(testToken, "http://10.0.0.7:8080"+WebhookPath, f), f, "", 403},
		"none":                        {WebhookPath, "", f, "", 403},
		"wrong":                       {WebhookPath, "d3Jvbmc=", f, "", 403},
		"of another form":             {WebhookPath, signed, tampered, "", 403},
		"of the status path":          {WebhookPath, twiliotest.Sign(testToken, testPublic+StatusPath, f), f, "", 403},
		"other token":                 {WebhookPath, twiliotest.Sign(old, testPublic+WebhookPath, f), f, "", 403},
		"previous token, rotating":    {WebhookPath, twiliotest.Sign(old, testPublic+WebhookPath, f), f, old, 200},
		"present token, rotating":     {WebhookPath, signed, f, old, 200},
		"body hash of somebody else":  {WebhookPath + "?bodySHA256=00", twiliotest.Sign(testToken, testPublic+WebhookPath+"?bodySHA256=00", nil), f, "", 403},
		"absolute request line":       {"http://proxy" + WebhookPath, signed, f, "", 200},
		"first of a repeated field":   {WebhookPath, signed, url.Values{"Body": {f.Get("Body"), "autre"}}, "", 200},
		"second of a repeated field":  {WebhookPath, signed, url.Values{"Body": {"autre", f.Get("Body")}}, "", 403},
		"signature of the empty form": {WebhookPath, twiliotest.Sign(testToken, testPublic+WebhookPath, nil), f, "", 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(o *Options) { o.PreviousToken = tc.previous })
			body := form()
			for key, values := range tc.form {
				body[key] = values
			}
			w := direct(r, http.MethodPost, tc.target, tc.signature, strings.NewReader(body.Encode()))
			if w.Code != tc.want {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			in, refused := r.received(), r.Counts().BadSignature
			switch tc.want {
			case 200:
				if len(in) != 1 || in[0].Text != f.Get("Body") || refused != 0 {
					t.Errorf("%+v %d", in, refused)
				}
			default:
				if len(in) != 0 || refused != 1 {
					t.Errorf("accepted with a bad signature: %+v, counted %d", in, refused)
				}
			}
		})
	}
}

func TestWebhookSizes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	long := form("Body", strings.Repeat("é", 4096))
	if code := r.srv.Deliver(testPublic+WebhookPath, long); code != http.StatusOK {
		t.Errorf("the longest text of WhatsApp: %d", code)
	}
	huge := form("Body", strings.Repeat("a", 1<<20))
	w := direct(r, http.MethodPost, WebhookPath, twiliotest.Sign(testToken, testPublic+WebhookPath, huge), strings.NewReader(huge.Encode()))
	if w.Code != http.StatusRequestEntityTooLarge || r.Counts().TooLarge != 1 || len(r.received()) != 1 {
		t.Errorf("%d %+v", w.Code, r.Counts())
	}
}

func TestWebhookMethodsAndBodies(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if w := direct(r, http.MethodGet, WebhookPath, "x", nil); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "POST" {
		t.Errorf("%d", w.Code)
	}
	if w := direct(r, http.MethodPost, WebhookPath, "x", brokenLine{}); w.Code != http.StatusBadRequest {
		t.Errorf("%d", w.Code)
	}
	if w := direct(r, http.MethodPost, WebhookPath, "x", strings.NewReader("%zz")); w.Code != http.StatusForbidden {
		t.Errorf("%d", w.Code)
	}
	if len(r.received()) != 0 {
		t.Error("accepted")
	}
}

type brokenLine struct{}

func (brokenLine) Read([]byte) (int, error) { return 0, errors.New("the line broke") }

// Whatever is posted and however it is signed: no panic, never 5xx while the
// store takes everything, and nothing accepted without a signature.
func FuzzWebhook(f *testing.F) {
	f.Add(form("Body", "bonjour").Encode(), true)
	f.Add(form("ListId", "r.s.c", "InteractiveData", `{"list_reply":{"id":"x"}}`).Encode(), true)
	f.Add(form("NumMedia", "9", "MediaContentType0", ";;", "Latitude", "x").Encode(), true)
	f.Add("MessageSid="+testMessage+"&AccountSid="+testAccount+"&From=%00", true)
	f.Add("a=%zz;&&==", true)
	c, err := New(Options{
		AccountSID: testAccount, AuthToken: testToken, From: twiliotest.From, PublicURL: testPublic,
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string, sign bool) {
		signature := "d3Jvbmc="
		if values, err := url.ParseQuery(body); err == nil && sign {
			signature = twiliotest.Sign(testToken, testPublic+WebhookPath, values)
		} else {
			sign = false
		}
		accepted := 0
		accept := func(_ context.Context, in bot.Inbound) error {
			accepted++
			if in.ID == "" || in.Address == "" || in.Kind == "" || in.Kind == bot.Tap && in.Payload == "" {
				t.Errorf("half decoded: %+v", in)
			}
			return nil
		}
		req := httptest.NewRequest(http.MethodPost, WebhookPath, strings.NewReader(body))
		req.Header.Set("X-Twilio-Signature", signature)
		w := httptest.NewRecorder()
		c.Webhook(accept).ServeHTTP(w, req)
		switch {
		case w.Code >= 500:
			t.Errorf("%d", w.Code)
		case accepted > 0 != (w.Code == http.StatusOK):
			t.Errorf("%d with %d accepted", w.Code, accepted)
		case accepted > 0 && !sign:
			t.Error("accepted without a signature")
		}
	})
}
