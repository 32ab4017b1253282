package telegram

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	sdk "github.com/go-telegram/bot"

	"mboka/bot"
)

// Causes that Send itself acts upon.
var (
	errNotModified = errors.New("message is not modified")
	errCannotEdit  = errors.New("message cannot be edited")
)

// badRequests sorts the 400 answers that mean something else than "this message
// is wrong". The phrases are the official server's (tdlib/telegram-bot-api,
// Client.cpp), in lower case.
var badRequests = []struct {
	phrase  string
	outcome bot.Outcome
	cause   error
}{
	{"message is not modified", bot.Rejected, errNotModified},
	{"message to edit not found", bot.Rejected, errCannotEdit},
	{"message can't be edited", bot.Rejected, errCannotEdit},
	{"message_id_invalid", bot.Rejected, errCannotEdit},
	{"chat not found", bot.Gone, errors.New("chat not found")},
	{"can't parse entities", bot.Rejected, errors.New("can't parse entities")},
	{"message is too long", bot.Rejected, errors.New("message is too long")},
	{"message text is empty", bot.Rejected, errors.New("message text is empty")},
	{"reply markup is too long", bot.Rejected, errors.New("reply markup is too long")},
	{"query is too old", bot.Rejected, errors.New("query is too old")},
}

// sendError turns an error of the SDK about a message into what to do about it.
// The cause is ours: Telegram's description can quote the message.
func (c *Channel) sendError(err error, a *attempt, address string) *bot.SendError {
	failed := classify(err, a)
	if failed.Outcome == bot.Throttled {
		failed.Account = c.hold.wide(address, c.clock(), failed.RetryAfter)
	}
	return failed
}

// classify is the table of outcomes: one row per class of answer.
func classify(err error, a *attempt) *bot.SendError {
	var (
		tooMany *sdk.TooManyRequestsError
		migrate *sdk.MigrateError
	)
	switch {
	case errors.As(err, &tooMany):
		failed := refusal(bot.Throttled, 429, "too many requests")
		failed.RetryAfter = time.Duration(max(tooMany.RetryAfter, 1)) * time.Second
		return failed
	case errors.As(err, &migrate):
		return refusal(bot.Gone, 400, "group was upgraded")
	case errors.Is(err, sdk.ErrorForbidden):
		return refusal(bot.Gone, 403, "blocked, deactivated or never started")
	case errors.Is(err, sdk.ErrorUnauthorized):
		failed := refusal(bot.Rejected, 401, "the token is not valid")
		failed.Account = true
		return failed
	case errors.Is(err, sdk.ErrorNotFound): // how a token of the wrong form is answered
		failed := refusal(bot.Rejected, 404, "the token or the API URL is not valid")
		failed.Account = true
		return failed
	case errors.Is(err, sdk.ErrorConflict):
		return refusal(bot.Retry, 409, "conflict")
	case errors.Is(err, sdk.ErrorBadRequest):
		return badRequest(err)
	}
	if code, ok := otherCode(err); ok {
		return otherAnswer(code, err)
	}
	if !a.connected.Load() {
		return &bot.SendError{Outcome: bot.Retry, Code: "transport", Err: fmt.Errorf("not sent: %w", transportCause(err))}
	}
	return &bot.SendError{Outcome: bot.Unknown, Code: "no answer", Err: fmt.Errorf("no usable answer: %w", transportCause(err))}
}

func badRequest(err error) *bot.SendError {
	text := strings.ToLower(err.Error())
	for _, r := range badRequests {
		if strings.Contains(text, r.phrase) {
			return &bot.SendError{Outcome: r.outcome, Code: "400", Err: r.cause}
		}
	}
	return refusal(bot.Rejected, 400, "bad request")
}

// otherAnswer sorts the codes for which the SDK has no type.
func otherAnswer(code int, err error) *bot.SendError {
	switch {
	case code >= 400 && code < 500: // 413 and its like
		return refusal(bot.Rejected, code, "refused")
	case strings.HasSuffix(err.Error(), "Internal Server Error: restart"):
		return refusal(bot.Retry, code, "server restarts")
	default:
		return refusal(bot.Unknown, code, "server error")
	}
}

// otherPrefix begins the SDK's untyped error about a JSON refusal, as of
// v1.19.0: "…for method sendMessage, 500 Internal Server Error: restart".
const otherPrefix = "error response from telegram for method "

func otherCode(err error) (int, bool) {
	rest, ok := strings.CutPrefix(err.Error(), otherPrefix)
	if !ok {
		return 0, false
	}
	var method string
	var code int
	if _, err := fmt.Sscanf(rest, "%s %d", &method, &code); err != nil {
		return 0, false
	}
	return code, true
}

// takenUnread reports that Telegram said yes and the SDK could not read the
// message it sent back (one unknown word in it is enough). Sending again would
// be a duplicate; what is lost is only the id to edit it by.
func takenUnread(err error) bool {
	return err != nil && strings.HasPrefix(err.Error(), "error decode response result for method ")
}

// transportCause keeps what a log needs and neither address nor body: the
// SDK's errors can hold both.
func transportCause(err error) error {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded
	case errors.Is(err, context.Canceled):
		return context.Canceled
	}
	if inner := withoutURL(err); inner != err {
		return inner
	}
	return errors.New("answer not understood")
}

func refusal(o bot.Outcome, code int, cause string) *bot.SendError {
	return &bot.SendError{Outcome: o, Code: strconv.Itoa(code), Err: errors.New(cause)}
}
