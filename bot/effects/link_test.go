package effects

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/bot/announce"
	"mboka/bot/figures"
	"mboka/flows"
	"mboka/store"
	"mboka/store/storetest"
)

// desk carries out effects as a turn does.
type desk struct {
	t *testing.T
	Records
	n int
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	db := storetest.Postgres(t)
	return &desk{t: t, Records: Records{DB: db, Keys: db.Keys(),
		Policy: func(context.Context) (store.Policy, error) { return store.NewPolicy(nil) }}}
}

// effects are those of the service, with those of figures.
func (d *desk) effects() map[string]bot.Effect {
	all := d.All()
	maps.Copy(all, (&figures.Desk{DB: d.DB, Keys: d.Keys, Policy: d.Policy}).Effects())
	reports := &announce.Reports{DB: d.DB, Keys: d.Keys, Policy: d.Policy}
	maps.Copy(all, reports.Effects())
	maps.Copy(all, (&announce.Office{DB: d.DB, Keys: d.Keys, Policy: d.Policy, Reports: reports}).Effects())
	maps.Copy(all, announce.Attendance{DB: d.DB, Keys: d.Keys, Policy: d.Policy}.Effects())
	return all
}

func (d *desk) doing(channel, address, event, text string, at time.Time) (bot.Doing, string) {
	flow, name, _ := strings.Cut(event, ".")
	d.n++
	return bot.Doing{
		Event: flows.Event{Flow: flow, Name: name, Answer: flows.Answered{Text: text}}, Chat: d.Keys.Chat(channel, address),
		Channel: channel, Address: address, Language: "fr", MessageID: fmt.Sprint("m", d.n), At: at,
	}, event
}

func (d *desk) carryOut(what bot.Doing, event string) (map[string]string, error) {
	ctx := d.t.Context()
	results, _, err := d.DB.Turn(ctx, what.Chat, what.MessageID, what.At, func(tx *store.Tx) (map[string]string, error) {
		if m, found, err := tx.MemberByChat(ctx, what.Chat); err != nil {
			return nil, err
		} else if found {
			what.Member = m.ID.String()
		}
		return d.effects()[event](ctx, tx, what)
	})
	var refused bot.Refusal
	if errors.As(err, &refused) {
		return refused.Results, nil
	}
	return results, err
}

func (d *desk) do(channel, address, event, text string, at time.Time) map[string]string {
	d.t.Helper()
	got, err := d.carryOut(d.doing(channel, address, event, text, at))
	if err != nil {
		d.t.Fatal(err)
	}
	return got
}

// member registers somebody.
func (d *desk) member(channel, address, number string, at time.Time) uuid.UUID {
	d.t.Helper()
	id, ctx := uuid.New(), d.t.Context()
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		err := tx.CreateMember(ctx, store.Member{ID: id, Language: "ln", CreatedAt: at})
		if err == nil {
			err = tx.PutAddress(ctx, store.Address{Chat: d.Keys.Chat(channel, address), MemberID: id, Channel: channel, Address: address, CreatedAt: at})
		}
		if err == nil && number != "" {
			err = tx.RegisterMember(ctx, id, number, at)
		}
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return id
}

func (d *desk) code(channel, address string, at time.Time) string {
	d.t.Helper()
	code := d.do(channel, address, "chat.linking", "", at)[bot.ResultCode]
	if len(code) != 11 || strings.ContainsAny(code, "01IO") {
		d.t.Fatalf("a code like %q", code)
	}
	return strings.ReplaceAll(code, "-", "")
}

const (
	try   = "chat.linktried"
	agree = "merge.confirmed"
)

func minutes(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }

