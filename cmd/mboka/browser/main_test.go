package browser

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

var out = flag.String("browser.out", "", "where screenshots and the report are kept; without it they go when the tests end")

// patience is how long a person looks at a page on which nothing happens.
const patience = 40 * time.Second

// workDir holds the binary, and the screenshots that nobody asked for.
var workDir string

func TestMain(m *testing.M) {
	flag.Parse()
	redis.SetLogger(silence{})
	os.Exit(run(m))
}

func run(m *testing.M) int {
	var err error
	if workDir, err = os.MkdirTemp("", "mboka-browser-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(workDir)
	defer closeBrowser()
	if *out == "" {
		*out = filepath.Join(workDir, "out")
	}
	if err := os.MkdirAll(*out, 0o755); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// silence takes the Redis client's own log: what fails comes back as an error.
type silence struct{}

func (silence) Printf(context.Context, string, ...any) {}

// binary is the program as it is deployed, built once for all tests.
var binary = sync.OnceValues(func() (string, error) {
	goTool, err := exec.LookPath("go")
	if err != nil {
		return "", fmt.Errorf("the service is built from its source: %w", err)
	}
	path := filepath.Join(workDir, "mboka")
	build := exec.Command(goTool, "build", "-o", path, "mboka/cmd/mboka")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", errors.Join(err, errors.New(string(out)))
	}
	return path, nil
})
