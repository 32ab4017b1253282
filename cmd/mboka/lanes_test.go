package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"mboka/bot"
	"mboka/bot/telegram"
	"mboka/bot/telegram/telegramtest"
	"mboka/bot/whatsapp"
	"mboka/bot/whatsapp/twiliotest"
	"mboka/store"
	"mboka/store/limits"
	"mboka/store/seal"
	"mboka/store/storetest"
)

// lane is the traffic of one channel, as its platform gets it: replies of two
// replicas of the bot, wired as in production, and bulk that both send beside.
type lane struct {
	t        testing.TB
	channel  string
	rate     limits.Rate
	each     int           // messages that a reply is for the platform: on WhatsApp with the one it answers
	gap      time.Duration // least time between two replies of the quiet hours
	address  func(n int) string
	replicas []*replica

	mu      sync.Mutex
	sent    int // by people
	log     []arrival
	replied time.Time   // the newest reply arrived
	refused []time.Time // when bulk asked and had to wait
	granted []time.Time // when it asked and might go
	changed chan struct{}
}

// arrival is one message that a platform got.
type arrival struct {
	at   time.Time
	bulk bool
}

type replica struct {
	stores   *stores
	bot      *bot.Bot
	channels map[string]bot.Channel
}

// crowdOf people write; those of a bulk have the numbers from there on.
const crowdOf = 40

// newLanes makes two replicas over the same stores and both platforms.
func newLanes(t testing.TB) map[string]*lane {
	t.Helper()
	tg, tw := telegramtest.NewServer(t, testToken), twiliotest.NewServer(t, testAccount, testAuth)
	tw.Silence(true)
	lanes := map[string]*lane{
		"telegram": {each: 1, gap: time.Second / 7, address: func(n int) string { return strconv.Itoa(5000 + n) }},
		"whatsapp": {each: 2, gap: time.Second / 15, address: func(n int) string { return fmt.Sprintf("whatsapp:+324611%05d", n) }},
	}
	for channel, l := range lanes {
		l.t, l.channel, l.rate, l.changed = t, channel, limits.Rates[channel], make(chan struct{})
	}
	bulk := map[string]bool{}
	for n := range 2 * crowdOf {
		tg.Open(int64(5000+n), "fr")
		tw.Text(lanes["whatsapp"].address(n), "mbote") // opens the window
		for _, l := range lanes {
			bulk[l.address(n)] = n >= crowdOf
		}
	}
	tg.Trouble(func(c telegramtest.Call) (telegramtest.Fault, bool) {
		if id := c.Params["chat_id"]; id != "" {
			lanes["telegram"].arrived(bulk[id])
		}
		return telegramtest.Fault{}, false
	})
	tw.Trouble(func(to string) twiliotest.Fault {
		lanes["whatsapp"].arrived(bulk[to])
		return twiliotest.Fault{}
	})
	db, server := storetest.PostgresURL(t), storetest.RedisServer(t)
	for range 2 {
		r := newReplica(t, storetest.Keys(t), db, server.URL(), tg.URL, tw.URL)
		for _, l := range lanes {
			l.replicas = append(l.replicas, r)
		}
	}
	return lanes
}

