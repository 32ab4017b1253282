package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

const (
	shared    = syscall.LOCK_SH
	exclusive = syscall.LOCK_EX

	// lockEvery is how often a busy lock is tried again. It is held for as
	// long as a server takes to start or stop, a second or so.
	lockEvery = 20 * time.Millisecond
)

// lock opens a lock file and waits for the lock until ctx ends. The system
// takes it back when the file is closed or the program dies. The file is not
// handed down to programs that this one starts.
func lock(ctx context.Context, path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	if err := f.Chmod(0o644); err != nil { // the guard opens it as another user
		f.Close()
		return nil, fmt.Errorf("open lock: %w", err)
	}
	for {
		switch got, err := tryLock(f, how); {
		case err != nil:
			f.Close()
			return nil, err
		case got:
			return f, nil
		}
		if err := pause(ctx, lockEvery); err != nil {
			f.Close()
			return nil, fmt.Errorf("wait for %s: %w", path, err)
		}
	}
}

// tryLock takes a lock if it is free, and says whether it did.
func tryLock(f *os.File, how int) (bool, error) {
	for {
		err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		case !errors.Is(err, syscall.EINTR):
			return false, fmt.Errorf("lock %s: %w", f.Name(), err)
		}
	}
}

// pause waits, and ends early with ctx's error.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
