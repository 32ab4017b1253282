package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// startWithin bounds how long a redis-server may take to answer; a loaded
// machine needs about a second.
const startWithin = 30 * time.Second

// Redis returns a client of the test process's own redis-server, which is
// started by the first test that asks and ends with the process. The tests
// share it: keep keys apart with Prefix, and never flush. The client does not
// retry.
func Redis(t testing.TB) *redis.Client {
	t.Helper()
	r, err := sharedRedis()
	if err != nil {
		t.Fatal(err)
	}
	return r.client(t)
}

// sharedRedis keeps nothing on disk, so there is nothing to clear away when
// the process ends, however it ends.
var sharedRedis = sync.OnceValues(func() (*redisProcess, error) {
	return startRedis("--dir", os.TempDir(), "--appendonly", "no")
})

var prefixes atomic.Int64

// Prefix returns a first part of keys that no other test of the process uses.
func Prefix(t testing.TB) string {
	t.Helper()
	return fmt.Sprintf("test%d", prefixes.Add(1))
}

// Server is a redis-server of one test, for breaking it. It keeps an append
// only file in the test's own folder.
type Server struct {
	t    testing.TB
	args []string
	*redisProcess
}

// RedisServer starts a redis-server for this test alone and ends it with the
// test. Further arguments are options of redis-server, such as "--appendfsync",
// "always". Without that each write is handed to the system before it is
// answered and never waits for the disk: Kill9 loses nothing, as it could with
// "everysec" while a disk is busy.
func RedisServer(t testing.TB, options ...string) *Server {
	t.Helper()
	s := &Server{t: t, args: append([]string{"--dir", t.TempDir(), "--appendonly", "yes", "--appendfsync", "no"}, options...)}
	p, err := startRedis(s.args...)
	if err != nil {
		t.Fatal(err)
	}
	s.redisProcess = p
	t.Cleanup(func() { s.kill() })
	return s
}

// Addr is where the server listens, "127.0.0.1:port"; it stays the same after
// Restart.
func (s *Server) Addr() string { return s.addr }

// URL is the address as REDIS_URL has it.
func (s *Server) URL() string { return "redis://" + s.addr }

// Client returns a client that does not retry. It finds the server again after
// Restart.
func (s *Server) Client() *redis.Client {
	s.t.Helper()
	return s.client(s.t)
}

// Kill9 ends the server as a power switch ends a process, and waits until it
// is gone.
func (s *Server) Kill9() { s.kill() }

// Restart starts the server again, at the same address and over the same
// files, and waits until it has loaded them.
func (s *Server) Restart() {
	s.t.Helper()
	s.kill()
	_, port, err := net.SplitHostPort(s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	p, err := launchRedis(port, s.args)
	if err != nil {
		s.t.Fatal(err)
	}
	s.redisProcess = p
}

type redisProcess struct {
	addr string
	cmd  *exec.Cmd
	out  *bytes.Buffer // readable once gone is closed
	gone chan struct{}
}

func (p *redisProcess) client(t testing.TB) *redis.Client {
	c := redis.NewClient(&redis.Options{Addr: p.addr, MaxRetries: -1, DialerRetries: 1})
	t.Cleanup(func() {
		if err := c.Close(); err != nil && !errors.Is(err, redis.ErrClosed) {
			t.Errorf("close redis client: %v", err)
		}
	})
	return c
}

func (p *redisProcess) kill() {
	_ = p.cmd.Process.Kill() // an error means that it has gone already
	<-p.gone
}

// startRedis starts a server on a free port. Another process may take the port
// between asking for one and using it: then another port is tried.
func startRedis(args ...string) (*redisProcess, error) {
	var last error
	for range 5 {
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		p, err := launchRedis(port, args)
		if err == nil {
			return p, nil
		}
		if errors.Is(err, exec.ErrNotFound) {
			return nil, err
		}
		last = err
	}
	return nil, last
}

func launchRedis(port string, args []string) (*redisProcess, error) {
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, fmt.Errorf("no redis-server here; install it with: apt-get install redis-server (%w)", err)
	}
	p := &redisProcess{addr: net.JoinHostPort("127.0.0.1", port), out: &bytes.Buffer{}, gone: make(chan struct{})}
	fixed := []string{"--port", port, "--bind", "127.0.0.1", "--save", "", "--daemonize", "no", "--loglevel", "warning"}
	p.cmd = exec.Command(binary, append(fixed, args...)...)
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	// The kernel ends the server with the thread that started it: also when the
	// test process is killed and can clear nothing away.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	go func() {
		// The thread must live as long as the server: it is this goroutine's own.
		runtime.LockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait() // a server that was killed is no news
		}
		close(p.gone)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start redis-server: %w", err)
	}
	if err := p.ready(); err != nil {
		p.kill()
		return nil, fmt.Errorf("start redis-server: %w: %s", err, p.out)
	}
	return p, nil
}

// ready waits until this very server answers: on a port that was taken by
// another one in the meantime that one would.
func (p *redisProcess) ready() error {
	ctx, cancel := context.WithTimeout(context.Background(), startWithin)
	defer cancel()
	c := redis.NewClient(&redis.Options{Addr: p.addr, MaxRetries: -1, DialerRetries: 1})
	defer c.Close()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		info, err := c.Info(ctx, "server").Result()
		if err == nil && strings.Contains(info, "process_id:"+strconv.Itoa(p.cmd.Process.Pid)+"\r\n") {
			if err = c.Ping(ctx).Err(); err == nil {
				return nil // INFO answers while the data are loading, PING does not
			}
		}
		select {
		case <-tick.C:
		case <-p.gone:
			return errors.New("it ended")
		case <-ctx.Done():
			return fmt.Errorf("no answer within %s: %w", startWithin, err)
		}
	}
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}
