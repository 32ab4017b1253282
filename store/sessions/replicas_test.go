package sessions_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"mboka/store/sessions"
	"mboka/store/storetest"
)

// town is a few chats and several replicas that serve them. The session of a
// chat counts its turns, so that a lost update shows.
type town struct {
	*fixture
	chats  []sessions.Chat
	each   int              // messages a chat sends
	alone  bool             // leases are so long that two holders would be a mistake
	slips  func() bool      // whether a holder vanishes here
	failed func(error) bool // whether an error is expected, and the call may be repeated

	mu      sync.Mutex
	sent    map[sessions.Chat][]sending
	holding map[sessions.Chat]int64 // fence at work
	repeats int                     // replies whose fate was unknown
}

// sending is a reply given to the platform, and by whom.
type sending struct {
	fence int64
	id    string
}

func newTown(f *fixture, chats, each int) *town {
	tn := &town{
		fixture: f, each: each,
		slips:  func() bool { return false },
		failed: func(error) bool { return false },
		sent:   map[sessions.Chat][]sending{}, holding: map[sessions.Chat]int64{},
	}
	for i := range chats {
		tn.chats = append(tn.chats, chat(byte(i)))
	}
	return tn
}

// again makes a call until it is answered. It returns false when the lease was
// lost.
func (tn *town) again(what string, call func() error) bool {
	for {
		err := call()
		switch {
		case err == nil:
			return true
		case errors.Is(err, sessions.ErrLost):
			return false
		case !tn.failed(err):
			tn.t.Errorf("%s: %v", what, err)
			return false
		}
	}
}

// person sends the messages of one chat, each of them several times, and has
// whoever got the lease work.
func (tn *town) person(c sessions.Chat, holders []sessions.Holder) {
	for i := range tn.each {
		id := fmt.Sprintf("m%03d", i)
		for copies := range 2 {
			holder := holders[rand.IntN(len(holders))]
			token := fmt.Sprint(id, "/", copies)
			var a sessions.Accepted
			ok := tn.again("accept", func() (err error) {
				a, err = tn.Accept(tn.ctx, c, id, token, []byte(id), holder)
				return err
			})
			if ok && a.Grip != nil {
				tn.work(a.Grip)
			}
		}
	}
}

// work serves a chat until the lease is given back, lost, or dropped.
func (tn *town) work(g *sessions.Grip) {
	tn.enter(g)
	defer tn.leave(g)
	session, send, head := g.Session, g.Send, g.Head
	for {
		if tn.slips() {
			return
		}
		var next sessions.Saved
		var ok bool
		switch {
		case send != nil:
			next, ok = tn.deliver(g, send)
		case head != nil:
			turns, _ := strconv.Atoi(string(session))
			session = []byte(strconv.Itoa(turns + 1))
			next, ok = tn.turn(g, head, session)
		default:
			ok = false
			if err := tn.Release(tn.ctx, g); err != nil && !tn.failed(err) {
				tn.t.Errorf("release: %v", err)
			}
		}
		if !ok || next.Released {
			return
		}
		send, head = next.Send, next.Next
	}
}

func (tn *town) turn(g *sessions.Grip, in *sessions.Message, session []byte) (saved sessions.Saved, ok bool) {
	r := sessions.SaveRequest{
		Token: fmt.Sprint(in.ID, "@", g.Fence), Done: in.ID, Session: session,
		Replies: replies(in.ID+".a", in.ID+".b"), Journal: [][]byte{[]byte(in.ID)},
	}
	ok = tn.again("save", func() (err error) {
		saved, err = tn.Save(tn.ctx, g, r)
		return err
	})
	return saved, ok
}

func (tn *town) deliver(g *sessions.Grip, r *sessions.Reply) (settled sessions.Settled, ok bool) {
	o := sessions.Outcome{ReplyID: r.ID, Attempt: r.Attempt, State: sessions.Sent}
	if r.State == sessions.Unknown {
		o.State = sessions.Retry
	}
	tn.mu.Lock()
	if r.State == sessions.Unknown {
		tn.repeats++
	} else {
		tn.sent[g.Chat] = append(tn.sent[g.Chat], sending{g.Fence, r.ID})
	}
	tn.mu.Unlock()
	ok = tn.again("settle", func() (err error) {
		settled, err = tn.Settle(tn.ctx, g, o)
		return err
	})
	return settled, ok
}

func (tn *town) enter(g *sessions.Grip) {
	tn.mu.Lock()
	defer tn.mu.Unlock()
	if other := tn.holding[g.Chat]; other != 0 && tn.alone {
		tn.t.Errorf("fences %d and %d hold a chat at once", other, g.Fence)
	}
	tn.holding[g.Chat] = g.Fence
}

func (tn *town) leave(g *sessions.Grip) {
	tn.mu.Lock()
	defer tn.mu.Unlock()
	delete(tn.holding, g.Chat)
}

