package announce

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/locales"
	"mboka/store"
)

// Pump sends deliveries of an announcement by one channel, one after the other,
// until a time or until nothing may be sent now; more tells which. Each is
// claimed before it is sent: the claim is where a pause, a cancellation and a
// withdrawal act. What became of one is kept together with the next claim, so
// that whoever dies here leaves one delivery undecided.
func (s *Sending) Pump(ctx context.Context, id uuid.UUID, channel string, until time.Time) (more bool, err error) {
	l, err := s.letter(ctx, id)
	if err != nil || s.channels[channel] == nil {
		return false, err
	}
	p := &pump{s: s, l: l, channel: channel}
	ask, leave := s.cfg.Bulk(channel)
	defer leave(ctx)
	p.ask = ask
	for {
		more = ctx.Err() == nil && !s.stopping() && s.cfg.Clock().Before(until)
		if !more {
			return true, p.settle(ctx)
		}
		wait, err := p.may(ctx)
		if err != nil {
			return true, errors.Join(err, p.settle(ctx))
		}
		if wait > 0 {
			if err := p.settle(ctx); err != nil {
				return true, err
			}
			s.rest(ctx, min(wait, until.Sub(s.cfg.Clock())))
			continue
		}
		claimed, found, err := p.next(ctx)
		if err != nil {
			return true, errors.Join(err, p.settle(ctx))
		}
		if !found {
			return false, nil
		}
		p.send(ctx, claimed)
	}
}

// pump is one that runs.
type pump struct {
	s       *Sending
	l       Letter
	channel string
	ask     func(context.Context) (time.Duration, error) // whether one message may go now

	begun  *store.Settlement // what became of the last one, not kept yet
	claims store.Claim
	asked  time.Time // when claims was made
}

// may asks whether one message may go now.
func (p *pump) may(ctx context.Context) (wait time.Duration, err error) {
	if held := p.s.cfg.HeldUntil(p.channel).Sub(p.s.cfg.Clock()); held > 0 {
		return held, nil
	}
	return p.ask(ctx)
}

// claimAge is how old what a claim asks for may be: settings, who is awake,
// which texts are approved.
const claimAge = time.Second

// next claims the next delivery that is to be sent, and keeps what became of the
// one before. Those that the claim itself settles need no right to send.
func (p *pump) next(ctx context.Context) (c store.Claimed, found bool, err error) {
	for {
		now := p.s.cfg.Clock()
		if age := now.Sub(p.asked); age >= claimAge || age < 0 {
			policy, err := p.s.cfg.Policy(ctx)
			if err != nil {
				return c, false, fmt.Errorf("read settings: %w", err)
			}
			if p.claims, err = p.s.claim(ctx, p.l, policy, p.channel); err != nil {
				return c, false, err
			}
			p.asked = now
		}
		p.claims.At, p.claims.From = now, somewhere(p.s.cfg.Chance())
		c, found, err = p.s.cfg.Store.ClaimDelivery(ctx, p.begun, p.claims)
		if err != nil {
			return c, false, err
		}
		p.begun = nil
		if !found || c.State == store.DeliverySending {
			return c, found, nil
		}
		p.s.told(c, store.Settlement{State: c.State, Reason: c.Reason, Attempt: c.Attempt}, "claimed", 0)
	}
}

// somewhere is an id as far on among all as chance says.
func somewhere(chance float64) (id uuid.UUID) {
	binary.BigEndian.PutUint32(id[:], uint32(chance*(1<<32)))
	return id
}

// settle keeps what became of the last delivery.
func (p *pump) settle(ctx context.Context) error {
	if p.begun == nil {
		return nil
	}
	err := p.s.cfg.Store.SettleDelivery(context.WithoutCancel(ctx), *p.begun)
	if err == nil {
		p.begun = nil
	}
	return err
}

// send sends a delivery that was claimed and says what became of it. A call that
// is under way when the process is to end comes to its end.
func (p *pump) send(ctx context.Context, c store.Claimed) {
	begun := p.s.cfg.Clock()
	settled, known := p.try(context.WithoutCancel(ctx), c)
	now := p.s.cfg.Clock()
	if !known {
		p.s.told(c, store.Settlement{State: store.DeliverySending, Attempt: c.Attempt}, "sent", now.Sub(begun))
		return
	}
	settled.At = now
	p.begun = &settled
	p.s.told(c, settled, "sent", now.Sub(begun))
}

