package web

import (
	"context"
	"sync"
	"time"
)

// memo keeps one thing that many ask for, so that the records are read once in
// a while and not by each of them. The zero value is ready.
type memo[T any] struct {
	mu    sync.Mutex
	until time.Time
	kept  T
}

// makeLimit bounds the making of what is kept: others wait for it.
const makeLimit = 5 * time.Second

// get gives what is kept, made anew when it is older than life. Who comes
// meanwhile waits for the same. A failure is not kept.
func (m *memo[T]) get(ctx context.Context, now time.Time, life time.Duration, do func(context.Context) (T, error)) (T, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now.Before(m.until) {
		return m.kept, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), makeLimit) // it is for the others too
	defer cancel()
	made, err := do(ctx)
	if err != nil {
		var none T
		return none, err
	}
	m.kept, m.until = made, now.Add(life)
	return made, nil
}
