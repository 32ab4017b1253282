package telegram

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"mboka/bot"
	tt "mboka/bot/telegram/telegramtest"
)

// poll runs Poll until the returned stop, which waits and gives its error.
func poll(t *testing.T, c *Channel, accept bot.Accept, guard Guard) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.Poll(ctx, accept, guard) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() { _ = stop() })
	return stop
}

func TestPollTakesEverythingInOrder(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv)
	var want []string
	for i := range 250 { // more than two batches
		want = append(want, strconv.Itoa(i))
		srv.Text(42, strconv.Itoa(i))
	}
	box := newMailbox()
	stop := poll(t, c, box.accept, nil)
	if got := texts(box.wait(t, 250)); got != strings.Join(want, " ") {
		t.Errorf("taken %q", got)
	}
	srv.Text(42, "encore") // wakes the poll up
	if got := box.wait(t, 251)[250]; got.Text != "encore" {
		t.Errorf("taken %+v", got)
	}
	srv.WaitDelivered()
	if err := stop(); err != nil {
		t.Errorf("poll ended with %v", err)
	}
	if box.tries != 251 {
		t.Errorf("accept was called %d times, want 251", box.tries)
	}
	call := srv.Calls("getUpdates")[0].Params
	if call["timeout"] != "50" || call["limit"] != "100" || call["offset"] != "0" ||
		call["allowed_updates"] != `["message","edited_message","callback_query","my_chat_member"]` {
		t.Errorf("asked with %v", call)
	}
}

func TestPollAnswersTaps(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv)
	box := newMailbox()
	poll(t, c, box.accept, nil)
	srv.Open(42, "fr")
	if _, err := c.Send(t.Context(), "42", bot.Message{Text: "?", Layout: bot.Buttons, Choices: choices("Oui")}); err != nil {
		t.Fatal(err)
	}
	query := srv.Tap(42, "Oui")
	box.wait(t, 1)
	if got := srv.WaitCalls("answerCallbackQuery", 1)[0].Params["callback_query_id"]; got != query {
		t.Errorf("answered %q, want %q", got, query)
	}
}

func TestPollTriesTheSameUpdateAgain(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv)
	for _, word := range []string{"un", "deux", "trois"} {
		srv.Text(42, word)
	}
	var tried []string
	box := newMailbox()
	box.refuse = func(try int, in bot.Inbound) error {
		tried = append(tried, in.Text)
		if in.Text == "deux" && try < 5 {
			return errors.New("the store is away")
		}
		return nil
	}
	stop := poll(t, c, box.accept, nil)
	if got := texts(box.wait(t, 3)); got != "un deux trois" {
		t.Errorf("taken %q", got)
	}
	srv.WaitDelivered()
	_ = stop()
	if got := strings.Join(tried, " "); got != "un deux deux deux deux trois" {
		t.Errorf("tried %q", got)
	}
}

// The process ends in the middle of a batch: what was not accepted comes again,
// and nothing is confirmed that was not.
func TestPollAfterACrash(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	for _, word := range []string{"un", "deux", "trois"} {
		srv.Text(42, word)
	}
	box := newMailbox()
	reached := make(chan struct{}, 1)
	box.refuse = func(_ int, in bot.Inbound) error {
		if in.Text == "deux" {
			select {
			case reached <- struct{}{}:
			default:
			}
			return errors.New("killed")
		}
		return nil
	}
	stop := poll(t, open(t, srv), box.accept, nil)
	<-reached
	if err := stop(); err != nil {
		t.Errorf("poll ended with %v", err)
	}
	if got := srv.Pending(); got != 3 {
		t.Errorf("%d updates wait, want all 3", got)
	}
	box.mu.Lock()
	box.refuse = nil
	box.mu.Unlock()
	poll(t, open(t, srv), box.accept, nil)
	if got := texts(box.wait(t, 3)); got != "un deux trois" {
		t.Errorf("taken %q", got)
	}
}

func TestPollRemovesTheWebhookAndKeepsWhatWaits(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv)
	if err := c.Register(t.Context(), "http://127.0.0.1:1", testSecret); err != nil {
		t.Fatal(err)
	}
	srv.Text(42, "bonjour")
	box := newMailbox()
	poll(t, c, box.accept, nil)
	if got := box.wait(t, 1)[0].Text; got != "bonjour" {
		t.Errorf("taken %q", got)
	}
	if drop, said := srv.Calls("deleteWebhook")[0].Params["drop_pending_updates"]; said && drop != "false" {
		t.Errorf("drop_pending_updates is %q", drop)
	}
}

func TestPollSurvives(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	out := &logs{}
	c := open(t, srv, func(o *Options) { o.Logger = out.logger() })
	srv.Fail("deleteWebhook", tt.Restarting(), tt.BadGateway(), tt.Fault{Drop: true})
	srv.Fail("getUpdates", tt.BadGateway(), tt.Restarting(), tt.Fault{Drop: true},
		tt.Refuse(409, "Conflict: terminated by other getUpdates request"), tt.Refuse(409, "Conflict"))
	box := newMailbox()
	poll(t, c, box.accept, nil)
	srv.Text(42, "enfin")
	if got := box.wait(t, 1)[0].Text; got != "enfin" {
		t.Errorf("taken %q", got)
	}
	text := out.String()
	if waits, on := strings.Count(text, "polling waits"), strings.Count(text, "polling goes on"); waits != 2 || on != 2 {
		t.Errorf("%d and %d log lines, want one pair for each row of failures:\n%s", waits, on, text)
	}
}

