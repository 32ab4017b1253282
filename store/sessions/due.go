package sessions

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/redis/go-redis/v9"

	"mboka/store/seal"
)

// partitions is how many hash tags there are: one for each value of a byte.
const partitions = 256

// Due lists chats that somebody should Claim now: with messages or replies and
// no holder, with a holder that has vanished, or with a reply whose time has
// come. The longest due come first, at most limit of them. It is two round
// trips, whether anything is due or not.
func (s *Store) Due(ctx context.Context, limit int) ([]Chat, error) {
	now, err := s.client.Time(ctx).Result()
	if err != nil {
		return nil, fmt.Errorf("list due chats: %w", err)
	}
	chats, err := s.indexed(ctx, "due", strconv.FormatInt(now.UnixMilli(), 10), limit)
	if err != nil {
		return nil, fmt.Errorf("list due chats: %w", err)
	}
	return chats, nil
}

// Dirty lists chats that have a journal, the longest waiting first, at most
// limit of them, in one round trip.
func (s *Store) Dirty(ctx context.Context, limit int) ([]Chat, error) {
	chats, err := s.indexed(ctx, "dirty", "+inf", limit)
	if err != nil {
		return nil, fmt.Errorf("list chats with a journal: %w", err)
	}
	return chats, nil
}

// indexed reads an index of all partitions up to a score, lowest scores first.
func (s *Store) indexed(ctx context.Context, index, most string, limit int) ([]Chat, error) {
	if limit <= 0 {
		return nil, nil
	}
	found := make([]*redis.ZSliceCmd, partitions)
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range found {
			found[i] = p.ZRangeByScoreWithScores(ctx, s.partition(byte(i))+index,
				&redis.ZRangeBy{Min: "-inf", Max: most, Count: int64(limit)})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var all []redis.Z
	for _, cmd := range found {
		all = append(all, cmd.Val()...)
	}
	slices.SortStableFunc(all, func(a, b redis.Z) int { return cmp.Compare(a.Score, b.Score) })
	chats := make([]Chat, 0, min(limit, len(all)))
	for _, z := range all[:min(limit, len(all))] {
		name, _ := z.Member.(string)
		chat, err := seal.ParseChat(name)
		if err != nil {
			return nil, err
		}
		chats = append(chats, chat)
	}
	return chats, nil
}
