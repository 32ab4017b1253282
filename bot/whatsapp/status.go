package whatsapp

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"mboka/bot"
)

// Status is what Twilio says became of a message. Callbacks come twice and out
// of order: apply one only if its Rank is higher than what is known.
type Status struct {
	// ReplyID is bot.Message.ID, from the address of the callback. Empty for a
	// message that was not sent by this channel.
	ReplyID string
	// Address is whom the message was for, as in bot.Inbound: it names the
	// chat. Personal, never to be logged. Empty when Twilio did not say.
	Address string
	SID     string // the provider's id, also when its create answer was lost
	State   string // Twilio's word: sent, delivered, read, failed…
	Rank    int    // 0 for a word that is not known
	Code    string // Twilio's error code, if any
	// Outcome is what to do about a message that failed, nil for others.
	Outcome *bot.SendError
	// Delivered tells that it has reached the phone.
	Delivered bool
	// AsText tells that WhatsApp refused the buttons or the list; the words may
	// pass as text.
	AsText bool
}

// Settle takes a status in. It is called for messages nobody knows and for
// repeated callbacks too. An error means that the store is not there.
type Settle func(ctx context.Context, s Status) error

// ranks order Twilio's words
// (twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks).
// The last three end a message; nothing comes after them.
var ranks = map[string]int{
	"accepted": 1, "scheduled": 1, "queued": 1, "sending": 1,
	"sent":      2,
	"delivered": 3,
	"read":      4,
	"failed":    5, "undelivered": 5, "canceled": 5,
}

// Status receives status callbacks. It answers as Webhook does. Mount it at
// StatusPath.
func (c *Channel) Status(settle Settle) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form, ok := c.receive(w, r)
		if !ok {
			return
		}
		s, err := decodeStatus(r.URL.Query().Get("ob"), form)
		if err != nil {
			c.log.Warn("status not understood", "channel", c.Name(), "reason", err)
			c.badRequest(w)
			return
		}
		if err := settle(r.Context(), s); err != nil {
			c.log.Error("status not settled", "channel", c.Name(), "sid", s.SID)
			http.Error(w, "try again", http.StatusServiceUnavailable)
			return
		}
		taken(w)
	})
}

func decodeStatus(replyID string, form url.Values) (Status, error) {
	s := Status{
		ReplyID: replyID,
		Address: form.Get("To"),
		SID:     firstOf(form, "MessageSid", "SmsSid"),
		State:   firstOf(form, "MessageStatus", "SmsStatus"),
		Code:    form.Get("ErrorCode"),
	}
	if !messageSID.MatchString(s.SID) {
		return Status{}, errors.New("MessageSid")
	}
	if s.Address != "" && !validAddress(s.Address) {
		return Status{}, errors.New("To")
	}
	if s.State == "" {
		return Status{}, errors.New("MessageStatus")
	}
	s.Rank = ranks[s.State]
	s.Delivered = s.Rank == ranks["delivered"] || s.Rank == ranks["read"]
	if s.Code == "0" {
		s.Code = ""
	}
	if s.Rank == ranks["failed"] {
		number := s.Code
		if number == "" {
			number = codeFailed
		}
		s.Outcome, s.AsText = sendError(number, "callback"), codes[number].asText
	}
	return s, nil
}