func TestPollTellsAConflictOnce(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	out := &logs{}
	c := open(t, srv, func(o *Options) { o.Logger = out.logger() })
	srv.Fail("getUpdates", tt.Refuse(409, "Conflict"), tt.Refuse(409, "Conflict"), tt.Refuse(409, "Conflict"))
	poll(t, c, newMailbox().accept, nil)
	srv.WaitCalls("getUpdates", 4)
	if got := strings.Count(out.String(), "another program reads this bot's updates"); got != 1 {
		t.Errorf("%d lines:\n%s", got, out)
	}
}

func TestPollEndsForABadToken(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	for name, change := range map[string]func(*Options){
		"401": func(o *Options) { o.Token = "123456:AAsecretother" },
		"404": func(o *Options) { o.APIURL = srv.URL + "/elsewhere" },
	} {
		err := open(t, srv, change).Poll(t.Context(), newMailbox().accept, nil)
		if !errors.Is(err, errToken) || strings.Contains(err.Error(), "AAsecret") {
			t.Errorf("%s: ended with %v", name, err)
		}
	}
	srv.Fail("getUpdates", tt.Refuse(401, "Unauthorized")) // revoked while running
	if err := open(t, srv).Poll(t.Context(), newMailbox().accept, nil); !errors.Is(err, errToken) {
		t.Errorf("revoked: ended with %v", err)
	}
}

// Garbage in a batch is passed over, and does not hold up what follows.
func TestPollPassesOverWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv)
	srv.Push(`{"update_id":%d,"message":[]}`)
	srv.Push(`{"update_id":%d,"message":{"chat":{"id":-1,"type":"group"},"text":"x"}}`)
	srv.Push(`{"hologram":true,"update_id":%d}`)
	srv.Text(42, "bonjour")
	box := newMailbox()
	poll(t, c, box.accept, nil)
	if got := box.wait(t, 1); len(got) != 1 || got[0].Text != "bonjour" {
		t.Errorf("taken %+v", got)
	}
	srv.WaitDelivered()
	if got := c.Counts(); got.Undecodable != 1 || got.Ignored != 2 {
		t.Errorf("counts %+v", got)
	}
}

// An empty answer confirms everything before it; ids may start anew below.
func TestPollForgetsTheOffsetWhenNothingWaits(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv, func(o *Options) { o.PollTimeout = time.Millisecond }) // whole seconds: none
	srv.Text(42, "bonjour")
	poll(t, c, newMailbox().accept, nil)
	calls := srv.WaitCalls("getUpdates", 3)
	if calls[0].Params["offset"] != "0" || calls[1].Params["offset"] == "0" || calls[2].Params["offset"] != "0" {
		t.Errorf("offsets %s, %s, %s", calls[0].Params["offset"], calls[1].Params["offset"], calls[2].Params["offset"])
	}
}

// turns is a guard for several pollers of one test.
type turns struct {
	free chan struct{}
	mu   sync.Mutex
	now  int
	most int
	lose context.CancelFunc
}

func newTurns() *turns {
	g := &turns{free: make(chan struct{}, 1)}
	g.free <- struct{}{}
	return g
}

func (g *turns) guard(ctx context.Context) (context.Context, func(), error) {
	select {
	case <-g.free:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	held, lose := context.WithCancel(ctx)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.now++
	g.most = max(g.most, g.now)
	g.lose = lose
	return held, func() {
		lose()
		g.mu.Lock()
		g.now--
		g.mu.Unlock()
		g.free <- struct{}{}
	}, nil
}

func TestPollOneReplicaAtATime(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	box, g := newMailbox(), newTurns()
	first := poll(t, open(t, srv), box.accept, g.guard)
	second := poll(t, open(t, srv), box.accept, g.guard)
	for i := range 6 {
		srv.Text(42, strconv.Itoa(i))
		box.wait(t, i+1)
		g.mu.Lock()
		g.lose() // the lock expires; either may take it next
		g.mu.Unlock()
	}
	if got := texts(box.wait(t, 6)); got != "0 1 2 3 4 5" {
		t.Errorf("taken %q", got)
	}
	if err := errors.Join(first(), second()); err != nil {
		t.Error(err)
	}
	if g.most != 1 || g.now != 0 {
		t.Errorf("%d polled at once, %d still do", g.most, g.now)
	}
}

func TestPollWaitsForTheGuard(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv)
	tries := 0
	box := newMailbox()
	stop := poll(t, c, box.accept, func(ctx context.Context) (context.Context, func(), error) {
		if tries++; tries < 4 {
			return nil, nil, errors.New("Redis is away")
		}
		return ctx, func() {}, nil
	})
	srv.Text(42, "bonjour")
	box.wait(t, 1)
	if err := stop(); err != nil || tries != 4 {
		t.Errorf("%d tries, ended with %v", tries, err)
	}
}
