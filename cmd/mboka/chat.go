package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"

	"mboka/bot"
)

type chatCmd struct {
	As   string `enum:"telegram,whatsapp" default:"telegram" help:"Whose buttons and limits to imitate: telegram or whatsapp."`
	Lang string `default:"fr" help:"The language that the phone is set to: fr, en or ln."`
	Save string `type:"path" help:"Write the dialogue to this file, as a transcript test."`
	Name string `default:"1" help:"Which of your imaginary phones this is."`
}

// Run talks to the production loop in the terminal.
func (c chatCmd) Run(e *world) error {
	cfg, err := readConfig(e.vars, need{database: true, redis: true, keys: true})
	if err != nil {
		return err
	}
	s, err := openStores(e.ctx, cfg.DatabaseURL, cfg.RedisURL, cfg.keys)
	if err != nil {
		return err
	}
	defer s.close()
	log := slog.New(slog.NewTextHandler(e.err, &slog.HandlerOptions{Level: max(cfg.level, slog.LevelWarn)}))
	return c.talk(e.ctx, e, s, log)
}

// talk runs the loop over open stores.
func (c chatCmd) talk(ctx context.Context, e *world, s *stores, log *slog.Logger) error {
	save, done, err := c.transcript()
	if err != nil {
		return err
	}
	defer done()
	t := newTerminal(e.out, c.As, "console:"+c.Name, save)
	b, err := wire(s, []bot.Channel{t.channel}, "", log, nil)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	var loop sync.WaitGroup
	var ended error
	loop.Go(func() { ended = b.Run(ctx) })
	queue, err := s.startSending(ctx, b, []bot.Channel{t.channel}, log)
	if err == nil {
		err = t.talk(ctx, e.in, b.Accept, c.Lang)
	}
	stop()
	if queue != nil {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
		defer cancel()
		err = errors.Join(err, queue.Stop(last))
	}
	loop.Wait()
	if err != nil {
		return err
	}
	return ended
}

// transcript opens the file that the dialogue is written to, nil for none.
func (c chatCmd) transcript() (save io.Writer, done func(), err error) {
	if c.Save == "" {
		return nil, func() {}, nil
	}
	f, err := os.Create(c.Save)
	if err != nil {
		return nil, nil, fmt.Errorf("transcript: %w", err)
	}
	fmt.Fprintf(f, "# as %s, phone in %s\n", c.As, c.Lang)
	return f, func() { f.Close() }, nil
}
