package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"mboka/store"
	"mboka/store/cluster"
)

// DBServer is a PostgreSQL server of one test, for breaking it. What it has
// committed is as safe as on a real one.
type DBServer struct {
	t       testing.TB
	dir     string
	cluster *cluster.Cluster
	url     string
}

// database is the one of a DBServer.
const database = "mboka"

// PostgresServer starts a server for this test alone, with one migrated and
// empty database, and ends it with the test.
func PostgresServer(t testing.TB) *DBServer {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o711); err != nil { // the server may run as another user
		t.Fatal(err)
	}
	s := &DBServer{t: t, dir: filepath.Join(dir, "pg")}
	t.Cleanup(func() {
		if s.cluster != nil {
			if err := s.cluster.Stop(); err != nil {
				t.Error(err)
			}
		}
	})
	s.start()
	ctx, cancel := context.WithTimeout(context.Background(), prepareLimit)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.cluster.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	for _, sql := range []string{"CREATE ROLE " + ServiceRole + " LOGIN", "CREATE DATABASE " + database + " TEMPLATE template0"} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	s.url = s.cluster.URL(database)
	if _, err := store.Migrate(ctx, s.url); err != nil {
		t.Fatal(err)
	}
	if err := store.GrantService(ctx, s.url, ServiceRole); err != nil {
		t.Fatal(err)
	}
	return s
}

// start leaves the share of the server that was killed until the new one runs.
func (s *DBServer) start() {
	s.t.Helper()
	c, err := cluster.Start(context.Background(), cluster.Options{Dir: s.dir})
	if err != nil {
		s.t.Fatal(err)
	}
	if old := s.cluster; old != nil {
		if err := old.Stop(); err != nil {
			s.t.Error(err)
		}
	}
	s.cluster = c
}

// URL is the address of the database; it stays the same after Restart.
func (s *DBServer) URL() string { return s.url }

// Dir is where all of its files lie: tables, write-ahead log, server log.
func (s *DBServer) Dir() string { return s.dir }

// Restart starts the server again after Kill9, and waits until it has recovered
// and takes connections.
func (s *DBServer) Restart() {
	s.t.Helper()
	s.start()
}

// Kill9 ends the server and all its processes as a power switch does, and waits
// until they are gone.
func (s *DBServer) Kill9() {
	s.t.Helper()
	if err := s.kill(); err != nil {
		s.t.Fatal(err)
	}
}

func (s *DBServer) kill() error {
	paths, err := filepath.Glob(filepath.Join(s.dir, "pg*", "data", "postmaster.pid"))
	if err != nil || len(paths) != 1 {
		return fmt.Errorf("kill postgres: %d servers (%w)", len(paths), err)
	}
	content, err := os.ReadFile(paths[0])
	if err != nil {
		return fmt.Errorf("kill postgres: %w", err)
	}
	first, _, _ := bytes.Cut(content, []byte("\n"))
	postmaster, err := strconv.Atoi(string(first))
	if err != nil {
		return fmt.Errorf("kill postgres: %w", err)
	}
	// Stopped it makes no more children. They go first: with their parent
	// gone they could not be found any more.
	if err := syscall.Kill(postmaster, syscall.SIGSTOP); err != nil {
		return fmt.Errorf("kill postgres: %w", err)
	}
	all := append(children(postmaster), postmaster)
	for _, pid := range all {
		_ = syscall.Kill(pid, syscall.SIGKILL) // an error means that it has gone already
	}
	return awaitEnd(all)
}

func awaitEnd(pids []int) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.Now().Add(startWithin)
	for _, pid := range pids {
		for alive(pid) {
			if time.Now().After(deadline) {
				return errors.New("kill postgres: it does not end")
			}
			<-tick.C
		}
	}
	return nil
}

// children are the processes that a process started, by /proc.
func children(parent int) []int {
	var pids []int
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is right
	for _, path := range stats {
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if f := stat(pid); len(f) > 1 && f[1] == strconv.Itoa(parent) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// alive tells whether a process does anything: one that nobody has asked for
// its end yet is a zombie.
func alive(pid int) bool {
	f := stat(pid)
	return len(f) > 0 && f[0] != "Z" && f[0] != "X"
}

// stat are the fields of /proc/pid/stat after the name, which may hold
// anything: state, parent…
func stat(pid int) []string {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	return strings.Fields(string(content[bytes.LastIndexByte(content, ')')+1:]))
}

// SocketOf gives the path of the socket that the URL of a test's database leads
// to, for a Proxy.
func SocketOf(t testing.TB, databaseURL string) string {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(u.Query().Get("host"), ".s.PGSQL."+u.Query().Get("port"))
}

// Through gives the URL of the same database by way of a proxy in front of its
// socket.
func (p *Proxy) Through(t testing.TB, databaseURL string) string {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	u.Host, u.RawQuery = p.Addr(), "sslmode=disable"
	return u.String()
}
