package sessions

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/redis/go-redis/v9"
)

// Health is what Redis says about how well it keeps data. A field is empty
// where Redis does not tell, such as a managed one without CONFIG, or the
// in-process one of the demonstration.
type Health struct {
	Version string // "7.0.15"
	AOF     string // "1": the append only file is on; "0": off
	Fsync   string // "always", "everysec" or "no": when it reaches the disk
	Policy  string // maxmemory-policy; anything but "noeviction" may drop messages
}

// Durable tells whether Redis is known to survive a restart and memory
// pressure without losing an accepted message.
func (h Health) Durable() bool { return h.AOF == "1" && h.Policy == "noeviction" }

// Health asks Redis how it is set up, in one round trip.
func (s *Store) Health(ctx context.Context) (Health, error) {
	var info [3]*redis.StringCmd
	var fsync *redis.MapStringStringCmd
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, section := range []string{"server", "persistence", "memory"} {
			info[i] = p.Info(ctx, section)
		}
		fsync = p.ConfigGet(ctx, "appendfsync")
		return nil
	})
	// An error that Redis itself answers means that it does not tell.
	if answered := redis.Error(nil); err != nil && !errors.As(err, &answered) {
		return Health{}, fmt.Errorf("ask redis for its set-up: %w", err)
	}
	fields := map[string]string{}
	for _, cmd := range info {
		for line := range strings.Lines(cmd.Val()) {
			if name, value, found := strings.Cut(strings.TrimSpace(line), ":"); found {
				fields[name] = value
			}
		}
	}
	return Health{
		Version: fields["redis_version"],
		AOF:     fields["aof_enabled"],
		Fsync:   fsync.Val()["appendfsync"],
		Policy:  fields["maxmemory_policy"],
	}, nil
}

// away are the beginnings of Redis's own errors that mean that it cannot serve
// just now: loading its data after a start, out of memory, failing over.
var away = []string{"LOADING", "OOM", "BUSY", "READONLY", "MISCONF", "NOREPLICAS", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "ASK", "MOVED"}

// Unavailable tells whether an error means that Redis cannot be had just now,
// so that the same call may succeed later.
func Unavailable(err error) bool {
	var answered redis.Error
	if errors.As(err, &answered) && !errors.Is(err, redis.Nil) {
		for _, beginning := range away {
			if strings.HasPrefix(answered.Error(), beginning) {
				return true
			}
		}
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, redis.ErrClosed) || errors.Is(err, redis.ErrPoolTimeout) || errors.Is(err, context.DeadlineExceeded)
}
