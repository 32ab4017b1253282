package main

import (
	"fmt"
	"time"

	"mboka/store"
)

type doctorCmd struct{}

// Run looks at each part in turn and goes on after a fault. It exits with 1
// when something is wrong.
func (doctorCmd) Run(e *world) error {
	d := &doctor{e: e}
	cfg, err := readConfig(e.vars, need{database: true, redis: true, keys: true, channels: true})
	if err != nil {
		return err
	}
	d.ok("configuration", "complete; telegram %s, whatsapp %s", onOff(cfg.telegram()), onOff(cfg.whatsapp()))
	d.keys(cfg.keys)
	s, err := openStores(e.ctx, cfg.DatabaseURL, cfg.RedisURL, cfg.keys)
	if err != nil {
		d.bad("stores", err, "check DATABASE_URL and REDIS_URL")
		return d.verdict()
	}
	defer s.close()
	d.postgres(cfg, s)
	d.turning(s)
	d.redis(s)
	d.platforms(cfg, s)
	return d.verdict()
}

type doctor struct {
	e      *world
	faults int
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func (d *doctor) ok(part, format string, args ...any) {
	fmt.Fprintf(d.e.out, "ok     %-14s %s\n", part, fmt.Sprintf(format, args...))
}

func (d *doctor) bad(part string, err error, todo string) {
	d.faults++
	fmt.Fprintf(d.e.out, "WRONG  %-14s %v\n       %-14s -> %s\n", part, err, "", todo)
}

func (d *doctor) verdict() error {
	if d.faults > 0 {
		return fmt.Errorf("%d things to mend", d.faults)
	}
	fmt.Fprintln(d.e.out, "All is well.")
	return nil
}

func (d *doctor) postgres(cfg config, s *stores) {
	if err := s.db.Ping(d.e.ctx); err != nil {
		d.bad("postgres", err, "is the server up, and may this user connect?")
		return
	}
	d.ok("postgres", "answers")
	switch n, err := store.Pending(d.e.ctx, cfg.DatabaseURL); {
	case err != nil:
		d.bad("migrations", err, "may this user read the database?")
	case n > 0:
		d.bad("migrations", fmt.Errorf("%d are missing", n), "mboka migrate")
	default:
		d.ok("migrations", "all applied")
	}
	policy, err := s.settings.Policy(d.e.ctx)
	if err != nil {
		d.bad("settings", err, "mboka settings list")
		return
	}
	faults := noticeFaults(policy)
	for _, f := range faults {
		if cfg.real() {
			d.bad("notice", fmt.Errorf("%s", f), "the service does not start before")
		} else {
			d.ok("notice", "demo: %s", f)
		}
	}
	if len(faults) == 0 {
		d.ok("notice", "complete in three languages")
	}
}

func (d *doctor) redis(s *stores) {
	h, err := s.sessions.Health(d.e.ctx)
	switch {
	case err != nil:
		d.bad("redis", err, "is the server up, and is REDIS_URL right?")
	case h.AOF != "1":
		d.bad("redis", fmt.Errorf("appendonly is %q: a restart loses messages", h.AOF), "set `appendonly yes` in redis.conf")
	case h.Policy != "noeviction":
		d.bad("redis", fmt.Errorf("maxmemory-policy is %q: memory pressure loses messages", h.Policy), "set `maxmemory-policy noeviction`")
	default:
		d.ok("redis", "version %s, append only file written %s, nothing is evicted", h.Version, h.Fsync)
	}
}

func (d *doctor) platforms(cfg config, s *stores) {
	on, err := openChannels(d.e.ctx, cfg, s.db, discard())
	if err != nil {
		d.bad("channels", err, "check the variables of that channel")
		return
	}
	if on.telegram != nil {
		d.telegram(cfg, on)
	}
	if on.whatsapp != nil {
		contents, err := s.db.Contents(d.e.ctx)
		switch {
		case err != nil:
			d.bad("whatsapp", err, "is the database up?")
		case len(contents) == 0:
			d.bad("whatsapp", fmt.Errorf("no buttons and lists yet: questions go out as numbered text"), "mboka whatsapp setup")
		default:
			d.ok("whatsapp", "%d buttons and lists known", len(contents))
		}
		d.catchUp(s)
	}
}

// catchUp tells how far the search for undelivered messages is. That it is
// behind is no fault of its own: the service may just not run.
func (d *doctor) catchUp(s *stores) {
	switch at, found, err := s.sessions.Watermark(d.e.ctx, catchUpName); {
	case err != nil:
		d.bad("catch-up", err, "is Redis up?")
	case !found:
		d.ok("catch-up", "not yet made: `mboka serve` looks every 3 minutes for messages that were not delivered")
	default:
		d.ok("catch-up", "last complete %s ago; `mboka serve` makes one every 3 minutes", time.Since(at).Round(time.Second))
	}
}

func (d *doctor) telegram(cfg config, on channels) {
	name, err := on.telegram.Me(d.e.ctx)
	if err != nil {
		d.bad("telegram", err, "is TELEGRAM_BOT_TOKEN the one that BotFather gave?")
		return
	}
	d.ok("telegram", "the bot is @%s", name)
	info, err := on.telegram.WebhookInfo(d.e.ctx)
	switch {
	case err != nil:
		d.bad("webhook", err, "try again")
	case cfg.PublicURL == "" && info.URL != "":
		d.bad("webhook", fmt.Errorf("one is set though MBOKA_PUBLIC_URL is not"), "`mboka serve` removes it and polls")
	case cfg.PublicURL == "":
		d.ok("webhook", "none: long polling")
	case info.URL == "":
		d.bad("webhook", fmt.Errorf("none is set"), "`mboka serve` sets it")
	case info.LastError != "" && time.Since(info.LastErrorAt) < time.Hour:
		d.bad("webhook", fmt.Errorf("telegram says: %s (%d waiting)", info.LastError, info.Pending), "is MBOKA_PUBLIC_URL reachable from the internet?")
	default:
		d.ok("webhook", "set, %d updates waiting", info.Pending)
	}
}
