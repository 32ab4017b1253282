package seal

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// asVersion1 gives a document as the first version of the program wrote it.
func asVersion1(t *testing.T, doc []byte) []byte {
	t.Helper()
	return change(t, doc, func(d *document) { d.Version, d.Index, d.Route = 1, d.Route, nil })
}

func parse(t *testing.T, doc []byte) *Keys {
	t.Helper()
	k, err := Parse(doc)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// steps follows a part through a whole rotation: the document as it is, with a
// second key, with that as the primary, and alone.
func steps(t *testing.T, doc []byte, part Part) (added, promoted, dropped []byte) {
	t.Helper()
	var old string
	for _, key := range parse(t, doc).List() {
		if key.Part == part && key.Primary {
			old = key.ID
		}
	}
	added, _, err := Add(doc, part)
	if err != nil {
		t.Fatal(err)
	}
	promoted, _, err = Promote(added, part, "")
	if err != nil {
		t.Fatal(err)
	}
	if dropped, err = Drop(promoted, part, old); err != nil {
		t.Fatal(err)
	}
	return added, promoted, dropped
}

func TestSealTurns(t *testing.T) {
	t.Parallel()
	doc := newDoc(t)
	a, p, d := steps(t, doc, SealPart)
	before, added, promoted, alone := parse(t, doc), parse(t, a), parse(t, p), parse(t, d)
	old, err := added.Seal("t", "1", "c", []byte("text"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := before.Open("t", "1", "c", old); err != nil {
		t.Errorf("a key that was only added seals already: %v", err)
	}
	if !bytes.HasPrefix(old, before.SealPrefix()) || bytes.HasPrefix(old, promoted.SealPrefix()) {
		t.Error("what is sealed does not name its key")
	}
	if _, err := promoted.Reseal("t", "2", "c", old); err == nil {
		t.Error("sealed anew in another place")
	}
	fresh, err := promoted.Reseal("t", "1", "c", old)
	if err != nil || !bytes.HasPrefix(fresh, promoted.SealPrefix()) {
		t.Fatal(err)
	}
	if again, err := promoted.Reseal("t", "1", "c", fresh); err != nil || !bytes.Equal(again, fresh) {
		t.Errorf("sealed anew twice (%v)", err)
	}
	if got, err := alone.Open("t", "1", "c", fresh); err != nil || string(got) != "text" {
		t.Errorf("the new key alone: %q, %v", got, err)
	}
	if _, err := alone.Open("t", "1", "c", old); err == nil {
		t.Error("a dropped key opens")
	}
	if _, err := before.Open("t", "1", "c", fresh); err == nil {
		t.Error("the old key opens what was sealed anew")
	}
}

func TestIndexTurns(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string][]byte{"this version": newDoc(t), "version 1": asVersion1(t, newDoc(t))} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, p, d := steps(t, doc, IndexPart)
			before, added, promoted, alone := parse(t, doc), parse(t, a), parse(t, p), parse(t, d)
			chat := before.Chat("telegram", "1")
			for step, k := range map[string]*Keys{"add": added, "promote": promoted, "drop": alone} {
				if k.Chat("telegram", "1") != chat {
					t.Errorf("%s moved the chat", step)
				}
			}
			old, fresh := before.Indexes(chat)[0], alone.Indexes(chat)[0]
			if bytes.Equal(old, fresh) || len(before.Indexes(chat)) != 1 || len(alone.Indexes(chat)) != 1 {
				t.Fatalf("%x, %x", old, fresh)
			}
			for step, k := range map[string]*Keys{"add": added, "promote": promoted} {
				want := [][]byte{old, fresh}
				if step == "promote" {
					want = [][]byte{fresh, old}
				}
				got := k.Indexes(chat)
				if len(got) != 2 || !bytes.Equal(got[0], want[0]) || !bytes.Equal(got[1], want[1]) {
					t.Errorf("%s: %x, want %x", step, got, want)
				}
				for _, index := range want {
					if c, err := k.ChatOf(index); err != nil || c != chat {
						t.Errorf("%s: back to %s, %v", step, c, err)
					}
				}
			}
			if _, err := alone.ChatOf(old); err == nil {
				t.Error("a dropped key reads its indexes")
			}
			if _, err := before.ChatOf(fresh); err == nil {
				t.Error("the old key reads new indexes")
			}
			if !bytes.HasPrefix(fresh, alone.IndexPrefix()) || len(alone.IndexPrefix()) != 5 {
				t.Errorf("%x does not begin with %x", fresh, alone.IndexPrefix())
			}
		})
	}
}

