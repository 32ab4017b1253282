package whatsapp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/twilio/twilio-go/client"
)

// maxAnswer bounds what is read of an answer: the longest page of contents
// asked for stays well below it.
const maxAnswer = 8 << 20

// maxRetryAfter bounds a hold asked for by Retry-After, so that an odd header
// cannot silence the bot for days.
const maxRetryAfter = time.Hour

// call is one request to Twilio, in place of the SDK's own client: that one
// takes no context, forgets status and Retry-After of an error, leaves error
// bodies open, refuses tokens with a dash, and follows TWILIO_EDGE and
// TWILIO_REGION to other hosts.
type call struct {
	ctx     context.Context
	channel *Channel
	wait    func(context.Context, string) error // before each request; nil: none

	reached    atomic.Bool // a connection stood, so the request may have arrived
	status     int         // 0: no answer
	code       string      // Twilio's code in an error answer
	retryAfter time.Duration
}

// handler is what the SDK's services are built on. It is made by hand because
// the SDK's constructor reads the environment.
func (c *call) handler() *client.RequestHandler { return &client.RequestHandler{Client: c} }

// AccountSid implements client.BaseClient.
func (c *call) AccountSid() string { return c.channel.account }

// SetTimeout implements client.BaseClient; the time is bounded by callTimeout.
func (c *call) SetTimeout(time.Duration) {}

// SetOauth implements client.BaseClient; only basic authentication is used.
func (c *call) SetOauth(client.OAuth) {}

// OAuth implements client.BaseClient.
func (c *call) OAuth() client.OAuth { return nil }

// SendRequest implements client.BaseClient. It reads the whole answer, so that
// the connection is free again whatever the SDK does with the body.
func (c *call) SendRequest(method, rawURL string, data url.Values, headers map[string]interface{}, body ...byte) (*http.Response, error) {
	if c.wait != nil {
		if err := c.wait(c.ctx, method); err != nil {
			return nil, err
		}
	}
	c.reached.Store(false)
	c.status, c.code, c.retryAfter = 0, "", 0

	ctx, cancel := context.WithTimeout(c.ctx, callTimeout)
	defer cancel()
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { c.reached.Store(true) },
	})
	req, err := c.request(ctx, method, rawURL, data, headers, body)
	if err != nil {
		return nil, err
	}
	res, err := c.channel.http.Do(req)
	if err != nil {
		return nil, withoutURL(err)
	}
	defer res.Body.Close()
	c.status = res.StatusCode
	c.retryAfter = retryAfter(res.Header.Get("Retry-After"), c.channel.clock())
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", withoutURL(err))
	}
	if res.StatusCode < 200 || res.StatusCode > 299 {
		var problem struct{ Code json.Number }
		// Not JSON leaves the code empty, which is what failure wants to know.
		_ = json.Unmarshal(answer, &problem)
		c.code = strings.TrimPrefix(problem.Code.String(), "0")
		return nil, fmt.Errorf("HTTP %d", res.StatusCode)
	}
	res.Body = io.NopCloser(bytes.NewReader(answer))
	return res, nil
}

func (c *call) request(ctx context.Context, method, rawURL string, data url.Values, headers map[string]interface{}, body []byte) (*http.Request, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, errors.New("the SDK built an address that cannot be parsed")
	}
	payload := body
	switch {
	case method == http.MethodGet || method == http.MethodDelete:
		if len(data) > 0 {
			u.RawQuery = data.Encode()
		}
		payload = nil
	case headers["Content-Type"] != "application/json":
		payload = []byte(data.Encode())
	}
	replaced := u.Host
	if api := c.channel.api; api != nil {
		u.Scheme, u.Host = api.Scheme, api.Host
		u.Path = api.Path + u.Path
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(payload))
	if err != nil {
		return nil, fmt.Errorf("build request: %w", withoutURL(err))
	}
	req.SetBasicAuth(c.channel.account, c.channel.token)
	for key, value := range headers {
		req.Header.Set(key, fmt.Sprint(value))
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "mboka")
	if c.channel.api != nil {
		req.Header.Set("X-Mboka-Host", replaced)
	}
	return req, nil
}

// withoutURL drops the address from a transport error: it holds the account.
func withoutURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// retryAfter reads the header in both its forms (RFC 9110, 10.2.3). 0: absent
// or not understood.
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(header); err == nil {
		return time.Duration(min(max(seconds, 0), int(maxRetryAfter.Seconds()))) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(at.Sub(now), 0), maxRetryAfter)
	}
	return 0
}
