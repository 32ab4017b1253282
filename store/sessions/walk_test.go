package sessions_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mboka/store/sessions"
)

// furnish puts something sealed into every kind of key.
func (f *fixture) furnish() (sessions.Chat, *sessions.Grip) {
	f.t.Helper()
	c := chat(1)
	g := f.begin(c, "m1")
	f.accept(c, "m2", "one")
	f.accept(c, "m3", "one")
	f.save(g, sessions.SaveRequest{Done: "m1", Aside: "a fault", Session: []byte("sealed\nsession\x00"),
		Replies: append(replies("r1"), prompt("r2")), Journal: [][]byte{[]byte("sealed\nentry"), []byte("sealed entry 2")}})
	f.put(pickup(7))
	return c, g
}

// sealedPlaces is what furnish has sealed.
func sealedPlaces(c sessions.Chat) []string {
	p := pickup(7).ID.String()
	want := []string{
		"session:" + c.String() + ":", "message:" + c.String() + ":m1", "message:" + c.String() + ":m2", "message:" + c.String() + ":m3",
		"reply:" + c.String() + ":r1", "reply:" + c.String() + ":r2", "entry:" + c.String() + ":", "entry:" + c.String() + ":",
		"pickup:" + p + ":cover", "pickup:" + p + ":csv", "pickup:" + p + ":json",
	}
	slices.Sort(want)
	return want
}

func (f *fixture) walk(visit func(sessions.Place, []byte) ([]byte, error)) sessions.Walked {
	f.t.Helper()
	w, err := f.Walk(f.ctx, visit)
	if err != nil {
		f.t.Fatalf("Walk: %v", err)
	}
	return w
}

// turned is what a visitor makes of a value.
func turned(_ sessions.Place, sealed []byte) ([]byte, error) {
	return bytes.Replace(sealed, []byte("sealed"), []byte("anew\n"), 1), nil
}

func TestWalkChangesEverySealedValue(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		c, g := f.furnish()
		before := f.expiries()
		var seen []string
		w := f.walk(func(p sessions.Place, sealed []byte) ([]byte, error) {
			seen = append(seen, p.String())
			return turned(p, sealed)
		})
		slices.Sort(seen)
		if diff := cmp.Diff(sealedPlaces(c), seen); diff != "" || w.Seen != len(seen) || w.Changed != len(seen) || len(w.Failed) > 0 {
			t.Errorf("%+v: %s", w, diff)
		}
		for key, ms := range f.expiries() {
			if was := before[key]; (was < 0) != (ms < 0) || ms > was || was-ms > time.Minute {
				t.Errorf("%s ended in %v and now in %v", key, was, ms)
			}
		}
		if w := f.walk(turned); w.Changed != 0 || w.Seen != len(seen) {
			t.Errorf("a second time: %+v", w)
		}
		f.reads(c, g)
	})
}

// reads reads everything of furnish back by the ways of the service.
func (f *fixture) reads(c sessions.Chat, g *sessions.Grip) {
	t := f.t
	t.Helper()
	asides, err := f.Asides(f.ctx, 10)
	if err != nil || len(asides) != 1 || string(asides[0].Sealed) != "anew\n m1" || asides[0].ID != "m1" {
		t.Errorf("%+v, %v", asides, err)
	}
	entries, err := f.Journal(f.ctx, c, 10)
	if err != nil || len(entries) != 2 || string(entries[0].Sealed) != "anew\n\nentry" || string(entries[1].Sealed) != "anew\n entry 2" {
		t.Errorf("%v, %v", entries, err)
	}
	if err := f.Release(f.ctx, g); err != nil {
		t.Fatal(err)
	}
	again := f.claim(c, "two")
	if again == nil || string(again.Session) != "anew\n\nsession\x00" || again.Head == nil || string(again.Head.Sealed) != "anew\n m2" {
		t.Fatalf("%+v", again)
	}
	if len(again.Outbox) != 2 || string(again.Outbox[1].Sealed) != "anew\n r2" || !again.Outbox[1].Prompt {
		t.Errorf("outbox %+v", again.Outbox)
	}
	if got := f.takePart(pickup(7).ID, "csv"); got != "anew\n\x00csv\n" {
		t.Errorf("the part is %q", got)
	}
}

// expiries gives when each key of the fixture ends; negative: never.
func (f *fixture) expiries() map[string]time.Duration {
	f.t.Helper()
	keys, err := f.client.Keys(f.ctx, f.prefix+":*").Result()
	if err != nil || len(keys) < 8 {
		f.t.Fatal(keys, err)
	}
	all := make(map[string]time.Duration, len(keys))
	for _, key := range keys {
		if all[key], err = f.client.PTTL(f.ctx, key).Result(); err != nil {
			f.t.Fatal(err)
		}
	}
	return all
}

// TestWalkYields: what a turn writes while a value is being sealed anew stays.
func TestWalkYields(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		c, g := f.furnish()
		once := false
		f.walk(func(p sessions.Place, sealed []byte) ([]byte, error) {
			if !once {
				once = true
				f.save(g, sessions.SaveRequest{Done: "m2", Session: []byte("newer"), Supersede: true, Journal: [][]byte{[]byte("newer")}})
				if err := f.DropJournal(f.ctx, c, 1<<52); err != nil {
					t.Error(err)
				}
			}
			return turned(p, sealed)
		})
		if err := f.Release(f.ctx, g); err != nil {
			t.Fatal(err)
		}
		again := f.claim(c, "two")
		if again == nil || string(again.Session) != "newer" || again.Head == nil || again.Head.ID != "m3" || len(again.Outbox) != 1 {
			t.Errorf("%+v", again)
		}
		if entries, err := f.Journal(f.ctx, c, 10); err != nil || len(entries) != 0 {
			t.Errorf("%v came back (%v)", entries, err)
		}
	})
}

func TestWalkPassesOver(t *testing.T) {
	t.Parallel()
	f := newFixture(t, miniClient(t), sessions.Options{})
	c, _ := f.furnish()
	w := f.walk(func(p sessions.Place, sealed []byte) ([]byte, error) {
		if p.ID == "m2" {
			return nil, errors.New("cannot be opened")
		}
		return turned(p, sealed)
	})
	if len(w.Failed) != 1 || w.Failed[0].String() != "message:"+c.String()+":m2" || w.Why == nil || w.Changed != w.Seen-1 {
		t.Errorf("%+v", w)
	}
	f.client.Set(f.ctx, fmt.Sprintf("%s:{00}:zz:%s", f.prefix, c), "what is this", 0)
	if _, err := f.Walk(f.ctx, turned); !errors.Is(err, sessions.ErrInvalid) {
		t.Errorf("a key of an unknown kind: %v", err)
	}
}
