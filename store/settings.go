package store

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Definition says what a setting is. The list of all settings is Definitions.
type Definition struct {
	Key     string // ends in ".CC" for a family, with one setting a country
	Default string
	Allowed string // a sentence: which values it takes
	Notice  bool   // members read it in the notice, or in danger: it must not be empty
	parse   func(string) error
}

// Definitions lists every setting, in the order in which they are shown. The
// bounds keep the privacy notice true: totals of 5 at least, and 24 months at
// most.
func Definitions() []Definition { return slices.Clone(definitions) }

var definitions = []Definition{
	{Key: "organisation", Notice: true, Allowed: "one line of at most 60 characters: who runs the service", parse: line(60)},
	{Key: "organisation_kind", Default: "iom", Allowed: "iom, association or other; never a ministry", parse: word("iom", "association", "other")},
	{Key: "contact", Notice: true, Allowed: "one line of at most 100 characters: how members reach the organisation", parse: line(100)},
	{Key: "host", Notice: true, Allowed: "one line of at most 60 characters: the place where the data are kept", parse: line(60)},
	{Key: "complaint_body", Notice: true, Allowed: "one line of at most 200 characters: the authority that takes complaints", parse: line(200)},
	{Key: "complaint_person", Allowed: "one line of at most 100 characters: who takes complaints about a person, best somebody outside the team; empty for contact", parse: line(100)},
	{Key: "verify_url", Allowed: "an http or https address of at most 200 characters; empty for the public one", parse: address},
	{Key: "emergency.CC", Notice: true, Allowed: "one line of at most 200 characters: whom to call in danger, CC being a country such as BE, or default", parse: line(200)},
	{Key: "relay.CC", Notice: true, Allowed: "one line of at most 200 characters: who helps with asylum and protection, CC being a country such as BE, or default", parse: line(200)},
	{Key: "k", Default: "5", Allowed: "a whole number from 5 to 100: people behind a figure at least", parse: between(5, 100)},
	{Key: "k_cross", Default: "10", Allowed: "a whole number from 10 to 200, not under k: people behind a crossed figure at least", parse: between(10, 200)},
	{Key: "rounding", Default: "5", Allowed: "a whole number from 5 to 100: what figures are rounded to", parse: between(5, 100)},
	{Key: "cap_month", Default: "2", Allowed: "a whole number from 0 to 10: announcements to one person in 30 days", parse: between(0, 10)},
	{Key: "cooloff", Default: "10m", Allowed: "a time from 1m to 24h: between approval and sending", parse: span(time.Minute, 24*time.Hour)},
	{Key: "quiet_from", Default: "21:00", Allowed: "a time of day as 21:00: nothing is announced from then on", parse: clock},
	{Key: "quiet_to", Default: "08:00", Allowed: "a time of day as 08:00: announcements go on then", parse: clock},
	{Key: "retention_warn", Default: "12", Allowed: "months of silence before a warning, from 1 to 23, under retention_erase", parse: between(1, 23)},
	{Key: "retention_erase", Default: "24", Allowed: "months of silence before erasure, from 2 to 24", parse: between(2, 24)},
	{Key: "retention_draft", Default: "90d", Allowed: "days that a draft is kept, from 1d to 90d", parse: days(1, 90)},
	{Key: "retention_audit", Default: "36", Allowed: "months that the audit log is kept, from 12 to 120", parse: between(12, 120)},
	{Key: "request_life", Default: "14d", Allowed: "days that a request for one profile waits for the person's answer, from 1d to 60d", parse: days(1, 60)},
	{Key: "contact_writer_day", Default: "3", Allowed: "a whole number from 0 to 20: messages by the directory that one member may write in 24 hours", parse: between(0, 20)},
	{Key: "contact_inbox_day", Default: "3", Allowed: "a whole number from 1 to 20: messages by the directory that one member is told of in 24 hours", parse: between(1, 20)},
	{Key: "contact_blocks", Default: "3", Allowed: "a whole number from 1 to 20: people who have blocked a writer, from which on they write no more", parse: between(1, 20)},
	{Key: "contact_life", Default: "7d", Allowed: "days that a message by the directory waits, from 1d to 7d", parse: days(1, 7)},
	{Key: "whatsapp_tier", Default: "250", Allowed: "a whole number from 1 to 10000000: people whom WhatsApp lets us write to first in 24 hours", parse: between(1, 10_000_000)},
	{Key: "workshop_security", Default: "no", Allowed: "yes or no: whether security bodies are among the institutions that officials may choose before a workshop", parse: word("yes", "no")},
	{Key: "mean_edge", Default: "5", Allowed: "a whole number from 5 to 15: tenths of a mark, how near to an end of the scale the mean of officials' marks is told", parse: between(5, 15)},
	{Key: "funnel_weeks", Default: "4", Allowed: "a whole number of weeks from 1 to 8: how long registrations begun wait for more of them before they are published", parse: between(1, 8)},
	{Key: "price.CC", Allowed: "US dollars for one announcement on WhatsApp, from 0 to 10, as 0.0625, CC being a country such as BE, or default", parse: price},
}

