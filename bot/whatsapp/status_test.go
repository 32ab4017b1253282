package whatsapp

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mboka/bot"
	"mboka/bot/whatsapp/twiliotest"
)

func statusForm(pairs ...string) url.Values {
	f := url.Values{"MessageSid": {testMessage}, "AccountSid": {testAccount}, "To": {anna}}
	for i := 0; i < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return f
}

func TestDecodeStatus(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		form    url.Values
		want    Status
		outcome bot.Outcome
	}{
		"queued":              {form: statusForm("MessageStatus", "queued"), want: Status{State: "queued", Rank: 1}},
		"sent":                {form: statusForm("MessageStatus", "sent"), want: Status{State: "sent", Rank: 2}},
		"delivered":           {form: statusForm("MessageStatus", "delivered"), want: Status{State: "delivered", Rank: 3, Delivered: true}},
		"read":                {form: statusForm("MessageStatus", "read", "EventType", "READ"), want: Status{State: "read", Rank: 4, Delivered: true}},
		"older field":         {form: statusForm("SmsStatus", "sent"), want: Status{State: "sent", Rank: 2}},
		"code zero":           {form: statusForm("MessageStatus", "sent", "ErrorCode", "0"), want: Status{State: "sent", Rank: 2}},
		"not known":           {form: statusForm("MessageStatus", "teleported"), want: Status{State: "teleported"}},
		"outside the window":  {form: statusForm("MessageStatus", "undelivered", "ErrorCode", "63016"), want: Status{State: "undelivered", Rank: 5, Code: "63016"}, outcome: bot.OutsideWindow},
		"not on WhatsApp":     {form: statusForm("MessageStatus", "failed", "ErrorCode", "63024"), want: Status{State: "failed", Rank: 5, Code: "63024"}, outcome: bot.Gone},
		"too fast":            {form: statusForm("MessageStatus", "failed", "ErrorCode", "63018"), want: Status{State: "failed", Rank: 5, Code: "63018"}, outcome: bot.Throttled},
		"code not listed":     {form: statusForm("MessageStatus", "failed", "ErrorCode", "69999"), want: Status{State: "failed", Rank: 5, Code: "69999"}, outcome: bot.Rejected},
		"failed without code": {form: statusForm("MessageStatus", "failed"), want: Status{State: "failed", Rank: 5}, outcome: bot.Rejected},
		"canceled":            {form: statusForm("MessageStatus", "canceled"), want: Status{State: "canceled", Rank: 5}, outcome: bot.Rejected},
	} {
		got, err := decodeStatus("ob-1", tc.form)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		outcome := got.Outcome
		got.Outcome = nil
		want := tc.want
		want.ReplyID, want.SID, want.Address = "ob-1", testMessage, anna
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		switch {
		case tc.outcome == "" && outcome != nil:
			t.Errorf("%s: an outcome %v", name, outcome)
		case tc.outcome != "" && (outcome == nil || outcome.Outcome != tc.outcome || outcome.Code == ""):
			t.Errorf("%s: %v", name, outcome)
		}
	}
	for name, f := range map[string]url.Values{
		"no id":                     statusForm("MessageSid", "", "MessageStatus", "sent"),
		"odd id":                    statusForm("MessageSid", "x", "MessageStatus", "sent"),
		"no state":                  statusForm(),
		"spaces in the address":     statusForm("MessageStatus", "sent", "To", "whatsapp:+32 470"),
		"line break in it":          statusForm("MessageStatus", "sent", "To", anna+"\n"),
		"an address without end":    statusForm("MessageStatus", "sent", "To", "whatsapp:"+strings.Repeat("9", 256)),
		"bytes below the printable": statusForm("MessageStatus", "sent", "To", "whatsapp:\x00"),
	} {
		if s, err := decodeStatus("", f); err == nil {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// The chat of a status is that of the address, which Twilio usually tells and
// which is opaque: people without a number have another one.
func TestStatusAddress(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{
		anna:                      anna,
		"whatsapp:CD.123abc":      "whatsapp:CD.123abc",
		"":                        "",
		"whatsapp:" + longID(247): "whatsapp:" + longID(247),
	} {
		form := statusForm("MessageStatus", "delivered", "To", to, "From", "whatsapp:"+twiliotest.From)
		if to == "" {
			form.Del("To")
		}
		if s, err := decodeStatus("ob-1", form); err != nil || s.Address != want {
			t.Errorf("%d characters: %q %v", len(to), s.Address, err)
		}
	}
	r := newRig(t)
	r.srv.Text(anna, "bonjour")
	if _, err := r.Send(within(t), anna, bot.Message{ID: "ob-4", Text: "Mbote"}); err != nil {
		t.Fatal(err)
	}
	r.srv.Settle(within(t))
	for _, s := range r.settled() {
		if s.Address != r.received()[0].Address {
			t.Errorf("not the chat that wrote: %+v", s)
		}
	}
	if len(r.settled()) != 3 {
		t.Errorf("%d callbacks", len(r.settled()))
	}
	if got := r.srv.Deliver(testPublic+StatusPath, statusForm("MessageStatus", "sent", "To", "no address")); got != 400 {
		t.Errorf("%d", got)
	}
}

func longID(n int) string { return strings.Repeat("x", n) }

func TestStatusHandler(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	at := testPublic + StatusPath
	for _, tc := range []struct {
		address string
		form    url.Values
		want    int
	}{
		{at + "?ob=b%2Fc", statusForm("MessageStatus", "sent"), 200},
		{at, statusForm("MessageStatus", "read"), 200}, // of a message nobody knows
		{at, statusForm("MessageStatus", "quantum"), 200},
		{at, statusForm(), 400},
		{at, statusForm("AccountSid", "AC0"), 403},
	} {
		if got := r.srv.Deliver(tc.address, tc.form); got != tc.want {
			t.Errorf("%s %v: %d", tc.address, tc.form, got)
		}
	}
	got := r.settled()
	if len(got) != 3 || got[0].ReplyID != "b/c" || got[1].ReplyID != "" || got[2].Rank != 0 {
		t.Errorf("%+v", got)
	}
	r.breakStore(errors.New("down"))
	if got := r.srv.Deliver(at, statusForm("MessageStatus", "sent")); got != http.StatusServiceUnavailable {
		t.Errorf("%d", got)
	}
}

// The reply's id is part of what is signed: nobody can settle another's reply.
func TestStatusSignature(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	f := statusForm("MessageStatus", "failed")
	signed := twiliotest.Sign(testToken, testPublic+StatusPath+"?ob=mine", f)
	for target, want := range map[string]int{
		StatusPath + "?ob=mine":        200,
		StatusPath + "?ob=other":       403,
		StatusPath:                     403,
		StatusPath + "?ob=mine&ob=two": 403,
	} {
		req := httptest.NewRequest(http.MethodPost, target, strings.NewReader(f.Encode()))
		req.Header.Set("X-Twilio-Signature", signed)
		w := httptest.NewRecorder()
		r.Status(r.settle).ServeHTTP(w, req)
		if w.Code != want {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
	if len(r.settled()) != 1 || r.Counts().BadSignature != 3 {
		t.Errorf("%+v %+v", r.settled(), r.Counts())
	}
}

// Ranks let a store ignore what comes late, twice or before the answer to the
// request itself.
func TestStatusOutOfOrder(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.srv.Text(anna, "bonjour")
	r.srv.Receipts("delivered", "sent", "delivered", "read", "sent")
	r.srv.Early(true)
	receipt, err := r.Send(within(t), anna, bot.Message{ID: "ob-3", Text: "Mbote"})
	if err != nil {
		t.Fatal(err)
	}
	state, rank := "", 0
	for _, s := range r.settled() { // all before Send returned
		if s.SID != receipt.ProviderID || s.ReplyID != "ob-3" {
			t.Errorf("%+v", s)
		}
		if s.Rank > rank {
			state, rank = s.State, s.Rank
		}
	}
	if len(r.settled()) != 5 || state != "read" {
		t.Errorf("%d callbacks, %s", len(r.settled()), state)
	}
}
