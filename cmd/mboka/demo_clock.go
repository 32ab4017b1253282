package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// demoClock is the time of a demo's service: this machine's, and so much more as
// it was moved forward. The in-process Redis has the same, because leases,
// mailboxes and everything that ends by itself are judged by Redis's clock. What
// does not move with it: PostgreSQL's own clock, by which rows say when they were
// written and which decides nothing, and the waits of this process (the pause
// between two sends, the retry of a job), which take as long as they take.
type demoClock struct {
	path  string // where it is kept how far it is ahead
	redis *miniredis.Miniredis
	done  chan struct{}

	mu   sync.Mutex
	more time.Duration
}

// redisTick is how often Redis learns the time: what waits there is counted in
// seconds.
const redisTick = 5 * time.Millisecond

// newDemoClock starts a Redis with a clock that can be moved, as far ahead as an
// earlier run of the demo has left it: its records have that time.
func newDemoClock(path string) (*demoClock, error) {
	c := &demoClock{path: path, redis: miniredis.NewMiniRedis(), done: make(chan struct{})}
	kept, err := os.ReadFile(path)
	if err == nil {
		c.more, err = time.ParseDuration(strings.TrimSpace(string(kept)))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("clock of the demo: %w", err)
	}
	if err := c.redis.Start(); err != nil {
		return nil, fmt.Errorf("start the in-process Redis: %w", err)
	}
	c.redis.SetTime(c.now())
	c.redis.ClockTTL(true)
	go c.tick()
	return c, nil
}

func (c *demoClock) tick() {
	ticker := time.NewTicker(redisTick)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			c.sync()
		case <-c.done:
			return
		}
	}
}

// sync tells Redis the time.
func (c *demoClock) sync() { c.redis.SetTime(c.now()) }

func (c *demoClock) now() time.Time { return time.Now().Add(c.ahead()) }

func (c *demoClock) ahead() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.more
}

// move goes forward. Nothing may run that has looked at the clock before.
func (c *demoClock) move(d time.Duration) error {
	c.mu.Lock()
	c.more += d
	more := c.more
	c.mu.Unlock()
	c.sync()
	if err := os.WriteFile(c.path, []byte(more.String()+"\n"), 0o600); err != nil {
		return fmt.Errorf("clock of the demo: %w", err)
	}
	return nil
}

func (c *demoClock) redisURL() string { return "redis://" + c.redis.Addr() }

func (c *demoClock) close() {
	close(c.done)
	c.redis.Close()
}
