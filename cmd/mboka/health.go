package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

type healthCmd struct{}

// healthWait is how long a healthy service may take to say so.
const healthWait = 3 * time.Second

// Run asks the service on this machine whether it is alive: for an image that
// has no other program.
func (healthCmd) Run(w *world) error {
	cfg, err := readConfig(w.vars, need{})
	if err != nil {
		return err
	}
	_, port, err := net.SplitHostPort(cfg.Listen)
	if err != nil {
		return fmt.Errorf("MBOKA_LISTEN: %w", err)
	}
	ctx, cancel := context.WithTimeout(w.ctx, healthWait)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:"+port+"/healthz", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("not alive: %w", err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("not well: %s", resp.Status)
	}
	fmt.Fprintln(w.out, "alive")
	return nil
}
