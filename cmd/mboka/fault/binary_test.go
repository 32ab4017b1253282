package fault

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"
)

var (
	crowd      = flag.Int("fault.members", 150, "people who register in each scenario")
	recipients = flag.Int("fault.recipients", 5000, "people whom the announcement is for")
	seed       = flag.Uint64("fault.seed", 0, "seed of everything random; 0 takes a new one, which is printed")
)

func TestMain(m *testing.M) {
	flag.Parse()
	if *seed == 0 {
		*seed = rand.Uint64N(1_000_000) + 1
	}
	redis.SetLogger(silence{})
	code := m.Run()
	table.print(os.Stdout)
	if dir := buildDir; dir != "" {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// silence takes the Redis client's own log: what fails comes back as an error.
type silence struct{}

func (silence) Printf(context.Context, string, ...any) {}

// buildDir is where binary has built, "" if it has not.
var buildDir string

// binary is the program as it is deployed, built once for all scenarios.
var binary = sync.OnceValues(func() (string, error) {
	goTool, err := exec.LookPath("go")
	if err != nil {
		return "", fmt.Errorf("the service is built from its source: %w", err)
	}
	dir, err := os.MkdirTemp("", "mboka-fault-")
	if err != nil {
		return "", err
	}
	buildDir = dir
	path := filepath.Join(dir, "mboka")
	// The platforms are our own and take more: what is sent to many must not
	// take hours. Replies have no rate.
	build := exec.Command(goTool, "build", "-ldflags", "-X main.bulkTimes=200", "-o", path, "mboka/cmd/mboka")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", errors.Join(err, errors.New(string(out)))
	}
	return path, nil
})
