package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// dirToRunAs names the environment variable that turns the test binary into a
// program that starts a cluster there, prints its URL and then waits.
const dirToRunAs = "CLUSTER_TEST_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(dirToRunAs); dir != "" {
		c, err := Start(context.Background(), Options{Dir: dir})
		if err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		fmt.Println(c.URL("postgres"))
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// openDir gives a directory that another user can enter too.
func openDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o711); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "cluster")
}

func start(t *testing.T, o Options) *Cluster {
	t.Helper()
	c, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Stop()
		end(t, c)
	})
	return c
}

// end ends the server whoever uses it, so that the directory can go.
func end(t *testing.T, c *Cluster) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(c.server.data(), "postmaster.pid")); err != nil {
		return
	}
	if err := c.server.stop(); err != nil {
		t.Error(err)
	}
}

// ask runs a statement and gives its only value, "" if there is none.
func ask(t *testing.T, url, sql string) (string, error) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		return "", err
	}
	defer conn.Close(context.Background())
	var got string
	err = conn.QueryRow(t.Context(), sql).Scan(&got)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return got, err
}

func mustAsk(t *testing.T, url, sql string) string {
	t.Helper()
	got, err := ask(t, url, sql)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func pid(t *testing.T, c *Cluster) int {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(c.server.data(), "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(strings.SplitN(string(content), "\n", 2)[0])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// waitFor waits until something is so.
func waitFor(t *testing.T, what string, so func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for !so() {
		if pause(ctx, lockEvery) != nil {
			t.Fatal("waited in vain: ", what)
		}
	}
}

// gone waits until nothing answers at a URL.
func gone(t *testing.T, url string) {
	t.Helper()
	waitFor(t, "the server is gone", func() bool {
		_, err := ask(t, url, "select ''")
		return err != nil
	})
}

func TestDataStays(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	c := start(t, Options{Dir: dir})
	mustAsk(t, c.URL("postgres"), "create table kept as select 'yes' as v")
	if got := mustAsk(t, c.URL("postgres"), "select current_setting('fsync') || ' ' || current_setting('server_encoding') || ' ' || current_setting('listen_addresses')"); got != "on UTF8 " {
		t.Errorf("fsync, encoding, network = %q", got)
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(t, c.URL("postgres"), "select ''"); err == nil {
		t.Error("the server runs after Stop")
	}
	if err := c.Stop(); err != nil {
		t.Errorf("second Stop: %v", err)
	}
	c = start(t, Options{Dir: dir})
	if got := mustAsk(t, c.URL("postgres"), "select v from kept"); got != "yes" {
		t.Errorf("kept = %q", got)
	}

	t.Log("killed")
	first := pid(t, c)
	if err := syscall.Kill(first, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	gone(t, c.URL("postgres"))
	again := start(t, Options{Dir: dir})
	if got := mustAsk(t, again.URL("postgres"), "select v from kept"); got != "yes" {
		t.Errorf("kept = %q", got)
	}
}

func TestOneServerForAll(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	const users = 6
	var all sync.WaitGroup
	clusters := make([]*Cluster, users)
	for i := range users {
		all.Go(func() {
			c, err := Start(t.Context(), Options{Dir: dir})
			if err != nil {
				t.Error(err)
				return
			}
			clusters[i] = c
		})
	}
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
	started := mustAsk(t, clusters[0].URL("postgres"), "select pg_postmaster_start_time()::text")
	for i, c := range clusters {
		if got := mustAsk(t, c.URL("postgres"), "select pg_postmaster_start_time()::text"); got != started {
			t.Errorf("user %d has another server", i)
		}
		if err := c.Stop(); err != nil {
			t.Errorf("stop %d: %v", i, err)
		}
	}
	if _, err := ask(t, clusters[0].URL("postgres"), "select ''"); err == nil {
		t.Error("the server runs after its last user")
	}
}

func TestFastIsNewEachTimeAndLingers(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	c := start(t, Options{Dir: dir, Fast: true})
	mustAsk(t, c.URL("postgres"), "create table kept as select 'yes' as v")
	if got := mustAsk(t, c.URL("postgres"), "select current_setting('fsync') || current_setting('max_connections')"); got != "off400" {
		t.Errorf("fsync, max_connections = %q", got)
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	c = start(t, Options{Dir: dir, Fast: true})
	if got := mustAsk(t, c.URL("postgres"), "select v from kept"); got != "yes" {
		t.Error("the server did not wait for the next user")
	}
	c.Stop()
	end(t, c)
	c = start(t, Options{Dir: dir, Fast: true})
	if got, err := ask(t, c.URL("postgres"), "select v from kept"); err == nil {
		t.Errorf("a new server has old data: %q", got)
	}
}

// After a reboot the number in postmaster.pid may be anybody's.
func TestPidOfAnotherProcess(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	c := start(t, Options{Dir: dir})
	file := filepath.Join(c.server.data(), "postmaster.pid")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(content), "\n")
	stale := strconv.Itoa(os.Getpid()) + "\n" + rest
	if err := os.WriteFile(file, []byte(stale), 0o600); err != nil {
		t.Fatal(err)
	}
	mustAsk(t, start(t, Options{Dir: dir}).URL("postgres"), "select ''")
}

func TestHalfMadeData(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	p, err := find("/usr/lib/postgresql")
	if err != nil {
		t.Fatal(err)
	}
	s, err := newServer(dir, p, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(s.data()+".new", "base"), 0o755); err != nil {
		t.Fatal(err)
	}
	mustAsk(t, start(t, Options{Dir: dir}).URL("postgres"), "select ''")
}

func TestLongAndOddPaths(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(openDir(t), strings.Repeat("d", 100), "it's odd, really")
	c := start(t, Options{Dir: dir, Fast: true})
	t.Cleanup(func() { os.RemoveAll(c.socket) })
	mustAsk(t, c.URL("postgres"), "select ''")
	if strings.HasPrefix(c.socket, dir) {
		t.Errorf("socket in %s", c.socket)
	}
	other, err := Start(t.Context(), Options{Dir: dir, Fast: true})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Stop()
	if other.socket != c.socket {
		t.Errorf("the second user looks for it in %s", other.socket)
	}
}

// A killed program leaves no server behind, and an ordinary user can have one.
func TestGuardOfAKilledUser(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o711); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), dirToRunAs+"="+filepath.Join(dir, "cluster"))
	if os.Geteuid() == 0 {
		cmd = asNobody(t, cmd, dir)
	}
	cmd.Stdin, _ = io.Pipe()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var url string
	if _, err := fmt.Fscanln(out, &url); err != nil {
		rest, _ := io.ReadAll(out)
		t.Fatalf("%v: %s %s", err, url, rest)
	}
	mustAsk(t, url, "select ''")
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	gone(t, url)
	waitFor(t, "the server has tidied up", func() bool {
		left, err := filepath.Glob(filepath.Join(dir, "cluster", "pg*", "data", "postmaster.pid"))
		return err == nil && len(left) == 0
	})
}

// asNobody lets a copy of the test binary run as an ordinary user, who owns dir.
func asNobody(t *testing.T, cmd *exec.Cmd, dir string) *exec.Cmd {
	t.Helper()
	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := strconv.Atoi(nobody.Uid)
	gid, _ := strconv.Atoi(nobody.Gid)
	// Copied by another process: a file that this one has open for writing
	// could not be run while another test starts a program.
	program := filepath.Join(dir, "program")
	if out, err := exec.Command("cp", cmd.Path, program).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := os.Chmod(program, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(dir, uid, gid); err != nil {
		t.Fatal(err)
	}
	as := exec.Command(program)
	as.Env, as.Dir = cmd.Env, dir
	as.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	return as
}

func TestStartRefuses(t *testing.T) {
	t.Parallel()
	if _, err := Start(t.Context(), Options{}); err == nil {
		t.Error("started nowhere")
	}
	if _, err := Start(t.Context(), Options{Dir: filepath.Join(openDir(t), "$(touch x)")}); err == nil || !strings.Contains(err.Error(), "character") {
		t.Errorf("started in a directory that a shell would read: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), Options{Dir: file}); err == nil || !strings.Contains(err.Error(), "there is a file") {
		t.Errorf("started in a file: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(ended, Options{Dir: openDir(t)}); !errors.Is(err, context.Canceled) {
		t.Errorf("started after the end: %v", err)
	}
	if os.Geteuid() == 0 {
		closed := filepath.Join(openDir(t), "of root alone", "cluster")
		if err := os.MkdirAll(filepath.Dir(closed), 0o700); err != nil {
			t.Fatal(err)
		}
		if _, err := Start(t.Context(), Options{Dir: closed}); err == nil || !strings.Contains(err.Error(), "cannot enter") {
			t.Errorf("started where the server cannot go: %v", err)
		}
	}
}

func TestDefaultDir(t *testing.T) {
	t.Parallel()
	dir, err := DefaultDir("demo")
	if err != nil {
		t.Fatal(err)
	}
	if !filepath.IsAbs(dir) || filepath.Base(dir) != "demo" || !strings.Contains(dir, "mboka") {
		t.Errorf("default directory %s", dir)
	}
}
