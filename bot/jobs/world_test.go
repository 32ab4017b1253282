package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"mboka/bot"
	"mboka/bot/effects"
	"mboka/bot/jobs"
	"mboka/flows"
	"mboka/flows/flowstest"
	"mboka/flows/registration"
	"mboka/store"
	"mboka/store/limits"
	"mboka/store/seal"
	"mboka/store/sessions"
	"mboka/store/storetest"
)

// begin is the first day of the simulated world, long ago, so that the real
// clock of Redis is after all of it.
var begin = time.Date(2021, 1, 1, 12, 0, 0, 0, time.UTC)

// world is a service over real stores whose years go by as the test says.
type world struct {
	t        *testing.T
	db       *store.DB
	raw      *pgxpool.Pool
	sessions *sessions.Store
	bot      *bot.Bot
	jobs     *jobs.Jobs
	cfg      jobs.Config
	clock    atomic.Int64

	mu      sync.Mutex
	blocked map[string]bool // addresses
	// approved: there is an approved text for every notice.
	approved bool
	got      map[string][]bot.Message
}

// line is a platform of the world.
type line struct {
	w    *world
	name string
	caps bot.Capabilities
}

func (l line) Name() string                   { return l.name }
func (l line) Capabilities() bot.Capabilities { return l.caps }

func (l line) Send(_ context.Context, address string, m bot.Message) (bot.Receipt, error) {
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	if l.w.blocked[address] {
		return bot.Receipt{}, &bot.SendError{Outcome: bot.Gone, Code: "403", Err: errors.New("blocked")}
	}
	if m.Outside && !l.w.approved {
		return bot.Receipt{}, &bot.SendError{Outcome: bot.OutsideWindow, Code: "no_template", Err: errors.New("no approved text")}
	}
	l.w.got[address] = append(l.w.got[address], m)
	return bot.Receipt{ProviderID: fmt.Sprint(len(l.w.got[address]))}, nil
}

func newWorld(t *testing.T, change func(*jobs.Config)) *world {
	t.Helper()
	url := storetest.PostgresURL(t)
	db, err := store.Open(t.Context(), url, storetest.Keys(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	raw, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(raw.Close)
	client := storetest.Redis(t)
	w := &world{t: t, db: db, raw: raw, blocked: map[string]bool{}, got: map[string][]bot.Message{}}
	w.clock.Store(begin.UnixMicro())
	w.sessions = sessions.New(client, sessions.Options{Prefix: storetest.Prefix(t), Lease: 2 * time.Second})
	records := effects.Records{DB: db, Keys: db.Keys()}
	policy := store.NewSettings(db, time.Now).Policy
	w.bot, err = bot.New(bot.Config{
		Flows:    flowstest.All(),
		Channels: []bot.Channel{line{w, "telegram", bot.TelegramCapabilities}, line{w, "whatsapp", bot.WhatsAppCapabilities}},
		Sessions: w.sessions, Store: db, Keys: db.Keys(), Policy: policy, Record: records.Record, Facts: flowstest.Answering(records.Facts(), noFact),
		Effects: records.All(), Begins: registration.ID + "." + registration.Adult, Tick: 20 * time.Millisecond,
		Holds:   limits.NewHolds(client, storetest.Prefix(t), time.Now, "telegram", "whatsapp"),
		Noticed: jobs.Noticed(db, w.now),
	}, "holder-"+storetest.Prefix(t))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.bot.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	w.cfg = jobs.Config{
		Store: db, Sessions: w.sessions, Bot: w.bot, Policy: policy, Clock: w.now, Logger: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&w.cfg)
	}
	w.jobs = jobs.New(w.cfg)
	return w
}

func (w *world) now() time.Time { return time.UnixMicro(w.clock.Load()).UTC() }

func (w *world) set(at time.Time) { w.clock.Store(at.UnixMicro()) }

func (w *world) chat(channel, address string) seal.Chat { return w.db.Keys().Chat(channel, address) }

// member puts somebody on record with their chats, "channel address" each, in
// Brussels, registered unless told otherwise. They wrote today.
func (w *world) member(registered bool, chats ...string) uuid.UUID {
	w.t.Helper()
	id := uuid.New()
	w.write(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.CreateMember(ctx, store.Member{ID: id, Language: "fr", CreatedAt: w.now()}); err != nil {
			return err
		}
		for _, c := range chats {
			channel, address := split(c)
			if err := tx.PutAddress(ctx, store.Address{Chat: w.chat(channel, address), MemberID: id, Channel: channel, Address: address,
				CreatedAt: w.now(), LastInboundAt: w.now(), LastMessageID: "m0"}); err != nil {
				return err
			}
		}
		if !registered {
			return nil
		}
		if err := tx.RegisterMember(ctx, id, fmt.Sprintf("N%X", id[:4]), w.now()); err != nil {
			return err
		}
		return tx.PutAnswers(ctx, id, w.now(), []store.Answer{{Step: "country_residence", Codes: []string{"BE"}}})
	})
	return id
}

func split(chat string) (channel, address string) {
	_, _ = fmt.Sscan(chat, &channel, &address)
	return channel, address
}

func (w *world) write(do func(context.Context, *store.Tx) error) {
	w.t.Helper()
	if err := w.db.Write(w.t.Context(), func(tx *store.Tx) error { return do(w.t.Context(), tx) }); err != nil {
		w.t.Fatal(err)
	}
}

// wrote lets somebody write in a chat, now.
func (w *world) wrote(chat string) {
	w.t.Helper()
	channel, address := split(chat)
	err := w.db.WriteBehind(w.t.Context(), []store.Trace{{Chat: w.chat(channel, address), At: w.now(), MessageID: "m" + w.now().String(), Language: "fr"}})
	if err != nil {
		w.t.Fatal(err)
	}
}

// block is what a person does to us on Telegram, which tells when they take it
// back.
func (w *world) block(address string, blocked bool) {
	w.t.Helper()
	w.mu.Lock()
	w.blocked[address] = blocked
	w.mu.Unlock()
	if blocked {
		return
	}
	if err := w.bot.Accept(w.t.Context(), bot.Inbound{Channel: "telegram", Address: address, ID: "unblock" + w.now().String(), Kind: bot.Unblocked}); err != nil {
		w.t.Fatal(err)
	}
}

// messages are what an address has got.
func (w *world) messages(address string) []bot.Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]bot.Message(nil), w.got[address]...)
}

func (w *world) count(sql string, args ...any) int {
	w.t.Helper()
	var n int
	if err := w.raw.QueryRow(w.t.Context(), sql, args...).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) alive(id uuid.UUID) bool {
	w.t.Helper()
	return w.count(`SELECT count(*) FROM member WHERE id = $1`, id) == 1
}

// run does a job as the queue would, for the period of now.
func (w *world) run(job string) {
	w.t.Helper()
	if err := w.jobs.Run(w.t.Context(), job, w.now()); err != nil {
		w.t.Fatal(err)
	}
}

// settled waits until it is known what became of each notice.
func (w *world) settled() {
	w.t.Helper()
	w.until("notices are settled", func() bool { return w.count(`SELECT count(*) FROM notice WHERE state = 'queued'`) == 0 })
}

func (w *world) until(what string, ok func() bool) {
	w.t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(20 * time.Second); !ok(); <-ticker.C {
		if time.Now().After(deadline) {
			w.t.Fatalf("waited in vain until %s", what)
		}
	}
}

// noFact looks nothing up.
func noFact(context.Context, bot.Looking) (flows.Fact, error) { return flows.Fact{}, nil }
