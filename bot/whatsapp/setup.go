package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	content "github.com/twilio/twilio-go/rest/content/v1"

	"mboka/bot"
)

// Shortest times between two requests of one sort: Twilio allows 20 lists and
// 100 creations per second and account (changelog content-api-rate-limits,
// 2026-09-30); half of the latter leaves room for others.
const (
	listGap   = time.Second / 20
	createGap = time.Second / 50
)

// maxHolds is how often one request is repeated after Twilio asked to wait.
const maxHolds = 5

// pageSize is how many contents are listed at once; Twilio allows 1000.
const pageSize = 500

// Setup creates the Content objects of defs that do not exist yet and makes
// the channel use all of them. known is what the records hold, hash to SID;
// save records one more, hash, SID, name and language, as soon as it is
// certain; report is called with a line for each and one at the end.
//
// Objects are looked up by their names first, so that a run after a failure
// or with lost records creates nothing twice; a recorded object that is gone
// at Twilio is created again.
func (c *Channel) Setup(ctx context.Context, defs []Definition, known map[string]string, save func(hash, sid, name, language string) error, report func(line string)) error {
	for _, def := range defs {
		if err := def.check(); err != nil {
			return fmt.Errorf("content %s: %w", def.Name(), err)
		}
	}
	existing, sids, err := c.list(ctx)
	if err != nil {
		return fmt.Errorf("list contents: %w", err)
	}
	created, found, done := 0, 0, map[string]bool{}
	for _, def := range defs {
		hash, name := def.Hash(), def.Name()
		if done[hash] {
			continue
		}
		done[hash] = true
		if sid := known[hash]; sids[sid] {
			c.contents.put(hash, sid)
			continue
		}
		sid, there := existing[name]
		if !there {
			if sid, err = c.createContent(ctx, def); err != nil {
				return fmt.Errorf("create content %s: %w", name, err)
			}
		}
		if err := save(hash, sid, name, def.Language); err != nil {
			return fmt.Errorf("save content %s: %w", name, err)
		}
		c.contents.put(hash, sid)
		if there {
			found++
			report("found   " + name + " " + sid)
		} else {
			created++
			report("created " + name + " " + sid)
		}
	}
	report(fmt.Sprintf("%d contents: %d created, %d found, %d already known",
		len(done), created, found, len(done)-created-found))
	return nil
}

// list gives what exists at Twilio: SID by name, and the set of SIDs.
func (c *Channel) list(ctx context.Context) (byName map[string]string, sids map[string]bool, err error) {
	byName, sids = map[string]string{}, map[string]bool{}
	token, number := "", ""
	for {
		var page *content.ListContentResponse
		err := c.paced(ctx, func(request *call) (err error) {
			params := (&content.ListContentParams{}).SetPageSize(pageSize)
			page, err = content.NewApiService(request.handler()).PageContent(params, token, number)
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		for _, one := range page.Contents {
			if one.Sid == nil || one.FriendlyName == nil {
				continue
			}
			sids[*one.Sid] = true
			// Names need not be unique at Twilio; the smallest SID wins, so
			// that every run picks the same.
			if sid, ok := byName[*one.FriendlyName]; !ok || *one.Sid < sid {
				byName[*one.FriendlyName] = *one.Sid
			}
		}
		next := page.Meta.NextPageUrl
		if next == nil || *next == "" {
			return byName, sids, nil
		}
		u, err := url.Parse(*next)
		if err != nil {
			return nil, nil, errors.New("the address of the next page cannot be parsed")
		}
		token, number = u.Query().Get("PageToken"), u.Query().Get("Page")
		if token == "" && number == "" {
			return nil, nil, errors.New("the address of the next page names no page")
		}
	}
}

func (c *Channel) createContent(ctx context.Context, def Definition) (sid string, err error) {
	return c.makeContent(ctx, def.request())
}

func (c *Channel) makeContent(ctx context.Context, req content.ContentCreateRequest) (sid string, err error) {
	err = c.paced(ctx, func(request *call) error {
		params := (&content.CreateContentParams{}).SetContentCreateRequest(req)
		made, err := content.NewApiService(request.handler()).CreateContent(params)
		if err != nil {
			return err
		}
		if made.Sid == nil || *made.Sid == "" {
			return errNoSID
		}
		sid = *made.Sid
		return nil
	})
	return sid, err
}

// paced makes one request at the allowed rate, and again when Twilio asks to
// wait. Any other failure ends it: a creation that may have been taken is
// found by its name in the next run.
func (c *Channel) paced(ctx context.Context, do func(*call) error) error {
	return c.pacedBy(ctx, pace, do)
}

// pacedBy is paced at another rate.
func (c *Channel) pacedBy(ctx context.Context, wait func(context.Context, string) error, do func(*call) error) error {
	for holds := 0; ; holds++ {
		request := &call{ctx: ctx, channel: c, wait: wait}
		err := do(request)
		if err == nil {
			return nil
		}
		failed := request.failure(err)
		if failed.Outcome != bot.Throttled || holds == maxHolds {
			return failed
		}
		if err := pause(ctx, failed.RetryAfter); err != nil {
			return err
		}
	}
}

func pace(ctx context.Context, method string) error {
	switch method {
	case http.MethodGet:
		return pause(ctx, listGap)
	case http.MethodDelete:
		return pause(ctx, deleteGap)
	}
	return pause(ctx, createGap)
}

// brisk is the rate of asking for an approval and for what became of it.
func brisk(ctx context.Context, _ string) error { return pause(ctx, createGap) }

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
