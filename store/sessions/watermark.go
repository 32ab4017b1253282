package sessions

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// Watermark is up to when something that goes on for ever is done, such as
// reading a list; found is false when Redis does not know.
func (s *Store) Watermark(ctx context.Context, name string) (at time.Time, found bool, err error) {
	ms, err := s.client.Get(ctx, s.mark(name)).Int64()
	if errors.Is(err, redis.Nil) {
		return time.Time{}, false, nil
	}
	if err != nil {
		return time.Time{}, false, fmt.Errorf("read watermark %s: %w", name, err)
	}
	return time.UnixMilli(ms), true, nil
}

// SetWatermark keeps how far it is done, to the millisecond below.
func (s *Store) SetWatermark(ctx context.Context, name string, at time.Time) error {
	if err := s.client.Set(ctx, s.mark(name), at.UnixMilli(), 0).Err(); err != nil {
		return fmt.Errorf("keep watermark %s: %w", name, err)
	}
	return nil
}

func (s *Store) mark(name string) string { return s.opt.Prefix + ":mark:" + name }
