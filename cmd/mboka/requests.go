package main

import (
	"context"
	"log/slog"
	"time"

	"mboka/bot"
	"mboka/store"
	"mboka/store/seal"
)

// requestsName names the guard in Redis.
const requestsName = "profile-requests"

const (
	// requestsPerPass bounds one pass; the next one goes on.
	requestsPerPass = 200
	// requestsMargin keeps the clock of Redis, by which the turn judges, from
	// lagging behind ours.
	requestsMargin = time.Minute
)

// requests ends the requests for a profile that nobody has answered with a yes:
// who asked is told that none comes, by a note into their chat.
type requests struct {
	db     *store.DB
	accept bot.Accept
	log    *slog.Logger
	clock  func() time.Time
}

// pass tells who asked. The turn over the note marks the request; until then it
// is found again, and the note of one day is taken once.
func (r requests) pass(ctx context.Context) error {
	now := r.clock().UTC()
	due, err := r.db.Expired(ctx, now.Add(-requestsMargin), requestsPerPass)
	if err != nil {
		return err
	}
	for _, one := range due {
		if one.Channel == "" {
			err = r.db.Write(ctx, func(tx *store.Tx) error {
				_, _, err := tx.EndRequest(ctx, one.Request, seal.Chat{}, now)
				return err
			})
		} else {
			err = r.accept(ctx, bot.Inbound{
				Channel: one.Channel, Address: one.Address, Language: one.Language, Kind: bot.Lapsed, Payload: one.Request.String(),
				ID: "lapsed:" + one.Request.String() + now.Format(":20060102"),
			})
		}
		if err != nil {
			return err
		}
	}
	if len(due) > 0 {
		r.log.Info("requests for a profile ended", "count", len(due))
	}
	return nil
}