// sweep serves what is due until the context ends.
func (tn *town) sweep(ctx context.Context, holder sessions.Holder) {
	for ctx.Err() == nil {
		due, err := tn.Due(tn.ctx, 10)
		if err != nil && !tn.failed(err) {
			tn.t.Errorf("due: %v", err)
			return
		}
		for _, c := range due {
			g, ok, err := tn.Claim(tn.ctx, c, holder)
			if err != nil && !tn.failed(err) {
				tn.t.Errorf("claim: %v", err)
				return
			}
			if ok {
				tn.work(g)
			}
		}
	}
}

// live lets all people write and all replicas sweep, until nothing is left.
func (tn *town) live() {
	holders := []sessions.Holder{"replica 1", "replica 2", "replica 3"}
	var people, sweepers sync.WaitGroup
	ctx, stop := context.WithCancel(tn.ctx)
	defer stop()
	for _, h := range holders[1:] {
		sweepers.Go(func() { tn.sweep(ctx, h) })
	}
	for _, c := range tn.chats {
		people.Go(func() { tn.person(c, holders) })
	}
	people.Wait()
	tn.eventually(tn.idle)
	stop()
	sweepers.Wait()
}

// idle tells whether no chat has a message, a reply or a holder.
func (tn *town) idle() bool {
	for _, c := range tn.chats {
		n, err := tn.client.Exists(tn.ctx, tn.key("m", c), tn.key("o", c)).Result()
		if err != nil || n > 0 {
			return false
		}
		if err := tn.client.ZScore(tn.ctx, tn.key("due", c), c.String()).Err(); !errors.Is(err, redis.Nil) {
			return false
		}
	}
	return true
}

// reckon checks that every message had one turn and its replies, in order.
func (tn *town) reckon() {
	tn.t.Helper()
	var want, wantSent []string
	for i := range tn.each {
		id := fmt.Sprintf("m%03d", i)
		want = append(want, id)
		wantSent = append(wantSent, id+".a", id+".b")
	}
	for _, c := range tn.chats {
		if got := tn.client.Get(tn.ctx, tn.key("s", c)).Val(); got != strconv.Itoa(tn.each) {
			tn.t.Errorf("chat %s had %s turns, want %d", c, got, tn.each)
		}
		entries, err := tn.Journal(tn.ctx, c, 10*tn.each)
		if err != nil {
			tn.t.Fatal(err)
		}
		same(tn.t, "turns, by the journal", sealedOf(entries), want)
		// A holder that is late does not know that its lease has ended, and may
		// send once more what the next one has sent: by fences they are in order.
		slices.SortStableFunc(tn.sent[c], func(a, b sending) int { return cmp.Compare(a.fence, b.fence) })
		var sent []string
		for _, s := range tn.sent[c] {
			sent = append(sent, s.id)
		}
		same(tn.t, "replies", slices.Compact(slices.Clone(sent)), wantSent)
		if n := len(sent) - len(wantSent); n > 0 && tn.repeats == 0 {
			tn.t.Errorf("chat %s got %d replies twice and nobody was in doubt", c, n)
		}
	}
}

func TestReplicasShareTheWork(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{Lease: time.Minute}, func(t *testing.T, f *fixture) {
		tn := newTown(f, 3, 20)
		tn.alone = true
		tn.live()
		tn.reckon()
		if tn.repeats > 0 {
			t.Errorf("%d replies in doubt, want none: nobody vanished", tn.repeats)
		}
	})
}

func TestReplicasVanish(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{Lease: 50 * time.Millisecond}, func(t *testing.T, f *fixture) {
		tn := newTown(f, 3, 20)
		tn.slips = func() bool { return rand.IntN(10) == 0 }
		tn.live()
		tn.reckon()
	})
}

// TestRedisIsKilled: what was accepted is there when Redis comes back, and a
// call that was cut off is made again with its token.
func TestRedisIsKilled(t *testing.T) {
	t.Parallel()
	server := storetest.RedisServer(t)
	tn := newTown(newFixture(t, server.Client(), sessions.Options{Lease: 200 * time.Millisecond}), 3, 60)
	tn.failed = func(err error) bool {
		return !errors.Is(err, sessions.ErrNotOldest) && !errors.Is(err, sessions.ErrMailboxFull) && tn.ctx.Err() == nil
	}
	lived := make(chan struct{})
	go func() {
		defer close(lived)
		tn.live()
	}()
	watch := server.Client()
	for round := range 3 {
		tn.eventually(func() bool {
			n, _ := strconv.Atoi(watch.Get(tn.ctx, tn.key("s", tn.chats[0])).Val())
			return n > 15*round
		})
		server.Kill9()
		server.Restart()
	}
	<-lived
	tn.reckon()
}
