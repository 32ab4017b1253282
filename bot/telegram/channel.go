package telegram

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	sdk "github.com/go-telegram/bot"

	"mboka/bot"
)

// Name is the channel's stable name in addresses, records and logs.
const Name = "telegram"

// OfficialURL is where the Bot API is called when Options.APIURL is empty.
const OfficialURL = "https://api.telegram.org"

const (
	sendTimeout = 20 * time.Second
	pollTimeout = 50 * time.Second // the server's own cap (tdlib/telegram-bot-api, getUpdates)
)

var tokenForm = regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]+$`)

// Options are what a Channel needs. Only Token is required.
type Options struct {
	Token  string // as BotFather gave it: "123456:ABC…"
	APIURL string // OfficialURL if empty

	// HTTPClient makes all calls. It must have no overall Timeout shorter than
	// a long poll; every call has its own deadline. Nil: a client of our own.
	HTTPClient *http.Client
	Logger     *slog.Logger     // discards if nil
	Clock      func() time.Time // time.Now if nil

	PollTimeout time.Duration // how long one getUpdates may wait, whole seconds; 50 s if 0
	RetryWait   time.Duration // first wait after a failure while polling; 500 ms if 0
}

// Channel is one Telegram bot. It is safe for concurrent use.
type Channel struct {
	api     *sdk.Bot
	http    *http.Client
	baseURL string // with the token in it: never logged
	log     *slog.Logger
	clock   func() time.Time

	pollTimeout time.Duration
	retryWait   time.Duration

	counts  counts
	answers answers
	hold    hold
}

var _ bot.Channel = (*Channel)(nil)

// New checks the options and calls nobody. No error of it holds the token.
func New(opt Options) (*Channel, error) {
	if !tokenForm.MatchString(opt.Token) {
		return nil, errors.New("telegram: the token does not look like 123456:ABC…")
	}
	base := strings.TrimRight(opt.APIURL, "/")
	if base == "" {
		base = OfficialURL
	}
	if u, err := url.Parse(base); err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, errors.New("telegram: the API URL is not an http or https address")
	}
	c := &Channel{
		http:        opt.HTTPClient,
		baseURL:     base + "/bot" + opt.Token + "/",
		log:         opt.Logger,
		clock:       opt.Clock,
		pollTimeout: opt.PollTimeout,
		retryWait:   opt.RetryWait,
	}
	if c.http == nil {
		c.http = newHTTPClient()
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.clock == nil {
		c.clock = time.Now
	}
	if c.pollTimeout == 0 {
		c.pollTimeout = pollTimeout
	}
	if c.retryWait == 0 {
		c.retryWait = 500 * time.Millisecond
	}
	api, err := sdk.New(opt.Token,
		sdk.WithServerURL(base),
		sdk.WithSkipGetMe(),
		sdk.WithHTTPClient(c.pollTimeout, caller{c.http}),
		// The SDK's default prints to the standard logger, request data included.
		sdk.WithErrorsHandler(func(error) {}),
	)
	if err != nil {
		return nil, fmt.Errorf("telegram client: %w", err)
	}
	c.api = api
	c.answers.init()
	return c, nil
}

// Name is "telegram".
func (c *Channel) Name() string { return Name }

// Capabilities are bot.TelegramCapabilities.
func (c *Channel) Capabilities() bot.Capabilities { return bot.TelegramCapabilities }

// Close waits for the calls this channel started by itself (answers to taps)
// and lets go of idle connections. When ctx ends first those calls are
// cancelled, and ctx's error is returned once they are gone. Stop the webhook's
// server and Poll before; Send keeps working.
func (c *Channel) Close(ctx context.Context) error {
	err := c.answers.close(ctx)
	c.http.CloseIdleConnections()
	return err
}

// hold remembers the last chat that Telegram refused as too fast. A 429 does
// not say whether it is about one chat or the whole bot; a second chat refused
// while the first still waits says it.
type hold struct {
	mu      sync.Mutex
	address string
	until   time.Time
}

// wide records a refusal and reports whether the whole bot looks held.
func (h *hold) wide(address string, now time.Time, wait time.Duration) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	other := h.address != "" && h.address != address && now.Before(h.until)
	h.address, h.until = address, now.Add(wait)
	return other
}
