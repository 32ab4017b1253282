package limits_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"mboka/store/limits"
	"mboka/store/storetest"
)

// TestSendersOfManyAnnouncements: three announcements with as many senders each
// as one may have, over two replicas, and a slow way to the platform. Together
// they have no more messages under way than one alone, so that no second holds
// more than the rate and those; and none of them waits for another to end.
func TestSendersOfManyAnnouncements(t *testing.T) {
	t.Parallel()
	const announcements, messages = 3, 60
	rate := limits.Rates["telegram"]
	prefix := storetest.Prefix(t)
	var replicas []*limits.Lanes
	for range 2 {
		replicas = append(replicas, limits.NewLanes(storetest.Redis(t), prefix, nil, limits.Rates))
	}
	var mu sync.Mutex
	var arrived []time.Time
	var of [announcements]int
	underWay, most := 0, 0
	ctx, stop := context.WithCancel(t.Context())
	way := func(announcement int) {
		mu.Lock()
		underWay++
		most = max(most, underWay)
		mu.Unlock()
		<-time.After(time.Duration(150+rand.IntN(250)) * time.Millisecond) // unbounded, five or six would be under way
		mu.Lock()
		defer mu.Unlock()
		underWay--
		of[announcement]++
		if arrived = append(arrived, time.Now()); len(arrived) == messages {
			stop()
		}
	}
	var all sync.WaitGroup
	for i := range announcements * rate.Senders() {
		all.Go(func() {
			sender := replicas[i%2].Bulk("telegram")
			defer sender.Leave(ctx)
			for ctx.Err() == nil {
				wait, err := sender.Ask(context.WithoutCancel(ctx))
				switch {
				case err != nil:
					t.Error(err)
					stop()
				case wait == 0:
					way(i % announcements)
				default:
					<-time.After(wait)
				}
			}
		})
	}
	all.Wait()
	if most > rate.Senders() {
		t.Errorf("%d messages were under way, not %d", most, rate.Senders())
	}
	slices.SortFunc(arrived, time.Time.Compare)
	for i, first := range arrived {
		n := 0
		for _, at := range arrived[i:] {
			if at.Sub(first) < time.Second {
				n++
			}
		}
		if n > rate.Bulk+rate.Senders() {
			t.Errorf("%d arrived in one second", n)
			break
		}
	}
	for i, n := range of {
		if n < messages/announcements/2 {
			t.Errorf("announcement %d sent %d of %d", i, n, len(arrived))
		}
	}
}

// TestPlaceOfWhoDied is free after a while; one that stands behind a shut gate is
// free at once.
func TestPlaceOfWhoDied(t *testing.T) {
	t.Parallel()
	client, prefix := storetest.Redis(t), storetest.Prefix(t)
	l := limits.NewLanes(client, prefix, nil, map[string]limits.Rate{"telegram": {Platform: 10_000, Bulk: 5000, Replies: 3, Late: 3}}) // two places
	ask := func(s *limits.Sender) time.Duration {
		t.Helper()
		for {
			wait, err := s.Ask(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if wait == 0 || client.ZCard(t.Context(), prefix+":line:telegram").Val() > 2 {
				return wait
			}
		}
	}
	dies, lives, waits := l.Bulk("telegram"), l.Bulk("telegram"), l.Bulk("telegram")
	if ask(dies) != 0 || ask(lives) != 0 {
		t.Fatal("two places, and not both are given away")
	}
	if wait := ask(waits); wait == 0 {
		t.Error("a third place")
	}
	if wait := ask(lives); wait == 0 { // its message is done: it stands behind
		t.Error("who has just had a place gets it before who waits")
	}
	if wait := ask(waits); wait != 0 {
		t.Errorf("the place that is free is not given away: %s", wait)
	}
	if wait := ask(lives); wait == 0 {
		t.Error("a third place")
	}
	heard := client.ZRangeWithScores(t.Context(), prefix+":heard:telegram", 0, -1).Val()
	first := client.ZRange(t.Context(), prefix+":line:telegram", 0, 0).Val()[0]
	for _, z := range heard {
		if z.Member == first { // as if nothing had been heard of it for half a minute
			client.ZAdd(t.Context(), prefix+":heard:telegram", redis.Z{Score: z.Score - 30_000, Member: z.Member})
		}
	}
	if wait := ask(lives); wait != 0 {
		t.Errorf("the place of who died is kept: %s", wait)
	}
	for range 3 {
		l.Reply("telegram")
	}
	until(t, "shut", l, shut)
	for _, s := range []*limits.Sender{lives, waits} {
		if wait, err := s.Ask(t.Context()); wait < gateShut || err != nil {
			t.Errorf("a shut gate: %s, %v", wait, err)
		}
	}
	if n := client.ZCard(t.Context(), prefix+":line:telegram").Val(); n != 0 {
		t.Errorf("%d stand before a shut gate", n)
	}
}
