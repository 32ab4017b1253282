package announce

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/store"
)

type counts = map[string]int64

func TestSendsToEverybodyOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.join("telegram", "BE", 0)
	w.join("whatsapp", "FR", time.Hour)
	w.join("whatsapp", "FR", 48*time.Hour)
	no, _ := w.join("telegram", "BE", 0)
	w.later(time.Second)
	w.consent(no, false)
	id := w.announce()
	w.run(id)
	w.want(id, store.AnnouncementSent, counts{"sent": 2, "parked window": 1})
	w.run(id)
	w.want(id, store.AnnouncementSent, counts{"sent": 2, "parked window": 1})
	if w.telegram.count() != 1 || w.whatsapp.count() != 1 {
		t.Error(w.telegram.took, w.whatsapp.took)
	}
	delivery, attempt, ok := readOutboxID(w.telegram.took[0].ID)
	d, found, err := w.db.DeliveryByID(t.Context(), delivery)
	if !ok || attempt != 1 || !found || err != nil || d.Means != store.MeansTelegram || d.Attempt != 1 {
		t.Errorf("%+v %v %v", d, ok, err)
	}
}

// TestOutcomes: what each answer of a platform makes of a delivery, and what a
// second try that is taken makes of it.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	account := refused(bot.Rejected, "401")
	account.Account = true
	busy := refused(bot.Throttled, "429")
	busy.RetryAfter, busy.Account = 30*time.Second, true
	for _, tc := range []struct {
		name    string
		channel string
		answer  error
		status  string
		first   counts
		after   time.Duration
		then    counts
	}{
		{"taken", "telegram", nil, "closed", counts{"sent": 1}, time.Hour, counts{"sent": 1}},
		{"retry", "telegram", refused(bot.Retry, "transport"), "sending", counts{"planned": 1}, time.Minute, counts{"sent": 1}},
		{"throttled", "telegram", busy, "sending", counts{"planned": 1}, time.Minute, counts{"sent": 1}},
		{"throttled, too early", "telegram", busy, "sending", counts{"planned": 1}, 29 * time.Second, counts{"planned": 1}},
		{"rejected", "telegram", refused(bot.Rejected, "400"), "closed", counts{"failed 400": 1}, time.Hour, counts{"failed 400": 1}},
		{"gone", "telegram", refused(bot.Gone, "403"), "closed", counts{"failed 403": 1}, time.Hour, counts{"failed 403": 1}},
		{"the account", "telegram", account, "sending", counts{"planned": 1}, 2 * time.Minute, counts{"sent": 1}},
		{"unknown", "telegram", refused(bot.Unknown, "no answer"), "sent", counts{"unknown": 1}, time.Hour, counts{"unknown": 1}},
		{"untyped", "telegram", errors.New("?"), "sent", counts{"unknown": 1}, time.Hour, counts{"unknown": 1}},
		{"outside", "whatsapp", refused(bot.OutsideWindow, "63016"), "sent", counts{"parked window": 1}, time.Minute, counts{"parked window": 1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			_, address := w.join(tc.channel, "BE", time.Hour)
			if tc.answer != nil {
				map[string]*phone{"telegram": w.telegram, "whatsapp": w.whatsapp}[tc.channel].answer(address, tc.answer)
			}
			id := w.announce()
			w.run(id)
			w.want(id, tc.status, tc.first)
			w.later(tc.after)
			w.run(id)
			if got := w.totals(id); len(got) != 1 || got[key(tc.then)] != 1 {
				t.Errorf("then %v, want %v", got, tc.then)
			}
		})
	}
}

func key(c counts) string {
	for k := range c {
		return k
	}
	return ""
}

func TestTriesEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, address := w.join("telegram", "BE", 0)
	var errs []error
	for range mostTries {
		errs = append(errs, refused(bot.Retry, "transport"))
	}
	w.telegram.answer(address, errs...)
	id := w.announce()
	for range mostTries {
		w.run(id)
		w.later(longestWait)
	}
	w.want(id, store.AnnouncementClosed, counts{"failed tries": 1})
	if len(w.refused) != mostTries {
		t.Error("not told of", w.refused)
	}
}

