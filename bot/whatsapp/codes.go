package whatsapp

import (
	"errors"
	"fmt"
	"time"

	"mboka/bot"
)

// code is what to make of one of Twilio's error codes.
type code struct {
	outcome bot.Outcome
	wait    time.Duration // shortest hold; Retry-After may ask for more
	account bool          // the whole sender is held, not only this chat
	asText  bool          // the Content object is at fault: numbered text may pass
	do      string        // for the log and the operator
	source  string        // page under twilio.com/docs/api/errors, or "recalled"
}

// codes sorts Twilio's errors. Twilio says that codes may change, so whatever
// is not here is Rejected: this message will not pass, and only this one.
//
// 63017 and 63018 hold the sender for a short time only: what they mean for
// hours to come, the number of people written to first, concerns
// announcements, and replies must not wait for it.
var codes = map[string]code{
	"14103": {outcome: bot.Rejected, do: "empty or too long: shorten the text", source: "14103"},
	"14107": {outcome: bot.Throttled, wait: 30 * time.Second, do: "over 30 quick replies to one person: look for a loop", source: "14107"},
	"20003": {outcome: bot.Rejected, account: true, do: "credentials refused: check account and token", source: "recalled"},
	"20429": {outcome: bot.Throttled, wait: time.Second, account: true, do: "too many requests: slow down", source: "20429"},
	"21211": {outcome: bot.Gone, do: "not a valid address", source: "recalled"},
	"21610": {outcome: bot.Gone, do: "the person opted out at Twilio", source: "21610"},
	"21614": {outcome: bot.Gone, do: "not a mobile number", source: "recalled"},
	"21617": {outcome: bot.Rejected, do: "over 1600 characters: shorten the text", source: "21617"},
	"21619": {outcome: bot.Rejected, do: "empty message", source: "21619"},
	"21655": {outcome: bot.Rejected, asText: true, do: "the Content object is gone: run mboka whatsapp setup", source: "21655"},
	"21656": {outcome: bot.Rejected, asText: true, do: "a Content variable is empty or malformed", source: "21656"},
	"21658": {outcome: bot.Rejected, asText: true, do: "a parameter is too long", source: "21658"},
	"30036": {outcome: bot.Rejected, do: "it waited too long at Twilio and was dropped", source: "30036"},
	"63003": {outcome: bot.Gone, do: "this number is not on WhatsApp", source: "63003"},
	"63005": {outcome: bot.Rejected, asText: true, do: "WhatsApp refused the content", source: "recalled"},
	"63007": {outcome: bot.Rejected, account: true, do: "the sender is no WhatsApp number of this account", source: "63007"},
	"63013": {outcome: bot.Rejected, asText: true, do: "WhatsApp's policy refused it, or a variable is malformed", source: "63013"},
	"63014": {outcome: bot.Gone, do: "the person blocked us", source: "63014"},
	"63015": {outcome: bot.Gone, do: "the person has not joined the sandbox", source: "63015"},
	"63016": {outcome: bot.OutsideWindow, do: "the 24 hours are over: only an approved template passes", source: "63016"},
	"63017": {outcome: bot.Throttled, wait: time.Minute, account: true, do: "over the account's rate: slow down", source: "63017"},
	"63018": {outcome: bot.Throttled, wait: time.Minute, account: true, do: "over the sender's rate or daily tier: slow down", source: "63018"},
	"63021": {outcome: bot.Rejected, asText: true, do: "WhatsApp cannot show this content", source: "63021"},
	"63024": {outcome: bot.Gone, do: "WhatsApp cannot deliver to this person's app", source: "63024"},
	"63032": {outcome: bot.Rejected, do: "Meta limits what this person is sent: do not repeat soon", source: "whatsapp/api/error-code-mapping"},
	"63033": {outcome: bot.Gone, do: "WhatsApp can no longer deliver to this person", source: "whatsapp/api/error-code-mapping"},
	"63049": {outcome: bot.Rejected, do: "Meta did not deliver this marketing template: do not repeat soon", source: "63049"},
	"63051": {outcome: bot.Rejected, account: true, do: "Meta locked the sender: register it again", source: "63051"},
}

// sendError is the outcome for one of Twilio's codes, where is the way it came
// by ("HTTP 400", "callback").
func sendError(number, where string) *bot.SendError {
	known, ok := codes[number]
	if !ok {
		known = code{outcome: bot.Rejected, do: "not in the table of codes"}
	}
	return &bot.SendError{
		Outcome:    known.outcome,
		RetryAfter: known.wait,
		Account:    known.account,
		Code:       number,
		Err:        fmt.Errorf("twilio by %s: %s", where, known.do),
	}
}

// Codes of our own, for what has none of Twilio's.
const (
	codeNoAddress   = "no_address"
	codeNoText      = "no_text"
	codeFile        = "file"
	codeTooLong     = "too_long"
	codeNoTemplate  = "no_template" // outside the 24 hours, and no approved text
	codeUnreachable = "unreachable" // no connection: nothing was sent
	codeNoAnswer    = "no_answer"   // sent, and no answer came
	codeBadAnswer   = "bad_answer"  // an answer that tells nothing
	codeTooMany     = "too_many"    // more messages than are looked through
	codeFailed      = "failed"      // a failed message without a code
)

// failure sorts the error of a request. Only what certainly did not arrive is
// worth repeating as it is; whatever may have been taken is Unknown, and the
// status callback, which carries the reply's id, settles it.
func (c *call) failure(err error) *bot.SendError {
	_, known := codes[c.code]
	unknown := func(code string) *bot.SendError {
		return &bot.SendError{Outcome: bot.Unknown, Code: code, Err: fmt.Errorf("twilio: %w", err)}
	}
	var out *bot.SendError
	switch {
	case c.status == 0 && !c.reached.Load():
		return &bot.SendError{Outcome: bot.Retry, Code: codeUnreachable, Err: fmt.Errorf("reach twilio: %w", err)}
	case c.status == 0:
		return unknown(codeNoAnswer)
	case known:
		out = sendError(c.code, fmt.Sprintf("HTTP %d", c.status))
	case c.status == 429:
		out = sendError("20429", "HTTP 429")
	case c.status == 401 || c.status == 403:
		out = sendError("20003", fmt.Sprintf("HTTP %d", c.status))
	case c.status >= 400 && c.status < 500 && c.status != 408 && c.code != "":
		out = sendError(c.code, fmt.Sprintf("HTTP %d", c.status))
	case c.status >= 400 && c.status < 500 && c.status != 408:
		out = &bot.SendError{Outcome: bot.Rejected, Code: codeBadAnswer, Err: fmt.Errorf("twilio: %w", err)}
	default:
		// 2xx cut short, a redirect, 408, 5xx with or without Twilio's JSON:
		// no page says that the message was not taken.
		return unknown(codeBadAnswer)
	}
	out.RetryAfter = max(out.RetryAfter, c.retryAfter)
	return out
}

var errNoSID = errors.New("the answer has no message SID")
