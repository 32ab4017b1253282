package sessions_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mboka/store/sessions"
)

func pickup(n byte) sessions.Pickup {
	return sessions.Pickup{
		Chat: chat(1), ID: sessions.PickupID{n, 31: n}, Cover: []byte("sealed cover"), Keep: time.Minute,
		Parts: map[string][]byte{"csv": []byte("sealed\x00csv\n"), "json": []byte("sealed json")},
	}
}

func (f *fixture) put(p sessions.Pickup) {
	f.t.Helper()
	if err := f.PutPickup(f.ctx, p); err != nil {
		f.t.Fatalf("PutPickup: %v", err)
	}
}

// waits says which parts of a pickup can be taken; "" when there is no pickup.
func (f *fixture) waits(id sessions.PickupID) string {
	f.t.Helper()
	cover, parts, found, err := f.LookPickup(f.ctx, id)
	if err != nil {
		f.t.Fatalf("LookPickup: %v", err)
	}
	if found && string(cover) != "sealed cover" {
		f.t.Errorf("cover %q", cover)
	}
	return strings.Join(append([]string{map[bool]string{true: "cover"}[found]}, parts...), " ")
}

func (f *fixture) takePart(id sessions.PickupID, part string) string {
	f.t.Helper()
	sealed, found, err := f.TakePickup(f.ctx, id, part)
	if err != nil {
		f.t.Fatalf("TakePickup: %v", err)
	}
	if found != (len(sealed) > 0) {
		f.t.Errorf("found %v with %d bytes", found, len(sealed))
	}
	return string(sealed)
}

func TestPickupIsTakenOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		p := pickup(7)
		f.put(p)
		for range 3 { // looking takes nothing
			if got := f.waits(p.ID); got != "cover csv json" {
				t.Fatalf("waits: %q", got)
			}
		}
		if got := f.takePart(p.ID, "csv"); got != "sealed\x00csv\n" {
			t.Errorf("took %q", got)
		}
		if got := f.takePart(p.ID, "csv"); got != "" {
			t.Errorf("taken twice: %q", got)
		}
		if got := f.waits(p.ID); got != "cover json" {
			t.Errorf("waits: %q", got)
		}
		f.put(p) // a turn that is repeated late does not bring it back
		if got := f.waits(p.ID); got != "cover json" {
			t.Errorf("after a repetition: %q", got)
		}
		f.takePart(p.ID, "json")
		if got := f.waits(p.ID); got != "cover" {
			t.Errorf("all taken: %q", got)
		}
		for _, name := range []string{"cover", "taken", "", "CSV", "csv\n", "x"} {
			if got := f.takePart(p.ID, name); got != "" {
				t.Errorf("part %q is %q", name, got)
			}
		}
		if ttl := f.client.PTTL(f.ctx, f.prefix+":{07}:f:"+p.ID.String()).Val(); ttl <= 0 || ttl > time.Minute {
			t.Errorf("what is left lasts %v", ttl)
		}
	})
}

func TestPickupHasOneTaker(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		p := pickup(3)
		f.put(p)
		var taken atomic.Int32
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, found, err := f.TakePickup(f.ctx, p.ID, "json"); err != nil {
					t.Error(err)
				} else if found {
					taken.Add(1)
				}
			})
		}
		all.Wait()
		if n := taken.Load(); n != 1 {
			t.Errorf("%d of 20 took it", n)
		}
	})
}

func TestPickupEnds(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		short := pickup(5)
		short.Keep = 30 * time.Millisecond
		f.put(short)
		f.eventually(func() bool { return f.waits(short.ID) == "" })
		if got := f.takePart(short.ID, "csv"); got != "" {
			t.Errorf("taken after its time: %q", got)
		}
		if f.exists("p", chat(1)) {
			t.Error("the chat still points to it")
		}
	})
}

// A chat has one pickup: a newer one, and forgetting the chat, end it. Another
// chat's stays.
func TestPickupOfAChat(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		first, second, other := pickup(1), pickup(2), pickup(9)
		other.Chat = chat(2)
		f.put(first)
		f.put(other)
		f.put(second)
		if got := f.waits(first.ID); got != "" {
			t.Errorf("the first still waits: %q", got)
		}
		g := f.begin(chat(1), "m1")
		f.expire(chat(1))
		wantErr(t, "forget without the lease", f.Forget(f.ctx, g), sessions.ErrLost)
		if got := f.waits(second.ID); got == "" {
			t.Error("who lost the lease dropped it")
		}
		if g = f.claim(chat(1), "two"); g == nil {
			t.Fatal("not claimed")
		}
		if err := f.Forget(f.ctx, g); err != nil {
			t.Fatal(err)
		}
		if got := f.waits(second.ID); got != "" || f.exists("p", chat(1)) {
			t.Errorf("forgotten, and still there: %q", got)
		}
		if got := f.waits(other.ID); got != "cover csv json" {
			t.Errorf("the other chat's: %q", got)
		}
	})
}

func TestPickupBounds(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		for what, change := range map[string]func(*sessions.Pickup){
			"too large":     func(p *sessions.Pickup) { p.Parts["csv"] = make([]byte, 4<<20) },
			"no cover":      func(p *sessions.Pickup) { p.Cover = nil },
			"no part":       func(p *sessions.Pickup) { p.Parts = nil },
			"for ever":      func(p *sessions.Pickup) { p.Keep = 0 },
			"a part: cover": func(p *sessions.Pickup) { p.Parts["cover"] = []byte("x") },
			"a part: taken": func(p *sessions.Pickup) { p.Parts["taken"] = []byte("x") },
			"a part: A B":   func(p *sessions.Pickup) { p.Parts["A B"] = []byte("x") },
		} {
			p := pickup(4)
			change(&p)
			if err := f.PutPickup(f.ctx, p); !errors.Is(err, sessions.ErrInvalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if got := f.waits(pickup(4).ID); got != "" {
			t.Errorf("waits: %q", got)
		}
		gone, cancel := context.WithCancel(f.ctx)
		cancel()
		if _, _, _, err := f.LookPickup(gone, pickup(4).ID); err == nil {
			t.Error("no error without Redis")
		}
		if _, _, err := f.TakePickup(gone, pickup(4).ID, "csv"); err == nil {
			t.Error("no error without Redis")
		}
	})
}
