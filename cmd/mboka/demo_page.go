package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"mboka/bot"
	"mboka/bot/console"
	"mboka/bot/web"
	"mboka/store"
)

// mostAhead bounds how far the demo's clock goes: that far the audit log of a
// deployment is kept, and what is younger PostgreSQL does not let go.
const mostAhead = 700 * 24 * time.Hour

// mayStand refuses a demo where tokens of real platforms lie about: on its page
// whoever comes may be anybody.
func (d demoCmd) mayStand(vars []string) error {
	var c config
	for _, v := range vars {
		name, value, _ := strings.Cut(v, "=")
		switch name {
		case "TELEGRAM_BOT_TOKEN":
			c.TelegramToken = value
		case "TELEGRAM_API_URL":
			c.TelegramAPI = value
		case "TWILIO_ACCOUNT_SID":
			c.TwilioAccount = value
		case "TWILIO_API_URL":
			c.TwilioAPI = value
		}
	}
	var faults []string
	if c.real() {
		faults = append(faults, "the demo does not start beside the tokens of a real platform: unset TELEGRAM_BOT_TOKEN and TWILIO_ACCOUNT_SID here")
	}
	host, _, err := net.SplitHostPort(d.Listen)
	if ip := net.ParseIP(host); d.Page && (err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback())) {
		faults = append(faults, fmt.Sprintf("--listen is %q: the page stands on this machine alone, as 127.0.0.1:8080", d.Listen))
	}
	if len(faults) > 0 {
		return &configError{faults: faults}
	}
	return nil
}

// converse runs the service, and talks in the terminal and on the page.
func (d demoCmd) converse(e *world, s *stores, clock *demoClock) error {
	save, done, err := d.transcript()
	if err != nil {
		return err
	}
	defer done()
	phones := console.NewPhones(clock.now, rand.Text)
	log := slog.New(turnLog{slog.NewTextHandler(e.err, &slog.HandlerOptions{Level: slog.LevelError}), phones})
	t := newTerminal(e.out, d.As, "console:"+d.Name, save)
	run := &demoService{stores: s, clock: clock, channels: demoChannels(t, phones), log: log}
	var page *demoPage
	if d.Page {
		if page, err = newDemoPage(d.Listen, run, phones, e); err != nil {
			return err
		}
		run.public = page.url
	}
	if err := run.start(e.ctx); err != nil {
		return err
	}
	if page != nil {
		page.serve(run.bot)
		fmt.Fprintf(e.out, "Two phones to try it on: %s%s\n", page.url, web.SimulatorPath)
		if d.Browser {
			page.open(e)
		}
	}
	err = t.talk(e.ctx, e.in, run.Accept, d.Lang)
	if page != nil {
		if err == nil && e.ctx.Err() == nil {
			fmt.Fprintln(e.out, "The page stays; Ctrl-C ends.")
			<-e.ctx.Done()
		}
		err = errors.Join(err, page.close(e.ctx))
	}
	run.mu.Lock()
	defer run.mu.Unlock()
	return errors.Join(err, run.stop())
}

// demoPage is the page with two phones, on a socket of this machine alone.
type demoPage struct {
	url      string
	listener net.Listener
	server   *http.Server
	sim      *web.Simulator
	site     *web.Site
	ctx      context.Context // ends with the page
	end      context.CancelFunc
	failed   chan error
	// opener is what opens the page in a browser: it ends with the page.
	opener sync.WaitGroup
}

func newDemoPage(listen string, run *demoService, phones *console.Phones, e *world) (*demoPage, error) {
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return nil, fmt.Errorf("listen for the page: %w", err)
	}
	name := rand.Text()[:8]
	var n atomic.Int64
	sim := &web.Simulator{
		Phones: phones, Accept: run.Accept, Clock: run.clock.now, Ahead: run.clock.ahead, Most: mostAhead, Forward: run.forward,
		Run: name, Logger: run.log,
		ID: func() string { return fmt.Sprintf("page:%s:%d", name, n.Add(1)) },
		Begin: func(channel, person string) error {
			c := console.Chat{Channel: channel, Person: person, Address: newAddress(channel)}
			if channel == "whatsapp" {
				c.Number = phoneOf
			}
			c.Logged = run.stores.keys.Chat(c.Channel, c.Address).String()
			phones.Begin(c)
			return nil
		},
		Invite: func(ctx context.Context, role store.Role, org store.Organisation) (string, error) {
			code, _, err := newInvite(ctx, run.stores.db, run.stores.keys, e.random, run.clock.now(), store.InviteLife, role, org)
			return code, err
		},
	}
	for _, c := range run.channels {
		for _, person := range web.People() {
			if err := sim.Begin(c.Name(), person); err != nil {
				return nil, errors.Join(err, l.Close())
			}
		}
	}
	url := "http://" + l.Addr().String()
	return &demoPage{url: url, listener: l, sim: sim, site: run.stores.site(url, true, run.log), failed: make(chan error, 1)}, nil
}

// newAddress is one that no platform gives out, as those of made-up members, and
// that nobody here had before.
func newAddress(channel string) string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	n := binary.BigEndian.Uint64(b[:])
	if channel == "telegram" {
		return fmt.Sprint(1<<51 + n%(1<<50))
	}
	return fmt.Sprintf("whatsapp:+9999%011d", n%100_000_000_000)
}

// serve answers from now on.
func (p *demoPage) serve(b *bot.Bot) {
	p.ctx, p.end = context.WithCancel(context.Background())
	p.server = web.Server(web.Handler(web.Options{Pickups: b, Origin: p.url, Simulator: p.sim, Site: p.site}))
	p.server.BaseContext = func(net.Listener) context.Context { return p.ctx }
	go func() { p.failed <- p.server.Serve(p.listener) }()
}

// close ends the streams, what is under way, and what opened the page.
func (p *demoPage) close(ctx context.Context) error {
	p.end()
	defer p.opener.Wait()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	err := p.server.Shutdown(ctx)
	if served := <-p.failed; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// open opens the page where somebody sits before a screen. That it does not open
// is no fault: its address is printed.
func (p *demoPage) open(e *world) {
	opener := "xdg-open"
	screen := false
	for _, v := range e.vars {
		name, value, _ := strings.Cut(v, "=")
		screen = screen || value != "" && (name == "DISPLAY" || name == "WAYLAND_DISPLAY")
	}
	if runtime.GOOS == "darwin" {
		opener, screen = "open", true
	}
	path, err := exec.LookPath(opener)
	if err != nil || !screen {
		return
	}
	cmd := exec.CommandContext(p.ctx, path, p.url+web.SimulatorPath)
	if err := cmd.Start(); err != nil {
		fmt.Fprintf(e.err, "The browser did not open: %v\n", err)
		return
	}
	p.opener.Go(func() { _ = cmd.Wait() }) // some stay for as long as the browser
}
