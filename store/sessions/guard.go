package sessions

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bsm/redislock"
)

// guardTTL is how long a guard outlives a replica that died with it.
const guardTTL = 15 * time.Second

// Guard gives a function that lets one replica at a time do something, such as
// polling: it waits for its turn, and the context that it returns ends when
// the turn is lost.
func (s *Store) Guard(name string) func(context.Context) (context.Context, func(), error) {
	locker, key := redislock.New(s.client), s.opt.Prefix+":guard:"+name
	return func(ctx context.Context) (context.Context, func(), error) {
		lock, err := locker.Obtain(ctx, key, guardTTL, &redislock.Options{
			RetryStrategy: redislock.LinearBackoff(guardTTL / 5),
		})
		for errors.Is(err, redislock.ErrNotObtained) && ctx.Err() == nil {
			lock, err = locker.Obtain(ctx, key, guardTTL, &redislock.Options{
				RetryStrategy: redislock.LinearBackoff(guardTTL / 5),
			})
		}
		if err != nil {
			return nil, nil, fmt.Errorf("wait for guard %s: %w", name, err)
		}
		held, lose := context.WithCancel(ctx)
		kept := make(chan struct{})
		go func() {
			defer close(kept)
			defer lose()
			keep(held, lock)
		}()
		release := func() {
			lose()
			<-kept
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			_ = lock.Release(last) // it ends by itself otherwise
		}
		return held, release, nil
	}
}

// keep prolongs a lock until ctx ends or it is lost.
func keep(ctx context.Context, lock *redislock.Lock) {
	ticker := time.NewTicker(guardTTL / 5)
	defer ticker.Stop()
	held := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			asked := time.Now()
			err := lock.Refresh(ctx, guardTTL, nil)
			if err == nil {
				held = asked
			}
			// Without an answer the lock may have ended: stop before it has.
			if errors.Is(err, redislock.ErrNotObtained) || time.Since(held) > guardTTL*3/5 {
				return
			}
		}
	}
}
