package sessions_test

import (
	"errors"
	"testing"

	"github.com/redis/go-redis/v9"

	"mboka/store/sessions"
	"mboka/store/storetest"
)

func TestDueListsTheLongestDueFirst(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		if got := f.due(); len(got) != 0 {
			t.Errorf("idle: %v", got)
		}
		// Partitions 255, 7 and 0, due in this order.
		order := []sessions.Chat{chat(255), chat(7), chat(0)}
		for i, c := range order {
			g := f.begin(c, "m1")
			if err := f.Release(f.ctx, g); err != nil {
				t.Fatal(err)
			}
			f.client.ZAdd(f.ctx, f.key("due", c), redis.Z{Score: float64(1000 + i), Member: c.String()})
		}
		f.begin(chat(9), "m1") // held: not due
		same(t, "all", f.due(), order)
		for limit := range 3 {
			got, err := f.Due(f.ctx, limit)
			if err != nil || len(got) != limit {
				t.Fatalf("Due(%d) = %v, %v", limit, got, err)
			}
			if limit > 0 {
				same(t, "limited", got, order[:limit])
			}
		}
		for _, c := range order {
			f.save(f.claim(c, "two"), sessions.SaveRequest{Done: "m1"})
		}
		if got := f.due(); len(got) != 0 {
			t.Errorf("done: %v", got)
		}
	})
}

func TestAStaleDueEntryIsPutRight(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		g := f.begin(chat(1), "m1")
		f.client.ZAdd(f.ctx, f.key("due", chat(1)), redis.Z{Score: 1, Member: chat(1).String()})
		if f.claim(chat(1), "two") != nil {
			t.Fatal("a held chat was claimed")
		}
		if got := f.dueAt(chat(1)); got != g.Until.UnixMilli() {
			t.Errorf("due at %d, want the lease's end %d", got, g.Until.UnixMilli())
		}
	})
}

func TestAForeignIndexEntryIsAnError(t *testing.T) {
	t.Parallel()
	f := newFixture(t, miniClient(t), sessions.Options{})
	f.client.ZAdd(f.ctx, f.key("due", chat(1)), redis.Z{Score: 1, Member: "x"})
	f.client.ZAdd(f.ctx, f.key("dirty", chat(1)), redis.Z{Score: 1, Member: "x"})
	if _, err := f.Due(f.ctx, 1); err == nil {
		t.Error("Due took it")
	}
	if _, err := f.Dirty(f.ctx, 1); err == nil {
		t.Error("Dirty took it")
	}
}

func journalOf(t *testing.T, f *fixture, c sessions.Chat, limit int) []sessions.Entry {
	t.Helper()
	entries, err := f.Journal(f.ctx, c, limit)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func sealedOf(entries []sessions.Entry) []string {
	var out []string
	for _, e := range entries {
		out = append(out, string(e.Sealed))
	}
	return out
}

func dirtyOf(t *testing.T, f *fixture) []sessions.Chat {
	t.Helper()
	chats, err := f.Dirty(f.ctx, 10)
	if err != nil {
		t.Fatal(err)
	}
	return chats
}

func TestJournal(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		g := f.begin(chat(1), "m1")
		f.save(g, sessions.SaveRequest{Journal: [][]byte{[]byte("a\n\x00"), []byte("b")}})
		f.save(g, sessions.SaveRequest{Journal: [][]byte{[]byte("c")}})
		same(t, "dirty", dirtyOf(t, f), []sessions.Chat{chat(1)})

		entries := journalOf(t, f, chat(1), 10)
		same(t, "all", sealedOf(entries), []string{"a\n\x00", "b", "c"})
		same(t, "first", sealedOf(journalOf(t, f, chat(1), 2)), []string{"a\n\x00", "b"})
		if none := journalOf(t, f, chat(1), 0); len(none) != 0 {
			t.Errorf("limit 0: %v", none)
		}
		for i := range entries[1:] {
			if entries[i].Seq >= entries[i+1].Seq {
				t.Errorf("numbers %d, %d", entries[i].Seq, entries[i+1].Seq)
			}
		}

		drop := func(through int64) {
			if err := f.DropJournal(f.ctx, chat(1), through); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			drop(entries[1].Seq)
			same(t, "rest", sealedOf(journalOf(t, f, chat(1), 10)), []string{"c"})
		}
		same(t, "still dirty", dirtyOf(t, f), []sessions.Chat{chat(1)})
		drop(entries[2].Seq)
		same(t, "clean", dirtyOf(t, f), []sessions.Chat{})

		// Another replica had read the same entries and drops them later.
		f.save(g, sessions.SaveRequest{Journal: [][]byte{[]byte("d")}})
		drop(entries[2].Seq)
		same(t, "newer entry", sealedOf(journalOf(t, f, chat(1), 10)), []string{"d"})
		same(t, "dirty again", dirtyOf(t, f), []sessions.Chat{chat(1)})
	})
}

