package whatsapp

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"time"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"mboka/bot"
)

// Inbound lists what people have sent to us since a time and hands it to each,
// oldest first, as the webhook would have: the same ids, so that what was
// delivered is known. Twilio repeats a failed webhook for 15 seconds at most,
// then never (twilio.com/docs/api/errors/11205), so this is the only way to
// learn of it later.
//
// Two things are lost on this way: which button was tapped, so that its label
// comes as typed text, and a place, which comes as Other. At is when Twilio
// received the message, to the second, and Late is true.
//
// An error of each ends it and is returned. So does a failure of Twilio's, but
// not one to tell what sort of media a message has: it is a Document then. A
// message that cannot be understood is logged and left out.
func (c *Channel) Inbound(ctx context.Context, since time.Time, each func(bot.Inbound) error) error {
	since = since.Truncate(time.Second)
	// The filter by DateSent is only promised to compare days, in GMT.
	params := (&openapi.ListMessageParams{}).SetTo(c.from).SetPageSize(recordsPage).
		SetDateSentAfter(since.UTC().Truncate(24 * time.Hour))
	// Newest first is the only order there is: walk to the oldest page, keeping
	// only where pages begin, then come back.
	var starts []cursor
	var oldest []record
	for at, more := (cursor{}), true; more; {
		records, next, further, err := c.newest(ctx, params, at)
		if err != nil {
			return err
		}
		starts, oldest = append(starts, at), records
		at, more = next, further && slices.ContainsFunc(records, func(r record) bool { return !r.before(since) })
	}
	for i, at := range slices.Backward(starts) {
		records := oldest
		if i < len(starts)-1 {
			var err error
			if records, _, _, err = c.newest(ctx, params, at); err != nil {
				return err
			}
		}
		for _, r := range slices.Backward(records) {
			if err := c.late(ctx, r, since, each); err != nil {
				return err
			}
		}
	}
	return nil
}

// late hands over one message, if it is one of those asked for.
func (c *Channel) late(ctx context.Context, r record, since time.Time, each func(bot.Inbound) error) error {
	if !r.inbound || r.to != c.from || r.before(since) {
		return nil
	}
	form := url.Values{"MessageSid": {r.sid}, "From": {r.from}, "Body": {r.body}}
	if r.media > 0 {
		form.Set("NumMedia", strconv.Itoa(r.media))
		form.Set("MediaContentType0", c.mediaType(ctx, r.sid))
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	in, err := decode(form)
	if err != nil {
		c.counts.undecodable.Add(1)
		c.log.Warn("listed message not understood", "channel", c.Name(), "reason", err)
		return nil
	}
	in.At, in.Late = r.at(), true
	return each(in)
}

// mediaType asks for the content type of a message's first file, "" when it
// cannot be had.
func (c *Channel) mediaType(ctx context.Context, sid string) string {
	var kind string
	err := c.paced(ctx, func(request *call) error {
		answer, err := openapi.NewApiService(request.handler()).
			PageMedia(sid, (&openapi.ListMediaParams{}).SetPageSize(1), "", "")
		if err == nil && len(answer.MediaList) > 0 {
			kind = text(answer.MediaList[0].ContentType)
		}
		return err
	})
	if err != nil {
		c.log.Warn("media of a listed message not known", "channel", c.Name(), "message", sid, "error", err)
	}
	return kind
}
