package storetest_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"mboka/store/storetest"
)

func TestRedisIsSharedAndKeptApart(t *testing.T) {
	t.Parallel()
	a, b := storetest.Redis(t), storetest.Redis(t)
	if a.Options().Addr != b.Options().Addr {
		t.Error("two servers in one process")
	}
	if first := storetest.Prefix(t); first == storetest.Prefix(t) {
		t.Error("the same prefix twice")
	}
	if err := a.Ping(t.Context()).Err(); err != nil {
		t.Error(err)
	}
	if a.Options().MaxRetries != 0 {
		t.Errorf("client retries %d times", a.Options().MaxRetries)
	}
}

func TestRedisServerKeepsItsDataThroughAKill(t *testing.T) {
	t.Parallel()
	s := storetest.RedisServer(t, "--appendfsync", "always")
	c := s.Client()
	for round := range 3 {
		key := strconv.Itoa(round)
		if err := c.Set(t.Context(), key, "x", 0).Err(); err != nil {
			t.Fatal(err)
		}
		s.Kill9()
		if err := c.Ping(t.Context()).Err(); err == nil {
			t.Fatal("a killed server answers")
		}
		s.Restart()
		if n := c.Exists(t.Context(), key).Val(); n != 1 {
			t.Errorf("round %d: what was written is gone", round)
		}
	}
	if want := "redis://" + s.Addr(); s.URL() != want {
		t.Errorf("URL = %s, want %s", s.URL(), want)
	}
	if s.Addr() == storetest.Redis(t).Options().Addr {
		t.Error("the server of the test is the shared one")
	}
}

// childVariable is set in the process that TestRedisEndsWithAKilledTestProcess
// starts and kills.
const childVariable = "STORETEST_CHILD"

// TestRedisInAChild is that process: it starts a server, says which, and waits
// for its end. Run by itself it has nothing to do.
func TestRedisInAChild(t *testing.T) {
	if os.Getenv(childVariable) == "" {
		return
	}
	fmt.Println(storetest.Redis(t).Info(t.Context(), "server").Val())
	fmt.Println("ready")
	_, _ = os.Stdin.Read(make([]byte, 1))
}

func TestRedisEndsWithAKilledTestProcess(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0], "-test.run=^TestRedisInAChild$")
	cmd.Env = append(os.Environ(), childVariable+"=1")
	in, err := cmd.StdinPipe() // held open: the child waits for it
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "ready" {
		if id, found := strings.CutPrefix(lines.Text(), "process_id:"); found {
			pid, _ = strconv.Atoi(strings.TrimSpace(id))
		}
	}
	if pid == 0 {
		t.Fatal("the child has no server")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	gone := func() bool {
		// A process whose parent has not yet taken note of its end is gone too.
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) || err != nil || strings.Contains(string(stat), ") Z ")
	}
	for deadline := time.Now().Add(20 * time.Second); !gone(); {
		if time.Now().After(deadline) {
			t.Fatalf("redis-server %d outlived its test process", pid)
		}
	}
}
