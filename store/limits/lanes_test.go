package limits_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"mboka/store/limits"
	"mboka/store/storetest"
)

// slowPace is so slow that a busy machine does not pass a place by chance; at
// fastPace only the gate makes anybody wait for more than a few milliseconds.
var (
	slowPace = map[string]limits.Rate{"telegram": {Platform: 100, Bulk: 1, Replies: 3}, "whatsapp": {Platform: 100, Bulk: 1, Replies: 3}}
	fastPace = map[string]limits.Rate{"telegram": {Platform: 10_000, Bulk: 1000, Replies: 3}, "whatsapp": {Platform: 10_000, Bulk: 1000, Replies: 3}}
)

const gateShut = 50 * time.Millisecond

// bulk asks once, for a sender that has nothing else under way.
func bulk(t *testing.T, l *limits.Lanes, channel string) time.Duration {
	t.Helper()
	sender := l.Bulk(channel)
	defer sender.Leave(t.Context())
	wait, err := sender.Ask(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return wait
}

// until asks every few milliseconds until the wait is as it should be.
func until(t *testing.T, what string, l *limits.Lanes, should func(time.Duration) bool) time.Duration {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for limit := time.Now().Add(20 * time.Second); time.Now().Before(limit); <-tick.C {
		if wait := bulk(t, l, "telegram"); should(wait) {
			return wait
		}
	}
	t.Fatalf("never %s", what)
	return 0
}

func shut(wait time.Duration) bool { return wait > gateShut }
func goes(wait time.Duration) bool { return wait == 0 }

func TestBulkIsEvenlyApart(t *testing.T) {
	t.Parallel()
	client, prefix := storetest.Redis(t), storetest.Prefix(t)
	one, two := limits.NewLanes(client, prefix, nil, slowPace), limits.NewLanes(storetest.Redis(t), prefix, nil, slowPace)
	if wait := bulk(t, one, "telegram"); wait != 0 {
		t.Fatalf("the first one waits %s", wait)
	}
	for _, l := range []*limits.Lanes{one, two} {
		if wait := bulk(t, l, "telegram"); wait <= 0 || wait > time.Second {
			t.Errorf("the next one waits %s, not the rest of a second", wait)
		}
	}
	if wait := bulk(t, two, "whatsapp"); wait != 0 {
		t.Errorf("another channel waits %s", wait)
	}
	if wait, err := one.Bulk("pigeon").Ask(t.Context()); err == nil || wait == 0 {
		t.Errorf("a channel without a rate: %s, %v", wait, err)
	}
}

// TestRepliesStopBulk counts them on one replica and asks on the other.
func TestRepliesStopBulk(t *testing.T) {
	t.Parallel()
	client, prefix := storetest.Redis(t), storetest.Prefix(t)
	one, two := limits.NewLanes(client, prefix, nil, fastPace), limits.NewLanes(storetest.Redis(t), prefix, nil, fastPace)
	one.Reply("telegram")
	one.Reply("telegram")
	if wait := until(t, "open", two, goes); wait != 0 {
		t.Error("two replies of three stop it")
	}
	for range 4 {
		one.Reply("telegram")
		one.Reply("whatsapp")
		one.Reply("pigeon") // nobody's
	}
	begun := time.Now()
	wait := until(t, "shut after many replies", two, shut)
	if wait > 1025*time.Millisecond {
		t.Errorf("it waits %s for replies of the last second", wait)
	}
	<-time.After(wait)
	until(t, "open again", two, goes)
	if took := time.Since(begun); took < gateShut {
		t.Errorf("open again after %s", took)
	}
}

// TestWhenToComeBack tells the time at which few enough replies are left in the
// last second, however many there were before. Their counts are put there as if
// they had been told at those times.
func TestWhenToComeBack(t *testing.T) {
	t.Parallel()
	client, prefix := storetest.Redis(t), storetest.Prefix(t)
	l := limits.NewLanes(client, prefix, nil, fastPace)
	now, err := client.Time(t.Context()).Result()
	if err != nil {
		t.Fatal(err)
	}
	part := func(ahead time.Duration) int64 { return now.Add(ahead).UnixMilli() / 25 }
	// Ahead of now, so that a slow machine does not come too late: 2 may be left.
	if err := client.HSet(t.Context(), prefix+":replies:telegram", part(20*time.Second), 5, part(10*time.Second), 5, part(30*time.Second), 2, part(-3*time.Second), 9).Err(); err != nil {
		t.Fatal(err)
	}
	if wait := bulk(t, l, "telegram"); wait > 21025*time.Millisecond || wait < 12*time.Second {
		t.Errorf("it waits %s, not until only 2 are left in a second, in 21 s", wait)
	}
	l.Reply("telegram") // the clock was put back, it seems: nothing can have been told then
	until(t, "open after the clock was put back", l, goes)
}

// TestHoldStopsBulk: at once in all replicas, whatever their clocks say, and
// where it was set also when Redis did not take it.
func TestHoldStopsBulk(t *testing.T) {
	t.Parallel()
	prefix := storetest.Prefix(t)
	replica := func(client redis.UniversalClient, clock func() time.Time) (*limits.Holds, *limits.Lanes) {
		h := limits.NewHolds(client, prefix, clock, "telegram", "whatsapp")
		return h, limits.NewLanes(client, prefix, h, fastPace)
	}
	holds, one := replica(storetest.Redis(t), time.Now)
	_, two := replica(storetest.Redis(t), func() time.Time { return time.Now().Add(5 * time.Hour) })
	_, three := replica(storetest.Redis(t), func() time.Time { return time.Now().Add(-5 * time.Hour) })
	if err := holds.Hold(t.Context(), "telegram", time.Minute); err != nil {
		t.Fatal(err)
	}
	for i, l := range []*limits.Lanes{one, two, three} {
		if wait := bulk(t, l, "telegram"); wait > time.Minute || wait < time.Minute-20*time.Second {
			t.Errorf("replica %d waits %s", i+1, wait)
		}
	}
	if wait := bulk(t, two, "whatsapp"); wait != 0 {
		t.Errorf("another channel waits %s", wait)
	}
	if err := holds.Hold(canceled(t), "whatsapp", time.Minute); err == nil {
		t.Fatal("Redis took a hold that was called off")
	}
	if wait := bulk(t, one, "whatsapp"); wait < 40*time.Second {
		t.Errorf("where the hold was set bulk waits %s", wait)
	}
}

func canceled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func TestSlowLane(t *testing.T) {
	t.Parallel()
	client, prefix := storetest.Redis(t), storetest.Prefix(t)
	one, two := limits.NewLanes(client, prefix, nil, slowPace), limits.NewLanes(storetest.Redis(t), prefix, nil, slowPace)
	slow := func(factor int, d time.Duration) {
		t.Helper()
		if err := one.Slow(t.Context(), "telegram", factor, d); err != nil {
			t.Fatal(err)
		}
	}
	apart := func(what string, l *limits.Lanes, less, most time.Duration) {
		t.Helper()
		if err := client.Del(t.Context(), "rate:"+prefix+":bulk:telegram").Err(); err != nil {
			t.Fatal(err)
		}
		if wait := bulk(t, l, "telegram"); wait != 0 {
			t.Fatalf("%s: the first one waits %s", what, wait)
		}
		if wait := bulk(t, l, "telegram"); wait <= less || wait > most {
			t.Errorf("%s: the next one waits %s, not over %s and up to %s", what, wait, less, most)
		}
	}
	slow(1, time.Minute)
	slow(-1, time.Minute)
	apart("nothing asked", one, 0, time.Second)
	slow(4, time.Minute)
	apart("slower", one, time.Second, 4*time.Second)
	apart("on the other replica", two, time.Second, 4*time.Second)
	slow(4, time.Second)
	slow(2, time.Second)
	apart("refused in the same moment", two, time.Second, 4*time.Second)
	if left := client.PTTL(t.Context(), prefix+":slow:telegram").Val(); left < 30*time.Second {
		t.Errorf("a shorter time shortens it: %s left", left)
	}
	// As if the first refusal were long ago.
	if err := client.HSet(t.Context(), prefix+":slow:telegram", "at", 0).Err(); err != nil {
		t.Fatal(err)
	}
	slow(2, time.Minute)
	apart("refused again", two, 4*time.Second, 8*time.Second)
	for range 3 {
		if err := client.HSet(t.Context(), prefix+":slow:telegram", "at", 0).Err(); err != nil {
			t.Fatal(err)
		}
		slow(4, time.Minute)
	}
	apart("never slower than a sixteenth", two, 8*time.Second, 16*time.Second)
	if wait := bulk(t, two, "whatsapp"); wait != 0 {
		t.Errorf("another channel waits %s", wait)
	}
}

// TestSlowLaneRecovers by itself, also where whoever slowed it has died.
func TestSlowLaneRecovers(t *testing.T) {
	t.Parallel()
	client, prefix := storetest.Redis(t), storetest.Prefix(t)
	one, two := limits.NewLanes(client, prefix, nil, fastPace), limits.NewLanes(storetest.Redis(t), prefix, nil, fastPace)
	if err := one.Slow(t.Context(), "telegram", limits.Stop, time.Hour); err != nil {
		t.Fatal(err)
	}
	if wait := bulk(t, two, "telegram"); wait < 59*time.Minute || wait > time.Hour {
		t.Errorf("stopped for an hour it waits %s", wait)
	}
	if err := one.Slow(t.Context(), "telegram", limits.Half, time.Minute); err != nil {
		t.Fatal(err)
	}
	if wait := bulk(t, two, "telegram"); wait < 58*time.Minute {
		t.Errorf("slower is faster than stopped: it waits %s", wait)
	}
	for _, key := range []string{":stop:telegram", ":slow:telegram"} { // as if the hour were nearly over
		if err := client.PExpire(t.Context(), prefix+key, 300*time.Millisecond).Err(); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "free after its time", two, goes)
	if left, err := client.Exists(t.Context(), prefix+":stop:telegram").Result(); err != nil || left != 0 {
		t.Errorf("it went while stopped: %d, %v", left, err)
	}
}

// TestBulkWithoutRedis does not go, and goes on when Redis is back.
func TestBulkWithoutRedis(t *testing.T) {
	t.Parallel()
	server := storetest.RedisServer(t)
	l := limits.NewLanes(server.Client(), "mboka", nil, fastPace)
	if wait := bulk(t, l, "telegram"); wait != 0 {
		t.Fatalf("it waits %s", wait)
	}
	server.Kill9()
	for range 3 {
		if wait, err := l.Bulk("telegram").Ask(t.Context()); err == nil || wait < 100*time.Millisecond {
			t.Errorf("without Redis: %s, %v", wait, err)
		}
		l.Reply("telegram")
	}
	if err := l.Slow(t.Context(), "telegram", limits.Half, time.Minute); err == nil {
		t.Error("slowed without Redis")
	}
	server.Restart()
	until(t, "free after Redis came back", l, goes)
	for range 3 {
		l.Reply("telegram")
	}
	until(t, "shut: replies are not counted any more", l, shut)
}

// TestReplyNeverWaits, also not for a Redis that takes calls and answers none.
func TestReplyNeverWaits(t *testing.T) {
	t.Parallel()
	deaf, err := net.Listen("tcp", "127.0.0.1:0") // the system takes connections, nobody reads
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	const timeout = 10 * time.Second
	client := redis.NewClient(&redis.Options{Addr: deaf.Addr().String(), MaxRetries: -1, DialerRetries: 1, DialTimeout: timeout, ReadTimeout: timeout, WriteTimeout: timeout, ContextTimeoutEnabled: true})
	defer client.Close()
	l := limits.NewLanes(client, "mboka", nil, fastPace)
	begun := time.Now()
	for range 100_000 {
		l.Reply("telegram")
	}
	if took := time.Since(begun); took >= time.Second {
		t.Errorf("100,000 replies took %s: each waited for Redis", took)
	}
	if n := client.PoolStats().TotalConns; n > 1 {
		t.Errorf("%d connections for one goroutine", n)
	}
	var none *limits.Lanes
	none.Reply("telegram")
	if err := none.Slow(t.Context(), "telegram", limits.Half, time.Minute); err != nil {
		t.Error(err)
	}
}

// TestBulkTakesWhatRepliesLeave: replies that do not shut the lane make bulk
// slower. Of 104 a second with 4 late ones 98 are replies' here.
func TestBulkTakesWhatRepliesLeave(t *testing.T) {
	t.Parallel()
	client, prefix := storetest.Redis(t), storetest.Prefix(t)
	l := limits.NewLanes(client, prefix, nil, map[string]limits.Rate{"telegram": {Platform: 104, Bulk: 50, Replies: 100, PerReply: 2, Late: 4}})
	now, err := client.Time(t.Context()).Result()
	if err != nil {
		t.Fatal(err)
	}
	if wait := bulk(t, l, "telegram"); wait != 0 {
		t.Fatalf("the first one waits %s", wait)
	}
	// Told ahead of now, so that they are of the last second on a slow machine too.
	if err := client.HSet(t.Context(), prefix+":replies:telegram", now.Add(time.Minute).UnixMilli()/25, 49).Err(); err != nil {
		t.Fatal(err)
	}
	until(t, "its turn", l, goes)
	if wait := bulk(t, l, "telegram"); wait <= 20*time.Millisecond || wait > time.Second/2 {
		t.Errorf("beside 49 replies of 2 messages it waits %s, not half a second", wait)
	}
}

// TestRates leave room also when a second has the most of everything.
func TestRates(t *testing.T) {
	t.Parallel()
	for channel, r := range limits.Rates {
		if most := r.Bulk + max(r.PerReply, 1)*(r.Replies-1); most >= r.Platform || r.Late == 0 || r.Source == "" {
			t.Errorf("%s: %+v", channel, r)
		}
	}
	for channel, r := range limits.Scaled(limits.Rates, 50) {
		was := limits.Rates[channel]
		if r != (limits.Rate{Platform: 50 * was.Platform, Bulk: 50 * was.Bulk, Replies: 50 * was.Replies, PerReply: was.PerReply, Late: 50 * was.Late, Source: was.Source}) {
			t.Errorf("%s: %+v", channel, r)
		}
	}
}
