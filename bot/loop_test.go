package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"mboka/bot"
	"mboka/bot/console"
	"mboka/bot/effects"
	"mboka/flows"
	"mboka/flows/flowstest"
	"mboka/flows/registration"
	"mboka/store"
	"mboka/store/limits"
	"mboka/store/sessions"
	"mboka/store/storetest"
)

// rig is a bot over real Redis and Postgres that talks to a console.
type rig struct {
	t       testing.TB
	bot     *bot.Bot
	channel *faulty
	cfg     bot.Config
	n       int
	got     chan bot.Message
	calls   *counter
}

// counter counts the commands and pipelines that go to Redis.
type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) add() { c.mu.Lock(); c.n++; c.mu.Unlock() }

func (c *counter) take() int { c.mu.Lock(); defer c.mu.Unlock(); n := c.n; c.n = 0; return n }

func (c *counter) DialHook(next redis.DialHook) redis.DialHook { return next }

func (c *counter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error { c.add(); return next(ctx, cmd) }
}

func (c *counter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error { c.add(); return next(ctx, cmds) }
}

// faulty is a console that fails as it is told to.
type faulty struct {
	*console.Channel
	mu     sync.Mutex
	faults []error
	tried  []bot.Message
	caps   bot.Capabilities
}

func (f *faulty) Capabilities() bot.Capabilities {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.caps
}

// change changes the limits of the platform.
func (f *faulty) change(how func(*bot.Capabilities)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	how(&f.caps)
}

// last is the newest message that was tried, whatever came of it.
func (f *faulty) last() bot.Message {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tried[len(f.tried)-1]
}

func (f *faulty) Send(ctx context.Context, address string, m bot.Message) (bot.Receipt, error) {
	f.mu.Lock()
	f.tried = append(f.tried, m)
	var err error
	if len(f.faults) > 0 {
		err, f.faults = f.faults[0], f.faults[1:]
	}
	f.mu.Unlock()
	if err != nil {
		return bot.Receipt{}, err
	}
	return f.Channel.Send(ctx, address, m)
}