func TestCodesAreRefusedForAReason(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.member("telegram", "1", "ABC234", noon)
	d.member("telegram", "2", "XYZ789", noon)
	first := d.code("telegram", "1", minutes(0))
	code := d.code("telegram", "1", minutes(1))
	if first == code {
		t.Fatal("two messages give the same code")
	}
	check := func(address, event, code string, at int, want string) {
		t.Helper()
		if got := d.do("telegram", address, event, code, minutes(at)); got[bot.ResultOutcome] != want {
			t.Errorf("%s by %s after %d minutes: %q, not %q", code, address, at, got[bot.ResultOutcome], want)
		}
	}
	check("9", try, "ABCDEF234", 2, bot.LinkWrong)
	check("9", try, first, 2, bot.LinkWrong) // a newer one replaced it
	check("1", try, code, 2, bot.LinkOwn)
	check("2", try, code, 2, bot.LinkAsk)
	check("9", try, code, 16, bot.LinkExpired) // to the minute
	check("2", agree, code, 16, bot.LinkExpired)
	for _, address := range []string{"9", "2"} {
		chat := d.Keys.Chat("telegram", address)
		for m := range d.n + 1 {
			if _, replayed, err := d.DB.Turn(t.Context(), chat, fmt.Sprint("m", m), noon, func(*store.Tx) (map[string]string, error) { return nil, nil }); err != nil || replayed {
				t.Fatalf("what changed nothing left a turn in the records: %v", err)
			}
		}
	}
	check("9", try, code, 15, bot.LinkDone)
	check("8", try, code, 15, bot.LinkUsed)
}

// A repeated turn gives what the first one gave, and a code can be used once
// however many write it at the same time.
func TestCodeIsUsedOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.member("telegram", "1", "ABC234", noon)
	code := d.code("telegram", "1", noon)
	var mu sync.Mutex
	outcomes := map[string]int{}
	var all sync.WaitGroup
	for i := range 6 {
		what, event := d.doing("whatsapp", fmt.Sprint("whatsapp:+1555010", i), try, code, minutes(1))
		all.Go(func() {
			for range 2 {
				got, err := d.carryOut(what, event)
				if err != nil {
					t.Error(err)
				}
				if got[bot.ResultOutcome] == bot.LinkDone && (got[bot.ResultMember] != id.String() || got["Number"] != "ABC-234" || got["Language"] != "ln") {
					t.Errorf("%v", got)
				}
				mu.Lock()
				outcomes[got[bot.ResultOutcome]]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if outcomes[bot.LinkDone] != 2 || outcomes[bot.LinkUsed] != 10 {
		t.Errorf("%v", outcomes)
	}
	if addresses, err := d.DB.Addresses(t.Context(), id); err != nil || len(addresses) != 2 {
		t.Errorf("%d addresses (%v)", len(addresses), err)
	}
}

// Who was registered first stays, on whichever side the code was given.
func TestTheFirstRegisteredStays(t *testing.T) {
	t.Parallel()
	for name, older := range map[string]string{"who gave the code": "1", "who wrote it": "2"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			times := map[string]time.Time{"1": minutes(5), "2": minutes(5), older: noon}
			ids := map[string]uuid.UUID{"1": d.member("telegram", "1", "ABC234", times["1"]), "2": d.member("telegram", "2", "XYZ789", times["2"])}
			d.member("telegram", "3", "QRS456", noon) // somebody else
			number := map[string]string{"1": "ABC-234", "2": "XYZ-789"}[older]
			got := d.do("telegram", "2", agree, d.code("telegram", "1", minutes(10)), minutes(11))
			if got[bot.ResultOutcome] != bot.LinkBoth || got[bot.ResultMember] != ids[older].String() || got["Number"] != number {
				t.Errorf("%v", got)
			}
			if others := got[bot.ResultElsewhere]; !strings.Contains(others, `"address":"1"`) || strings.Contains(others, `"address":"2"`) ||
				strings.Contains(others, `"address":"3"`) || !strings.Contains(others, string(bot.Renewed)) {
				t.Errorf("told elsewhere: %s", others)
			}
			for _, address := range []string{"1", "2"} {
				if m, _, err := d.DB.MemberByChat(t.Context(), d.Keys.Chat("telegram", address)); err != nil || m.ID != ids[older] {
					t.Errorf("%s belongs to another (%v)", address, err)
				}
			}
		})
	}
	t.Run("who is registered at all", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		d.member("telegram", "2", "", noon) // began earlier, did not finish
		id := d.member("telegram", "1", "ABC234", minutes(5))
		if got := d.do("telegram", "2", agree, d.code("telegram", "1", minutes(10)), minutes(11)); got[bot.ResultMember] != id.String() {
			t.Errorf("%v", got)
		}
	})
}

