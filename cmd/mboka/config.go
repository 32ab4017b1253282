package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"strings"

	"github.com/caarlos0/env/v11"

	"mboka/store/seal"
)

// config is the environment of a deployment. Policy is not here: see settings.
type config struct {
	DatabaseURL   string `env:"DATABASE_URL"`
	RedisURL      string `env:"REDIS_URL"`
	Listen        string `env:"MBOKA_LISTEN" envDefault:":8080"`
	MetricsListen string `env:"MBOKA_METRICS_LISTEN"`
	PublicURL     string `env:"MBOKA_PUBLIC_URL"`

	TelegramToken  string `env:"TELEGRAM_BOT_TOKEN"`
	TelegramSecret string `env:"TELEGRAM_WEBHOOK_SECRET"`
	TelegramAPI    string `env:"TELEGRAM_API_URL"`

	TwilioAccount string `env:"TWILIO_ACCOUNT_SID"`
	TwilioToken   string `env:"TWILIO_AUTH_TOKEN"`
	TwilioFrom    string `env:"TWILIO_WHATSAPP_FROM"`
	TwilioAPI     string `env:"TWILIO_API_URL"`

	Keyset     string `env:"MBOKA_KEYSET"`
	KeysetFile string `env:"MBOKA_KEYSET_FILE"`
	LogLevel   string `env:"MBOKA_LOG_LEVEL" envDefault:"info"`

	keys  *seal.Keys
	level slog.Level
}

// configError lists all faults of the environment, one line each.
type configError struct{ faults []string }

func (e *configError) Error() string {
	return "mboka: the environment is not right yet:\n  - " + strings.Join(e.faults, "\n  - ")
}

// need says which parts of the environment a command uses.
type need struct{ database, redis, keys, channels bool }

// readConfig reads and checks the environment once, and reports every fault.
func readConfig(vars []string, n need) (config, error) {
	var c config
	given := make(map[string]string, len(vars))
	for _, v := range vars {
		name, value, _ := strings.Cut(v, "=")
		given[name] = value
	}
	f := &faults{}
	if err := env.ParseWithOptions(&c, env.Options{Environment: given}); err != nil {
		f.add("%v", err)
	}
	f.unknown(given)
	if n.database {
		f.database(c.DatabaseURL)
	}
	if n.redis {
		f.redis(c.RedisURL)
	}
	if n.keys {
		c.keys = f.keyset(c)
	}
	if n.channels {
		f.telegram(c)
		f.whatsapp(c)
		f.listen(c)
	}
	if err := c.level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		f.add("MBOKA_LOG_LEVEL is %q: use debug, info, warn or error", c.LogLevel)
	}
	if len(f.lines) > 0 {
		return config{}, &configError{faults: f.lines}
	}
	return c, nil
}

// telegram and whatsapp tell whether a channel is on.
func (c config) telegram() bool { return c.TelegramToken != "" }
func (c config) whatsapp() bool { return c.TwilioAccount != "" }

// real tells whether real people can be reached: a channel is on and calls the
// platform itself.
func (c config) real() bool {
	official := func(api, host string) bool {
		u, err := url.Parse(api)
		return api == "" || err == nil && u.Hostname() == host
	}
	return c.telegram() && official(c.TelegramAPI, "api.telegram.org") ||
		c.whatsapp() && official(c.TwilioAPI, "api.twilio.com")
}

type faults struct{ lines []string }

func (f *faults) add(format string, args ...any) {
	f.lines = append(f.lines, fmt.Sprintf(format, args...))
}

// unknown finds MBOKA_ variables that nobody reads: a typo would otherwise be
// silence. Orchestrators inject service addresses under such names.
func (f *faults) unknown(given map[string]string) {
	known := make(map[string]bool)
	fields := reflect.TypeFor[config]()
	for i := range fields.NumField() {
		known[fields.Field(i).Tag.Get("env")] = true
	}
	for name := range given {
		if strings.HasPrefix(name, "MBOKA_") && !known[name] &&
			!strings.HasPrefix(name, "MBOKA_SERVICE_") && !strings.HasPrefix(name, "MBOKA_PORT") {
			f.add("%s is not a variable of Mboka: is it a typo?", name)
		}
	}
}

func (f *faults) database(s string) {
	if s == "" {
		f.add("DATABASE_URL is missing: postgres://user:password@host:5432/mboka")
	} else if u, err := url.Parse(s); err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		f.add("DATABASE_URL is no Postgres address: postgres://user:password@host:5432/mboka")
	}
}

