package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"mboka/bot"
	"mboka/bot/telegram"
	"mboka/bot/web"
	"mboka/bot/whatsapp"
	"mboka/store"
)

type serveCmd struct{}

// stopLimit bounds each part of a clean stop.
const stopLimit = 10 * time.Second

// Run serves until it is told to stop. It builds all that can fail, binds its
// sockets, then starts; it stops in reverse.
func (serveCmd) Run(e *world) error {
	cfg, err := readConfig(e.vars, need{database: true, redis: true, keys: true, channels: true})
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(e.err, &slog.HandlerOptions{Level: cfg.level}))
	s, err := openStores(e.ctx, cfg.DatabaseURL, cfg.RedisURL, cfg.keys)
	if err != nil {
		return err
	}
	defer s.close()
	s.tick = e.tempo.tick
	if err := mayServe(e.ctx, cfg, s, log); err != nil {
		return err
	}
	on, err := openChannels(e.ctx, cfg, s.db, log)
	if err != nil {
		return err
	}
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	b, err := wire(s, on.list(), cfg.PublicURL, log, reg)
	if err != nil {
		return err
	}
	srv := service{cfg: cfg, stores: s, on: on, bot: b, log: log, registry: reg, tempo: e.tempo}
	return srv.run(e.ctx)
}

// mayServe checks what would harm people if it were not right.
func mayServe(ctx context.Context, cfg config, s *stores, log *slog.Logger) error {
	pending, err := store.Pending(ctx, cfg.DatabaseURL)
	if err != nil {
		return err
	}
	if pending > 0 {
		return fmt.Errorf("the database lacks %d migrations: run `mboka migrate`, then start again", pending)
	}
	policy, err := s.settings.Policy(ctx)
	if err != nil {
		return err
	}
	if faults := noticeFaults(policy); len(faults) > 0 && cfg.real() {
		return joinFaults("people would read a privacy notice that is not true yet", faults)
	}
	if _, err := s.policy()(ctx); err != nil {
		return err
	}
	if cfg.real() {
		switch made, err := s.db.HasSynthetic(ctx); {
		case err != nil:
			return err
		case made:
			return errors.New("made-up members are on record: they do not go together with real people; use another database")
		}
	}
	health, err := s.sessions.Health(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("redis: %w", err)
	case !health.Durable():
		log.Error("REDIS MAY LOSE MESSAGES: set `appendonly yes` and `maxmemory-policy noeviction`",
			"appendonly", health.AOF, "policy", health.Policy, "version", health.Version)
	default:
		log.Info("redis keeps what it takes", "fsync", health.Fsync, "version", health.Version)
	}
	return nil
}

// service is what runs.
type service struct {
	cfg      config
	stores   *stores
	on       channels
	bot      *bot.Bot
	log      *slog.Logger
	registry *prometheus.Registry
	tempo    tempo
}

