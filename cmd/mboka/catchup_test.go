package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/bot/whatsapp"
	"mboka/bot/whatsapp/twiliotest"
	"mboka/store"
	"mboka/store/sessions"
	"mboka/store/storetest"
)

// quickTempo passes again and again; the clock goes ahead by skip.
func quickTempo(skip *atomic.Int64) tempo {
	return tempo{
		catchUp: 30 * time.Millisecond, purge: 30 * time.Millisecond, clear: 30 * time.Millisecond, templates: time.Minute, contacts: time.Minute,
		clock: func() time.Time { return time.Now().Add(time.Duration(skip.Load())) },
	}
}

// logged counts the log lines that hold a text.
func (s *testService) logged(text string) int {
	n := 0
	for _, line := range s.logLines() {
		if strings.Contains(line, text) {
			n++
		}
	}
	return n
}

// passes waits for n more complete passes of a chore.
func (s *testService) passes(t *testing.T, name string, n int) {
	t.Helper()
	line := `"msg":"` + name + `"`
	want := s.logged(line) + n
	poll(t, name, func() bool { return s.logged(line) >= want })
}

// TestSilence loses the webhooks of many people: their messages are found in
// Twilio's list and answered once each, and Twilio's copies are gone in the
// end.
func TestSilence(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	metrics := freeAddress(t)
	s.vars = append(s.vars, "MBOKA_METRICS_LISTEN="+metrics)
	var skip atomic.Int64
	s.tempo = quickTempo(&skip)
	setupWhatsApp(t, s)
	s.start()

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var people []string
	for i := range 12 {
		people = append(people, fmt.Sprintf("whatsapp:+3247%07d", 1100+i))
	}
	s.twilio.Text(people[0], "mbote")
	s.twilio.Wait(ctx, people[0], 1)
	s.passes(t, "whatsapp catch-up", 2)

	s.twilio.Silence(true)
	for _, address := range people[1:] {
		if status := s.twilio.Text(address, "mbote"); status != 0 {
			t.Fatalf("a webhook answered %d in the silence", status)
		}
	}
	s.twilio.Tap(people[0], "Français") // comes as its label
	voice := "whatsapp:+32470009999"
	s.twilio.Post(voice, url.Values{"NumMedia": {"1"}, "MediaContentType0": {"audio/ogg"}})
	s.passes(t, "whatsapp catch-up", 2)
	if n := len(s.twilio.Messages(people[1])); n != 0 {
		t.Errorf("%d answers before the webhook could have been tried again", n)
	}
	skip.Store(int64(time.Minute))
	want := map[string]int{voice: 1}
	for _, address := range people {
		want[address] = 1
	}
	want[people[0]] = 2
	for address, n := range want {
		s.twilio.Wait(ctx, address, n)
	}
	s.twilio.Silence(false)
	s.twilio.Text(people[1], "français")
	want[people[1]]++
	s.twilio.Wait(ctx, people[1], 2)
	s.passes(t, "whatsapp catch-up", 3)
	for address, n := range want {
		if got := len(s.twilio.Messages(address)); got != n {
			t.Errorf("one person has %d answers, not %d", got, n)
		}
	}
	page := fetch(t, "http://"+metrics+"/metrics")
	for _, line := range []string{`mboka_messages_caught_up_total{channel="whatsapp"} 13`, "mboka_messages_duplicate_total 0"} {
		if !strings.Contains(page, line+"\n") {
			t.Errorf("the metrics do not say %s", line)
		}
	}

	s.twilio.Settle(ctx)
	skip.Store(int64(49 * time.Hour))
	poll(t, "Twilio's copies to be deleted", func() bool { return s.twilio.Kept() == 0 })
	if n := len(s.twilio.Messages(people[0])); n != 2 {
		t.Errorf("%d messages on a phone after the purge", n)
	}
	for _, line := range s.logLines() {
		if strings.Contains(line, "+3247") || strings.Contains(line, `"level":"ERROR"`) {
			t.Errorf("in the log: %s", line)
		}
	}
}

