package effects

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/flows/registration"
	"mboka/store"
)

const (
	proof  = "chat.proving"
	leave  = "recycled.left"
	anew   = "anew.left"
	thanks = "registration.thanked"
)

// spare gives a member of a chat a recovery code.
func (d *desk) spare(channel, address string) string {
	d.t.Helper()
	return strings.ReplaceAll(d.do(channel, address, thanks, "", noon)[bot.ResultRecovery], "-", "")
}

func (d *desk) called(id uuid.UUID, name string) {
	d.t.Helper()
	err := d.DB.Write(d.t.Context(), func(tx *store.Tx) error {
		return tx.PutAnswers(d.t.Context(), id, noon, []store.Answer{{Step: registration.Name, Text: name}})
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// untouched fails when any message so far left a turn of the chat.
func (d *desk) untouched(channel, address string) {
	d.t.Helper()
	chat := d.Keys.Chat(channel, address)
	for m := range d.n + 1 {
		if _, replayed, err := d.DB.Turn(d.t.Context(), chat, fmt.Sprint("m", m), noon, func(*store.Tx) (map[string]string, error) { return nil, refuse("x") }); err == nil || replayed {
			d.t.Fatalf("a wrong try left a turn in the records: %v", err)
		}
	}
}

func TestProof(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	one, two := d.member("telegram", "1", "ABC234", noon), d.member("telegram", "2", "XYZ789", noon)
	d.member("telegram", "3", "QRS456", noon) // neither name nor code
	d.called(one, "Éssai-Testa D'Bidon")
	d.called(two, "Autre Testa")
	other := d.spare("telegram", "2")
	for _, text := range []string{"Testa", "essai testa", "Essai Testa D'Bidon Junior", "essaitesta d'bidon", "", "-", "ABC-234", other, "Autre Testa", "c'est", "ABCDEF234"} {
		if got := d.do("telegram", "1", proof, text, minutes(1)); got[bot.ResultOutcome] != bot.ProofFails || len(got) != 1 {
			t.Errorf("%q: %v", text, got)
		}
		if got := d.do("telegram", "3", proof, text, minutes(1)); got[bot.ResultOutcome] != bot.ProofFails || len(got) != 1 {
			t.Errorf("%q, to nothing on record: %v", text, got)
		}
	}
	d.untouched("telegram", "1")
	d.untouched("telegram", "3")
	if a, _, _ := d.DB.AddressOf(t.Context(), d.Keys.Chat("telegram", "1")); !a.LastInboundAt.IsZero() || a.LastMessageID != "" {
		t.Errorf("a wrong try is in the records: %+v", a)
	}
	code := d.spare("telegram", "1")
	for _, text := range []string{"essai testa d'bidon", "ESSAI   TESTA D’BIDON!", "Je m'appelle Éssai Testa d'Bidon", "nazali Essai testa d'bidon", code, strings.ToLower(code), code[:3] + " " + code[3:6] + "-" + code[6:]} {
		got := d.do("telegram", "1", proof, text, minutes(2))
		if got[bot.ResultOutcome] != bot.ProofFits || got[bot.ResultMember] != one.String() || got["Number"] != "ABC-234" {
			t.Errorf("%q: %v", text, got)
		}
	}
	if a, _, _ := d.DB.AddressOf(t.Context(), d.Keys.Chat("telegram", "1")); !a.LastInboundAt.Equal(minutes(2)) || a.LastMessageID == "" {
		t.Errorf("heard %v by %s", a.LastInboundAt, a.LastMessageID)
	}
	if got := d.do("telegram", "9", proof, "Testa", minutes(2)); got[bot.ResultOutcome] != bot.LeftBehind {
		t.Errorf("where nothing is kept any more: %v", got)
	}
}

// A name that stands in a draft only proves as well.
func TestProofByDraft(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.member("telegram", "1", "", noon)
	chat := d.Keys.Chat("telegram", "1")
	err := d.DB.Write(t.Context(), func(tx *store.Tx) error {
		return tx.PutDraft(t.Context(), store.Draft{Chat: chat, Flow: registration.ID, Version: 1, Step: registration.Name,
			Answers: []store.Answer{{Step: registration.Name, Text: "Testa"}}}, noon)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := d.do("telegram", "1", proof, "testa", noon); got[bot.ResultOutcome] != bot.ProofFits {
		t.Error(got)
	}
}

// The profile of a recovery code is in one chat from then on, with a fresh
// code. Of many that write the code at once one has it.
func TestMove(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.member("telegram", "1", "ABC234", noon)
	d.do("whatsapp", "w", try, d.code("telegram", "1", noon), noon)
	code := d.spare("telegram", "1")
	if got := d.do("telegram", "1", try, code, minutes(1)); got[bot.ResultOutcome] != bot.LinkSpare {
		t.Errorf("one's own code: %v", got)
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	outcomes, fresh := map[string]int{}, ""
	for i := range 6 {
		what, event := d.doing("telegram", fmt.Sprint("new", i), try, code, minutes(2))
		all.Go(func() {
			for try := range 2 { // the second is a turn that is repeated
				got, err := d.carryOut(what, event)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				if try == 0 {
					outcomes[got[bot.ResultOutcome]]++
				}
				if got[bot.ResultOutcome] != bot.LinkMoved {
					mu.Unlock()
					return
				}
				if fresh != "" && fresh != got[bot.ResultRecovery] || got[bot.ResultMember] != id.String() || got["Number"] != "ABC-234" ||
					!strings.Contains(got[bot.ResultElsewhere], `"address":"1"`) || !strings.Contains(got[bot.ResultElsewhere], `"address":"w"`) || !strings.Contains(got[bot.ResultElsewhere], string(bot.Erased)) {
					t.Errorf("%v", got)
				}
				fresh = got[bot.ResultRecovery]
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if outcomes[bot.LinkMoved] != 1 || outcomes[bot.LinkWrong] != 5 {
		t.Errorf("%v", outcomes)
	}
	if addresses, _ := d.DB.Addresses(t.Context(), id); len(addresses) != 1 || !strings.HasPrefix(addresses[0].Address, "new") {
		t.Errorf("%v", addresses)
	}
	if got := d.do("telegram", "1", try, code, minutes(3)); got[bot.ResultOutcome] != bot.LinkWrong {
		t.Errorf("a code that was used: %v", got)
	}
	if got := d.do("telegram", "1", try, strings.ReplaceAll(fresh, "-", ""), minutes(3)); got[bot.ResultOutcome] != bot.LinkMoved {
		t.Errorf("the fresh code: %v", got)
	}
}

// With a profile here too, the two become one after a yes; the chats of the
// moved one are off.
func TestMoveMerges(t *testing.T) {
	t.Parallel()
	for name, older := range map[string]string{"the moved one is older": "1", "the one here is older": "2"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			ids := map[string]uuid.UUID{}
			for _, a := range []string{"1", "2"} {
				at := minutes(5)
				if a == older {
					at = noon
				}
				ids[a] = d.member("telegram", a, map[string]string{"1": "ABC234", "2": "XYZ789"}[a], at)
			}
			code := d.spare("telegram", "1")
			if got := d.do("telegram", "2", try, code, minutes(6)); got[bot.ResultOutcome] != bot.LinkAsk {
				t.Fatal(got)
			}
			got := d.do("telegram", "2", agree, code, minutes(7))
			if got[bot.ResultOutcome] != bot.LinkMoved || got[bot.ResultMember] != ids[older].String() || !strings.Contains(got[bot.ResultElsewhere], `"address":"1"`) {
				t.Errorf("%v", got)
			}
			if _, found, _ := d.DB.MemberByChat(t.Context(), d.Keys.Chat("telegram", "1")); found {
				t.Error("the old chat has a profile still")
			}
			m, _, err := d.DB.MemberByChat(t.Context(), d.Keys.Chat("telegram", "2"))
			if err != nil || m.ID != ids[older] || !m.SilentSince.IsZero() {
				t.Errorf("%+v (%v)", m, err)
			}
			if got := d.do("telegram", "3", try, strings.ReplaceAll(got[bot.ResultRecovery], "-", ""), minutes(8)); got[bot.ResultOutcome] != bot.LinkMoved {
				t.Errorf("the fresh code: %v", got)
			}
		})
	}
}

// Whoever leaves a profile leaves it whole: its silence counts from when the
// last chat was heard, and its code opens it again.
func TestLeave(t *testing.T) {
	t.Parallel()
	for _, event := range []string{leave, anew} {
		d := newDesk(t)
		id := d.member("telegram", "1", "ABC234", noon)
		d.do("whatsapp", "w", try, d.code("telegram", "1", noon), minutes(9))
		code := d.spare("telegram", "1")
		for _, chat := range []string{"telegram 1", "whatsapp w"} {
			channel, address, _ := strings.Cut(chat, " ")
			what, event := d.doing(channel, address, event, "", minutes(30))
			for range 2 { // a turn that is repeated
				if got, err := d.carryOut(what, event); err != nil || got[bot.ResultOutcome] != bot.LeftBehind {
					t.Errorf("%v %v", got, err)
				}
			}
			m, found, err := d.DB.MemberByID(t.Context(), id)
			if err != nil || !found || m.SilentSince.IsZero() == (channel == "whatsapp") || channel == "whatsapp" && !m.SilentSince.Equal(minutes(9)) {
				t.Errorf("%s: %+v, %v (%v)", chat, m, found, err)
			}
		}
		d.untouched("whatsapp", "w")
		if got := d.do("telegram", "5", try, code, minutes(40)); got[bot.ResultOutcome] != bot.LinkMoved || got["Number"] != "ABC-234" {
			t.Errorf("%v", got)
		}
		if m, _, _ := d.DB.MemberByID(t.Context(), id); !m.SilentSince.IsZero() {
			t.Errorf("silent since %v with a chat", m.SilentSince)
		}
	}
}

// The owner moves the profile while a stranger leaves it, many times: it is
// never lost, and never in both chats.
func TestLeaveWhileMoving(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for i := range 12 {
		old, now := fmt.Sprint("old", i), fmt.Sprint("now", i)
		id := d.member("telegram", old, fmt.Sprintf("ABC2%02d", i), noon)
		code := d.spare("telegram", old)
		moving, try := d.doing("telegram", now, try, code, minutes(1))
		leaving, left := d.doing("telegram", old, leave, "", minutes(1))
		var both sync.WaitGroup
		both.Go(func() {
			if got, err := d.carryOut(moving, try); err != nil || got[bot.ResultOutcome] != bot.LinkMoved {
				t.Errorf("moving: %v %v", got, err)
			}
		})
		both.Go(func() {
			if got, err := d.carryOut(leaving, left); err != nil || got[bot.ResultOutcome] != bot.LeftBehind {
				t.Errorf("leaving: %v %v", got, err)
			}
		})
		both.Wait()
		addresses, err := d.DB.Addresses(t.Context(), id)
		m, _, _ := d.DB.MemberByID(t.Context(), id)
		if err != nil || len(addresses) != 1 || addresses[0].Address != now || !m.SilentSince.IsZero() {
			t.Fatalf("%v %+v (%v)", addresses, m, err)
		}
	}
}

// At the gate « stop » withdraws the consent, and is answered alike without one.
func TestStopAtTheGate(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.member("telegram", "1", "ABC234", noon)
	what, event := d.doing("telegram", "1", "chat.sealedstop", "", minutes(1))
	err := d.DB.Write(t.Context(), func(tx *store.Tx) error {
		return tx.RecordConsent(t.Context(), store.Consent{ID: uuid.New(), MemberID: id, Purpose: "missions", Granted: true, NoticeVersion: "1", Language: "fr", Channel: "telegram", At: noon, MessageID: "m0"})
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got, err := d.carryOut(what, event); err != nil || got[bot.ResultOutcome] != bot.StopHeard || len(got) != 1 {
			t.Errorf("%v %v", got, err)
		}
	}
	if live, _ := d.DB.LiveConsents(t.Context(), id); live["missions"].Granted {
		t.Error("announcements go on")
	}
	if got := d.do("telegram", "9", "chat.sealedstop", "", minutes(1)); got[bot.ResultOutcome] != bot.StopHeard {
		t.Error(got)
	}
}