// TestTold: what platforms say later comes twice, in any order, and before the
// call that sent the message has returned.
func TestTold(t *testing.T) {
	t.Parallel()
	told := func(w *world, reply string, ts ...bot.Told) {
		t.Helper()
		for _, one := range ts {
			one.Channel, one.ReplyID, one.Address = "whatsapp", reply, "whatsapp:+46700000001"
			if err := w.sending.Told(t.Context(), one); err != nil {
				t.Error(err)
			}
		}
	}
	delivered, read, sent := bot.Told{Delivered: true, ProviderID: "SM1"}, bot.Told{Delivered: true, Read: true}, bot.Told{State: "sent"}
	outside := bot.Told{Failure: refused(bot.OutsideWindow, "63016")}
	for _, tc := range []struct {
		name string
		told []bot.Told
		want string
	}{
		{"in order", []bot.Told{sent, delivered, read}, "read"},
		{"backwards", []bot.Told{read, delivered, sent}, "read"},
		{"twice", []bot.Told{delivered, delivered, sent, sent}, "delivered"},
		{"failed", []bot.Told{sent, {Failure: refused(bot.Rejected, "63013")}, sent}, "failed 63013"},
		{"fails once and arrives once", []bot.Told{{Failure: refused(bot.Rejected, "63013")}, delivered}, "delivered"},
		{"outside the window", []bot.Told{outside, outside, sent}, "planned window"},
		{"throttled later", []bot.Told{{Failure: refused(bot.Throttled, "63017")}}, "planned"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.join("whatsapp", "BE", time.Hour)
			id := w.announce()
			w.run(id)
			told(w, w.whatsapp.took[0].ID, tc.told...)
			if got := w.totals(id); got[tc.want] != 1 {
				t.Errorf("%v, want %s", got, tc.want)
			}
		})
	}
	t.Run("before the call returns", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		_, address := w.join("whatsapp", "BE", time.Hour)
		w.whatsapp.answer(address, refused(bot.Unknown, "no_answer"))
		w.whatsapp.before = func(m bot.Message) { told(w, m.ID, delivered) }
		id := w.announce()
		w.run(id)
		w.want(id, store.AnnouncementClosed, counts{"delivered": 1})
		if d := w.the(id); d.ProviderID != "SM1" {
			t.Errorf("%+v", d)
		}
	})
	t.Run("unknown is healed", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		_, address := w.join("whatsapp", "BE", time.Hour)
		w.whatsapp.answer(address, refused(bot.Unknown, "no_answer"))
		id := w.announce()
		w.run(id)
		w.want(id, store.AnnouncementSent, counts{"unknown": 1})
		told(w, outboxID(w.the(id).ID, 1), sent)
		w.run(id)
		w.want(id, store.AnnouncementClosed, counts{"sent": 1})
	})
	t.Run("of an earlier attempt", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		_, address := w.join("whatsapp", "BE", time.Hour)
		w.whatsapp.answer(address, refused(bot.Unknown, "no_answer"))
		id := w.announce()
		w.run(id)
		w.write(func(tx *store.Tx) error { _, err := tx.ResendUnknown(t.Context(), id, w.now()); return err })
		told(w, outboxID(w.the(id).ID, 1), delivered) // just in time
		w.run(id)
		w.want(id, store.AnnouncementClosed, counts{"delivered": 1})
		if w.whatsapp.count() != 0 {
			t.Error("sent again although it had arrived")
		}
	})
	for _, bad := range []string{"", "reply-1", "delivery-", "delivery-" + uuid.NewString(), "delivery-" + uuid.NewString() + ".x", outboxID(uuid.New(), 1)} {
		told(newWorld(t), bad, delivered)
	}
}

func TestWithdrawnAndErasedAreNotSentTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	no, _ := w.join("telegram", "BE", 0)
	gone, _ := w.join("telegram", "BE", 0)
	w.join("telegram", "BE", 0)
	id := w.announce()
	w.tend(id)
	w.want(id, store.AnnouncementSending, counts{"planned": 3})
	w.later(time.Second)
	w.consent(no, false)
	w.write(func(tx *store.Tx) error { return tx.EraseMember(t.Context(), gone, w.now()) })
	w.run(id)
	w.want(id, store.AnnouncementClosed, counts{"withdrawn": 2, "sent": 1})
}

func TestAnotherChatIsTakenWhenOneIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	member, address := w.join("telegram", "BE", 0)
	_, other := w.join("telegram", "BE", 0)
	w.write(func(tx *store.Tx) error {
		return tx.PutAddress(t.Context(), store.Address{Chat: w.db.Keys().Chat("whatsapp", "whatsapp:+32470000001"), MemberID: member, Channel: "whatsapp",
			Address: "whatsapp:+32470000001", CreatedAt: midday, LastInboundAt: midday.Add(-time.Hour), LastMessageID: "m"})
	})
	id := w.announce()
	w.tend(id)
	for _, a := range []string{address, other} {
		if err := w.db.SetReachable(t.Context(), w.db.Keys().Chat("telegram", a), false, w.now()); err != nil {
			t.Fatal(err)
		}
	}
	w.run(id)
	w.want(id, store.AnnouncementClosed, counts{"sent": 1, "skipped gone": 1})
	if w.whatsapp.count() != 1 || w.telegram.count() != 0 {
		t.Error(w.whatsapp.to, w.telegram.to)
	}
}

func TestQuietHours(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.join("telegram", "BE", 0)
	w.join("telegram", "CA", 0) // several zones: 07:00 in Toronto at midday UTC, 04:00 in Vancouver
	id := w.announce()
	w.run(id)
	w.want(id, store.AnnouncementSending, counts{"sent": 1, "planned": 1})
	w.later(4*time.Hour + 30*time.Minute) // 08:30 in Vancouver
	w.run(id)
	w.want(id, store.AnnouncementClosed, counts{"sent": 2})

	near := w.announce(func(m *store.Mission, a *store.Announcement) {
		m.StartsAt, a.ValidUntil = midday.Add(30*time.Hour), midday.Add(40*time.Hour)
	})
	w.run(near)
	w.later(12 * time.Hour) // 04:30 UTC: everybody sleeps
	for _, tc := range []struct {
		starts time.Time
		want   counts
	}{{w.now().Add(19 * time.Hour), counts{"planned": 2}}, {w.now().Add(17 * time.Hour), counts{"sent": 2}}} {
		cancelled := w.announce(func(m *store.Mission, a *store.Announcement) {
			m.StartsAt, a.ValidUntil, a.Kind = tc.starts, tc.starts, store.AnnounceCancellation
		})
		w.sql(`UPDATE announcement SET mission_id = (SELECT mission_id FROM announcement WHERE id = $2) WHERE id = $1`, near, cancelled)
		w.run(cancelled)
		if got := w.totals(cancelled); got[key(tc.want)] != 2 {
			t.Errorf("a cancellation %v ahead: %v", tc.starts.Sub(w.now()), got)
		}
	}
}

func TestParkedWaitsForAMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, address := w.join("whatsapp", "BE", 48*time.Hour)
	w.join("whatsapp", "BE", 48*time.Hour)
	no, _ := w.join("whatsapp", "BE", 48*time.Hour)
	id := w.announce()
	w.run(id)
	w.want(id, store.AnnouncementSent, counts{"parked window": 3})
	w.later(time.Minute)
	w.wrote("whatsapp", address)
	w.run(id)
	w.want(id, store.AnnouncementSent, counts{"sent": 1, "parked window": 2})
	w.consent(no, false)
	w.run(id)
	w.want(id, store.AnnouncementSent, counts{"sent": 1, "parked window": 1, "withdrawn": 1})
	w.later(31 * 24 * time.Hour) // it is of no use any more
	w.run(id)
	w.want(id, store.AnnouncementClosed, counts{"sent": 1, "cancelled late": 1, "withdrawn": 1})
}

