package sessions

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// Tally is what a turn counts without naming its chat, such as how far somebody
// came. It changes with the save of the turn or not at all: a turn that is
// repeated, or whose holder lost the lease, counts nothing. What it counts is
// spread over the partitions; Tallied puts it together.
type Tally struct {
	// Name is what is counted, such as a form and a week. Not secret.
	Name    string
	Changes []TallyChange
}

// TallyChange is by how much a cell goes up, or down. A cell is a name that the
// caller hashes: Redis holds no words about anybody, and few people are in one
// partition.
type TallyChange struct {
	Cell string
	By   int
}

// TallyKept is how long counters stay after their last change: whoever folds
// them has to come in that time.
const TallyKept = 60 * 24 * time.Hour

func (t Tally) ids() []string {
	ids := []string{t.Name}
	for _, c := range t.Changes {
		ids = append(ids, c.Cell)
	}
	return ids
}

func (s *Store) tallyKey(partition byte, name string) string {
	return s.partition(partition) + "n:" + name
}

// Tallied reads the cells of a name by partition, in one round trip; partitions
// without any are left out. It changes nothing.
func (s *Store) Tallied(ctx context.Context, name string) (map[byte]map[string]int, error) {
	found := make([]*redis.MapStringStringCmd, partitions)
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range found {
			found[i] = p.HGetAll(ctx, s.tallyKey(byte(i), name))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read tally: %w", err)
	}
	out := map[byte]map[string]int{}
	for i, cmd := range found {
		if len(cmd.Val()) == 0 {
			continue
		}
		cells := make(map[string]int, len(cmd.Val()))
		for cell, text := range cmd.Val() {
			n, err := strconv.Atoi(text)
			if err != nil {
				return nil, fmt.Errorf("read tally: %w", errAnswer)
			}
			cells[cell] = n
		}
		out[byte(i)] = cells
	}
	return out, nil
}
