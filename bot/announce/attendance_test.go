package announce

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/flows"
	"mboka/store"
)

// guest is somebody who was told of a meeting, and what they do about it.
type guest struct {
	w        *world
	a        Attendance
	id       uuid.UUID
	address  string
	delivery uuid.UUID
	turns    int
}

// told sends one announcement to so many people and gives them.
func (w *world) told(n int, change ...func(*store.Mission, *store.Announcement)) (mission uuid.UUID, guests []*guest) {
	w.t.Helper()
	attendance := Attendance{DB: w.db, Keys: w.db.Keys(), Policy: w.cfg.Policy, Caps: map[string]bot.Capabilities{"telegram": bot.TelegramCapabilities}}
	for range n {
		g := &guest{w: w, a: attendance}
		g.id, g.address = w.join("telegram", "BE", time.Hour)
		guests = append(guests, g)
	}
	id := w.announce(change...)
	w.run(id)
	all, err := w.db.Deliveries(w.t.Context(), id)
	if err != nil || len(all) != n {
		w.t.Fatal(len(all), err)
	}
	for _, d := range all {
		for _, g := range guests {
			if g.id == d.MemberID {
				g.delivery = d.ID
			}
		}
	}
	a, err := w.db.AnnouncementByID(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return a.MissionID, guests
}

// does carries out an event as a turn of the guest.
func (g *guest) does(flow, name string, answer flows.Answered, answers ...flows.Answered) map[string]string {
	g.w.t.Helper()
	g.turns++
	return g.again(flow, name, answer, answers...)
}

// again repeats the last turn.
func (g *guest) again(flow, name string, answer flows.Answered, answers ...flows.Answered) map[string]string {
	g.w.t.Helper()
	chat := g.w.db.Keys().Chat("telegram", g.address)
	d := bot.Doing{Event: flows.Event{Flow: flow, Name: name, Answer: answer, Answers: answers}, Chat: chat, Channel: "telegram", Address: g.address,
		Language: "fr", MessageID: string(rune('a' + g.turns)), At: g.w.now(), Running: store.IOM, Member: g.id.String()}
	results, _, err := g.w.db.Turn(g.w.t.Context(), chat, d.MessageID, d.At, func(tx *store.Tx) (map[string]string, error) {
		return g.a.Effects()[flow+"."+name](g.w.t.Context(), tx, d)
	})
	var refused bot.Refusal
	if errors.As(err, &refused) {
		return refused.Results
	}
	if err != nil {
		g.w.t.Fatal(err)
	}
	return results
}

func (g *guest) taps(code string) map[string]string {
	g.w.t.Helper()
	return g.does(bot.FlowDelivery, bot.StepRSVP, flows.Answered{Step: bot.StepRSVP, Codes: []string{code}, Text: g.delivery.String()})
}

func (g *guest) brings(mission uuid.UUID, n string) string {
	g.w.t.Helper()
	return g.does(bot.FlowComing, bot.GuestsCounted, flows.Answered{}, flows.Answered{Step: bot.MissionAsked, Codes: []string{mission.String()}},
		flows.Answered{Step: bot.GuestsMany, Codes: []string{n}})[bot.ResultOutcome]
}

func TestOnlyTheAddresseeAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mission, guests := w.told(2, func(m *store.Mission, _ *store.Announcement) { m.Hint = "2e étage" })
	ours, theirs := guests[0], guests[1]
	if got := ours.taps("yes"); got[bot.ResultOutcome] != bot.RSVPSeated || got["Address"] != "2e étage" || len(got[bot.ResultDoor]) != 11 {
		t.Error(got)
	}
	ours.delivery = theirs.delivery
	if got := ours.taps("no"); got[bot.ResultOutcome] != bot.RSVPStranger {
		t.Error("by a button of somebody else:", got)
	}
	if _, found, _ := w.db.RSVPOf(t.Context(), mission, store.Invitee{Member: theirs.id}); found {
		t.Error("somebody else has answered for them")
	}
	stranger := &guest{w: w, a: ours.a, address: "telegram:+4670999", delivery: theirs.delivery}
	if got := stranger.taps("yes"); got[bot.ResultOutcome] != bot.RSVPStranger {
		t.Error("by nobody we know:", got)
	}
	if got := theirs.taps("no"); got["Address"] != "" || got[bot.ResultDoor] != "" {
		t.Error("who does not come is told:", got)
	}
	ours.taps("door")
	if got := ours.does(bot.FlowMission, bot.StepRSVP, flows.Answered{Codes: []string{"yes"}, Text: uuid.NewString()}); got[bot.ResultOutcome] != bot.RSVPStranger {
		t.Error("about a mission that is not there:", got)
	}
}

func TestAnAnswerIsGivenOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, guests := w.told(1)
	g := guests[0]
	first := g.taps("yes")
	tap := flows.Answered{Step: bot.StepRSVP, Codes: []string{"yes"}, Text: g.delivery.String()}
	if again := g.again(bot.FlowDelivery, bot.StepRSVP, tap); again[bot.ResultDoor] != first[bot.ResultDoor] || first[bot.ResultDoor] == "" {
		t.Error("a repeated turn gives another code:", first, again)
	}
	if next := g.taps("yes"); next[bot.ResultDoor] != "" || next[bot.DoorKept] == "" {
		t.Error("a second yes takes the code away:", next)
	}
	if code := g.taps(bot.RSVPDoor); code[bot.ResultDoor] == "" || code[bot.ResultDoor] == first[bot.ResultDoor] {
		t.Error("no new code:", code)
	}
}

func TestAnswersThatComeTooLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mission, guests := w.told(1, func(m *store.Mission, _ *store.Announcement) { m.RSVPUntil = midday.AddDate(0, 0, 20) })
	g := guests[0]
	g.taps("yes")
	w.later(21 * 24 * time.Hour)
	for code, want := range map[string]string{"yes": bot.RSVPClosed, "maybe": bot.RSVPClosed, "guests": bot.RSVPClosed, "door": bot.RSVPCode, "no": bot.RSVPNoted} {
		if got := g.taps(code)[bot.ResultOutcome]; got != want && !(code == "door" && got == bot.RSVPNoSeat) {
			t.Errorf("%s after the last day: %s, not %s", code, got, want)
		}
	}
	if got := g.brings(mission, "2"); got != bot.RSVPClosed {
		t.Error("guests:", got)
	}
	w.later(20 * 24 * time.Hour)
	for _, code := range []string{"yes", "no", "door"} {
		if got := g.taps(code)[bot.ResultOutcome]; got != bot.RSVPOver {
			t.Errorf("%s when it is over: %s", code, got)
		}
	}
	w.sql(`UPDATE mission SET cancelled_at = now()`)
	if got := g.taps("yes")[bot.ResultOutcome]; got != bot.RSVPCancelled {
		t.Error(got)
	}
}

func TestGuestsAreANumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mission, guests := w.told(2, func(m *store.Mission, _ *store.Announcement) { m.Capacity = 22 })
	g := guests[0]
	if got := g.brings(mission, "1"); got != bot.RSVPNoSeat {
		t.Error("before a yes:", got)
	}
	g.taps("yes")
	if got := g.brings(mission, "20"); got != bot.RSVPParty {
		t.Error(got)
	}
	for _, bad := range []string{"21", "-1", "x", ""} {
		d := bot.Doing{Chat: w.db.Keys().Chat("telegram", g.address), At: w.now(), Event: flows.Event{Answers: flows.Answers{
			{Step: bot.MissionAsked, Codes: []string{mission.String()}}, {Step: bot.GuestsMany, Codes: []string{bad}}}}}
		if err := w.db.Write(t.Context(), func(tx *store.Tx) error { _, err := g.a.counted(t.Context(), tx, d); return err }); err == nil {
			t.Errorf("%q guests were taken", bad)
		}
	}
	other := guests[1]
	other.taps("yes") // the last seat
	if got := other.brings(mission, "1"); got != bot.RSVPCrowded {
		t.Error("no seat for a guest:", got)
	}
}

