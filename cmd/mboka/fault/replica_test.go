package fault

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// replica is one place where the service runs: a process that is started again
// whenever it ends, as a supervisor does.
type replica struct {
	t       *testing.T
	path    string
	vars    []string
	listen  string
	metrics string

	mu      sync.Mutex
	process *exec.Cmd
	ended   chan struct{} // of the process
	code    int           // with which the last one ended
	ready   bool
	stopped bool
	logs    []string
	life    sync.WaitGroup
	over    chan struct{} // closed by stop
}

// restartAfter is how long the supervisor waits.
const restartAfter = 200 * time.Millisecond

func startReplica(t *testing.T, vars []string) *replica {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	r := &replica{t: t, path: path, listen: freeAddress(t), metrics: freeAddress(t), over: make(chan struct{})}
	r.vars = append([]string{"MBOKA_LISTEN=" + r.listen, "MBOKA_METRICS_LISTEN=" + r.metrics}, vars...)
	r.life.Go(r.supervise)
	t.Cleanup(r.stop)
	return r
}

func (r *replica) supervise() {
	// The kernel ends the process with the thread that started it, also when
	// this program is killed: the thread is this goroutine's own.
	runtime.LockOSThread()
	for {
		cmd := exec.Command(r.path, "serve")
		cmd.Env = r.environment()
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
		stderr, err := cmd.StderrPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			r.t.Errorf("start the service: %v", err)
			return
		}
		ended := make(chan struct{})
		r.mu.Lock()
		r.process, r.ended = cmd, ended
		r.mu.Unlock()
		r.life.Go(func() { r.awaitReady(ended) })
		r.read(stderr)
		_ = cmd.Wait() // how it ended is in its state
		r.mu.Lock()
		r.ready, r.code = false, cmd.ProcessState.ExitCode()
		r.mu.Unlock()
		close(ended)
		if !wait(r.over, restartAfter) {
			return
		}
	}
}

// wait is true after d, false when over was closed before.
func wait(over <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-over:
		return false
	case <-timer.C:
		return true
	}
}

// environment is what the next process is given.
func (r *replica) environment() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.vars...)
}

// set changes a variable of the next process.
func (r *replica) set(name, value string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.vars = withVar(r.vars, name, value)
}

// withVar gives an environment with a variable changed.
func withVar(vars []string, name, value string) []string {
	vars = slices.DeleteFunc(slices.Clone(vars), func(v string) bool { return strings.HasPrefix(v, name+"=") })
	return append(vars, name+"="+value)
}

func (r *replica) read(stderr io.Reader) {
	lines := bufio.NewScanner(stderr)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		r.mu.Lock()
		r.logs = append(r.logs, lines.Text())
		r.mu.Unlock()
	}
}

// awaitReady tells when the process is ready for the first time.
func (r *replica) awaitReady(ended <-chan struct{}) {
	client := http.Client{Timeout: 3 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for wait(ended, 20*time.Millisecond) {
		resp, err := client.Get("http://" + r.listen + "/readyz")
		if err != nil {
			continue
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			continue
		}
		r.mu.Lock()
		if r.ended == ended {
			r.ready = true
		}
		r.mu.Unlock()
		return
	}
}

// isReady tells whether the load balancer may send here.
func (r *replica) isReady() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ready
}

// kill9 ends the process as a power switch does; the supervisor starts another.
func (r *replica) kill9() {
	if process, ended := r.current(); process != nil {
		_ = process.Process.Kill() // an error means that it has ended already
		<-ended
	}
}

// terminate asks the process to end and gives its exit code and how long it
// took. The supervisor starts another one.
func (r *replica) terminate(within time.Duration) (code int, took time.Duration) {
	process, ended := r.current()
	begun := time.Now()
	_ = process.Process.Signal(syscall.SIGTERM)
	if wait(ended, within) {
		r.t.Errorf("a replica did not end within %v of SIGTERM", within)
		r.kill9()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.code, time.Since(begun)
}

func (r *replica) current() (*exec.Cmd, chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.process, r.ended
}

// stop ends the place for good.
func (r *replica) stop() {
	r.mu.Lock()
	done := r.stopped
	r.stopped = true
	r.mu.Unlock()
	if done {
		return
	}
	close(r.over)
	r.kill9()
	r.life.Wait()
}

func (r *replica) lines() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.logs...)
}

// goroutines is the gauge of the process that runs now, -1 if it cannot be had.
func (r *replica) goroutines() int {
	client := http.Client{Timeout: 3 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get("http://" + r.metrics + "/metrics")
	if err != nil {
		return -1
	}
	defer resp.Body.Close()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if value, found := strings.CutPrefix(lines.Text(), "go_goroutines "); found {
			n, err := strconv.Atoi(value)
			if err != nil {
				return -1
			}
			return n
		}
	}
	return -1
}

// command runs a subcommand to its end.
func command(t *testing.T, vars []string, args ...string) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Env = vars
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatal(fmt.Errorf("mboka %s: %w\n%s", strings.Join(args, " "), err, out))
	}
}