func TestApprovedTextsAndStubs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *SendingConfig) {
		c.Approved = func(channel string, kind bot.NoticeKind, language string) bool {
			return channel == "whatsapp" && kind == bot.NoticeMission
		}
	})
	_, address := w.join("whatsapp", "BE", 48*time.Hour)
	american, _ := w.join("whatsapp", "US", 48*time.Hour)
	w.sql(`DELETE FROM address WHERE member_id = $1`, american)
	w.write(func(tx *store.Tx) error {
		return tx.PutAddress(t.Context(), store.Address{Chat: w.db.Keys().Chat("whatsapp", "whatsapp:+12125550100"), MemberID: american, Channel: "whatsapp",
			Address: "whatsapp:+12125550100", CreatedAt: midday, LastInboundAt: midday.Add(-48 * time.Hour), LastMessageID: "m"})
	})
	w.later(6 * time.Hour) // the day there too
	id := w.announce()
	w.run(id)
	w.want(id, store.AnnouncementClosed, counts{"sent": 1, "skipped template": 1})
	if m := w.whatsapp.took[0]; !m.Outside {
		t.Error("not as an approved text")
	}

	w.whatsapp.receipt = bot.Receipt{ProviderID: "SM2", Notice: bot.NoticeStub}
	second := w.announce()
	w.run(second)
	w.want(second, store.AnnouncementSent, counts{"parked stub": 1, "skipped template": 1})
	stub := w.whatsapp.took[1].ID
	for _, said := range []bot.Told{{Delivered: true}, {Delivered: true, Read: true}, {Failure: refused(bot.Rejected, "63013")}} {
		said.Channel, said.ReplyID, said.Address = "whatsapp", stub, address
		if err := w.sending.Told(t.Context(), said); err != nil {
			t.Error(err)
		}
	}
	w.want(second, store.AnnouncementSent, counts{"parked stub": 1, "skipped template": 1})
	w.later(time.Minute)
	w.wrote("whatsapp", address)
	w.whatsapp.receipt = bot.Receipt{ProviderID: "SM3"}
	w.whatsapp.before = func(bot.Message) { // the stub was opened only now
		if err := w.sending.Told(context.Background(), bot.Told{Channel: "whatsapp", ReplyID: stub, Address: address, Delivered: true, Read: true}); err != nil {
			t.Error(err)
		}
	}
	w.run(second)
	w.want(second, store.AnnouncementClosed, counts{"sent": 1, "skipped template": 1})
	if m := w.whatsapp.took[2]; m.Outside || !strings.Contains(m.Text, "Rencontre") {
		t.Errorf("%+v", m)
	}
}

func TestTier(t *testing.T) {
	t.Parallel()
	room := 1
	w := newWorld(t, func(c *SendingConfig) {
		c.Approved = func(string, bot.NoticeKind, string) bool { return true }
		c.Tier = func(_ context.Context, _, person string, most int) (bool, time.Time, error) {
			if person == "" || most != 250 {
				t.Error(person, most)
			}
			room--
			return room >= 0, midday.Add(24 * time.Hour), nil
		}
	})
	for range 3 {
		w.join("whatsapp", "BE", 48*time.Hour)
	}
	_, address := w.join("whatsapp", "BE", 47*time.Hour)
	w.join("whatsapp", "BE", time.Hour)
	id := w.announce()
	w.run(id)
	if got := w.totals(id); got["sent"]+got["planned tier"] != 5 || got["sent"] != 2 {
		t.Fatal(got)
	}
	w.later(time.Minute)
	w.wrote("whatsapp", address)
	w.run(id)
	w.later(23 * time.Hour)
	room = 10
	w.run(id)
	if got := w.totals(id); got["sent"] > 3 {
		t.Error("before the tier has room:", got)
	}
	w.later(2 * time.Hour)
	w.run(id)
	w.want(id, store.AnnouncementClosed, counts{"sent": 5})
}
