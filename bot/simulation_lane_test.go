package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"mboka/bot"
	"mboka/bot/console"
	"mboka/bot/effects"
	"mboka/flows/flowstest"
	"mboka/flows/registration"
	"mboka/store"
	"mboka/store/seal"
	"mboka/store/sessions"
)

// simBegin is when every member's life begins.
var simBegin = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// lane is a whole service under a clock of its own. Members go through it one
// after the other and start from an empty Redis, so that none can touch what
// becomes of another; only Postgres is shared with the other lanes.
type lane struct {
	t        testing.TB
	bot      *bot.Bot
	db       records
	mini     *miniredis.Miniredis
	sessions *sessions.Store
	now      atomic.Int64 // microseconds since 1970, for Redis and the bot alike
	log      *ledger

	mu    sync.Mutex
	sent  []bot.Message
	fails []bot.Outcome // of the next sends
}

// network is a console whose line is bad when the lane says so.
type network struct {
	l *lane
	*console.Channel
}

// Send fails as it is told; what may have arrived has arrived.
func (n *network) Send(ctx context.Context, address string, m bot.Message) (bot.Receipt, error) {
	n.l.mu.Lock()
	var outcome bot.Outcome
	if len(n.l.fails) > 0 {
		outcome, n.l.fails = n.l.fails[0], n.l.fails[1:]
	}
	n.l.mu.Unlock()
	failed := &bot.SendError{Outcome: outcome, Code: "bad_line", Err: errors.New("bad line")}
	if outcome == bot.Retry {
		return bot.Receipt{}, failed
	}
	got, err := n.Channel.Send(ctx, address, m)
	if outcome == bot.Unknown {
		return bot.Receipt{}, failed
	}
	return got, err
}

// show takes a message that has arrived; the same one twice is one.
func (l *lane) show(_ string, m bot.Message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.sent) == 0 || l.sent[len(l.sent)-1].ID != m.ID {
		l.sent = append(l.sent, m)
	}
}

// ledger is the log of a lane: its turns, and what went wrong.
type ledger struct {
	mu     sync.Mutex
	turns  []turnLine
	faults []string
}

// turnLine is what the log says of a turn.
type turnLine struct {
	message, flow, step string
	said                []string
}

func (l *ledger) Enabled(context.Context, slog.Level) bool { return true }
func (l *ledger) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *ledger) WithGroup(string) slog.Handler            { return l }

func (l *ledger) Handle(_ context.Context, r slog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.Message == "reply not sent" && r.Level == slog.LevelWarn {
		return nil // the line is bad; whether it arrives is seen
	}
	if r.Level >= slog.LevelWarn {
		what := r.Message
		r.Attrs(func(a slog.Attr) bool { what += fmt.Sprint(" ", a); return true })
		l.faults = append(l.faults, what)
		return nil
	}
	if r.Message != "turn" {
		return nil
	}
	var line turnLine
	r.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "message":
			line.message = a.Value.String()
		case "flow":
			line.flow = a.Value.String()
		case "step":
			line.step = a.Value.String()
		case "said":
			line.said, _ = a.Value.Any().([]string)
		}
		return true
	})
	l.turns = append(l.turns, line)
	return nil
}

// take gives what was logged since the last time.
func (l *ledger) take() ([]turnLine, []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	turns, faults := l.turns, l.faults
	l.turns, l.faults = nil, nil
	return turns, faults
}

