package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	superuser = "mboka"
	// port only names the socket file; the server listens on no network.
	port = "5432"
	// socketPath is how long the path of a socket may be, in bytes: Linux has
	// room for 108 with the closing zero (unix(7)).
	socketPath = 107
	// startWait is how long a server may take to start, in seconds. Recovery
	// after a power cut is what takes longest.
	startWait = 60
	// linger is how long a Fast server stays without users, in seconds.
	linger = 60
)

// server is where one server lives and how it is run.
type server struct {
	programs
	runner
	dir  string // absolute
	fast bool
}

func newServer(dir string, p programs, fast bool) (server, error) {
	if strings.ContainsAny(dir, "\"\\$`\n") { // pg_ctl hands paths to a shell
		return server{}, fmt.Errorf("%q has a character that pg_ctl cannot handle; choose a directory elsewhere", dir)
	}
	r, err := unprivileged()
	if err != nil {
		return server{}, err
	}
	s := server{programs: p, runner: r, dir: dir, fast: fast}
	if err := makeOpen(dir); err != nil {
		return server{}, fmt.Errorf("make %s: %w", dir, err)
	}
	if err := r.reaches(dir); err != nil {
		return server{}, err
	}
	if err := r.own(s.home()); err != nil {
		return server{}, fmt.Errorf("make %s: %w", s.home(), err)
	}
	return s, nil
}

// makeOpen makes a directory and its missing parents, for all to enter
// whatever the umask says.
func makeOpen(dir string) error {
	switch info, err := os.Stat(dir); {
	case err == nil && !info.IsDir():
		return errors.New("there is a file of that name")
	case err == nil:
		return nil
	}
	if err := makeOpen(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return os.Chmod(dir, 0o755)
}

func (s server) home() string  { return filepath.Join(s.dir, "pg"+strconv.Itoa(s.major)) }
func (s server) conf() string  { return s.home() + ".conf" }
func (s server) data() string  { return filepath.Join(s.home(), "data") }
func (s server) log() string   { return filepath.Join(s.home(), "log") }
func (s server) users() string { return filepath.Join(s.dir, "users") }

// ensure gives the socket directory of the running server, after starting one
// if there is none. The caller holds a share of users.
func (s server) ensure(ctx context.Context) (socket string, err error) {
	starting, err := lock(ctx, filepath.Join(s.dir, "start"), exclusive)
	if err != nil {
		return "", err
	}
	defer starting.Close()
	if socket, err := s.running(ctx); socket != "" || err != nil {
		return socket, err
	}
	if s.fast {
		// A server without fsync may have left anything behind.
		if err := os.RemoveAll(s.data()); err != nil {
			return "", fmt.Errorf("clear the data: %w", err)
		}
	}
	if err := s.initialise(ctx); err != nil {
		return "", err
	}
	if socket, err = s.socketDir(); err != nil {
		return "", err
	}
	if err := os.WriteFile(s.conf(), []byte(s.configuration(socket)), 0o644); err != nil {
		return "", fmt.Errorf("write the configuration: %w", err)
	}
	if err := os.Chmod(s.conf(), 0o644); err != nil { // whatever the umask says
		return "", fmt.Errorf("write the configuration: %w", err)
	}
	if err := s.start(ctx); err != nil {
		return "", err
	}
	return socket, s.guard()
}

// initialise makes the data directory. It appears whole or not at all.
func (s server) initialise(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(s.data(), "PG_VERSION")); err == nil {
		return nil
	}
	fresh := s.data() + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("clear an unfinished start: %w", err)
	}
	args := []string{
		"--pgdata=" + fresh, "--username=" + superuser, "--auth=trust",
		"--encoding=UTF8", "--locale=C.UTF-8",
	}
	if s.fast {
		args = append(args, "--no-sync")
	}
	if out, err := s.run(ctx, s.path("initdb"), args...); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, lastLines(out))
	}
	if err := os.Rename(fresh, s.data()); err != nil {
		return fmt.Errorf("put the data in place: %w", err)
	}
	return nil
}

// socketDir gives an empty directory for the socket that only the runner can
// enter. What a killed server left there would hinder the next one.
func (s server) socketDir() (string, error) {
	dir := filepath.Join(s.home(), "run")
	if err := os.RemoveAll(dir); err != nil {
		return "", fmt.Errorf("clear the socket: %w", err)
	}
	if len(dir)+len("/.s.PGSQL."+port) <= socketPath {
		return dir, s.own(dir)
	}
	dir, err := os.MkdirTemp("/tmp", "mboka-pg-")
	if err != nil {
		return "", fmt.Errorf("make a directory for the socket: %w", err)
	}
	return dir, s.own(dir)
}

