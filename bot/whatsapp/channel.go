package whatsapp

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/twilio/twilio-go/client"

	"mboka/bot"
)

// Paths under the public URL where the handlers must be mounted: Twilio signs
// the address it calls, and the status path is part of every message sent.
const (
	WebhookPath = "/whatsapp/webhook"
	StatusPath  = "/whatsapp/status"
)

// callTimeout bounds one request to Twilio, the time twilio-go itself allows.
const callTimeout = 10 * time.Second

// Options is what a Channel needs to know.
type Options struct {
	AccountSID string // "AC" and 32 hex digits
	AuthToken  string // opens the API and signs the webhooks
	// PreviousToken is also accepted on webhooks while the token is being
	// rotated. Empty when it is not.
	PreviousToken string
	From          string // our WhatsApp number, E.164
	// APIURL is called for messages and contents instead of Twilio's hosts;
	// each request then names the host it replaces in X-Mboka-Host.
	APIURL string
	// PublicURL is where Twilio reaches us. It may end in a path only if the
	// proxy takes that path off again.
	PublicURL string
	// Contents says which Content objects exist. Nil: none, every choice is
	// shown as numbered text.
	Contents *Contents
	// Frames are the fixed words of the generic objects, by language. A
	// language without one has no generic objects.
	Frames     map[string]Frame
	Logger     *slog.Logger     // nil: slog.Default
	Clock      func() time.Time // nil: time.Now
	HTTPClient *http.Client     // nil: a plain one
}

// Channel is WhatsApp. It owns no goroutine and is safe for concurrent use.
type Channel struct {
	account, token string
	from           string // "whatsapp:+…"
	api            *url.URL
	public         string
	contents       *Contents
	approved       approved
	frames         map[string]Frame
	log            *slog.Logger
	clock          func() time.Time
	http           *http.Client
	validators     []client.RequestValidator
	mostPurged     int // smaller in tests
	counts         struct{ badSignature, otherAccount, undecodable, tooLarge atomic.Uint64 }
}

var _ bot.Channel = (*Channel)(nil)

var (
	accountPattern = regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`)
	phonePattern   = regexp.MustCompile(`^\+[0-9]{7,15}$`) // ITU-T E.164: at most 15 digits
)

// New checks the options and builds a channel; it calls nobody. The error
// names every fault at once and never holds a secret.
func New(opt Options) (*Channel, error) {
	c := &Channel{
		account:  opt.AccountSID,
		token:    opt.AuthToken,
		from:     "whatsapp:" + opt.From,
		contents: cmp.Or(opt.Contents, &Contents{}),
		frames:   opt.Frames,
		log:      cmp.Or(opt.Logger, slog.Default()),
		clock:    opt.Clock,

		mostPurged: mostPurged,
	}
	var faults []error
	if !accountPattern.MatchString(opt.AccountSID) {
		faults = append(faults, errors.New("the account SID must be AC and 32 hex digits"))
	}
	if opt.AuthToken == "" {
		faults = append(faults, errors.New("the auth token is missing"))
	}
	if !phonePattern.MatchString(opt.From) {
		faults = append(faults, errors.New("the sender must be a number like +32460000000"))
	}
	if opt.APIURL != "" {
		api, err := baseURL(opt.APIURL)
		if err != nil {
			faults = append(faults, fmt.Errorf("the API address: %w", err))
		}
		c.api = api
	}
	public, err := baseURL(opt.PublicURL)
	switch {
	case err != nil:
		faults = append(faults, fmt.Errorf("the public address: %w", err))
	case strings.Contains(public.Hostname(), "_"):
		// twilio.com/docs/messaging/api/message-resource, StatusCallback
		faults = append(faults, errors.New("the public address: Twilio calls no host with an underscore"))
	default:
		c.public = public.String()
	}
	for language, frame := range opt.Frames {
		if err := frame.check(); err != nil {
			faults = append(faults, fmt.Errorf("the frame for %q: %w", language, err))
		}
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("whatsapp: %w", errors.Join(faults...))
	}
	if c.clock == nil {
		c.clock = time.Now
	}
	for _, token := range []string{opt.AuthToken, opt.PreviousToken} {
		if token != "" {
			c.validators = append(c.validators, client.NewRequestValidator(token))
		}
	}
	// A redirect would carry the credentials to another host, and the SDK
	// would take it for a success.
	hc := *cmp.Or(opt.HTTPClient, &http.Client{})
	hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.http = &hc
	return c, nil
}

func baseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(raw, "/"))
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") ||
		u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("must look like https://host")
	}
	return u, nil
}

// Name implements bot.Channel.
func (c *Channel) Name() string { return "whatsapp" }

// Capabilities implements bot.Channel.
func (c *Channel) Capabilities() bot.Capabilities { return bot.WhatsAppCapabilities }

// Counts is what the webhooks turned away since the start, for the metrics.
type Counts struct {
	BadSignature uint64 // 403: not signed with our token for our address
	OtherAccount uint64 // 403: signed, but of another account
	Undecodable  uint64 // 400: signed, but not a message or a status
	TooLarge     uint64 // 413
}

// Counts reads the counters.
func (c *Channel) Counts() Counts {
	return Counts{
		BadSignature: c.counts.badSignature.Load(),
		OtherAccount: c.counts.otherAccount.Load(),
		Undecodable:  c.counts.undecodable.Load(),
		TooLarge:     c.counts.tooLarge.Load(),
	}
}
