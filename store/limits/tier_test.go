package limits_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"mboka/store/limits"
	"mboka/store/storetest"
)

const day = 24 * time.Hour

// crowd is a tier whose past a test can move.
type crowd struct {
	*limits.Tier
	t      *testing.T
	client *redis.Client
	key    string
}

func newCrowd(t *testing.T) crowd {
	client, prefix := storetest.Redis(t), storetest.Prefix(t)
	return crowd{limits.NewTier(client, prefix), t, client, prefix + ":tier:whatsapp"}
}

func (c crowd) take(person string, most int) (bool, time.Time) {
	c.t.Helper()
	ok, next, err := c.Take(c.t.Context(), "whatsapp", person, most)
	if err != nil {
		c.t.Fatal(err)
	}
	return ok, next
}

func (c crowd) left(most int) int {
	c.t.Helper()
	n, err := c.Left(c.t.Context(), "whatsapp", most)
	if err != nil {
		c.t.Fatal(err)
	}
	return n
}

// written puts a person at a time after (before, if negative) 24 hours ago by
// Redis's clock, as if written to then, and gives that time.
func (c crowd) written(person string, after time.Duration) time.Time {
	c.t.Helper()
	now, err := c.client.Time(c.t.Context()).Result()
	if err != nil {
		c.t.Fatal(err)
	}
	at := now.Add(after - day)
	if err := c.client.ZAdd(c.t.Context(), c.key, redis.Z{Score: float64(at.UnixMicro()), Member: person}).Err(); err != nil {
		c.t.Fatal(err)
	}
	return at
}

func TestTier(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	if n := c.left(2); n != 2 {
		t.Errorf("%d left of 2", n)
	}
	for _, person := range []string{"a", "b", "a", "b"} {
		if ok, _ := c.take(person, 2); !ok {
			t.Errorf("%s is too many", person)
		}
	}
	if n := c.left(2); n != 0 {
		t.Errorf("%d left after two of 2", n)
	}
	ok, next := c.take("c", 2)
	if now := time.Now(); ok || next.Before(now.Add(day-time.Minute)) || next.After(now.Add(day)) {
		t.Errorf("a third one: %v, next at %s", ok, next)
	}
	if ok, next := c.take("c", 0); ok || next.Before(time.Now().Add(day-time.Minute)) {
		t.Errorf("none allowed: %v, next at %s", ok, next)
	}
	if n := c.left(1); n != 0 {
		t.Errorf("%d left when fewer are allowed than were", n)
	}
	if ok, _ := c.take("c", 3); !ok {
		t.Error("the third one of 3 is too many")
	}
	if ok, _, err := c.Take(t.Context(), "telegram", "c", 1); !ok || err != nil {
		t.Errorf("another channel: %v, %v", ok, err)
	}
	if ttl := c.client.PTTL(t.Context(), c.key).Val(); ttl > day || ttl < day-time.Minute {
		t.Errorf("kept for %s", ttl)
	}
}

// TestTierSlides: a place is free 24 hours after its person was last written to,
// neither before nor later.
func TestTierSlides(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	soon := c.written("soon", 30*time.Second)
	later := c.written("later", time.Hour)
	if n := c.left(2); n != 0 {
		t.Errorf("%d left before the 24 hours are over", n)
	}
	ok, next := c.take("new", 2)
	if ok || next.UnixMicro() != soon.Add(day).UnixMicro() {
		t.Errorf("before the 24 hours are over: %v, next at %s, not %s", ok, next, soon.Add(day))
	}
	// With fewer places than people two must leave before there is one.
	if ok, next := c.take("new", 1); ok || next.UnixMicro() != later.Add(day).UnixMicro() {
		t.Errorf("fewer places: %v, next at %s, not %s", ok, next, later.Add(day))
	}
	if ok, _ := c.take("soon", 2); !ok {
		t.Error("somebody of the last 24 hours is one too many")
	}
	// That one counts for 24 hours from now: the other leaves first.
	if ok, next := c.take("new", 2); ok || next.UnixMicro() != later.Add(day).UnixMicro() {
		t.Errorf("after a second message: %v, next at %s, not %s", ok, next, later.Add(day))
	}
	c.written("later", 0) // to the microsecond
	if n := c.left(2); n != 1 {
		t.Errorf("%d left after 24 hours", n)
	}
	if ok, _ := c.take("new", 2); !ok {
		t.Error("no place after 24 hours")
	}
	if ok, _ := c.take("later", 2); ok {
		t.Error("who was written to 24 hours ago still has a place, and takes a third")
	}
	if n := c.client.ZCard(t.Context(), c.key).Val(); n != 2 {
		t.Errorf("%d people kept", n)
	}
}

// TestTierOfManyReplicas gives away each place once.
func TestTierOfManyReplicas(t *testing.T) {
	t.Parallel()
	const most, people, replicas = 50, 120, 4
	prefix := storetest.Prefix(t)
	var places atomic.Int64
	var all sync.WaitGroup
	for range replicas {
		tier := limits.NewTier(storetest.Redis(t), prefix)
		for i := range 3 {
			all.Go(func() {
				for p := i; p < people; p += 3 { // each person on each replica
					ok, next, err := tier.Take(t.Context(), "whatsapp", fmt.Sprint(p), most)
					switch {
					case err != nil:
						t.Error(err)
					case ok:
						places.Add(1)
					case next.IsZero():
						t.Error("refused, and nobody knows until when")
					}
				}
			})
		}
	}
	all.Wait()
	client := storetest.Redis(t)
	if n := client.ZCard(t.Context(), prefix+":tier:whatsapp").Val(); n != most {
		t.Errorf("%d people for %d places", n, most)
	}
	if got := places.Load(); got < most || got > most*replicas {
		t.Errorf("%d yeses to %d people", got, most)
	}
	if left, err := limits.NewTier(client, prefix).Left(t.Context(), "whatsapp", most); left != 0 || err != nil {
		t.Error(left, err)
	}
}

func TestTierWithoutRedis(t *testing.T) {
	t.Parallel()
	server := storetest.RedisServer(t)
	tier := limits.NewTier(server.Client(), "mboka")
	if ok, _, err := tier.Take(t.Context(), "whatsapp", "a", 1); !ok || err != nil {
		t.Fatal(ok, err)
	}
	server.Kill9()
	if ok, _, err := tier.Take(t.Context(), "whatsapp", "a", 1); ok || err == nil {
		t.Errorf("without Redis: %v, %v", ok, err)
	}
	if n, err := tier.Left(t.Context(), "whatsapp", 1); n != 0 || err == nil {
		t.Errorf("without Redis: %d left, %v", n, err)
	}
	server.Restart()
	if ok, _, err := tier.Take(t.Context(), "whatsapp", "b", 1); ok || err != nil {
		t.Errorf("who was counted before the kill is forgotten: %v, %v", ok, err)
	}
}