// try is one attempt. known is false where the platform will tell, or can be
// asked later: until then the delivery is under way.
func (p *pump) try(ctx context.Context, c store.Claimed) (settled store.Settlement, known bool) {
	s, now := p.s, p.s.cfg.Clock()
	m, means := s.message(p.l, c, now)
	if m.Outside {
		if s.cfg.Marketing(c.Channel, m.Notice, m.Language) && american(c.Address) {
			return store.Settlement{ID: c.ID, Attempt: c.Attempt, State: store.DeliverySkipped, Reason: store.SkippedTemplate, Rank: store.RankRefused}, true
		}
		ok, next, err := p.tier(ctx, c)
		if !ok {
			if err != nil {
				next = now.Add(tierAgain)
			}
			return store.Settlement{ID: c.ID, Attempt: c.Attempt, State: store.DeliveryPlanned, Reason: store.ReasonTier, Rank: store.RankRefused, DueAt: next}, true
		}
	}
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	receipt, failed := deliver(ctx, s.channels[c.Channel], c.Address, m)
	if failed == nil && (receipt.Notice == bot.NoticeStub || means == store.MeansStub) {
		return store.Settlement{ID: c.ID, Attempt: c.Attempt, State: store.DeliveryParked, Reason: store.ReasonStub, Means: store.MeansStub,
			Rank: store.RankStub, ProviderID: receipt.ProviderID}, true
	}
	if failed == nil {
		return store.Settlement{ID: c.ID, Attempt: c.Attempt, State: store.DeliverySent, Means: means, Rank: store.RankTaken, ProviderID: receipt.ProviderID}, true
	}
	s.mind(ctx, c.Channel, c.Address, m.ID, failed)
	if failed.Outcome == bot.Unknown && s.cfg.LookUps[c.Channel] != nil {
		return store.Settlement{}, false
	}
	settled = s.failure(ctx, c, m.Outside, failed)
	settled.Means = means
	return settled, true
}

// tierAgain is how long somebody waits whom nobody could count.
const tierAgain = time.Minute

// tier asks whether a person may be written to first. When no more may be, all
// who would have to wait do, so that nobody is asked about one by one.
func (p *pump) tier(ctx context.Context, c store.Claimed) (ok bool, next time.Time, err error) {
	policy, err := p.s.cfg.Policy(ctx)
	if err != nil {
		return false, time.Time{}, err
	}
	ok, next, err = p.s.cfg.Tier(ctx, c.Channel, c.Chat.String(), policy.WhatsAppTier)
	if err != nil {
		p.s.cfg.Logger.Warn("nobody counts who is written to first: is Redis up?", "channel", c.Channel, "error", err)
	} else if !ok {
		err := p.s.cfg.Store.Postpone(ctx, p.l.Announcement.ID, c.Channel, p.s.cfg.Clock().Add(-p.s.window()), next)
		if err != nil {
			p.s.cfg.Logger.Warn("not all put off that have to wait", "announcement", p.l.Announcement.ID, "error", err)
		}
	}
	return ok, next, err
}

// deliver calls the platform. A panic on the way leaves the outcome unknown.
func deliver(ctx context.Context, channel bot.Channel, address string, m bot.Message) (receipt bot.Receipt, failed *bot.SendError) {
	defer func() {
		if p := recover(); p != nil { // its value may hold what somebody wrote
			failed = &bot.SendError{Outcome: bot.Unknown, Code: "panic", Err: fmt.Errorf("panic: a %T", p)}
		}
	}()
	receipt, err := channel.Send(ctx, address, m)
	if err != nil && !errors.As(err, &failed) {
		failed = &bot.SendError{Outcome: bot.Unknown, Code: "untyped", Err: err}
	}
	return receipt, failed
}

// message is what one person gets, and by which means.
func (s *Sending) message(l Letter, c store.Claimed, at time.Time) (m bot.Message, means string) {
	lang, known := locales.ParseLang(c.Language)
	if !known {
		lang = locales.FR
	}
	caps := s.channels[c.Channel].Capabilities()
	m = l.Message(Recipient{Delivery: c.ID, Language: lang, Caps: caps, Zones: zonesOf(c.Place), Coming: c.Coming, Official: c.StaffID != uuid.Nil})
	m.ID = outboxID(c.ID, c.Attempt)
	switch {
	case caps.Window == 0:
		return m, store.MeansTelegram
	case c.Reason == store.ReasonWindow || at.Sub(c.HeardAt) > caps.Window:
		m.Outside = true
		if m.Notice == bot.NoticeStub {
			return m, store.MeansStub
		}
		return m, store.MeansTemplate
	}
	return m, store.MeansWindow
}
