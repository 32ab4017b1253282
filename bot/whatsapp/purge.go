package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"
)

// mostPurged bounds one Purge: with deleteGap it takes a good quarter of an
// hour, and the rest is there the next time.
const mostPurged = 20_000

// deleteGap is the shortest time between two deletions. Twilio states no rate
// for them, only that it refuses too many at once (20429).
const deleteGap = time.Second / 20

// codeIncomplete is Twilio's answer to the deletion of a message that is not
// settled, as far as is remembered: no page says it.
const codeIncomplete = "20009"

// ErrInTransit says that a message was not deleted because it is still on its
// way: Twilio deletes only what is settled. A later Purge deletes it.
var ErrInTransit = errors.New("messages still on their way")

// Purged is what a Purge did, in messages.
type Purged struct {
	Deleted int
	Left    int // still on their way, or above the bound of one Purge
}

// Purge deletes Twilio's copies of the messages of our sender, in both
// directions, that are older than before. Phones keep theirs. It holds no
// state: what an interrupted one left is found by the next.
func (c *Channel) Purge(ctx context.Context, before time.Time) (Purged, error) {
	var done Purged
	for _, params := range c.bothWays("") {
		// Not by DateSent: it compares days only, and a message that failed
		// before it was sent has none.
		old, err := c.collect(ctx, params, func(r record) bool { return r.before(before) })
		if err != nil {
			return done, fmt.Errorf("list messages to delete: %w", err)
		}
		if err := c.deleteAll(ctx, old, &done); err != nil {
			return done, err
		}
	}
	return done, nil
}

// Forget deletes Twilio's copies of all messages to an address, of any age, and
// of those from it up to wrote: what somebody writes who begins anew must stay
// to be found, should its webhook be lost. The error is ErrInTransit when some
// could not be deleted yet.
func (c *Channel) Forget(ctx context.Context, address string, wrote time.Time) error {
	if address == "" {
		return refuse(codeNoAddress, "no address to forget")
	}
	var done Purged
	for _, params := range c.bothWays(address) {
		all, err := c.collect(ctx, params, func(r record) bool {
			return r.to == address || r.from == address && !r.at().After(wrote)
		})
		if err != nil {
			return fmt.Errorf("list messages to delete: %w", err)
		}
		if err := c.deleteAll(ctx, all, &done); err != nil {
			return err
		}
	}
	if done.Left > 0 {
		return fmt.Errorf("%d left: %w", done.Left, ErrInTransit)
	}
	return nil
}

// bothWays lists the messages to our sender and those from it, with one
// address or with any.
func (c *Channel) bothWays(address string) []*openapi.ListMessageParams {
	in := (&openapi.ListMessageParams{}).SetTo(c.from).SetPageSize(recordsPage)
	out := (&openapi.ListMessageParams{}).SetFrom(c.from).SetPageSize(recordsPage)
	if address != "" {
		in.SetFrom(address)
		out.SetTo(address)
	}
	return []*openapi.ListMessageParams{in, out}
}

// kept is a message to be deleted.
type kept struct{ sid, status string }

// collect lists first and deletes nothing, because the next page begins behind
// a message that must still be there.
func (c *Channel) collect(ctx context.Context, params *openapi.ListMessageParams, wanted func(record) bool) ([]kept, error) {
	var all []kept
	for at, more := (cursor{}), true; more; {
		records, next, further, err := c.newest(ctx, params, at)
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			if wanted(r) && messageSID.MatchString(r.sid) {
				all = append(all, kept{r.sid, r.status})
			}
		}
		at, more = next, further
	}
	return all, nil
}

// deleteAll deletes the oldest first. It goes on after a message that is not
// settled and ends at any other failure.
func (c *Channel) deleteAll(ctx context.Context, records []kept, done *Purged) error {
	for _, r := range slices.Backward(records) {
		if ranks[r.status] == ranks["queued"] || done.Deleted >= c.mostPurged {
			done.Left++
			continue
		}
		deleted, err := c.deleteOne(ctx, r.sid)
		switch {
		case err != nil:
			return fmt.Errorf("delete message: %w", err)
		case deleted:
			done.Deleted++
		default:
			done.Left++
		}
	}
	return nil
}

// deleteOne is false when Twilio cannot delete the message yet. One that is
// gone already counts as deleted.
func (c *Channel) deleteOne(ctx context.Context, sid string) (deleted bool, err error) {
	var status int
	var code string
	err = c.paced(ctx, func(request *call) error {
		err := openapi.NewApiService(request.handler()).DeleteMessage(sid, nil)
		status, code = request.status, request.code
		return err
	})
	switch {
	case err == nil, status == http.StatusNotFound:
		return true, nil
	case code == codeIncomplete, status == http.StatusBadRequest, status == http.StatusConflict:
		return false, nil
	}
	return false, err
}
