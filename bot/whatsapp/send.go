package whatsapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"mboka/bot"
)

// replyValidity is how long Twilio may keep a reply in its queue, in seconds.
// An hour: late is better than never, but not after the person has gone on.
// Twilio takes 1 to 36000 (rest/api/v2010, ValidityPeriod).
const replyValidity = 3600

// Send implements bot.Channel. The address goes to Twilio as it came from
// there. Choices are shown by the message's own Content object, else by a
// generic one, else as numbered text, and as text too when Twilio refuses the
// object itself. Outside the 24 hours only an approved text goes out.
func (c *Channel) Send(ctx context.Context, address string, m bot.Message) (bot.Receipt, error) {
	if address == "" {
		return bot.Receipt{}, refuse(codeNoAddress, "no address to send to")
	}
	if m.File != nil { // bot.WhatsAppCapabilities has none: half a message is not sent
		return bot.Receipt{}, refuse(codeFile, "no files on this channel")
	}
	if m.Outside {
		return c.sendApproved(ctx, address, m)
	}
	if m.Picture != nil {
		return c.picture(ctx, address, m)
	}
	if sid, hash, vars, ok := c.object(m); ok {
		values, err := json.Marshal(vars)
		if err != nil {
			return bot.Receipt{}, refuse(codeBadAnswer, "variables cannot be encoded")
		}
		params := c.params(address, m.ID).SetContentSid(sid)
		if len(vars) > 0 {
			params.SetContentVariables(string(values))
		}
		receipt, failed := c.create(ctx, params)
		if failed == nil {
			return receipt, nil
		}
		if !codes[failed.Code].asText {
			return bot.Receipt{}, failed
		}
		if failed.Code == "21655" {
			c.contents.drop(hash, sid)
		}
		c.log.Warn("content refused, sending text", "channel", c.Name(), "content", sid, "code", failed.Code)
	}
	text := bot.NumberedText(m)
	switch {
	case text == "":
		return bot.Receipt{}, refuse(codeNoText, "nothing to send")
	case tooLong(text, bot.WhatsAppCapabilities.Text):
		return bot.Receipt{}, refuse(codeTooLong, fmt.Sprintf("over %d characters", bot.WhatsAppCapabilities.Text))
	}
	receipt, failed := c.create(ctx, c.params(address, m.ID).SetBody(text))
	if failed != nil {
		return bot.Receipt{}, failed
	}
	return receipt, nil
}

// picture sends a picture that Twilio fetches itself, with the text under it.
func (c *Channel) picture(ctx context.Context, address string, m bot.Message) (bot.Receipt, error) {
	params := c.params(address, m.ID).SetMediaUrl([]string{m.Picture.URL})
	if m.Text != "" {
		params.SetBody(m.Text)
	}
	receipt, failed := c.create(ctx, params)
	if failed != nil {
		return bot.Receipt{}, failed
	}
	return receipt, nil
}

func refuse(code, why string) *bot.SendError {
	return &bot.SendError{Outcome: bot.Rejected, Code: code, Err: errors.New(why)}
}

func (c *Channel) params(address, id string) *openapi.CreateMessageParams {
	return (&openapi.CreateMessageParams{}).
		SetTo(address).
		SetFrom(c.from).
		SetStatusCallback(c.public + StatusPath + "?ob=" + url.QueryEscape(id)).
		SetValidityPeriod(replyValidity)
}

func (c *Channel) create(ctx context.Context, params *openapi.CreateMessageParams) (bot.Receipt, *bot.SendError) {
	request := &call{ctx: ctx, channel: c}
	message, err := openapi.NewApiService(request.handler()).CreateMessage(params)
	if err == nil && (message.Sid == nil || !messageSID.MatchString(*message.Sid)) {
		err = errNoSID
	}
	if err != nil {
		return bot.Receipt{}, request.failure(err)
	}
	// A refusal may already be known when the message is created.
	if status := message.Status; status != nil && (*status == "failed" || *status == "undelivered") {
		number := codeFailed
		if message.ErrorCode != nil {
			number = strconv.Itoa(*message.ErrorCode)
		}
		return bot.Receipt{}, sendError(number, "its first status")
	}
	return bot.Receipt{ProviderID: *message.Sid}, nil
}
