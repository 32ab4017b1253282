package whatsapp

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"strconv"
	"time"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"mboka/bot"
)

// recordsPage is how many messages are listed at once. Twilio allows 1000, but
// nobody may be able to write a page that cannot be read: 100 texts stay below
// maxAnswer even with 4096 characters, all of them escaped in JSON. Twilio says
// 1600 (rest/api/v2010, Body).
const recordsPage = 100

// record is a message in either direction as Twilio keeps it.
type record struct {
	sid, from, to string
	inbound       bool
	body          string
	status        string
	code          string // Twilio's error code, "" if none
	media         int
	created       time.Time // zero when it cannot be read; to the second
	sent          time.Time // zero before it was sent
}

// cursor is where a page begins. The zero value is the first page.
type cursor struct{ token, number string }

// page lists messages, newest first, from a cursor on; more is false after the
// last page.
func (r *call) page(params *openapi.ListMessageParams, at cursor) (records []record, next cursor, more bool, err error) {
	answer, err := openapi.NewApiService(r.handler()).PageMessage(params, at.token, at.number)
	if err != nil {
		return nil, cursor{}, false, err
	}
	records = make([]record, 0, len(answer.Messages))
	for _, m := range answer.Messages {
		records = append(records, recordOf(m))
	}
	if answer.NextPageUri == nil || *answer.NextPageUri == "" {
		return records, cursor{}, false, nil
	}
	u, err := url.Parse(*answer.NextPageUri)
	if err != nil {
		return nil, cursor{}, false, errNextPage
	}
	next = cursor{token: u.Query().Get("PageToken"), number: u.Query().Get("Page")}
	if next == at || next == (cursor{}) {
		return nil, cursor{}, false, errNextPage
	}
	return records, next, true, nil
}

var errNextPage = errors.New("the address of the next page names no page")

// newest lists a page at the allowed rate, waiting where Twilio asks for it.
func (c *Channel) newest(ctx context.Context, params *openapi.ListMessageParams, at cursor) (records []record, next cursor, more bool, err error) {
	err = c.paced(ctx, func(request *call) (err error) {
		records, next, more, err = request.page(params, at)
		return err
	})
	return records, next, more, err
}

// recordOf keeps what is used of a message. Statuses and codes are Twilio's,
// as in the callbacks.
func recordOf(m openapi.ApiV2010Message) record {
	r := record{
		sid: text(m.Sid), from: text(m.From), to: text(m.To), inbound: text(m.Direction) == "inbound",
		body: text(m.Body), status: text(m.Status), created: date(m.DateCreated), sent: date(m.DateSent),
	}
	if m.ErrorCode != nil && *m.ErrorCode != 0 {
		r.code = strconv.Itoa(*m.ErrorCode)
	}
	if n, err := strconv.Atoi(text(m.NumMedia)); err == nil {
		r.media = n
	}
	return r
}

// at is when a message was sent or, before that, created.
func (r record) at() time.Time {
	if r.sent.IsZero() {
		return r.created
	}
	return r.sent
}

// before tells whether a message is certainly older than a time.
func (r record) before(t time.Time) bool { return !r.at().IsZero() && r.at().Before(t) }

// failed is the outcome of a message that did not arrive, nil for others.
func (r record) failed() *bot.SendError {
	if ranks[r.status] != ranks["failed"] {
		return nil
	}
	return sendError(cmp.Or(r.code, codeFailed), "list")
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// date reads a time as the API writes it (RFC 2822, in GMT).
func date(s *string) time.Time {
	at, err := time.Parse(time.RFC1123Z, text(s))
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}