// openLane starts a service. close ends it and waits for its end.
func openLane(t testing.TB, db records, n int) (l *lane, end func()) {
	t.Helper()
	l = &lane{t: t, db: db, mini: miniredis.NewMiniRedis(), log: &ledger{}}
	if err := l.mini.Start(); err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(&redis.Options{Addr: l.mini.Addr(), MaxRetries: -1, DialerRetries: 1})
	l.sessions = sessions.New(client, sessions.Options{})
	l.begin()
	kept := effects.Records{DB: db.DB, Keys: db.Keys()}
	b, err := bot.New(bot.Config{
		Flows: flowstest.All(),
		Channels: []bot.Channel{
			&network{l, console.New("telegram", bot.TelegramCapabilities, l.show)}, &network{l, console.New("whatsapp", bot.WhatsAppCapabilities, l.show)},
		},
		Sessions: l.sessions, Store: db.DB, Keys: db.Keys(), Policy: store.NewSettings(db.DB, time.Now).Policy,
		Record: kept.Record, Facts: flowstest.Answering(kept.Facts(), noFact), Effects: kept.All(),
		Begins: registration.ID + "." + registration.Adult,
		Chance: func() float64 { return 0.5 },
		Clock:  l.clock, Logger: slog.New(l.log),
		Tick: time.Hour, // time passes where the members let it: see sweep and settle
	}, fmt.Sprint("lane-", n))
	if err != nil {
		t.Fatal(err)
	}
	l.bot = b
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	return l, func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := client.Close(); err != nil {
			t.Error(err)
		}
		l.mini.Close()
	}
}

func (l *lane) clock() time.Time { return time.UnixMicro(l.now.Load()).UTC() }

// begin empties Redis and sets the clock back: the next member comes.
func (l *lane) begin() {
	l.mini.FlushAll()
	l.now.Store(simBegin.UnixMicro())
	l.mini.SetTime(simBegin)
	l.take()
	l.log.take()
}

// pass lets time go by, for the bot and for what Redis keeps for a while.
func (l *lane) pass(d time.Duration) {
	d = d.Truncate(time.Millisecond)
	l.now.Add(d.Microseconds())
	l.mini.SetTime(l.clock())
	l.mini.FastForward(d)
}

// take gives the messages that were sent since the last time.
func (l *lane) take() []bot.Message {
	l.mu.Lock()
	defer l.mu.Unlock()
	sent := l.sent
	l.sent = nil
	return sent
}

// deliver hands in messages one after the other, each after the time that it
// waits, and comes back when all is done. Where several come at once somebody
// else has the chat, who gives it back at the end, or is gone: the sweep finds
// them all waiting.
func (l *lane) deliver(chat seal.Chat, group []delivery, gone bool, bad ...bot.Outcome) error {
	ctx := context.Background()
	l.mu.Lock()
	l.fails = bad
	l.mu.Unlock()
	if len(group) == 1 {
		l.pass(group[0].wait)
		err := l.bot.Accept(ctx, group[0].in)
		l.bot.Idle()
		for range 20 * len(bad) { // each failure is tried again when its time has come
			if len(l.waiting()) == 0 {
				break
			}
			l.pass(3 * time.Second)
			l.bot.Sweep(ctx)
			l.bot.Idle()
		}
		return err
	}
	grip, free, err := l.sessions.Claim(ctx, chat, "another")
	if err != nil || !free {
		return fmt.Errorf("the chat is not free before a burst: %v, %w", free, err)
	}
	for _, d := range group {
		l.pass(d.wait)
		if err := l.bot.Accept(ctx, d.in); err != nil {
			return err
		}
	}
	l.pass(50 * time.Millisecond)
	if gone {
		l.pass(l.sessions.Lease() + time.Second)
	} else if err := l.sessions.Release(ctx, grip); err != nil {
		return err
	}
	l.bot.Sweep(ctx)
	l.bot.Idle()
	return nil
}

// delivery is one message on its way.
type delivery struct {
	in   bot.Inbound
	wait time.Duration
}

// settle brings to Postgres what waits.
func (l *lane) settle() { l.bot.WriteBehind(context.Background()) }

// waiting lists what is left to do for any chat; there should be nothing.
func (l *lane) waiting() []string {
	var left []string
	for _, key := range l.mini.Keys() {
		kind := key[slices.Index([]byte(key), '}')+1:]
		if len(kind) > 2 && (kind[:3] == ":m:" || kind[:3] == ":o:" || kind == ":due") {
			left = append(left, kind)
		}
	}
	return left
}
