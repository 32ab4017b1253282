package announce

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/store"
)

// Waits before a delivery is tried again that was refused for the moment. With
// so many tries, whose waits double, a platform may be out of order for an hour.
const (
	firstWait   = 2 * time.Second
	longestWait = 10 * time.Minute
	mostTries   = 12
	// mendWait is how long the deliveries of a sender wait whose account is
	// refused: somebody has to mend it.
	mendWait = time.Minute
)

// failure is what becomes of a delivery that a platform refused, at once or
// later. Only what was certainly not taken is tried again.
func (s *Sending) failure(ctx context.Context, c store.Claimed, outside bool, failed *bot.SendError) store.Settlement {
	now := s.cfg.Clock()
	settled := store.Settlement{ID: c.ID, Attempt: c.Attempt, State: store.DeliveryFailed, Reason: codeOf(failed.Code), Rank: store.RankRefused, At: now}
	again := func(wait time.Duration) store.Settlement {
		wait = max(wait, failed.RetryAfter)
		settled.State, settled.Reason = store.DeliveryPlanned, c.Reason
		settled.DueAt = now.Add(wait + time.Duration(s.cfg.Chance()*float64(wait)/2))
		return settled
	}
	switch {
	case failed.Outcome == bot.Throttled:
		// Also where one chat alone was named: what is announced goes to each chat
		// once, so it was not that chat that got too much.
		if err := s.cfg.Slow(ctx, c.Channel, max(failed.RetryAfter, firstWait)); err != nil {
			s.cfg.Logger.Warn("bulk is not slowed: is Redis up?", "channel", c.Channel, "error", err)
		}
		return again(firstWait)
	case failed.Outcome == bot.Rejected && failed.Account:
		return again(mendWait)
	case failed.Outcome == bot.Retry && c.Attempt < mostTries:
		return again(min(firstWait<<min(c.Attempt-1, 10), longestWait))
	case failed.Outcome == bot.Retry:
		settled.Reason = store.ReasonTries
	case failed.Outcome == bot.OutsideWindow && outside:
		settled.State, settled.Reason = store.DeliveryParked, store.ReasonWindow
	case failed.Outcome == bot.OutsideWindow: // the next claim knows whether another text may go
		settled.State, settled.Reason = store.DeliveryPlanned, store.ReasonWindow
	case failed.Outcome == bot.Unknown:
		settled.State, settled.Reason, settled.Rank = store.DeliveryUnknown, "", store.RankUnknown
	}
	return settled
}

// tierCode is Twilio's code for too many people written to first. It says
// nothing about replies, which a hold of the whole sender would stop.
const tierCode = "63018"

// mind carries out what a refusal says beyond its one message.
func (s *Sending) mind(ctx context.Context, channel, address, reply string, failed *bot.SendError) {
	if failed.Code != tierCode {
		s.cfg.Refused(ctx, channel, address, reply, failed)
	}
}

var notCode = regexp.MustCompile(`[^A-Za-z0-9_]+`)

// codeOf makes a platform's code fit to be a reason on record.
func codeOf(code string) string {
	code = notCode.ReplaceAllString(code, "_")
	return code[:min(len(code), 40)]
}

// outboxID names an attempt at a delivery. WhatsApp gives it back in its status
// callbacks.
func outboxID(delivery uuid.UUID, attempt int) string {
	return deliveryPrefix + delivery.String() + "." + strconv.Itoa(attempt)
}

// readOutboxID is the way back.
func readOutboxID(id string) (delivery uuid.UUID, attempt int, ok bool) {
	rest, ours := strings.CutPrefix(id, deliveryPrefix)
	name, n, numbered := strings.Cut(rest, ".")
	delivery, err := uuid.Parse(name)
	attempt, wrong := strconv.Atoi(n)
	return delivery, attempt, ours && numbered && err == nil && wrong == nil
}

// Told hears what became of a delivery after its platform took it: also before
// the call that sent it has returned, twice, and out of order. Whose it was is
// asked of the records. An error means that they are not there; it may be
// repeated.
func (s *Sending) Told(ctx context.Context, t bot.Told) error {
	id, attempt, ok := readOutboxID(t.ReplyID)
	if !ok {
		return nil
	}
	d, found, err := s.cfg.Store.DeliveryByID(ctx, id)
	if err != nil || !found {
		return err
	}
	c := store.Claimed{ID: id, Attempt: attempt, Channel: t.Channel, MemberID: d.MemberID, Reason: ""}
	settled := store.Settlement{ID: id, Attempt: attempt, ProviderID: t.ProviderID, At: s.cfg.Clock()}
	switch {
	case t.Failure != nil:
		s.mind(ctx, t.Channel, t.Address, t.ReplyID, t.Failure)
		outside := d.Means == store.MeansTemplate || d.Means == store.MeansStub
		settled = s.failure(ctx, c, outside, t.Failure)
		settled.ProviderID = t.ProviderID
	case t.Read:
		settled.State, settled.Rank = store.DeliveryRead, store.RankRead
	case t.Delivered:
		settled.State, settled.Rank = store.DeliveryDelivered, store.RankDelivered
	default:
		settled.State, settled.Rank = store.DeliverySent, store.RankTaken
	}
	if err := s.cfg.Store.SettleDelivery(ctx, settled); err != nil {
		return err
	}
	c.AnnouncementID = d.AnnouncementID
	s.told(c, settled, "told", 0)
	return nil
}

// told writes the one line about a step of a delivery, and counts it.
func (s *Sending) told(c store.Claimed, settled store.Settlement, how string, took time.Duration) {
	s.cfg.Count(c.Channel, settled.State)
	line := []any{"announcement", c.AnnouncementID, "delivery", c.ID, "channel", c.Channel, "attempt", settled.Attempt, "by", how, "state", settled.State}
	if settled.Reason != "" {
		line = append(line, "reason", settled.Reason)
	}
	if !settled.DueAt.IsZero() {
		line = append(line, "again", settled.DueAt)
	}
	s.cfg.Logger.Info("delivery", append(line, "took", took.Round(time.Millisecond))...)
}
