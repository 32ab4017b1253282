package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/store"
	"mboka/store/storetest"
)

// noonDay is a time at which nobody sleeps.
var noonDay = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// letters are members who wait for a note each, the oldest first, by their
// addresses.
func letters(t *testing.T, db *store.DB, n int) (addresses []string, ids map[string]uuid.UUID) {
	t.Helper()
	ctx, at := t.Context(), noonDay.Add(-time.Hour)
	ids = map[string]uuid.UUID{}
	member := func(tx *store.Tx, address string) (uuid.UUID, error) {
		id := uuid.New()
		return id, errors.Join(
			tx.CreateMember(ctx, store.Member{ID: id, Language: "fr", CreatedAt: at}),
			tx.PutAddress(ctx, store.Address{Chat: db.Keys().Chat("telegram", address), MemberID: id, Channel: "telegram", Address: address, LastInboundAt: at, LastMessageID: "m"}))
	}
	for i := range n {
		address := fmt.Sprint(8_100_000_000 + i)
		s := store.Sending{ID: uuid.New(), Card: uuid.New(), Name: "Écrivain Fictif", Text: "Bonjour.", At: at.Add(time.Duration(i) * time.Second),
			ExpiresAt: at.Add(7 * 24 * time.Hour), MostInDay: n, MostBlocks: 3}
		if err := db.Write(ctx, func(tx *store.Tx) error {
			owner, err := member(tx, address)
			if err != nil {
				return err
			}
			if s.Writer, err = member(tx, "w"+address); err != nil {
				return err
			}
			if err := tx.RecordConsent(ctx, store.Consent{ID: uuid.New(), MemberID: owner, Purpose: store.ForDirectory, Granted: true, NoticeVersion: "2",
				Language: "fr", Channel: "telegram", At: at, MessageID: address}); err != nil {
				return err
			}
			if _, err := tx.PutCard(ctx, owner, store.DirectoryCard{ID: s.Card, Name: "Fictive", UpdatedAt: at}); err != nil {
				return err
			}
			return tx.SendContact(ctx, s)
		}); err != nil {
			t.Fatal(err)
		}
		addresses, ids[address] = append(addresses, address), s.ID
	}
	return addresses, ids
}

// rounds is the chore over these records, and what was said to whom.
func rounds(t *testing.T, db *store.DB, most int, fails func(address string) bool) (c contacts, told *[]string, logs *bytes.Buffer) {
	t.Helper()
	policy, err := store.NewPolicy(store.DemoSettings())
	if err != nil {
		t.Fatal(err)
	}
	told, logs = new([]string), new(bytes.Buffer)
	return contacts{db: db, log: slog.New(slog.NewTextHandler(logs, nil)), most: most, clock: func() time.Time { return noonDay },
		policy: func(context.Context) (store.Policy, error) { return policy, nil },
		notify: func(_ context.Context, _, address string, n bot.Notification) error {
			if fails(address) {
				return errors.New("the mailbox is full")
			}
			*told = append(*told, address+" "+n.ID)
			return nil
		}}, told, logs
}

// TestOneWhoCannotBeToldKeepsNobodyWaiting: everybody behind them hears at once,
// also in the next lot, and they themselves as soon as they can be told; nobody
// hears twice, and the fault names a message and no address.
func TestOneWhoCannotBeToldKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	addresses, ids := letters(t, db, 7)
	broken := map[string]bool{addresses[0]: true, addresses[3]: true}
	c, told, logs := rounds(t, db, 3, func(address string) bool { return broken[address] })
	var want []string
	for _, address := range addresses {
		if !broken[address] {
			want = append(want, address+" "+ids[address].String())
		}
	}
	err := c.pass(t.Context())
	if !slices.Equal(*told, want) {
		t.Errorf("told\n%v, not\n%v", *told, want)
	}
	for address, id := range ids {
		if broken[address] != strings.Contains(fmt.Sprint(err), id.String()) || strings.Contains(fmt.Sprint(err)+logs.String(), address) {
			t.Errorf("%s: the fault is %v", address, err)
		}
	}
	if !strings.Contains(logs.String(), "count=5") {
		t.Errorf("the log says\n%s", logs)
	}
	*told = nil
	broken = map[string]bool{addresses[3]: true}
	if err := c.pass(t.Context()); err == nil || !slices.Equal(*told, []string{addresses[0] + " " + ids[addresses[0]].String()}) {
		t.Errorf("the next time: %v, told %v", err, *told)
	}
	*told, broken = nil, nil
	if err := c.pass(t.Context()); err != nil || len(*told) != 1 {
		t.Errorf("in the end: %v, told %v", err, *told)
	}
	if *told = nil; c.pass(t.Context()) != nil || len(*told) > 0 {
		t.Errorf("told again: %v", *told)
	}
}

// TestNobodyCanBeTold: while the platform is away the chore looks at one lot, and
// lets the log and Postgres rest until its next turn.
func TestNobodyCanBeTold(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	addresses, _ := letters(t, db, 5)
	tries := 0
	c, told, _ := rounds(t, db, 2, func(string) bool { tries++; return true })
	if err := c.pass(t.Context()); err == nil || tries != 2 || len(*told) != 0 {
		t.Errorf("%d tries, told %v, %v", tries, *told, err)
	}
	c, told, _ = rounds(t, db, 2, func(string) bool { return false })
	if err := c.pass(t.Context()); err != nil || len(*told) != len(addresses) {
		t.Errorf("told %v, %v", *told, err)
	}
}
