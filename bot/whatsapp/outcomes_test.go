package whatsapp

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"mboka/bot"
	"mboka/bot/whatsapp/twiliotest"
)

func TestSendOutcomes(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fault   twiliotest.Fault
		outcome bot.Outcome
		code    string
		wait    time.Duration
		account bool
		arrives bool
	}{
		"429 with hold":     {fault: twiliotest.Throttle(7 * time.Second), outcome: bot.Throttled, code: "20429", wait: 7 * time.Second, account: true},
		"429 without hold":  {fault: twiliotest.Refuse(429, 20429), outcome: bot.Throttled, code: "20429", wait: time.Second, account: true},
		"429 as a page":     {fault: twiliotest.Page(429), outcome: bot.Throttled, code: "20429", wait: time.Second, account: true},
		"429 for a day":     {fault: twiliotest.Throttle(24 * time.Hour), outcome: bot.Throttled, code: "20429", wait: time.Hour, account: true},
		"14107":             {fault: twiliotest.Refuse(429, 14107), outcome: bot.Throttled, code: "14107", wait: 30 * time.Second},
		"bad credentials":   {fault: twiliotest.Refuse(401, 20003), outcome: bot.Rejected, code: "20003", account: true},
		"401 as a page":     {fault: twiliotest.Page(401), outcome: bot.Rejected, code: "20003", account: true},
		"invalid number":    {fault: twiliotest.Refuse(400, 21211), outcome: bot.Gone, code: "21211"},
		"opted out":         {fault: twiliotest.Refuse(400, 21610), outcome: bot.Gone, code: "21610"},
		"blocked":           {fault: twiliotest.Refuse(400, 63014), outcome: bot.Gone, code: "63014"},
		"window, at once":   {fault: twiliotest.Refuse(400, 63016), outcome: bot.OutsideWindow, code: "63016"},
		"window, born dead": {fault: twiliotest.Born(63016), outcome: bot.OutsideWindow, code: "63016"},
		"wrong sender":      {fault: twiliotest.Refuse(400, 63007), outcome: bot.Rejected, code: "63007", account: true},
		"code not listed":   {fault: twiliotest.Refuse(400, 29999), outcome: bot.Rejected, code: "29999"},
		"404 as a page":     {fault: twiliotest.Page(404), outcome: bot.Rejected, code: codeBadAnswer},
		"408":               {fault: twiliotest.Page(408), outcome: bot.Unknown, code: codeBadAnswer},
		"redirect":          {fault: twiliotest.Page(302), outcome: bot.Unknown, code: codeBadAnswer},
		"500 JSON":          {fault: twiliotest.Refuse(500, 20500), outcome: bot.Unknown, code: codeBadAnswer},
		"503 JSON":          {fault: twiliotest.Refuse(503, 20503), outcome: bot.Unknown, code: codeBadAnswer},
		"503 JSON, limited": {fault: twiliotest.Refuse(503, 20429), outcome: bot.Throttled, code: "20429", wait: time.Second, account: true},
		"500 JSON, taken":   {fault: twiliotest.Refuse(500, 20500).Taken(), outcome: bot.Unknown, code: codeBadAnswer, arrives: true},
		"502 as a page":     {fault: twiliotest.Page(502), outcome: bot.Unknown, code: codeBadAnswer},
		"503 page, taken":   {fault: twiliotest.Page(503).Taken(), outcome: bot.Unknown, code: codeBadAnswer, arrives: true},
		"truncated 201":     {fault: twiliotest.Cut(), outcome: bot.Unknown, code: codeBadAnswer, arrives: true},
		"connection closed": {fault: twiliotest.Drop(), outcome: bot.Unknown, code: codeNoAnswer, arrives: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.srv.Text(anna, "bonjour")
			r.srv.Fail(tc.fault)
			_, err := r.Send(within(t), anna, bot.Message{ID: "ob-1", Text: "Mbote"})
			failed := sendErr(t, err)
			if failed.Outcome != tc.outcome || failed.Code != tc.code || failed.RetryAfter != tc.wait || failed.Account != tc.account {
				t.Errorf("got %+v", failed)
			}
			if n := len(r.srv.Messages(anna)); (n == 1) != tc.arrives {
				t.Errorf("%d messages on the phone", n)
			}
			if n := r.srv.Calls()["POST /2010-04-01/Accounts/{sid}/Messages.json"]; n != 1 {
				t.Errorf("%d requests for one send", n)
			}
			r.srv.Settle(within(t))
			if settled := r.settled(); tc.arrives && (len(settled) == 0 || settled[0].ReplyID != "ob-1" || settled[0].SID == "") {
				t.Errorf("the callback does not heal the lost answer: %+v", settled)
			}
		})
	}
}

