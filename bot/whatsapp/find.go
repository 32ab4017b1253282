package whatsapp

import (
	"context"
	"fmt"
	"strings"
	"time"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"mboka/bot"
)

// Bounds of a search for one message. Nobody is sent more than a few messages
// between a send and the question what became of it.
const (
	findPage  = 50
	findPages = 3
	// findSlack is how far our clock and Twilio's may be apart; Twilio writes
	// whole seconds besides.
	findSlack = 2 * time.Second
)

// Find looks for a message at Twilio after Send said Unknown: did it arrive
// there at or after since, when Send was called? There is no id to look for,
// so it is the newest of our messages to the address since then that says the
// same.
//
// Not found and no error: Twilio does not have it; sending it again is safe
// once the request cannot be under way any more. Found and no error: Twilio
// took it, and the receipt names it. Found with an error: Twilio took it and
// it failed; the error is the outcome, as from a status callback. Not found
// with an error: Twilio could not be asked; the error is that of the question.
// Errors are *bot.SendError.
//
// It makes at most three requests and does not wait when it is throttled: the
// caller holds a chat.
func (c *Channel) Find(ctx context.Context, address string, m bot.Message, since time.Time) (found bool, receipt bot.Receipt, err error) {
	if address == "" {
		return false, bot.Receipt{}, refuse(codeNoAddress, "no address to look for")
	}
	since = since.Add(-findSlack).Truncate(time.Second)
	bodies := c.bodies(m)
	// No filter by DateSent: a message in Twilio's queue has none yet.
	params := (&openapi.ListMessageParams{}).SetTo(address).SetFrom(c.from).SetPageSize(findPage)
	at := cursor{}
	for range findPages {
		request := &call{ctx: ctx, channel: c}
		records, next, more, err := request.page(params, at)
		if err != nil {
			return false, bot.Receipt{}, request.failure(err)
		}
		recent := false
		for _, r := range records {
			if r.created.Before(since) {
				continue
			}
			recent = true
			if r.inbound || r.to != address || !bodies[flat(r.body)] || !messageSID.MatchString(r.sid) {
				continue
			}
			if failed := r.failed(); failed != nil {
				return true, bot.Receipt{ProviderID: r.sid}, failed
			}
			return true, bot.Receipt{ProviderID: r.sid}, nil
		}
		if !more || !recent {
			return false, bot.Receipt{}, nil
		}
		at = next
	}
	return false, bot.Receipt{}, &bot.SendError{
		Outcome: bot.Unknown, Code: codeTooMany,
		Err: fmt.Errorf("twilio: more than %d messages to one person since then", findPage*findPages),
	}
}

// bodies are the texts under which Send may have sent a message, made flat:
// its own Content object, a generic one, an approved text, numbered text. Which
// object it was is not looked up: it may have been dropped meanwhile.
func (c *Channel) bodies(m bot.Message) map[string]bool {
	out := map[string]bool{flat(bot.NumberedText(m)): true}
	if m.Notice != "" { // the person may have written since: m.Outside tells of now
		if t, vars, ok := c.suits(m); ok {
			out[flat(fill(t.Body, vars))] = true
		}
	}
	if m.Layout == bot.Plain || len(m.Choices) == 0 {
		return out
	}
	if def, vars, ok := Define(m); ok {
		out[flat(fill(def.Template, vars))] = true
	}
	if frame, ok := c.frames[m.Language]; ok {
		if def, vars, ok := generalize(m, frame); ok {
			out[flat(fill(def.Template, vars))] = true
		}
	}
	return out
}

// flat makes texts comparable: neither side promises to keep white space.
func flat(s string) string { return strings.Join(strings.Fields(s), " ") }