func newReplica(t testing.TB, keys *seal.Keys, dbURL, redisURL, telegramURL, twilioURL string) *replica {
	t.Helper()
	s, err := openStores(t.Context(), dbURL, redisURL, keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	for key, value := range store.DemoSettings() {
		if err := s.db.PutSetting(t.Context(), key, value, store.ActorOperator, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	log := slog.New(slog.DiscardHandler)
	tg, err := telegram.New(telegram.Options{Token: testToken, APIURL: telegramURL, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	wa, err := whatsapp.New(whatsapp.Options{AccountSID: testAccount, AuthToken: testAuth, From: twiliotest.From, APIURL: twilioURL, PublicURL: "https://bot.example.org", Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	b, err := wire(s, []bot.Channel{tg, wa}, "", log, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return &replica{stores: s, bot: b, channels: map[string]bot.Channel{tg.Name(): tg, wa.Name(): wa}}
}

func (l *lane) arrived(bulk bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.log = append(l.log, arrival{now, bulk})
	if !bulk {
		l.replied = now
	}
	close(l.changed)
	l.changed = make(chan struct{})
}

// count is how many arrivals there were, of bulk or of replies. The lock is
// held.
func (l *lane) count(bulk bool) int {
	n := 0
	for _, a := range l.log {
		if a.bulk == bulk {
			n++
		}
	}
	return n
}

// await waits until a condition on the locked state holds.
func (l *lane) await(what string, ok func() bool) {
	l.t.Helper()
	limit := time.After(patience)
	for {
		l.mu.Lock()
		done, changed := ok(), l.changed
		l.mu.Unlock()
		if done {
			return
		}
		select {
		case <-changed:
		case <-limit:
			l.t.Fatalf("%s: never %s", l.channel, what)
		}
	}
}

// write has the next person write to the next replica.
func (l *lane) write() {
	l.t.Helper()
	l.mu.Lock()
	n := l.sent
	l.sent++
	l.mu.Unlock()
	in := bot.Inbound{Channel: l.channel, Address: l.address(n % crowdOf), ID: fmt.Sprintf("SM%032x", n), At: time.Now(), Kind: bot.Text, Text: "mbote"}
	if err := l.replicas[n%len(l.replicas)].bot.Accept(l.t.Context(), in); err != nil {
		l.t.Fatal(err)
	}
}

// talk has people write one after the other, each after the reply to the one
// before and not sooner than gap, and tells how long the replies took.
func (l *lane) talk(d time.Duration) (took []time.Duration) {
	l.t.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); {
		next := time.NewTimer(l.gap)
		begun := time.Now()
		l.mu.Lock()
		before := l.count(false)
		l.mu.Unlock()
		l.write()
		l.await("a reply", func() bool { return l.count(false) > before })
		l.mu.Lock()
		took = append(took, l.replied.Sub(begun))
		l.mu.Unlock()
		<-next.C
	}
	return took
}

// bulk sends from one replica as fast as it may, one message after the other,
// until it is told to stop; then the last one has arrived.
func (l *lane) bulk(r *replica) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var sender sync.WaitGroup
	sender.Go(func() {
		lane := r.stores.lanes.Bulk(l.channel)
		defer lane.Leave(context.WithoutCancel(ctx))
		for n := 0; ctx.Err() == nil; n++ {
			asked := time.Now()
			wait, err := lane.Ask(ctx)
			if err != nil && ctx.Err() == nil {
				l.t.Errorf("%s: %v", l.channel, err)
			}
			l.mu.Lock()
			switch {
			case err != nil:
			case wait > 0:
				l.refused = append(l.refused, asked)
			default:
				l.granted = append(l.granted, asked)
			}
			l.mu.Unlock()
			if wait > 0 || err != nil {
				select {
				case <-time.After(wait):
				case <-ctx.Done():
				}
				continue
			}
			m := bot.Message{ID: fmt.Sprint("bulk-", n), Text: "Makita ekozala na sanza ekoya.", Language: "ln"}
			if _, err := r.channels[l.channel].Send(context.WithoutCancel(ctx), l.address(crowdOf+n%crowdOf), m); err != nil {
				l.t.Errorf("%s: %v", l.channel, err)
			}
		}
	})
	return sync.OnceFunc(func() { cancel(); sender.Wait() })
}

// flood has people write faster than leaves room for bulk, until bulk was turned
// away often enough while the lane was busy.
func (l *lane) flood() {
	l.t.Helper()
	tick := time.NewTicker(time.Second / time.Duration(2*l.rate.Replies))
	defer tick.Stop()
	for limit := time.Now().Add(patience); ; <-tick.C {
		l.write()
		l.mu.Lock()
		turned := 0
		for _, at := range slices.Backward(l.refused) {
			if !l.busy(at) {
				break
			}
			turned++
		}
		l.mu.Unlock()
		if turned >= 3 {
			return
		}
		if time.Now().After(limit) {
			l.t.Fatalf("%s: bulk never met a busy lane", l.channel)
		}
	}
}

func median(took []time.Duration) time.Duration {
	slices.SortFunc(took, func(a, b time.Duration) int { return cmp.Compare(a, b) })
	return took[len(took)/2]
}

// TestLanes has two replicas send bulk and replies to the platforms, at their
// real rates: in no second is a platform sent more than it takes, and bulk gives
// way to replies. What holds in the quiet hours holds by construction, also on a
// slow machine: bulk in a second is at most its rate and one for each of the two
// senders that was still on its way, replies the rate of their gap and one. Replies
// fill a lane only where the services have a core to themselves: no other test of
// this package runs beside it.
func TestLanes(t *testing.T) {
	lanes := newLanes(t)
	for _, channel := range []string{"telegram", "whatsapp"} {
		t.Run(channel, func(t *testing.T) {
			t.Parallel()
			l := lanes[channel]
			l.t = t
			idle := l.talk(1500 * time.Millisecond)
			one, two := l.bulk(l.replicas[0]), l.bulk(l.replicas[1])
			beside := l.talk(4 * time.Second)
			l.mu.Lock()
			if n := l.count(true); n < l.rate.Bulk {
				t.Errorf("%d of bulk in 4 s beside few replies", n)
			}
			l.mu.Unlock()
			// Replies grow beside one sender of bulk: with two, and both late, there
			// could be one message too many on Telegram in the second of the change.
			two()
			l.flood()
			two = l.bulk(l.replicas[1])
			l.flood()
			l.mu.Lock()
			before := l.count(true)
			l.mu.Unlock()
			l.await("bulk again after the replies", func() bool { return l.count(true) > before })
			one()
			two()
			l.judge(2)
			t.Logf("replies took %s alone and %s beside bulk (medians)", median(idle), median(beside))
		})
	}
}

// BenchmarkReplyBesideBulk compares how long a reply takes while nothing else is
// sent and while two replicas send bulk at the real rates, in turns.
func BenchmarkReplyBesideBulk(b *testing.B) {
	lanes := newLanes(b)
	for _, channel := range []string{"telegram", "whatsapp"} {
		b.Run(channel, func(b *testing.B) {
			l := lanes[channel]
			l.t = b
			var idle, beside []time.Duration
			for b.Loop() {
				idle = append(idle, l.talk(2*time.Second)...)
				one, two := l.bulk(l.replicas[0]), l.bulk(l.replicas[1])
				beside = append(beside, l.talk(2*time.Second)...)
				one()
				two()
			}
			ratio := float64(median(beside)) / float64(median(idle))
			b.ReportMetric(float64(median(idle))/1e6, "idle-ms")
			b.ReportMetric(float64(median(beside))/1e6, "beside-ms")
			b.ReportMetric(ratio, "ratio")
			if ratio > 2 {
				b.Errorf("beside bulk a reply takes %.1f times as long as alone", ratio)
			}
		})
	}
}