// TestVersion1MovesNothing: an old document finds what it found before.
func TestVersion1MovesNothing(t *testing.T) {
	t.Parallel()
	doc := newDoc(t)
	k, old := parse(t, doc), parse(t, asVersion1(t, doc))
	chat := old.Chat("telegram", "1")
	if chat != k.Chat("telegram", "1") || !bytes.Equal(old.CodeHash("p", "c"), k.CodeHash("p", "c")) {
		t.Error("a chat or a code has moved")
	}
	if got := old.Indexes(chat); len(got) != 1 || !bytes.Equal(got[0], chat[:]) || len(old.IndexPrefix()) != 0 {
		t.Errorf("indexes %x, not the chat", got)
	}
	// A turn of another part writes the present version, and changes no more.
	added, _, err := Add(asVersion1(t, doc), SealPart)
	if err != nil {
		t.Fatal(err)
	}
	if got := parse(t, added).Indexes(chat); len(got) != 1 || !bytes.Equal(got[0], chat[:]) {
		t.Errorf("indexes %x after a key of another part", got)
	}
}

func TestListNamesKeys(t *testing.T) {
	t.Parallel()
	k := parse(t, newDoc(t))
	sealed, err := k.Seal("t", "1", "c", nil)
	if err != nil {
		t.Fatal(err)
	}
	list := k.List()
	if len(list) != 2 || list[0].Part != SealPart || list[1].Part != IndexPart || !list[0].Primary || !list[1].Primary {
		t.Fatalf("%+v", list)
	}
	for i, made := range [][]byte{sealed, k.Indexes(k.Chat("c", "1"))[0]} {
		if prefix, err := list[i].Prefix(); err != nil || len(prefix) != 5 || !bytes.HasPrefix(made, prefix) {
			t.Errorf("%x does not begin with %x (%v)", made, prefix, err)
		}
	}
	if list := parse(t, asVersion1(t, newDoc(t))).List(); len(list) != 2 || list[1] != (Key{Part: IndexPart, ID: BareID, Primary: true}) {
		t.Errorf("version 1: %+v", list)
	}
}

func TestTurnRefusesNonsense(t *testing.T) {
	t.Parallel()
	doc := newDoc(t)
	for _, part := range []Part{SealPart, IndexPart} {
		added, id, err := Add(doc, part)
		if err != nil {
			t.Fatal(err)
		}
		promoted, _, err := Promote(added, part, id)
		if err != nil {
			t.Fatal(err)
		}
		tries := map[string]func() error{
			"promote the only key":        func() error { _, _, err := Promote(doc, part, ""); return err },
			"promote an unknown key":      func() error { _, _, err := Promote(added, part, "1"); return err },
			"promote the primary":         func() error { _, _, err := Promote(promoted, part, id); return err },
			"promote twice":               func() error { _, _, err := Promote(promoted, part, ""); return err },
			"drop the primary":            func() error { _, err := Drop(promoted, part, id); return err },
			"drop an unknown key":         func() error { _, err := Drop(promoted, part, "1"); return err },
			"promote what is bare":        func() error { _, _, err := Promote(promoted, part, BareID); return err },
			"turn what does not turn":     func() error { _, _, err := Add(doc, "route"); return err },
			"promote what does not turn":  func() error { _, _, err := Promote(doc, "codes", ""); return err },
			"drop from what does not":     func() error { _, err := Drop(doc, "codes", "1"); return err },
			"add to something else":       func() error { _, _, err := Add([]byte("hunter2"), part); return wrap(err) },
			"add to a document that lies": func() error { _, _, err := Add(change(t, doc, swap), part); return wrap(err) },
		}
		for name, try := range tries {
			err := try()
			if !errors.Is(err, ErrRefused) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s: %s: %v", part, name, err)
			}
		}
	}
}

func swap(d *document) { d.Codes = d.Route }

// wrap marks an error of reading, which is none of a step.
func wrap(err error) error {
	if err != nil && strings.HasPrefix(err.Error(), "keyset: ") {
		return errors.Join(ErrRefused)
	}
	return err
}

// TestDropBeforePromote takes an added key back, in any version.
func TestDropBeforePromote(t *testing.T) {
	t.Parallel()
	for _, doc := range [][]byte{newDoc(t), asVersion1(t, newDoc(t))} {
		for _, part := range []Part{SealPart, IndexPart} {
			one, first, err := Add(doc, part)
			if err != nil {
				t.Fatal(err)
			}
			two, second, err := Add(one, part)
			if err != nil {
				t.Fatal(err)
			}
			for _, id := range []string{first, second} {
				if two, err = Drop(two, part, id); err != nil {
					t.Fatal(err)
				}
			}
			if got, want := parse(t, two).List(), parse(t, doc).List(); len(got) != len(want) || got[0] != want[0] || got[1] != want[1] {
				t.Errorf("%+v, want %+v", got, want)
			}
		}
	}
}

func TestDocumentStaysALine(t *testing.T) {
	t.Parallel()
	doc := newDoc(t)
	for range 3 {
		for _, part := range []Part{SealPart, IndexPart} {
			var err error
			if doc, _, err = Add(doc, part); err != nil {
				t.Fatal(err)
			}
		}
	}
	if bytes.ContainsAny(doc, "\n\r") || len(doc) > 8192 || !json.Valid(doc) {
		t.Errorf("%d bytes, or more than a line", len(doc))
	}
}