func TestSendTimeoutAfterTaking(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.srv.Text(anna, "bonjour")
	r.srv.Fail(twiliotest.Hang())
	ctx, cancel := context.WithCancelCause(within(t))
	go func() {
		r.srv.Wait(ctx, anna, 1)
		cancel(context.DeadlineExceeded)
	}()
	_, err := r.Send(ctx, anna, bot.Message{ID: "1", Text: "Mbote"})
	if failed := sendErr(t, err); failed.Outcome != bot.Unknown || failed.Code != codeNoAnswer {
		t.Errorf("%v", err)
	}
}

func TestSendUnreachable(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	r := newRig(t, func(o *Options) { o.APIURL = closed.URL })
	_, err := r.Send(within(t), anna, bot.Message{ID: "1", Text: "Mbote"})
	if failed := sendErr(t, err); failed.Outcome != bot.Retry || failed.Code != codeUnreachable {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	other := newRig(t)
	_, err = other.Send(ctx, anna, bot.Message{ID: "1", Text: "Mbote"})
	if failed := sendErr(t, err); failed.Outcome != bot.Retry || !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// 63016 usually comes by callback, after a 201.
func TestSendOutsideWindow(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	receipt, err := r.Send(within(t), anna, bot.Message{ID: "ob-9", Text: "Mbote"})
	if err != nil {
		t.Fatal(err)
	}
	r.srv.Settle(within(t))
	s := r.settled()
	if len(s) != 1 || s[0].ReplyID != "ob-9" || s[0].SID != receipt.ProviderID || s[0].Code != "63016" ||
		s[0].Outcome == nil || s[0].Outcome.Outcome != bot.OutsideWindow {
		t.Errorf("%+v", s)
	}
	if len(r.srv.Messages(anna)) != 0 {
		t.Error("it arrived all the same")
	}
}

// TWILIO_EDGE and TWILIO_REGION must not change where requests go; the SDK
// reads them when a service is built by its own constructor.
func TestSendIgnoresEdgeAndRegion(t *testing.T) {
	t.Setenv("TWILIO_EDGE", "dublin")
	t.Setenv("TWILIO_REGION", "ie1")
	r := newRig(t)
	r.srv.Text(anna, "bonjour")
	if _, err := r.Send(within(t), anna, bot.Message{ID: "1", Text: "Mbote"}); err != nil {
		t.Errorf("the fake answers only for api.twilio.com: %v", err)
	}
}

// Without an API address of our own, requests go to Twilio's hosts.
func TestSendToTwilioItself(t *testing.T) {
	t.Parallel()
	var asked *http.Request
	r := newRig(t, func(o *Options) {
		o.APIURL = ""
		o.HTTPClient = &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
			asked = req
			return nil, errors.New("no network here")
		})}
	})
	if _, err := r.Send(within(t), anna, bot.Message{ID: "1", Text: "Mbote"}); err == nil {
		t.Fatal("sent without a network")
	}
	if asked.URL.String() != "https://api.twilio.com/2010-04-01/Accounts/"+testAccount+"/Messages.json" || asked.Header.Get("X-Mboka-Host") != "" {
		t.Errorf("%s %v", asked.URL, asked.Header)
	}
	if user, password, _ := asked.BasicAuth(); user != testAccount || password != testToken {
		t.Error("not authenticated")
	}
	deadline, ok := asked.Context().Deadline()
	if !ok || time.Until(deadline) > callTimeout {
		t.Error("the call has no bound")
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Error answers must not cost a connection each.
func TestSendReusesConnections(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.srv.Text(anna, "bonjour")
	opened := 0
	transport := r.http.Transport.(*http.Transport)
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		opened++ // requests are made one after the other
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
	for range 10 {
		r.srv.Fail(twiliotest.Page(502))
		if _, err := r.Send(within(t), anna, bot.Message{ID: "1", Text: "Mbote"}); err == nil {
			t.Fatal("no error")
		}
	}
	if opened != 1 {
		t.Errorf("%d connections for 10 errors", opened)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"":                              0,
		"0":                             0,
		"-5":                            0,
		"12":                            12 * time.Second,
		"999999":                        time.Hour,
		"9999999999999":                 time.Hour,
		"soon":                          0,
		"Mon, 23 Nov 2026 12:00:30 GMT": 30 * time.Second,
		"Mon, 23 Nov 2026 11:00:00 GMT": 0,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("%q: %s", header, got)
		}
	}
}