// list is a catch-up of its own between a fake Twilio and real stores; it
// remembers what was new.
type list struct {
	*catchUp
	t      *testing.T
	twilio *twiliotest.Server
	stores *stores
	now    time.Time
	seen   map[string]bool
	fresh  []string
	fail   map[string]error // by text
}

func newList(t *testing.T) *list {
	t.Helper()
	server := storetest.RedisServer(t)
	keys := storetest.Keys(t)
	s, err := openStores(t.Context(), storetest.PostgresURL(t), server.URL(), keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	l := &list{
		t: t, twilio: twiliotest.NewServer(t, testAccount, testAuth), stores: s,
		now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), seen: map[string]bool{}, fail: map[string]error{},
	}
	l.twilio.Silence(true)
	l.restart()
	return l
}

// restart is a new process over the same stores.
func (l *list) restart() {
	channel, err := whatsapp.New(whatsapp.Options{
		AccountSID: testAccount, AuthToken: testAuth, From: twiliotest.From, APIURL: l.twilio.URL,
		PublicURL: "https://bot.example.org", Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		l.t.Fatal(err)
	}
	l.catchUp = &catchUp{
		channel: channel, take: l.accept, known: l.known, sessions: l.stores.sessions, db: l.stores.db, keys: l.stores.keys,
		log: slog.New(slog.DiscardHandler), clock: func() time.Time { return l.now },
	}
	if err := l.look(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
}

func (l *list) known(_ context.Context, in bot.Inbound) (bool, error) { return l.seen[in.ID], nil }

func (l *list) accept(_ context.Context, in bot.Inbound) (bool, error) {
	if err := l.fail[in.Text]; err != nil {
		return false, err
	}
	if !in.Late {
		l.t.Errorf("%q is not marked late", in.Text)
	}
	isNew := !l.seen[in.ID]
	l.seen[in.ID] = true
	if isNew {
		text := in.Text
		if in.Overtaken {
			text += " (overtaken)"
		}
		l.fresh = append(l.fresh, text)
	}
	return isNew, nil
}

// write has a person write some time ago.
func (l *list) write(n int, text string, ago time.Duration) {
	at := l.now.Add(-ago)
	l.twilio.SetClock(func() time.Time { return at })
	l.twilio.Text(fmt.Sprintf("whatsapp:+3247%07d", n), text)
}

// ids are those of the messages in Twilio's list, by their texts.
func (l *list) ids() map[string]string {
	ids := map[string]string{}
	err := l.channel.Inbound(l.t.Context(), l.now.Add(-window), func(in bot.Inbound) error {
		ids[in.Text] = in.ID
		return nil
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return ids
}

// pass makes one pass and compares what was new.
func (l *list) pass(wrong bool, want ...string) {
	l.t.Helper()
	l.fresh = nil
	err := l.catchUp.pass(l.t.Context())
	if (err != nil) != wrong {
		l.t.Errorf("pass: %v", err)
	}
	if !slices.Equal(l.fresh, want) {
		l.t.Errorf("new are %v, not %v", l.fresh, want)
	}
}

// record puts a person on record whose last message, by its id, was accepted
// some time ago.
func (l *list) record(n int, ago time.Duration, last ...string) {
	l.t.Helper()
	address := fmt.Sprintf("whatsapp:+3247%07d", n)
	err := l.stores.db.Write(l.t.Context(), func(tx *store.Tx) error {
		id := uuid.New()
		if err := tx.CreateMember(l.t.Context(), store.Member{ID: id, Language: "fr", CreatedAt: l.now}); err != nil {
			return err
		}
		return tx.PutAddress(l.t.Context(), store.Address{
			Chat: l.stores.keys.Chat("whatsapp", address), MemberID: id, Channel: "whatsapp", Address: address,
			CreatedAt: l.now, LastInboundAt: l.now.Add(-ago), LastMessageID: strings.Join(last, ""),
		})
	})
	if err != nil {
		l.t.Fatal(err)
	}
}

// Only a complete pass moves the watermark: what could not be accepted is
// listed again, by this process or the next.
func TestCatchUpTriesAgain(t *testing.T) {
	t.Parallel()
	l := newList(t)
	l.write(1, "over a day old", window+time.Second)
	l.write(1, "a", window)
	l.write(2, "b", time.Hour)
	l.write(3, "c", time.Minute)
	l.write(3, "under way", webhookTime-time.Second)
	l.fail["b"] = errors.New("redis is down")
	l.pass(true, "a")
	l.fail["b"] = sessions.ErrMailboxFull
	l.pass(true, "c")
	l.restart()
	delete(l.fail, "b")
	l.pass(false, "b")
	l.pass(false)
	l.now = l.now.Add(webhookTime)
	l.pass(false, "under way")
	l.twilio.FailList(twiliotest.Page(503))
	l.now = l.now.Add(20 * time.Hour)
	l.write(4, "during a long outage", 19*time.Hour)
	l.pass(true)
	l.restart()
	l.pass(false, "during a long outage")
	l.write(5, "listed late", 9*time.Minute)
	l.pass(false, "listed late")
	l.write(5, "too late", 11*time.Minute)
	l.pass(false)
}

// When Redis is lost, a process goes on where its last pass began, and a new
// one at the newest message on record.
func TestCatchUpWithoutRedis(t *testing.T) {
	t.Parallel()
	l := newList(t)
	flush := func() {
		if err := l.stores.redis.FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		clear(l.seen)
	}
	l.write(1, "a", time.Hour)
	l.pass(false, "a")
	flush()
	l.write(2, "b", 30*time.Second)
	l.record(9, 0) // somebody wrote after the loss: the others still count
	l.pass(false, "b")

	flush()
	l.now = l.now.Add(3 * time.Hour)
	l.record(1, 2*time.Hour)
	l.record(2, 2*time.Hour)
	l.write(3, "long answered", 2*time.Hour+2*time.Minute)
	l.write(1, "answered", 2*time.Hour+time.Second)
	l.write(3, "perhaps answered, not on record", 2*time.Hour+time.Second)
	l.write(2, "c", 2*time.Hour-time.Second)
	l.restart()
	l.record(2, 0) // it writes again while the pass begins
	l.write(2, "d", time.Hour)
	l.pass(false, "perhaps answered, not on record", "c", "d")
	l.pass(false)

	// The last message of a chat is known by its id, whenever that was.
	flush()
	l.write(4, "e", 40*time.Second)
	l.write(5, "f", 40*time.Second)
	l.record(4, -time.Second, l.ids()["e"])
	l.pass(false, "f")
}

// TestCatchUpKeepsTheOrder: what tells whether a missed message is still an
// answer is the order of the list and what of it was accepted, never how long we
// took to accept it or how exact a time is. Whoever wrote the same again without
// a reply is told nothing.
func TestCatchUpKeepsTheOrder(t *testing.T) {
	t.Parallel()
	l := newList(t)
	arrives := func(n int, text string, ago time.Duration) {
		l.write(n, text, ago)
		l.seen[l.ids()[text]] = true
	}
	arrives(1, "first", time.Minute)
	l.write(1, "in the same second", time.Minute)
	l.write(2, "lost", 59*time.Second)
	l.write(2, "lost too", 58*time.Second)
	arrives(2, "came through", 57*time.Second)
	l.write(2, "after it", 56*time.Second)
	l.write(3, "before a young one", 55*time.Second)
	l.write(4, "said twice", 54*time.Second)
	arrives(5, "of somebody else", 53*time.Second)
	arrives(3, "young", time.Second)
	arrives(4, "said twice", 42*time.Second)
	l.twilio.FailList(twiliotest.Page(503))
	l.pass(true)
	l.pass(false, "in the same second", "lost (overtaken)", "lost too (overtaken)", "after it", "before a young one (overtaken)")
	l.pass(false)
}
