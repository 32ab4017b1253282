package whatsapp

import (
	"regexp"
	"strings"
	"testing"

	"mboka/bot"
)

func TestCodesAreWhole(t *testing.T) {
	t.Parallel()
	outcomes := map[bot.Outcome]bool{bot.Throttled: true, bot.Rejected: true, bot.Gone: true, bot.OutsideWindow: true}
	for number, known := range codes {
		if !regexp.MustCompile(`^[1-9][0-9]{4}$`).MatchString(number) {
			t.Errorf("%s is no code of Twilio", number)
		}
		if !outcomes[known.outcome] {
			t.Errorf("%s: a listed code is never %q", number, known.outcome)
		}
		if known.do == "" || known.source == "" {
			t.Errorf("%s says not what to do or where that is from", number)
		}
		if (known.outcome == bot.Throttled) != (known.wait > 0) {
			t.Errorf("%s: a hold needs a time, and only a hold", number)
		}
		if known.asText && (known.outcome != bot.Rejected || known.account) {
			t.Errorf("%s: text is sent only in place of one refused object", number)
		}
	}
}

func TestSendError(t *testing.T) {
	t.Parallel()
	known := sendError("63017", "callback")
	if known.Outcome != bot.Throttled || !known.Account || known.RetryAfter == 0 || !strings.Contains(known.Error(), "by callback") {
		t.Errorf("%+v", known)
	}
	if other := sendError("1", "HTTP 400"); other.Outcome != bot.Rejected || other.Account || other.Code != "1" {
		t.Errorf("%+v", other)
	}
}
