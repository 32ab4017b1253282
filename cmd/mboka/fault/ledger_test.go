package fault

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot/telegram/telegramtest"
	"mboka/bot/whatsapp/twiliotest"
	"mboka/store"
)

// audience are the people of an announcement, by index.
type audience struct {
	w    *world
	n    int
	role uuid.UUID

	mu        sync.Mutex
	rng       *rand.Rand
	last      map[string]time.Time // when a platform was last asked to write to an address
	asked     map[string]int
	withdrawn map[int]time.Time // when the consent was taken back, as committed
	storms    int               // of refusals for the whole sender, still to come
}

func idOf(kind byte, i int) uuid.UUID {
	var id uuid.UUID
	id[0] = kind
	for at, n := 15, i+1; n > 0; at, n = at-1, n>>8 {
		id[at] = byte(n)
	}
	return id
}

// onWhatsApp tells who is not on Telegram: one of five.
func onWhatsApp(i int) bool { return i%5 == 4 }

// asleep tells who of those on WhatsApp has not written for a day.
func asleep(i int) bool { return onWhatsApp(i) && i%50 == 49 }

// left tells whose account is gone.
func left(i int) bool { return i%100 == 3 }

func addressOf(i int) string {
	if onWhatsApp(i) {
		return fmt.Sprintf("whatsapp:+3248%08d", i)
	}
	return fmt.Sprint(8_000_000_000 + i)
}

// newAudience makes people who agree to be told, of three countries and
// languages.
func newAudience(w *world, n int) *audience {
	w.t.Helper()
	a := &audience{w: w, n: n, role: uuid.New(), rng: rand.New(rand.NewPCG(*seed, 3)), last: map[string]time.Time{}, asked: map[string]int{},
		withdrawn: map[int]time.Time{}, storms: 2}
	now := time.Now()
	var all []store.Synthetic
	for i := range n {
		channel, heard := "telegram", now.Add(-time.Hour)
		if onWhatsApp(i) {
			channel = "whatsapp"
			w.twilio.Wrote(addressOf(i), now.Add(-time.Hour))
		} else {
			w.telegram.Open(int64(8_000_000_000+i), "fr")
		}
		if asleep(i) {
			heard = now.Add(-48 * time.Hour)
		}
		if left(i) && !onWhatsApp(i) {
			w.telegram.Deactivate(int64(8_000_000_000 + i))
		}
		all = append(all, store.Synthetic{
			ID: idOf(1, i), Number: fmt.Sprintf("Z%07d", i), Language: []string{"fr", "en", "ln"}[i%3], Channel: channel, Address: addressOf(i), At: heard,
			Answers:  []store.Answer{{Step: "country_residence", Codes: []string{[]string{"BE", "FR", "CD"}[i%3]}}},
			Consents: []store.Consent{{ID: idOf(2, i), Purpose: "missions", Granted: true, NoticeVersion: "1", MessageID: "m"}},
		})
		if len(all) == 10_000 || i == n-1 {
			if _, err := w.db.AddSynthetic(w.t.Context(), all); err != nil {
				w.t.Fatal(err)
			}
			all = all[:0]
		}
	}
	return a
}

