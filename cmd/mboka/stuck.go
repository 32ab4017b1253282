package main

import (
	"fmt"
	"strings"
	"time"

	"mboka/bot"
	"mboka/store/sessions"
)

type stuckCmd struct {
	List  stuckListCmd  `cmd:"" help:"Show the messages that failed three times: chat, message, when, why. Nothing of what they say."`
	Retry stuckRetryCmd `cmd:"" help:"Give messages another try, after the fault is mended. The person is answered as if they had just written."`
	Drop  stuckDropCmd  `cmd:"" help:"Forget messages for good."`
}

type stuckListCmd struct{}

type stuckRetryCmd struct {
	Which string `arg:"" help:"A message id as listed, or all."`
}

type stuckDropCmd struct {
	Which string `arg:"" help:"A message id as listed, or all."`
}

// mostAsides is how many chats are listed at once: more at a time are no matter
// for single decisions but for a repair and 'all'.
const mostAsides = 1000

// asides opens the stores and picks the messages named.
func asides(e *world, which string) (*stores, []sessions.Aside, error) {
	cfg, err := readConfig(e.vars, need{database: true, redis: true, keys: true})
	if err != nil {
		return nil, nil, err
	}
	s, err := openStores(e.ctx, cfg.DatabaseURL, cfg.RedisURL, cfg.keys)
	if err != nil {
		return nil, nil, err
	}
	all, err := s.sessions.Asides(e.ctx, mostAsides)
	if err != nil {
		s.close()
		return nil, nil, err
	}
	var picked []sessions.Aside
	for _, a := range all {
		if which == "all" || which == a.ID {
			picked = append(picked, a)
		}
	}
	if len(picked) == 0 && which != "all" {
		s.close()
		return nil, nil, fmt.Errorf("no message %q is set aside: `mboka stuck list` shows the ids", which)
	}
	return s, picked, nil
}

// Run lists what is set aside.
func (stuckListCmd) Run(e *world) error {
	s, all, err := asides(e, "all")
	if err != nil {
		return err
	}
	defer s.close()
	if len(all) == 0 {
		fmt.Fprintln(e.out, "Nothing is set aside.")
		return nil
	}
	fmt.Fprintf(e.out, "%-20s  %-36s  %-20s  %s\n", "SET ASIDE", "MESSAGE", "WHY", "CHAT")
	for _, a := range all {
		fmt.Fprintf(e.out, "%-20s  %-36s  %-20s  %s\n", a.Since.UTC().Format(time.DateTime), a.ID, a.Cause, a.Chat)
	}
	fmt.Fprintln(e.out, strings.TrimSpace(`
Look in the log for the message's id: the line "turn not finished" before it has the cause.
Then: mboka stuck retry MESSAGE|all, or mboka stuck drop MESSAGE|all. They go by themselves after 7 days.`))
	return nil
}

// Run tries messages again.
func (c stuckRetryCmd) Run(e *world) error {
	s, picked, err := asides(e, c.Which)
	if err != nil {
		return err
	}
	defer s.close()
	for _, a := range picked {
		if err := bot.TryAgain(e.ctx, s.sessions, s.keys, a); err != nil {
			return fmt.Errorf("message %s: %w", a.ID, err)
		}
	}
	fmt.Fprintf(e.out, "%d given back to the service; see `mboka stuck list` in a minute.\n", len(picked))
	return nil
}

// Run forgets messages.
func (c stuckDropCmd) Run(e *world) error {
	s, picked, err := asides(e, c.Which)
	if err != nil {
		return err
	}
	defer s.close()
	for _, a := range picked {
		if err := s.sessions.DropAside(e.ctx, a.Chat, a.ID); err != nil {
			return err
		}
	}
	fmt.Fprintf(e.out, "%d dropped.\n", len(picked))
	return nil
}