// configuration is postgresql.conf. What the server logs may hold no value of
// a row: terse leaves out the details, and no statement is written.
func (s server) configuration(socket string) string {
	settings := []string{
		"listen_addresses = ''",
		"port = " + port,
		"unix_socket_directories = " + quoteConf(`"`+strings.ReplaceAll(socket, `"`, `""`)+`"`),
		"unix_socket_permissions = 0700",
		"timezone = 'UTC'",
		"log_timezone = 'UTC'",
		"log_error_verbosity = terse",
		"log_min_error_statement = panic",
		"max_connections = 100",
	}
	if s.fast {
		settings = append(settings,
			"max_connections = 400", // the last one counts
			"fsync = off",
			"synchronous_commit = off",
			"full_page_writes = off",
			"autovacuum = off",
			"wal_level = minimal",
			"max_wal_senders = 0",
		)
	}
	return strings.Join(settings, "\n") + "\n"
}

func quoteConf(s string) string {
	return "'" + strings.NewReplacer(`'`, `''`, `\`, `\\`).Replace(s) + "'"
}

func quoteShell(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func (s server) start(ctx context.Context) error {
	out, err := s.run(ctx, s.path("pg_ctl"), "start", "--wait", "--timeout="+strconv.Itoa(startWait), "--silent",
		"--pgdata="+s.data(), "--log="+s.log(), "--options=-c config_file="+quoteShell(s.conf()))
	if err != nil {
		// The log is the runner's, so it is the runner who reads it.
		tail, _ := s.run(context.WithoutCancel(ctx), "tail", "-n", "5", s.log())
		return fmt.Errorf("pg_ctl start: %w: %s %s", err, lastLines(out), lastLines(tail))
	}
	return nil
}

func (s server) stop() error {
	out, err := s.run(context.Background(), s.path("pg_ctl"), "stop", "--wait", "--silent", "--mode=fast", "--pgdata="+s.data())
	if err != nil {
		return fmt.Errorf("pg_ctl stop: %w: %s", err, lastLines(out))
	}
	return nil
}

// guardScript waits until nobody holds a share of the lock $1, gives others
// $2 seconds to come, and then ends the server of the data $4 by the pg_ctl
// $3 while holding the whole lock, so that nobody begins to use it meanwhile.
// It only ever opens the lock, and ends where that is gone: it makes no file in
// a directory that somebody is removing. A number that a killed server left
// behind may be another process of the same user by now: that one is left alone.
const guardScript = `(
while exec 9<"$1" && flock -x 9; do
	flock -u 9
	sleep "$2"
	exec 9<"$1"
	if flock -n -x 9; then
		pid=$(head -n 1 "$4/postmaster.pid") || break
		[ ! -d /proc/self ] || grep -q -F -- "$4" "/proc/$pid/cmdline" || break
		"$3" stop -s -w -m fast -D "$4" 9<&-
		break
	fi
done
) >/dev/null 2>&1 </dev/null &`

// guard leaves a small process behind that ends the server after its last
// user, also when that user was killed. It is nobody's child: no program waits
// for it.
func (s server) guard() error {
	wait := "0"
	if s.fast {
		wait = strconv.Itoa(linger)
	}
	out, err := s.run(context.Background(), "sh", "-c", guardScript, "mboka-guard", s.users(), wait, s.path("pg_ctl"), s.data())
	if err != nil {
		return fmt.Errorf("start the guard: %w: %s", err, lastLines(out))
	}
	return nil
}

// running gives the socket directory of the server that runs on the data
// directory, or "" if none does. It waits for one that is coming or going.
func (s server) running(ctx context.Context) (socket string, err error) {
	path := filepath.Join(s.data(), "postmaster.pid")
	for {
		// The file's lines: pid, data directory, start time, port, socket
		// directory, address, shared memory key, status.
		content, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			return "", nil
		}
		if err != nil {
			return "", fmt.Errorf("look for a server: %w", err)
		}
		line := strings.Split(string(content), "\n")
		pid, err := strconv.Atoi(strings.TrimSpace(line[0]))
		if err == nil {
			switch alive, ours := s.process(pid); {
			case !alive:
				return "", nil // killed; PostgreSQL clears up after itself
			case !ours:
				// Killed, and the number belongs to another process by now:
				// PostgreSQL would take that one for the server.
				return "", os.Remove(path)
			}
		}
		if err == nil && len(line) > 7 && strings.TrimSpace(line[7]) == "ready" && accepts(line[4]) {
			return line[4], nil
		}
		if err := pause(ctx, lockEvery); err != nil {
			return "", fmt.Errorf("wait for the server that runs already: %w", err)
		}
	}
}

// process says whether a process lives, and whether it is the server of this
// data directory. Where processes cannot be looked at, it is taken for it.
func (s server) process(pid int) (alive, ours bool) {
	if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) {
		return false, false
	}
	cmdline, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return true, err != nil || bytes.Contains(cmdline, []byte(s.data()))
}

func accepts(socket string) bool {
	conn, err := net.DialTimeout("unix", filepath.Join(socket, ".s.PGSQL."+port), time.Second)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

// run runs a program as the runner and gives what it printed. When ctx ends
// the program is killed.
func (s server) run(ctx context.Context, name string, args ...string) ([]byte, error) {
	var out bytes.Buffer
	cmd := s.command(ctx, s.home(), name, args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.Bytes(), err
}

// lastLines gives the end of what a program printed, as one line.
func lastLines(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], "; ")
}