// TestSeatsAreFreed: by an erasure, and who waits is told, once, when it is day.
func TestSeatsAreFreed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, guests := w.told(2, func(m *store.Mission, _ *store.Announcement) { m.Capacity = 1 })
	guests[0].taps("yes")
	if got := guests[1].taps("yes")[bot.ResultOutcome]; got != bot.RSVPWaiting {
		t.Fatal(got)
	}
	var said []bot.Notification
	u := NewUpkeep(UpkeepConfig{Store: w.db, Policy: w.cfg.Policy, Clock: w.now, Logger: slog.New(slog.DiscardHandler),
		Notify: func(_ context.Context, _, address string, n bot.Notification) error {
			if address == guests[1].address {
				said = append(said, n)
			}
			return w.db.SettleNotification(t.Context(), uuid.MustParse(n.ID), store.NotificationSent, 2, w.now())
		}})
	run := func() {
		t.Helper()
		if err := u.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	run()
	w.write(func(tx *store.Tx) error { return tx.EraseMember(t.Context(), guests[0].id, w.now()) })
	w.later(11 * time.Hour) // night
	run()
	if len(said) != 0 {
		t.Fatal("told in the night")
	}
	w.later(11 * time.Hour)
	run()
	run()
	if len(said) != 1 || said[0].About.Kind != bot.AboutMission || said[0].Args["Title"] != "Rencontre" || len(said[0].Choices) != 2 {
		t.Fatalf("%+v", said)
	}
	got := guests[1].does(bot.FlowMission, bot.StepRSVP, flows.Answered{Codes: []string{bot.RSVPDoor}, Text: said[0].About.ID.String()})
	if got[bot.ResultOutcome] != bot.RSVPCode {
		t.Error(got)
	}
}

func TestWhatIsAhead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.told(1, func(m *store.Mission, a *store.Announcement) { a.Audience = []byte(`{"places": [{"country": "BE"}]}`) })
	newcomer, address := w.join("telegram", "BE", 0)
	_, far := w.join("telegram", "CA", 0)
	w.consent(newcomer, false) // they ask: nobody tells them
	a := Attendance{DB: w.db, Keys: w.db.Keys(), Policy: w.cfg.Policy, Caps: map[string]bot.Capabilities{"telegram": bot.TelegramCapabilities}}
	for who, want := range map[string]int{address: 1, far: 0, "nobody": 0} {
		fact, err := a.missions(t.Context(), bot.Looking{Chat: w.db.Keys().Chat("telegram", who), Channel: "telegram", At: w.now()})
		list, _ := fact.Answers.Get(bot.MissionsList)
		if err != nil || len(list.Codes) != want {
			t.Errorf("%s: %v %v", who, fact, err)
		}
		if want == 0 {
			continue
		}
		one, err := a.mission(t.Context(), bot.Looking{Chat: w.db.Keys().Chat("telegram", who), Channel: "telegram", At: w.now(),
			Answers: flows.Answers{{Step: bot.MissionWhich, Codes: list.Codes}}})
		if err != nil || one.Args["Letter"] == nil || one.Args["Run"] == nil {
			t.Error(one, err)
		}
	}
	w.later(40 * 24 * time.Hour)
	if fact, err := a.missions(t.Context(), bot.Looking{Chat: w.db.Keys().Chat("telegram", address), At: w.now()}); err != nil || fact.Answers[0].Codes != nil {
		t.Error("what is over:", fact, err)
	}
}

func TestFeedbackIsOfWhoWasTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mission, guests := w.told(1)
	g := guests[0]
	say := func(g *guest, words string) string {
		return g.does(bot.FlowFeedback, bot.FeedbackSaid, flows.Answered{}, flows.Answered{Step: bot.MissionAsked, Codes: []string{mission.String()}},
			flows.Answered{Step: bot.FeedbackThere, Codes: []string{"yes"}}, flows.Answered{Step: bot.FeedbackUseful, Codes: []string{"some"}},
			flows.Answered{Step: bot.FeedbackWords, Text: words})[bot.ResultOutcome]
	}
	if say(g, "Trop court.") != bot.FeedbackKept || say(g, "Trop chaud.") != bot.FeedbackKept {
		t.Error("not kept")
	}
	kept, _, err := w.db.KeptOf(t.Context(), w.db.Keys().Chat("telegram", g.address))
	if err != nil || len(kept.Missions) != 1 || kept.Missions[0].Feedback.Text != "Trop chaud." || kept.Missions[0].Feedback.Useful != "some" {
		t.Error(kept.Missions, err)
	}
	other := &guest{w: w, a: g.a}
	other.id, other.address = w.join("telegram", "BE", 0)
	if got := say(other, "x"); got != bot.RSVPStranger {
		t.Error("of who was not told:", got)
	}
}
