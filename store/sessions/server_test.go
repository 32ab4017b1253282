package sessions_test

import (
	"net"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"mboka/store/sessions"
	"mboka/store/storetest"
)

// wholeLife leads a chat through every script.
func wholeLife(t *testing.T, f *fixture) {
	t.Helper()
	g := f.begin(chat(1), "m1")
	f.accept(chat(1), "m2", "two")
	if _, err := f.Attempt(f.ctx, g, g.Head); err != nil {
		t.Fatal(err)
	}
	if err := f.Renew(f.ctx, g); err != nil {
		t.Fatal(err)
	}
	s := f.save(g, sessions.SaveRequest{
		Done: "m1", Session: []byte("s"), Replies: replies("r1", "r2"), Journal: [][]byte{[]byte("j")}, Supersede: true,
	})
	f.settle(g, s.Send, sessions.Sent, 0)
	if err := f.Release(f.ctx, g); err != nil {
		t.Fatal(err)
	}
	same(t, "due", f.due(), []sessions.Chat{chat(1)})
	g = f.claim(chat(1), "two")
	if err := f.DropJournal(f.ctx, chat(1), journalOf(t, f, chat(1), 1)[0].Seq); err != nil {
		t.Fatal(err)
	}
	if err := f.Forget(f.ctx, g); err != nil {
		t.Fatal(err)
	}
	if s := f.save(g, sessions.SaveRequest{Done: "m2"}); !s.Released {
		t.Errorf("last save: %+v, want released", s)
	}
}

// TestCluster: in cluster mode Redis itself refuses a script that touches keys
// of several hash slots.
func TestCluster(t *testing.T) {
	t.Parallel()
	bus, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(bus.Addr().String())
	bus.Close()
	server := storetest.RedisServer(t, "--cluster-enabled", "yes", "--cluster-port", port)
	plain := server.Client()
	f := newFixture(t, plain, sessions.Options{})
	if err := plain.Do(f.ctx, "CLUSTER", "ADDSLOTSRANGE", 0, 16383).Err(); err != nil {
		t.Fatal(err)
	}
	f.eventually(func() bool {
		return strings.Contains(plain.ClusterInfo(f.ctx).Val(), "cluster_state:ok")
	})
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{server.Addr()}, MaxRedirects: -1})
	t.Cleanup(func() { client.Close() })
	f.Store = sessions.New(client, sessions.Options{Prefix: f.prefix})
	wholeLife(t, f)
}

// TestScriptsComeBackAfterTheirCacheIsFlushed as after a restart of Redis.
func TestScriptsComeBackAfterTheirCacheIsFlushed(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.RedisServer(t).Client(), sessions.Options{})
	wholeLife(t, f)
	if err := f.client.ScriptFlush(f.ctx).Err(); err != nil {
		t.Fatal(err)
	}
	f.begin(chat(2), "m1")
}

// TestMemoryFull: a message that cannot be kept is refused whole, and a turn
// that has begun can still end.
func TestMemoryFull(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.RedisServer(t).Client(), sessions.Options{})
	g := f.begin(chat(1), "m1")
	f.client.ConfigSet(f.ctx, "maxmemory", "1")

	_, err := f.Accept(f.ctx, chat(1), "m2", "t", []byte("x"), "one")
	if err == nil || !strings.Contains(err.Error(), "OOM") {
		t.Fatalf("accept: got error %v, want OOM", err)
	}
	s := f.save(g, sessions.SaveRequest{Done: "m1", Session: []byte("s"), Replies: replies("r1")})
	if s := f.settle(g, s.Send, sessions.Sent, 0); !s.Released {
		t.Errorf("settled: %+v, want released", s)
	}
	f.client.ConfigSet(f.ctx, "maxmemory", "0")
	if a := f.accept(chat(1), "m2", "one"); a.Seen || a.Grip == nil || string(a.Grip.Session) != "s" {
		t.Errorf("after it was refused m2 got %+v", a)
	}
}

// TestKeys: nothing but the chat's hash, and every
// key with its partition's hash tag.
func TestKeys(t *testing.T) {
	t.Parallel()
	f := newFixture(t, miniClient(t), sessions.Options{})
	g := f.begin(chat(0xab), "m1")
	f.save(g, sessions.SaveRequest{Session: []byte("s"), Replies: replies("r1"), Journal: [][]byte{[]byte("j")}})
	var got []string
	for _, key := range f.client.Keys(f.ctx, "*").Val() {
		name, found := strings.CutPrefix(key, f.prefix+":{ab}:")
		if !found {
			t.Errorf("key %s has no hash tag", key)
		}
		got = append(got, name)
	}
	c := chat(0xab).String()
	same(t, "keys", got, []string{"d:" + c, "dirty", "due", "j:" + c, "l:" + c, "m:" + c, "o:" + c, "s:" + c})
}
