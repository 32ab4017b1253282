package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"mboka/bot"
	"mboka/bot/announce"
	"mboka/bot/effects"
	"mboka/bot/figures"
	"mboka/bot/jobs"
	"mboka/bot/whatsapp"
	"mboka/flows"
	plan "mboka/flows/announce"
	"mboka/flows/contribution"
	"mboka/flows/directory"
	"mboka/flows/fund"
	"mboka/flows/handover"
	"mboka/flows/link"
	"mboka/flows/meeting"
	"mboka/flows/menu"
	"mboka/flows/registration"
	"mboka/flows/request"
	"mboka/flows/rights"
	"mboka/flows/staff"
	"mboka/flows/workshop"
	"mboka/store"
	"mboka/store/limits"
	"mboka/store/seal"
	"mboka/store/sessions"
)

// allFlows are the questionnaires. A new one is added here.
func allFlows() []*flows.Flow {
	return []*flows.Flow{
		registration.Flow(), registration.Profile(),
		menu.Flow(), menu.Resume(), menu.Tongue(), menu.Offer(),
		contribution.Flow(), fund.Flow(),
		rights.MyData(), rights.Erase(), rights.Complaint(), rights.Notice(),
		rights.Consents(), rights.WhoSaw(), rights.Share(), request.Flow(),
		link.Flow(), link.Merge(),
		meeting.List(), meeting.Coming(), meeting.Feedback(),
		staff.Menu(), staff.Roles(),
		plan.Flow(), plan.Change(), plan.List(), plan.Refusal(),
		directory.Flow(), directory.Write(), directory.Read(),
		workshop.Flow(),
		handover.Return(), handover.Anew(), handover.Code(),
	}
}

// stores are the open connections.
type stores struct {
	db       *store.DB
	redis    redis.UniversalClient
	sessions *sessions.Store
	settings *store.Settings
	keys     *seal.Keys
	holds    *limits.Holds
	lanes    *limits.Lanes
	clock    func() time.Time
	tick     time.Duration // of the bot; 0: the usual one
	desk     *figures.Desk // one for the chat and the pages: it keeps a snapshot in memory
}

// openStores connects to Postgres and Redis. Close them when done.
func openStores(ctx context.Context, databaseURL, redisURL string, keys *seal.Keys) (*stores, error) {
	return openStoresAt(ctx, databaseURL, redisURL, keys, time.Now)
}

// openStoresAt is openStores for a service whose time is that of a clock. Redis
// has its own, which must not differ from it for long.
func openStoresAt(ctx context.Context, databaseURL, redisURL string, keys *seal.Keys, clock func() time.Time) (*stores, error) {
	db, err := store.Open(ctx, databaseURL, keys)
	if err != nil {
		return nil, err
	}
	client, err := redisClient(redisURL)
	if err != nil {
		db.Close()
		return nil, err
	}
	s := &stores{db: db, redis: client, sessions: sessions.New(client, sessions.Options{}), keys: keys, clock: clock}
	s.settings = store.NewSettings(db, clock)
	s.desk = &figures.Desk{DB: db, Keys: keys, Policy: s.settings.Policy, Results: results(s.reports(nil))}
	s.holds = limits.NewHolds(client, "mboka", clock, slices.Collect(maps.Keys(limits.Rates))...)
	s.lanes = limits.NewLanes(client, "mboka", s.holds, bulkRates())
	return s, nil
}

func (s *stores) close() {
	s.redis.Close()
	s.db.Close()
}

// redisWait bounds each part of a call of Redis. A script takes well under a
// millisecond; a second is a network in trouble.
const redisWait = time.Second

// redisClient never retries by itself: calls are repeated by those who know
// whether they may be.
func redisClient(redisURL string) (redis.UniversalClient, error) {
	opt, err := redis.ParseURL(redisURL)
	if err != nil {
		return nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	opt.MaxRetries = -1
	// Fail fast: a webhook answers 503 and is repeated, and Twilio waits only 4 s.
	opt.DialerRetries = 1
	opt.DialTimeout, opt.ReadTimeout, opt.WriteTimeout, opt.PoolTimeout = redisWait, redisWait, redisWait, redisWait
	opt.ContextTimeoutEnabled = true
	return redis.NewClient(opt), nil
}

// wire joins the bot. channels are the ones that are on.
// public is the address of bot/web, "" where there is none.
func wire(s *stores, channels []bot.Channel, public string, log *slog.Logger, reg prometheus.Registerer) (*bot.Bot, error) {
	records := effects.Records{DB: s.db, Keys: s.keys, Policy: s.settings.Policy, Clock: s.clock, Public: strings.TrimRight(public, "/")}
	desk := s.desk
	reports := s.reports(channels)
	all, facts := records.All(), records.Facts()
	maps.Copy(all, desk.Effects())
	maps.Copy(facts, desk.Facts())
	maps.Copy(all, announce.Reading{Policy: s.settings.Policy}.Effects())
	maps.Copy(all, announce.CalendarEffects())
	plans := office(s, channels)
	maps.Copy(all, plans.Effects())
	maps.Copy(facts, plans.Facts())
	maps.Copy(facts, plans.Audiences.Facts())
	attendance := announce.Attendance{DB: s.db, Keys: s.keys, Policy: s.settings.Policy, Caps: limitsOf(channels)}
	attendance.Join(all, facts)
	maps.Copy(all, reports.Effects())
	maps.Copy(facts, reports.Facts())
	var sending *announce.Sending
	b, err := bot.New(bot.Config{
		Flows:     allFlows(),
		Channels:  channels,
		Sessions:  s.sessions,
		Store:     s.db,
		Keys:      s.keys,
		Policy:    s.policy(),
		Record:    records.Record,
		Facts:     facts,
		Effects:   all,
		Begins:    registration.ID + "." + registration.Adult,
		Holds:     s.holds,
		Lanes:     s.lanes,
		LookUps:   lookUps(channels),
		Noticed:   jobs.Noticed(s.db, s.clock),
		Awaited:   s.awaited,
		Picture:   desk.Picture,
		Delivered: func(ctx context.Context, t bot.Told) error { return sending.Told(ctx, t) },
		// Without the slash that a person may have written at its end.
		PublicURL: strings.TrimRight(public, "/"),
		Clock:     s.clock,
		Tick:      s.tick,
		Logger:    log,
		Metrics:   bot.NewMetrics(reg),
	}, holderName())
	if err == nil {
		sending = s.sending(b, channels, log, s.clock, nil)
	}
	return b, err
}

// limitsOf are the limits of the channels that are on, by name.
func limitsOf(channels []bot.Channel) map[string]bot.Capabilities {
	out := make(map[string]bot.Capabilities)
	for _, c := range channels {
		out[c.Name()] = c.Capabilities()
	}
	return out
}

// lookUps are for the channels whose platform can be asked.
func lookUps(channels []bot.Channel) map[string]bot.LookUp {
	out := make(map[string]bot.LookUp)
	for _, c := range channels {
		if w, ok := c.(*whatsapp.Channel); ok {
			out[w.Name()] = func(ctx context.Context, address string, m bot.Message, since time.Time) (bool, error) {
				found, _, err := w.Find(ctx, address, m, since)
				return found, err
			}
		}
	}
	return out
}

// holderName is unique per process.
func holderName() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // never fails
	host, _ := os.Hostname()
	return host + "-" + hex.EncodeToString(b)
}

// silence takes the Redis client's own log, which has no level: what fails
// comes back as an error too. It is set before anything else runs, because
// the client reads it unguarded.
type silence struct{}

// Printf drops the line.
func (silence) Printf(context.Context, string, ...any) {}