func (s service) run(ctx context.Context) error {
	listener, err := net.Listen("tcp", s.cfg.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	servers := []served{{web.Server(web.Handler(s.webOptions())), listener}}
	if s.cfg.MetricsListen != "" {
		l, err := net.Listen("tcp", s.cfg.MetricsListen)
		if err != nil {
			return errors.Join(fmt.Errorf("listen for metrics: %w", err), listener.Close())
		}
		servers = append(servers, served{web.Server(web.Metrics(s.registry)), l})
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var loops, listening sync.WaitGroup
	botCtx, stopBot := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBot()
	loops.Go(func() {
		if err := s.bot.Run(botCtx); err != nil {
			s.log.Error("the loop did not end cleanly", "error", err)
		}
	})
	for _, one := range servers {
		listening.Go(func() {
			if err := one.server.Serve(one.listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
				fail(fmt.Errorf("serve: %w", err))
			}
		})
	}
	s.log.Info("listening", "address", listener.Addr().String(), "public", s.cfg.PublicURL)
	queue, err := s.startQueue(ctx)
	if err != nil {
		fail(err)
	}
	listening.Go(func() {
		if err := s.receive(ctx); err != nil {
			fail(err)
		}
	})
	for _, c := range s.chores() {
		listening.Go(func() { c.tend(ctx) })
	}
	<-ctx.Done()
	s.log.Info("stopping: turns under way are finished first")
	s.stop(ctx, servers)
	s.stopQueue(ctx, queue) // jobs speak through the bot
	listening.Wait()
	stopBot()
	loops.Wait()
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

type served struct {
	server   *http.Server
	listener net.Listener
}

func (s service) stop(ctx context.Context, servers []served) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	for _, one := range servers {
		if err := one.server.Shutdown(ctx); err != nil {
			s.log.Warn("connections cut at the end", "error", err)
		}
	}
	if s.on.telegram != nil {
		if err := s.on.telegram.Close(ctx); err != nil {
			s.log.Warn("telegram not closed cleanly", "error", err)
		}
	}
}

// receive makes the platforms deliver: by webhook where the service has a
// public address, else Telegram by polling.
func (s service) receive(ctx context.Context) error {
	tg := s.on.telegram
	if tg == nil {
		return nil
	}
	if err := telegramCommands(ctx, tg); err != nil {
		s.log.Warn("telegram's commands menu is not set", "error", err)
	}
	if s.cfg.PublicURL == "" {
		s.log.Info("telegram by long polling: no MBOKA_PUBLIC_URL")
		return tg.Poll(ctx, s.bot.Accept, s.stores.sessions.Guard("telegram"))
	}
	if err := s.register(ctx, tg); err != nil {
		return fmt.Errorf("telegram does not take the webhook: %w", err)
	}
	s.log.Info("telegram by webhook", "url", s.cfg.PublicURL)
	return nil
}

// registerLimit bounds the tries to set the webhook: replicas that start
// together are asked to wait a second.
const registerLimit = time.Minute

func (s service) register(ctx context.Context, tg *telegram.Channel) error {
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		err := tg.Register(ctx, s.cfg.PublicURL, s.cfg.TelegramSecret)
		var failed *bot.SendError
		if errors.As(err, &failed) && failed.Outcome == bot.Rejected {
			return struct{}{}, backoff.Permanent(err)
		}
		return struct{}{}, err
	}, backoff.WithMaxElapsedTime(registerLimit))
	return err
}

func (s service) webOptions() web.Options {
	o := web.Options{Ready: []web.Check{
		{Name: "postgres", Do: s.stores.db.Ping},
		{Name: "redis", Do: s.stores.sessions.Ping},
		{Name: "migrations", Do: s.migrated},
	}, Site: s.stores.site(s.cfg.PublicURL, false, s.log, s.on.list()...)}
	if origin := originOf(s.cfg.PublicURL); origin != "" {
		o.Pickups, o.Origin = s.bot, origin
	}
	if s.on.telegram != nil && s.cfg.PublicURL != "" {
		o.TelegramWebhook = s.on.telegram.Webhook(s.cfg.TelegramSecret, s.bot.Accept)
	}
	if s.on.whatsapp != nil {
		o.WhatsAppWebhook = s.on.whatsapp.Webhook(s.bot.Accept)
		o.WhatsAppStatus = s.on.whatsapp.Status(s.settle)
	}
	return o
}

func (s service) migrated(ctx context.Context) error {
	n, err := store.Pending(ctx, s.cfg.DatabaseURL)
	if err == nil && n > 0 {
		err = fmt.Errorf("%d migrations pending", n)
	}
	return err
}

// settle hears what became of WhatsApp messages after they were taken.
func (s service) settle(ctx context.Context, st whatsapp.Status) error {
	return s.bot.Told(ctx, bot.Told{
		Channel: s.on.whatsapp.Name(), Address: st.Address, ReplyID: st.ReplyID, ProviderID: st.SID,
		Rank: st.Rank, State: st.State, Code: st.Code, Failure: st.Outcome, Delivered: st.Delivered,
		Read: st.State == "read", AsText: st.AsText,
	})
}