// ErrSetting: there is no such setting, or it does not take this value. The
// error says what is allowed.
var ErrSetting = errors.New("setting refused")

var countrySuffix = regexp.MustCompile(`^([A-Z]{2}|default)$`)

// define finds what a key means, a country's setting by its family.
func define(key string) (Definition, bool) {
	family := key
	if name, suffix, dotted := strings.Cut(key, "."); dotted && countrySuffix.MatchString(suffix) {
		family = name + ".CC"
	} else if dotted {
		return Definition{}, false
	}
	for _, d := range definitions {
		if d.Key == family {
			return d, true
		}
	}
	return Definition{}, false
}

// ParseSetting says whether a setting takes a value; if not, the error is one
// line with what is allowed. The empty value, which every setting takes, means
// its default.
func ParseSetting(key, value string) error {
	d, known := define(key)
	if !known {
		return fmt.Errorf("%w: there is no setting %q; `mboka settings list` shows them", ErrSetting, key)
	}
	if value == "" {
		return nil
	}
	if err := d.parse(value); err != nil {
		return fmt.Errorf("%w: %s takes %s", ErrSetting, key, d.Allowed)
	}
	return nil
}

// errValue is all that the checks below need to say; the sentence is Allowed.
var errValue = errors.New("not allowed")

func line(most int) func(string) error {
	return func(s string) error {
		odd := strings.IndexFunc(s, func(r rune) bool { return unicode.IsControl(r) }) >= 0
		if odd || !utf8.ValidString(s) || utf8.RuneCountInString(s) > most || s != strings.TrimSpace(s) || strings.Contains(s, "{{") {
			return errValue
		}
		return nil
	}
}

func word(allowed ...string) func(string) error {
	return func(s string) error {
		if !slices.Contains(allowed, s) {
			return errValue
		}
		return nil
	}
}

func address(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return errValue
	}
	return line(200)(s)
}

func between(least, most int) func(string) error {
	return func(s string) error {
		n, err := strconv.Atoi(s)
		if err != nil || n < least || n > most {
			return errValue
		}
		return nil
	}
}

func span(least, most time.Duration) func(string) error {
	return func(s string) error {
		d, err := time.ParseDuration(s)
		if err != nil || d < least || d > most {
			return errValue
		}
		return nil
	}
}

func days(least, most int) func(string) error {
	return func(s string) error {
		number, ok := strings.CutSuffix(s, "d")
		if !ok {
			return errValue
		}
		return between(least, most)(number)
	}
}

func clock(s string) error {
	if _, err := time.Parse("15:04", s); err != nil || len(s) != len("15:04") {
		return errValue
	}
	return nil
}

var decimal = regexp.MustCompile(`^[0-9]{1,2}(\.[0-9]{1,6})?$`)

func price(s string) error {
	if !decimal.MatchString(s) || microDollars(s) > 10_000_000 {
		return errValue
	}
	return nil
}

// microDollars reads a price that was checked, in millionths of a dollar.
func microDollars(s string) int64 {
	whole, part, _ := strings.Cut(s, ".")
	n, _ := strconv.ParseInt(whole+(part + "000000")[:6], 10, 64)
	return n
}