func (f *faults) redis(s string) {
	if s == "" {
		f.add("REDIS_URL is missing: redis://host:6379/0")
	} else if u, err := url.Parse(s); err != nil || u.Scheme != "redis" && u.Scheme != "rediss" && u.Scheme != "unix" {
		f.add("REDIS_URL is no Redis address: redis://host:6379/0")
	}
}

// document reads the keyset as it is stored; nil where there is none.
func (f *faults) document(c config) []byte {
	switch {
	case c.Keyset != "" && c.KeysetFile != "":
		f.add("MBOKA_KEYSET and MBOKA_KEYSET_FILE are both set: keep one")
	case c.KeysetFile != "":
		doc, err := os.ReadFile(c.KeysetFile)
		if err != nil {
			f.add("MBOKA_KEYSET_FILE cannot be read: %v", errors.Unwrap(err))
		}
		return doc
	case c.Keyset != "":
		return []byte(c.Keyset)
	}
	return nil
}

func (f *faults) keyset(c config) *seal.Keys {
	before := len(f.lines)
	doc := f.document(c)
	if len(f.lines) > before {
		return nil
	}
	if c.Keyset == "" && c.KeysetFile == "" {
		f.add("MBOKA_KEYSET is missing: `mboka keys new` prints one; keep a copy apart, lost keys are lost names")
		return nil
	}
	keys, err := seal.Parse(doc)
	if err != nil {
		f.add("the keyset cannot be used: %v", err)
	}
	return keys
}

var (
	telegramToken  = regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]+$`)
	telegramSecret = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)
	phoneNumber    = regexp.MustCompile(`^\+[0-9]{7,15}$`)
)

func (f *faults) telegram(c config) {
	if !c.telegram() {
		return
	}
	if !telegramToken.MatchString(c.TelegramToken) {
		f.add("TELEGRAM_BOT_TOKEN does not look like a token of BotFather: 123456:ABC…")
	}
	if c.PublicURL != "" && !telegramSecret.MatchString(c.TelegramSecret) {
		f.add("TELEGRAM_WEBHOOK_SECRET must be 1 to 256 of A-Z a-z 0-9 _ - when MBOKA_PUBLIC_URL is set: `openssl rand -hex 32`")
	}
	f.web("TELEGRAM_API_URL", c.TelegramAPI, false)
}

func (f *faults) whatsapp(c config) {
	if !c.whatsapp() {
		if c.TwilioToken != "" || c.TwilioFrom != "" {
			f.add("TWILIO_ACCOUNT_SID is missing, though other TWILIO_ variables are set")
		}
		return
	}
	if rest, ok := strings.CutPrefix(c.TwilioAccount, "AC"); !ok || len(rest) != 32 || notHex(rest) {
		f.add("TWILIO_ACCOUNT_SID must be AC and 32 hexadecimal digits")
	}
	if c.TwilioToken == "" {
		f.add("TWILIO_AUTH_TOKEN is missing: it opens the API and checks the signatures")
	}
	if !phoneNumber.MatchString(c.TwilioFrom) {
		f.add("TWILIO_WHATSAPP_FROM must be your WhatsApp number, like +14155238886")
	}
	if c.PublicURL == "" {
		f.add("MBOKA_PUBLIC_URL is missing: WhatsApp reaches the service only by a webhook")
	}
	f.web("TWILIO_API_URL", c.TwilioAPI, false)
}

func notHex(s string) bool {
	_, err := hex.DecodeString(s)
	return err != nil
}

func (f *faults) listen(c config) {
	if !c.telegram() && !c.whatsapp() {
		f.add("no channel is on: set TELEGRAM_BOT_TOKEN, or TWILIO_ACCOUNT_SID with its token and number (to try without an account: `mboka demo`)")
	}
	f.web("MBOKA_PUBLIC_URL", c.PublicURL, c.real())
	for name, addr := range map[string]string{"MBOKA_LISTEN": c.Listen, "MBOKA_METRICS_LISTEN": c.MetricsListen} {
		if _, _, err := net.SplitHostPort(addr); addr != "" && err != nil {
			f.add("%s is %q: use host:port or :port", name, addr)
		}
	}
}

func (f *faults) web(name, s string, https bool) {
	if s == "" {
		return
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		f.add("%s is no web address: https://…", name)
	case https && u.Scheme != "https":
		f.add("%s must begin with https://: the platforms call nothing else", name)
	}
}
