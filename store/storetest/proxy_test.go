package storetest_test

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"mboka/store/storetest"
)

// echo answers with what it gets.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = io.Copy(conn, conn)
			}()
		}
	}()
	return l.Addr().String()
}

type talker struct {
	t    *testing.T
	conn net.Conn
}

func talk(t *testing.T, p *storetest.Proxy) talker {
	t.Helper()
	conn, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return talker{t, conn}
}

// says sends a word and gives what came back within the time, "" for nothing.
func (c talker) says(word string, within time.Duration) (string, error) {
	c.t.Helper()
	if _, err := io.WriteString(c.conn, word); err != nil {
		return "", err
	}
	_ = c.conn.SetReadDeadline(time.Now().Add(within))
	got := make([]byte, len(word))
	n, err := io.ReadFull(c.conn, got)
	return string(got[:n]), err
}

const (
	soon = 100 * time.Millisecond
	long = 10 * time.Second
)

func TestProxyPasses(t *testing.T) {
	t.Parallel()
	p := storetest.NewProxy(t, "tcp", echo(t))
	c := talk(t, p)
	for _, word := range []string{"un", "deux"} {
		if got, err := c.says(word, long); got != word {
			t.Errorf("%q, %v", got, err)
		}
	}
	if p.Open() != 1 {
		t.Errorf("%d connections", p.Open())
	}
	c.conn.Close()
	gone(t, p)
}

func gone(t *testing.T, p *storetest.Proxy) {
	t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(long); p.Open() > 0; <-ticker.C {
		if time.Now().After(deadline) {
			t.Fatalf("%d connections are left", p.Open())
		}
	}
}

func TestProxyDelays(t *testing.T) {
	t.Parallel()
	p := storetest.NewProxy(t, "tcp", echo(t))
	c := talk(t, p)
	p.Delay(soon)
	begun := time.Now()
	if got, err := c.says("un", long); got != "un" || time.Since(begun) < 2*soon {
		t.Errorf("%q, %v after %v", got, err, time.Since(begun))
	}
	p.Pass()
	if got, err := c.says("deux", long); got != "deux" {
		t.Errorf("afterwards %q, %v", got, err)
	}
}

func TestProxyCutsAndRefuses(t *testing.T) {
	t.Parallel()
	p := storetest.NewProxy(t, "tcp", echo(t))
	c := talk(t, p)
	if _, err := c.says("un", long); err != nil {
		t.Fatal(err)
	}
	p.Cut()
	if got, err := c.says("deux", long); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a cut connection gave %q, %v", got, err)
	}
	if got, err := talk(t, p).says("trois", long); got != "trois" {
		t.Errorf("a new connection gave %q, %v", got, err)
	}
	p.Refuse()
	if conn, err := net.Dial("tcp", p.Addr()); err == nil { // it may be reset while it is made, or just after
		if got, err := (talker{t, conn}).says("quatre", long); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a refused connection gave %q, %v", got, err)
		}
		conn.Close()
	}
	p.Pass()
	if got, err := talk(t, p).says("cinq", long); got != "cinq" {
		t.Errorf("healed: %q, %v", got, err)
	}
}

// A half-open connection hangs; after it healed it is cut when it lost bytes,
// and goes on when it was idle.
func TestProxyIsHalfOpen(t *testing.T) {
	t.Parallel()
	p := storetest.NewProxy(t, "tcp", echo(t))
	busy, idle := talk(t, p), talk(t, p)
	for _, c := range []talker{busy, idle} {
		if _, err := c.says("un", long); err != nil {
			t.Fatal(err)
		}
	}
	p.HalfOpen()
	fresh := talk(t, p)
	for name, c := range map[string]talker{"old": busy, "new": fresh} {
		if got, err := c.says("deux", soon); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	p.Pass()
	if got, err := busy.says("trois", long); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a connection that lost bytes gave %q, %v", got, err)
	}
	if got, err := idle.says("trois", long); got != "trois" {
		t.Errorf("an idle connection gave %q, %v", got, err)
	}
}

func TestProxyWithoutTarget(t *testing.T) {
	t.Parallel()
	p := storetest.NewProxy(t, "unix", t.TempDir()+"/none")
	conn, err := net.Dial("tcp", p.Addr())
	if err != nil {
		return // it was reset before it stood: refused as well
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(long)); err != nil {
		t.Fatal(err)
	}
	if n, err := conn.Read(make([]byte, 1)); n > 0 || err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%d bytes, %v", n, err)
	}
}
