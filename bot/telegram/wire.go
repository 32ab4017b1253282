package telegram

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
	"sync/atomic"
	"time"
)

// maxAnswer bounds what is read of one answer of the Bot API. A hundred of the
// longest messages with all their formatting stay far below.
const maxAnswer = 64 << 20

func newHTTPClient() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 64
	// Below the server's own idle limit, so that a send seldom meets a
	// connection that is just being closed.
	t.IdleConnTimeout = 30 * time.Second
	return &http.Client{
		Transport: t,
		// A followed redirect would carry the token in its address elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// caller is the SDK's HTTP client. The SDK streams each body from a pipe, which
// net/http cannot send again when a reused connection turns out to be dead
// before anything was written; from memory it can, and does so only then.
type caller struct{ http *http.Client }

func (c caller) Do(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, fmt.Errorf("read request body: %w", err)
	}
	req.Body, req.ContentLength = http.NoBody, int64(len(body))
	if len(body) > 0 {
		req.Body = io.NopCloser(bytes.NewReader(body))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	return resp, nil
}

// attempt notes whether a call has a connection. Without one nothing of it can
// have reached Telegram. net/http asks for a second connection, and repeats a
// POST on it, only when nothing was written to the first.
type attempt struct{ connected atomic.Bool }

func (a *attempt) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { a.connected.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { a.connected.Store(true) },
	})
}

// apiError is a refusal answered to a raw call.
type apiError struct {
	code       int
	retryAfter time.Duration
}

func (e *apiError) Error() string { return fmt.Sprintf("telegram answered %d", e.code) }

// raw calls a method and keeps its result undecoded. Only for methods whose
// results the SDK cannot be trusted with.
func (c *Channel) raw(ctx context.Context, method string, params, result any) error {
	body, err := json.Marshal(params)
	if err != nil {
		return fmt.Errorf("encode %s: %w", method, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.baseURL+method, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("call %s: bad address", method) // the cause would show the token
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("call %s: %w", method, withoutURL(err))
	}
	defer resp.Body.Close()
	var answer struct {
		OK         bool            `json:"ok"`
		Result     json.RawMessage `json:"result"`
		ErrorCode  int             `json:"error_code"`
		Parameters struct {
			RetryAfter int `json:"retry_after"`
		} `json:"parameters"`
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("read answer of %s: %w", method, err)
	}
	if json.Unmarshal(data, &answer) != nil { // an HTML page of something in between
		return &apiError{code: resp.StatusCode}
	}
	if !answer.OK {
		return &apiError{answer.ErrorCode, time.Duration(answer.Parameters.RetryAfter) * time.Second}
	}
	if err := json.Unmarshal(answer.Result, result); err != nil {
		return fmt.Errorf("decode answer of %s: %w", method, err)
	}
	return nil
}

// withoutURL drops the address, and the token with it, of a transport error.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