// announce has an announcement approved and begun.
func (a *audience) announce() uuid.UUID {
	w, ctx, now := a.w, a.w.t.Context(), time.Now()
	m := store.Mission{ID: uuid.New(), Kind: store.Forum, RoleID: a.role, Organisation: store.IOM, Timezone: "Europe/Brussels", StartsAt: now.AddDate(0, 0, 30),
		Texts: map[string]store.MissionText{"fr": {Title: "Forum", Summary: "Venez."}}, CreatedAt: now}
	one := store.Announcement{ID: uuid.New(), MissionID: m.ID, Kind: store.AnnounceNotice, RoleID: a.role, Organisation: store.IOM,
		Audience: []byte(`{}`), Status: store.AnnouncementReview, CreatedAt: now, ValidUntil: m.StartsAt}
	author, approver := store.Staff{ID: uuid.New()}, store.Staff{ID: uuid.New()}
	for i, s := range []*store.Staff{&author, &approver} {
		s.Channel, s.Address, s.Language, s.LastSeenAt = "telegram", fmt.Sprint(7_999_000_000+i), "fr", now
		s.Chat = w.keys.Chat(s.Channel, s.Address)
	}
	approving := uuid.New()
	err := w.db.Write(ctx, func(tx *store.Tx) error {
		_, _, err := tx.Grant(ctx, author, a.role, store.Coordinator, store.IOM)
		_, _, other := tx.Grant(ctx, approver, approving, store.Approver, store.IOM)
		return errors.Join(err, other, tx.PutMission(ctx, m), tx.PutAnnouncement(ctx, one), tx.ApproveAnnouncement(ctx, one.ID, approving, now, 0))
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return one.ID
}

// change does something to the announcement in the records.
func (a *audience) change(do func(tx *store.Tx) error) time.Time {
	a.w.t.Helper()
	if err := a.w.db.Write(a.w.t.Context(), do); err != nil {
		a.w.t.Error(err)
	}
	return time.Now()
}

// withdraw takes the consents of some people back, one after the other.
func (a *audience) withdraw(some int) {
	for range some {
		a.mu.Lock()
		i := a.rng.IntN(a.n)
		_, done := a.withdrawn[i]
		a.mu.Unlock()
		if done {
			continue
		}
		at := a.change(func(tx *store.Tx) error {
			return tx.RecordConsent(a.w.t.Context(), store.Consent{ID: idOf(4, i), MemberID: idOf(1, i), Purpose: "missions", Granted: false,
				NoticeVersion: "1", Language: "fr", Channel: "telegram", At: time.Now().UTC().Truncate(time.Microsecond), MessageID: "stop"})
		})
		a.mu.Lock()
		a.withdrawn[i] = at
		a.mu.Unlock()
	}
}

// draw notes a request of the service and chooses one of n faults for it, -1 for
// none. The first is a refusal of the whole sender, and rare: each makes all that
// follows slower.
func (a *audience) draw(address string, n int) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last[address] = time.Now()
	a.asked[address]++
	switch k := a.rng.IntN(1000); {
	case k == 0 && a.storms > 0:
		a.storms--
		return 0
	case k < 20:
		return 1 + a.rng.IntN(n-1)
	}
	return -1
}

func (a *audience) telegram(c telegramtest.Call) (telegramtest.Fault, bool) {
	faults := []telegramtest.Fault{telegramtest.TooManyRequests(1), telegramtest.Restarting(), telegramtest.OddAfter(),
		telegramtest.BadGateway(), telegramtest.DroppedAfter(), telegramtest.Refuse(400, "Bad Request: something")}
	if c.Method != "sendmessage" {
		return telegramtest.Fault{}, false
	}
	which := a.draw(c.Params["chat_id"], len(faults))
	if which < 0 {
		return telegramtest.Fault{}, false
	}
	return faults[which], true
}

func (a *audience) twilio(to string) twiliotest.Fault {
	faults := []twiliotest.Fault{twiliotest.Throttle(time.Second), twiliotest.Refuse(400, 63013), twiliotest.Page(502), twiliotest.Page(502).Taken(),
		twiliotest.Cut(), twiliotest.Drop(), twiliotest.Later(63024), twiliotest.Refuse(400, 63003)}
	if which := a.draw(to, len(faults)); which >= 0 {
		return faults[which]
	}
	return twiliotest.Fault{}
}

func (a *audience) totals(id uuid.UUID) map[string]int64 {
	a.w.t.Helper()
	all, err := a.w.db.Totals(a.w.t.Context(), id)
	if err != nil {
		a.w.t.Error(err)
	}
	out := map[string]int64{}
	for _, tally := range all {
		out[tally.State] += tally.N
	}
	return out
}

// begun counts what is not planned any more.
func (a *audience) begun(id uuid.UUID) int {
	pace, err := a.w.db.PaceOf(a.w.t.Context(), id, time.Now())
	if err != nil {
		a.w.t.Error(err)
	}
	n := 0
	for state, k := range pace.States {
		if state != store.DeliveryPlanned {
			n += k
		}
	}
	return n
}

// actWithin is how soon a pause, a cancellation and a withdrawal act.
const actWithin = 2 * time.Second

// TestLedger sends an announcement to many while everything happens to it: those
// who send it are killed, it is paused and goes on, consents are withdrawn, and
// the platforms misbehave. Afterwards the ledger is held against the phones.
func TestLedger(t *testing.T) {
	t.Parallel()
	begun := time.Now()
	w := newWorld(t, needs{awake: true})
	w.twilio.Receipts("delivered")
	a := newAudience(w, *recipients)
	w.telegram.Trouble(a.telegram)
	w.twilio.Trouble(a.twilio)
	made := time.Now()
	t.Logf("ready after %v", made.Sub(begun).Round(time.Millisecond))
	id := a.announce()
	reach := func(percent int) {
		t.Helper()
		defer func() { t.Logf("%d %% begun after %v", percent, time.Since(made).Round(time.Millisecond)) }()
		// To count them costs the machine something: not all the time.
		w.withinEvery(200*time.Millisecond, patience+time.Duration(a.n)*10*time.Millisecond, fmt.Sprintf("%d %% begun", percent), func() bool { return a.begun(id) >= a.n*percent/100 })
	}
	reach(1)
	planned := time.Since(made)
	var taking sync.WaitGroup
	taking.Go(func() { a.withdraw(a.n / 50) })
	reach(15)
	w.replicas[0].kill9()
	reach(35)
	a.change(func(tx *store.Tx) error { return tx.PauseAnnouncement(t.Context(), id, time.Now()) })
	a.quiet(id)
	taking.Wait()
	resumed := a.change(func(tx *store.Tx) error { return tx.ResumeAnnouncement(t.Context(), id, time.Now()) })
	stood := a.begun(id)
	w.within(actWithin, "it to go on", func() bool { return a.begun(id) > stood })
	t.Logf("went on %v after it was resumed", time.Since(resumed).Round(time.Millisecond))
	taking.Go(func() { a.withdraw(a.n / 50) })
	reach(60)
	w.replicas[1].kill9()
	w.replicas[0].kill9()
	w.within(4*time.Minute+time.Duration(a.n)*10*time.Millisecond, "nothing to be planned or under way", func() bool {
		one, err := w.db.AnnouncementByID(t.Context(), id)
		return err == nil && one.Status == store.AnnouncementSent
	})
	taking.Wait()
	w.twilio.Settle(t.Context())
	a.judge(id, planned, time.Since(made))
}

// quiet waits until nothing is begun any more, which must be soon.
func (a *audience) quiet(id uuid.UUID) {
	a.w.t.Helper()
	before := -1
	a.w.within(actWithin+time.Second, "it to stand still", func() bool {
		was := before
		before = a.begun(id)
		if was == before {
			return true
		}
		wait(a.w.over, 200*time.Millisecond)
		return false
	})
}
