package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"mboka/bot/jobs"
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

// warn is for what works, but could be better.
func (d *doctor) warn(part, what, todo string) {
	fmt.Fprintf(d.e.out, "warn   %-14s %s\n       %-14s -> %s\n", part, what, "", todo)
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
		d.rights(s)
	}
	d.jobs(s)
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

// rights looks whether a service that was broken into could change the tables.
func (d *doctor) rights(s *stores) {
	switch owns, err := s.db.OwnsTables(d.e.ctx); {
	case err != nil:
		d.bad("rights", err, "may this user read the database?")
	case owns:
		d.warn("rights", "the user of DATABASE_URL owns the tables: the service could change its own audit log",
			"make a second Postgres role, `mboka migrate --service-role NAME`, and use it in DATABASE_URL")
	default:
		d.ok("rights", "the service cannot change its tables or its audit log")
	}
}

// jobs tells when each scheduled job last ran and what it did.
func (d *doctor) jobs(s *stores) {
	last, err := s.db.LastRuns(d.e.ctx)
	if err != nil {
		d.bad("jobs", err, "mboka migrate")
		return
	}
	for _, job := range jobs.All() {
		part := "job " + job.Name
		run, ran := last[job.Name]
		late := job.Overdue(run.FinishedAt, d.e.tempo.clock())
		switch {
		case !ran:
			d.ok(part, "not yet run: `mboka serve` does it every %d hours", int(job.Every.Hours()))
		case late > 0:
			d.bad(part, fmt.Errorf("last ended %s, late by %s", run.FinishedAt.Format(time.DateTime), late),
				"does `mboka serve` run? Its log says \"job not finished\" with the cause")
		default:
			d.ok(part, "last ended %s UTC: %s", run.FinishedAt.Format(time.DateTime), counted(run.Counts))
		}
	}
}

// counted says what a run did.
func counted(counts map[string]int64) string {
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s %d", strings.ReplaceAll(what, "_", " "), counts[what]))
	}
	if len(parts) == 0 {
		return "nothing was due"
	}
	return strings.Join(parts, ", ")
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
		d.templates(s)
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