// Two people write each other's code at the same moment: they are one
// afterwards, and the second is told something true.
func TestCrosswise(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for i := range 6 {
		a, b := fmt.Sprint("a", i), fmt.Sprint("b", i)
		first := d.member("telegram", a, fmt.Sprint("AAA22", i), noon)
		d.member("telegram", b, fmt.Sprint("BBB22", i), minutes(1))
		codes := map[string]string{a: d.code("telegram", b, minutes(2)), b: d.code("telegram", a, minutes(2))}
		var both sync.WaitGroup
		for address, code := range codes {
			what, event := d.doing("telegram", address, agree, code, minutes(3))
			both.Go(func() {
				got, err := d.carryOut(what, event)
				for tries := 0; errors.Is(err, store.ErrNoMember) && tries < 3; tries++ {
					got, err = d.carryOut(what, event) // as the turn is tried again
				}
				switch got[bot.ResultOutcome] {
				case bot.LinkBoth, bot.LinkOwn, bot.LinkWrong:
				default:
					t.Errorf("%v %v", got, err)
				}
			})
		}
		both.Wait()
		for _, address := range []string{a, b} {
			if m, _, err := d.DB.MemberByChat(t.Context(), d.Keys.Chat("telegram", address)); err != nil || m.ID != first {
				t.Errorf("%s belongs to another (%v)", address, err)
			}
		}
	}
}

func TestParting(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const part = "link.parted"
	id := d.member("telegram", "1", "ABC234", noon)
	if got := d.do("telegram", "1", part, "", noon); got[bot.ResultOutcome] != bot.LinkAlone {
		t.Errorf("alone: %v", got)
	}
	d.do("whatsapp", "w", try, d.code("telegram", "1", noon), noon)
	what, event := d.doing("whatsapp", "w", part, "", minutes(1))
	for range 2 { // a turn that is repeated
		if got, err := d.carryOut(what, event); err != nil || got[bot.ResultOutcome] != bot.LinkLeft {
			t.Errorf("%v %v", got, err)
		}
	}
	if addresses, _ := d.DB.Addresses(t.Context(), id); len(addresses) != 1 || addresses[0].Address != "1" {
		t.Errorf("%v", addresses)
	}
	other := d.member("telegram", "2", "XYZ789", minutes(1))
	d.do("telegram", "2", agree, d.code("telegram", "1", minutes(2)), minutes(2))
	got := d.do("telegram", "1", part, "", minutes(3)) // from where the survivor registered
	if got[bot.ResultOutcome] != bot.LinkApart || got["Number"] != "ABC-234" || got[bot.ResultMember] != id.String() || !strings.Contains(got[bot.ResultElsewhere], `"address":"2"`) {
		t.Errorf("%v", got)
	}
	if m, _, _ := d.DB.MemberByChat(t.Context(), d.Keys.Chat("telegram", "2")); m.ID != other || m.Number != "XYZ789" {
		t.Errorf("%+v", m)
	}
}

func TestChannelNamesTellNoAddress(t *testing.T) {
	t.Parallel()
	got := channelNames([]store.Address{{Channel: "telegram", Address: "4711"}, {Channel: "whatsapp", Address: "whatsapp:+15550142"}, {Channel: "console", Address: "x"}})
	if got != "Telegram, WhatsApp, console" {
		t.Errorf("%q", got)
	}
}
