package sessions_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/redis/go-redis/v9"

	"mboka/store/sessions"
	"mboka/store/storetest"
)

// fixture is a store with keys of its own.
type fixture struct {
	*sessions.Store
	t      testing.TB
	ctx    context.Context
	client *redis.Client
	prefix string
	token  int
}

func newFixture(t testing.TB, client *redis.Client, opt sessions.Options) *fixture {
	t.Helper()
	opt.Prefix = storetest.Prefix(t)
	return &fixture{
		Store: sessions.New(client, opt), t: t, ctx: t.Context(), client: client, prefix: opt.Prefix,
	}
}

// onBoth runs a test on a real Redis and on the in-process one of the
// demonstration.
func onBoth(t *testing.T, opt sessions.Options, test func(t *testing.T, f *fixture)) {
	t.Helper()
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		test(t, newFixture(t, storetest.Redis(t), opt))
	})
	t.Run("miniredis", func(t *testing.T) {
		t.Parallel()
		test(t, newFixture(t, miniClient(t), opt))
	})
}

func miniClient(t testing.TB) *redis.Client {
	t.Helper()
	server := miniredis.RunT(t)
	server.ClockTTL(true)
	client := redis.NewClient(&redis.Options{Addr: server.Addr(), MaxRetries: -1})
	t.Cleanup(func() { client.Close() })
	return client
}

// chat gives the chats of a test names; n is also the partition.
func chat(n byte) sessions.Chat { return sessions.Chat{0: n, 15: n} }

func (f *fixture) key(kind string, c sessions.Chat) string {
	if kind == "due" || kind == "dirty" || kind == "stranded" {
		return fmt.Sprintf("%s:{%02x}:%s", f.prefix, c.Partition(), kind)
	}
	return fmt.Sprintf("%s:{%02x}:%s:%s", f.prefix, c.Partition(), kind, c)
}

func (f *fixture) newToken() string {
	f.token++
	return fmt.Sprintf("token%d", f.token)
}

func (f *fixture) accept(c sessions.Chat, id string, holder sessions.Holder) sessions.Accepted {
	f.t.Helper()
	a, err := f.Accept(f.ctx, c, id, f.newToken(), []byte("sealed "+id), holder)
	if err != nil {
		f.t.Fatalf("Accept(%s): %v", id, err)
	}
	return a
}

// begin accepts a message in an idle chat and returns the grip.
func (f *fixture) begin(c sessions.Chat, id string) *sessions.Grip {
	f.t.Helper()
	a := f.accept(c, id, "one")
	if a.Grip == nil {
		f.t.Fatalf("Accept(%s) did not take the lease", id)
	}
	return a.Grip
}

func (f *fixture) save(g *sessions.Grip, r sessions.SaveRequest) sessions.Saved {
	f.t.Helper()
	if r.Token == "" {
		r.Token = f.newToken()
	}
	s, err := f.Save(f.ctx, g, r)
	if err != nil {
		f.t.Fatalf("Save: %v", err)
	}
	return s
}

func (f *fixture) settle(g *sessions.Grip, r *sessions.Reply, state sessions.State, after time.Duration) sessions.Settled {
	f.t.Helper()
	if r == nil {
		f.t.Fatal("no reply to settle")
	}
	s, err := f.Settle(f.ctx, g, sessions.Outcome{ReplyID: r.ID, Attempt: r.Attempt, State: state, RetryAt: after})
	if err != nil {
		f.t.Fatalf("Settle(%s, %s): %v", r.ID, state, err)
	}
	return s
}

func (f *fixture) claim(c sessions.Chat, holder sessions.Holder) *sessions.Grip {
	f.t.Helper()
	g, ok, err := f.Claim(f.ctx, c, holder)
	if err != nil {
		f.t.Fatalf("Claim: %v", err)
	}
	if !ok {
		return nil
	}
	return g
}

// expire ends the lease of a chat at once, as if its holder had died a while
// ago.
func (f *fixture) expire(c sessions.Chat) {
	f.t.Helper()
	if err := f.client.HSet(f.ctx, f.key("l", c), "ends", 1).Err(); err != nil {
		f.t.Fatal(err)
	}
	if err := f.client.ZAdd(f.ctx, f.key("due", c), redis.Z{Score: 1, Member: c.String()}).Err(); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) due() []sessions.Chat {
	f.t.Helper()
	chats, err := f.Due(f.ctx, 100)
	if err != nil {
		f.t.Fatalf("Due: %v", err)
	}
	return chats
}

// waitDue waits until a chat is due, by the clock of Redis.
func (f *fixture) waitDue(c sessions.Chat) {
	f.t.Helper()
	f.eventually(func() bool {
		for _, d := range f.due() {
			if d == c {
				return true
			}
		}
		return false
	})
}

func (f *fixture) eventually(done func() bool) {
	f.t.Helper()
	deadline := time.Now().Add(60 * time.Second)
	for !done() {
		if time.Now().After(deadline) {
			f.t.Error("it did not happen within 60 s")
			return
		}
	}
}

func (f *fixture) exists(kind string, c sessions.Chat) bool {
	f.t.Helper()
	n, err := f.client.Exists(f.ctx, f.key(kind, c)).Result()
	if err != nil {
		f.t.Fatal(err)
	}
	return n == 1
}

// dueAt is the time in the due index, 0 when the chat is not there.
func (f *fixture) dueAt(c sessions.Chat) int64 {
	f.t.Helper()
	score, err := f.client.ZScore(f.ctx, f.key("due", c), c.String()).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		f.t.Fatal(err)
	}
	return int64(score)
}

func replies(ids ...string) []sessions.Reply {
	var out []sessions.Reply
	for _, id := range ids {
		out = append(out, sessions.Reply{ID: id, Sealed: []byte("sealed " + id)})
	}
	return out
}

func prompt(id string) sessions.Reply {
	return sessions.Reply{ID: id, Sealed: []byte("sealed " + id), Prompt: true}
}

func wantErr(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: got error %v, want %v", what, err, want)
	}
}

// same compares answers, leaving out times, which only Redis knows.
func same(t testing.TB, what string, got, want any) {
	t.Helper()
	opts := cmp.Options{
		cmpopts.IgnoreUnexported(sessions.Grip{}, sessions.Reply{}),
		cmpopts.IgnoreTypes(time.Time{}),
	}
	if diff := cmp.Diff(want, got, opts); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