// newRig makes a rig. tick is how often the sweeper and the write-behind look.
func newRig(t testing.TB, tick time.Duration, change func(*bot.Config)) *rig {
	t.Helper()
	r := &rig{t: t, got: make(chan bot.Message, 64), calls: &counter{}}
	r.channel = &faulty{caps: bot.TelegramCapabilities, Channel: console.New("telegram", bot.TelegramCapabilities, func(_ string, m bot.Message) { r.got <- m })}
	db, client := storetest.Postgres(t), storetest.Redis(t)
	client.AddHook(r.calls)
	for key, value := range store.DemoSettings() {
		if err := db.PutSetting(t.Context(), key, value, store.ActorOperator, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	records := effects.Records{DB: db, Keys: db.Keys()}
	cfg := bot.Config{
		Flows:    flowstest.All(),
		Channels: []bot.Channel{r.channel},
		Sessions: sessions.New(client, sessions.Options{Prefix: storetest.Prefix(t), Lease: 2 * time.Second}),
		Store:    db, Keys: db.Keys(), Policy: store.NewSettings(db, time.Now).Policy,
		Record: records.Record, Facts: flowstest.Answering(records.Facts(), noFact), Effects: records.All(),
		Begins: registration.ID + "." + registration.Adult, Tick: tick,
		Holds: limits.NewHolds(client, storetest.Prefix(t), time.Now, "telegram"),
	}
	if change != nil {
		change(&cfg)
	}
	b, err := bot.New(cfg, "holder-"+storetest.Prefix(t))
	if err != nil {
		t.Fatal(err)
	}
	r.bot, r.cfg = b, cfg
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return r
}

func (r *rig) accept(in bot.Inbound) {
	r.t.Helper()
	r.n++
	in.Channel, in.Address, in.ID = "telegram", "4711", fmt.Sprint("u", r.n)
	if err := r.bot.Accept(context.Background(), in); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) reply() bot.Message {
	r.t.Helper()
	select {
	case m := <-r.got:
		return m
	case <-time.After(15 * time.Second):
		r.t.Fatal("no reply")
		return bot.Message{}
	}
}

func (r *rig) write(text string) bot.Message {
	r.t.Helper()
	r.accept(bot.Inbound{Kind: bot.Text, Text: text})
	return r.reply()
}

// tap taps the choice of the last message with this code.
func (r *rig) tap(m bot.Message, code string) bot.Message {
	r.t.Helper()
	for _, c := range append(m.Choices, m.Actions...) {
		if strings.HasSuffix(c.Payload, "."+code) {
			r.accept(bot.Inbound{Kind: bot.Tap, Payload: c.Payload})
			return r.reply()
		}
	}
	r.t.Fatalf("no choice %q", code)
	return bot.Message{}
}

func (r *rig) counted() bot.Message {
	r.t.Helper()
	m := r.write("mbote")
	for _, code := range []string{"fr", "yes", "35_44", "BE", "edu_master", "employee"} {
		m = r.tap(m, code)
	}
	return m
}

// TestRoundTrips holds what a turn costs: at most two Redis calls before the
// reply is on its way, and one after each reply; also where it counts how far a
// registration has come. An effect brings the answers before it to Postgres first:
// they are read, and dropped by a script that Redis may not know yet.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	r := newRig(t, time.Hour, nil) // nothing looks on its own
	before := 0
	r.channel.mu.Lock()
	r.channel.Channel = console.New("telegram", bot.TelegramCapabilities, func(a string, m bot.Message) { before = r.calls.take(); r.got <- m })
	r.channel.mu.Unlock()
	m, stage := r.write("mbote"), "language"
	for _, turn := range []struct {
		code, stage string
		effect      int // what it may cost beside
	}{
		{"fr", "consent", 0}, {"yes", "age_band", 0}, {"35_44", "country_residence", 1}, {"BE", "education_level", 0}, {"edu_master", "employment_status", 0},
		{"employee", bot.StageCounted, 3}, {"continue", bot.StageMore, 0}, {"field_ict", "", 0}, {"ict_media", "", 0}, {"ict", "", 0},
	} {
		waitIdle(t, r)
		r.calls.take()
		m = r.tap(m, turn.code)
		if before < 2 || before > 2+turn.effect {
			t.Errorf("%s: %d calls of Redis before the reply, 2 are promised and %d for an effect", turn.code, before, turn.effect)
		}
		if turn.stage != "" {
			stage = turn.stage
		}
		all, unread, err := r.bot.BegunIn(t.Context(), bot.WeekOf(time.Now()))
		if want := []bot.Beginnings{{Language: "fr", Channel: "telegram", Stage: stage, N: 1}}; !slices.Equal(all, want) || unread != 0 || err != nil {
			t.Errorf("after %s: counted %v, %d unread, %v; want %v", turn.code, all, unread, err, want)
		}
	}
}

// waitIdle waits until the turn has settled its reply.
func waitIdle(t testing.TB, r *rig) {
	t.Helper()
	last, still := -1, 0
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for range 500 {
		<-ticker.C
		r.calls.mu.Lock()
		n := r.calls.n
		r.calls.mu.Unlock()
		if still++; n != last {
			last, still = n, 0
		}
		if still == 5 { // one look is not enough where a core is scarce
			return
		}
	}
}

func TestSendsThatFail(t *testing.T) {
	t.Parallel()
	r := newRig(t, 50*time.Millisecond, nil)
	fail := func(o bot.Outcome) error {
		return &bot.SendError{Outcome: o, RetryAfter: 10 * time.Millisecond, Code: "test", Err: errors.New("test")}
	}
	r.fail(fail(bot.Retry), fail(bot.Throttled))
	m := r.write("mbote") // arrives at the third try
	r.fail(fail(bot.Unknown))
	m = r.tap(m, "fr") // nobody knows: sent once more
	r.fail(fail(bot.Rejected))
	r.accept(bot.Inbound{Kind: bot.Tap, Payload: m.Choices[0].Payload}) // "yes": its reply is refused for good
	r.consumed()
	if m = r.write("37"); len(m.Keys) == 0 || m.Keys[len(m.Keys)-1] != "q_country_residence" {
		t.Errorf("after a reply that was refused: %v", m.Keys)
	}
}

// consumed waits until the last fault was met: the turn is saved by then.
func (r *rig) consumed() {
	r.t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(15 * time.Second); ; <-ticker.C {
		r.channel.mu.Lock()
		left := len(r.channel.faults)
		r.channel.mu.Unlock()
		if left == 0 {
			return
		}
		if time.Now().After(deadline) {
			r.t.Fatal("the reply was not tried")
		}
	}
}

// fail lets the next sends fail.
func (r *rig) fail(faults ...error) {
	r.channel.mu.Lock()
	defer r.channel.mu.Unlock()
	r.channel.faults = faults
}

// TestEffectThatFails gives up a message after three attempts, apologises, and
// goes on.
func TestEffectThatFails(t *testing.T) {
	t.Parallel()
	broken := true
	r := newRig(t, 50*time.Millisecond, func(c *bot.Config) {
		whole := c.Effects[c.Begins]
		c.Effects[c.Begins] = func(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
			if broken {
				panic("a fault of ours")
			}
			return whole(ctx, tx, d)
		}
	})
	m := r.tap(r.tap(r.write("mbote"), "fr"), "yes")
	r.accept(bot.Inbound{Kind: bot.Tap, Payload: m.Choices[3].Payload})
	if sorry := r.reply(); len(sorry.Keys) != 1 || sorry.Keys[0] != "sorry" {
		t.Fatalf("said %v", sorry.Keys)
	}
	broken = false
	if m := r.write("37"); m.Keys[len(m.Keys)-1] != "q_country_residence" {
		t.Errorf("the chat does not go on: %v", m.Keys)
	}
}

func BenchmarkTurn(b *testing.B) {
	r := newRig(b, time.Hour, nil)
	m := r.tap(r.counted(), "continue")
	b.ReportAllocs()
	for b.Loop() {
		m = r.tap(r.tap(m, "!skip"), "!back")
	}
}

// noFact looks nothing up.
func noFact(context.Context, bot.Looking) (flows.Fact, error) { return flows.Fact{}, nil }