func TestDirtyKeepsItsPlace(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		first := f.begin(chat(200), "m1")
		f.save(first, sessions.SaveRequest{Journal: [][]byte{[]byte("a")}})
		at := f.client.Time(f.ctx).Val().UnixMilli()
		f.eventually(func() bool { return f.client.Time(f.ctx).Val().UnixMilli() > at })
		f.save(f.begin(chat(3), "m1"), sessions.SaveRequest{Journal: [][]byte{[]byte("b")}})
		f.save(first, sessions.SaveRequest{Journal: [][]byte{[]byte("c")}})
		same(t, "order", dirtyOf(t, f), []sessions.Chat{chat(200), chat(3)})
	})
}

func TestABrokenJournalIsAnError(t *testing.T) {
	t.Parallel()
	f := newFixture(t, miniClient(t), sessions.Options{})
	f.client.RPush(f.ctx, f.key("j", chat(1)), "no number")
	if _, err := f.Journal(f.ctx, chat(1), 1); err == nil {
		t.Error("Journal took it")
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	ask := func(t *testing.T, client *redis.Client) sessions.Health {
		t.Helper()
		h, err := sessions.New(client, sessions.Options{}).Health(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	t.Run("with a file", func(t *testing.T) {
		t.Parallel()
		h := ask(t, storetest.RedisServer(t, "--appendfsync", "always").Client())
		if h.Version == "" || h.Fsync != "always" || !h.Durable() {
			t.Errorf("Health = %+v, want durable", h)
		}
	})
	t.Run("without", func(t *testing.T) {
		t.Parallel()
		h := ask(t, storetest.Redis(t))
		if h.AOF != "0" || h.Durable() {
			t.Errorf("Health = %+v, want no append only file", h)
		}
	})
	t.Run("may drop messages", func(t *testing.T) {
		t.Parallel()
		h := ask(t, storetest.RedisServer(t, "--maxmemory-policy", "allkeys-lru").Client())
		if h.Policy != "allkeys-lru" || h.Durable() {
			t.Errorf("Health = %+v, want an unsafe policy", h)
		}
	})
	t.Run("does not tell", func(t *testing.T) {
		t.Parallel()
		if h := ask(t, miniClient(t)); h != (sessions.Health{}) {
			t.Errorf("Health = %+v, want nothing", h)
		}
	})
}

// TestWithoutRedis: every call says so at once, as an error.
func TestWithoutRedis(t *testing.T) {
	t.Parallel()
	f := newFixture(t, redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1, DialerRetries: 1}), sessions.Options{})
	g := &sessions.Grip{Chat: chat(1), Fence: 1}
	calls := map[string]func() error{
		"Accept":      func() error { _, err := f.Accept(f.ctx, chat(1), "m", "t", nil, "one"); return err },
		"Claim":       func() error { _, _, err := f.Claim(f.ctx, chat(1), "one"); return err },
		"Save":        func() error { _, err := f.Save(f.ctx, g, sessions.SaveRequest{Token: "t"}); return err },
		"Settle":      func() error { _, err := f.Settle(f.ctx, g, sessions.Outcome{State: sessions.Sent}); return err },
		"Attempt":     func() error { _, err := f.Attempt(f.ctx, g, &sessions.Message{ID: "m"}); return err },
		"Renew":       func() error { return f.Renew(f.ctx, g) },
		"Release":     func() error { return f.Release(f.ctx, g) },
		"Forget":      func() error { return f.Forget(f.ctx, g) },
		"Due":         func() error { _, err := f.Due(f.ctx, 1); return err },
		"Dirty":       func() error { _, err := f.Dirty(f.ctx, 1); return err },
		"Journal":     func() error { _, err := f.Journal(f.ctx, chat(1), 1); return err },
		"DropJournal": func() error { return f.DropJournal(f.ctx, chat(1), 1) },
		"Ping":        func() error { return f.Ping(f.ctx) },
		"Health":      func() error { _, err := f.Health(f.ctx); return err },
	}
	for name, call := range calls {
		err := call()
		if err == nil || errors.Is(err, sessions.ErrLost) || errors.Is(err, sessions.ErrInvalid) {
			t.Errorf("%s: got error %v, want one about the connection", name, err)
		}
	}
}
