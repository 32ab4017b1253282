package announce

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/bot"
	"mboka/flows"
	"mboka/store"
	"mboka/store/storetest"
)

// asking is a mission on record, and who asks for it.
type asking struct {
	t   *testing.T
	url string
	db  *store.DB
	m   store.Mission
	at  time.Time
}

func newAsking(t *testing.T) *asking {
	t.Helper()
	a := &asking{t: t, url: storetest.PostgresURL(t), at: at(t, "UTC", "2027-03-02 09:00")}
	db, err := store.Open(t.Context(), storetest.ServiceURL(t, a.url), storetest.Keys(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	a.db = db
	role := uuid.NewString()
	a.sql(`INSERT INTO staff (id, language, joined_at, last_seen_at) VALUES ($1, 'fr', now(), now())`, role)
	a.sql(`INSERT INTO role (id, staff_id, role, organisation, granted_at) VALUES ($1, $1, 'coordinator', 'iom', now())`, role)
	a.m = examples(t)[0]
	a.m.RoleID, a.m.Organisation, a.m.CreatedAt = uuid.MustParse(role), store.IOM, a.at
	a.put(a.m)
	return a
}

// sql goes behind the store's back.
func (a *asking) sql(statement string, args ...any) {
	a.t.Helper()
	conn, err := pgx.Connect(a.t.Context(), a.url)
	if err != nil {
		a.t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(a.t.Context(), statement, args...); err != nil {
		a.t.Fatal(err)
	}
}

func (a *asking) put(m store.Mission) {
	a.t.Helper()
	if err := a.db.Write(a.t.Context(), func(tx *store.Tx) error { return tx.PutMission(a.t.Context(), m) }); err != nil {
		a.t.Fatal(err)
	}
}

// announced gives an announcement of the mission that has begun.
func (a *asking) announced() uuid.UUID {
	a.t.Helper()
	id := uuid.New()
	err := a.db.Write(a.t.Context(), func(tx *store.Tx) error {
		return tx.PutAnnouncement(a.t.Context(), store.Announcement{ID: id, MissionID: a.m.ID, Kind: store.AnnounceNotice, RoleID: a.m.RoleID,
			Organisation: store.IOM, Audience: []byte(`{}`), Status: store.AnnouncementReview, CreatedAt: a.at})
	})
	if err != nil {
		a.t.Fatal(err)
	}
	a.sql(`UPDATE announcement SET status = 'sending', planned_at = now(), started_at = now() WHERE id = $1`, id)
	return id
}

// member joins, in a chat of this address.
func (a *asking) member(address, number string) uuid.UUID {
	a.t.Helper()
	id := uuid.New()
	err := a.db.Write(a.t.Context(), func(tx *store.Tx) error {
		if err := tx.CreateMember(a.t.Context(), store.Member{ID: id, Language: "fr", CreatedAt: a.at}); err != nil {
			return err
		}
		if err := tx.PutAddress(a.t.Context(), store.Address{Chat: a.db.Keys().Chat("telegram", address), MemberID: id, Channel: "telegram",
			Address: address, CreatedAt: a.at, LastInboundAt: a.at, LastMessageID: "m0"}); err != nil {
			return err
		}
		return tx.RegisterMember(a.t.Context(), id, number, a.at)
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return id
}

func (a *asking) says(member uuid.UUID, answer string, waiting bool) {
	a.t.Helper()
	a.sql(`INSERT INTO rsvp (id, mission_id, member_id, answer, waiting, at) VALUES (gen_random_uuid(), $1, $2, $3, $4, $5)
		ON CONFLICT (mission_id, member_id) DO UPDATE SET answer = excluded.answer, waiting = excluded.waiting`, a.m.ID, member, answer, waiting, a.at)
}

// ask is a tap, or with no id the word.
func (a *asking) ask(address, flow, id string) map[string]string {
	a.t.Helper()
	var refused bot.Refusal
	err := a.db.Write(a.t.Context(), func(tx *store.Tx) error {
		_, err := CalendarEffects()[flow+"."+bot.StepCalendar](a.t.Context(), tx, bot.Doing{
			Chat: a.db.Keys().Chat("telegram", address), Language: "fr", At: a.at,
			Event: flows.Event{Flow: flow, Name: bot.StepCalendar, Answer: flows.Answered{Text: id}},
		})
		return err
	})
	if !errors.As(err, &refused) {
		a.t.Fatalf("%v: it changes something", err)
	}
	return refused.Results
}

// The address goes to who comes and has a seat, and to nobody else; a delivery
// to somebody else leads nowhere.
func TestWhoGetsWhatForTheirCalendar(t *testing.T) {
	t.Parallel()
	a := newAsking(t)
	member, mission := a.member("9001", "ABC222"), a.m.ID.String()
	if got := a.ask("9001", bot.FlowMission, mission); got[bot.ResultOutcome] != bot.RSVPStranger {
		t.Errorf("before it was announced: %v", got)
	}
	announcement, delivery := a.announced(), uuid.NewString()
	a.sql(`INSERT INTO delivery (id, announcement_id, member_id, channel, language, country, place, state)
		VALUES ($1, $2, $3, 'telegram', 'fr', 'BE', 'be-brussels', 'sent')`, delivery, announcement, member)
	a.member("9002", "ABC333")
	for _, c := range []struct {
		what          string
		address, flow string
		id            string
		answer        string // of 9001 by then
		waiting       bool
		want          string
		hint          bool
	}{
		{"told", "9001", bot.FlowDelivery, delivery, "", false, bot.CalendarReady, false},
		{"told, by the mission", "9001", bot.FlowMission, mission, "", false, bot.CalendarReady, false},
		{"nothing said, by the word", "9001", bot.FlowMission, "", "", false, bot.CalendarOver, false},
		{"somebody else's delivery", "9002", bot.FlowDelivery, delivery, "", false, bot.RSVPStranger, false},
		{"no such delivery", "9001", bot.FlowDelivery, mission, "", false, bot.RSVPStranger, false},
		{"no such mission", "9001", bot.FlowMission, delivery, "", false, bot.RSVPStranger, false},
		{"a stranger", "9009", bot.FlowMission, mission, "", false, bot.RSVPStranger, false},
		{"maybe", "9001", bot.FlowDelivery, delivery, "maybe", false, bot.CalendarReady, false},
		{"maybe, by the word", "9001", bot.FlowMission, "", "maybe", false, bot.CalendarReady, false},
		{"waits for a seat", "9001", bot.FlowDelivery, delivery, "yes", true, bot.CalendarReady, false},
		{"comes", "9001", bot.FlowDelivery, delivery, "yes", false, bot.CalendarReady, true},
		{"comes, by the word", "9001", bot.FlowMission, "", "yes", false, bot.CalendarReady, true},
		{"somebody else does not", "9002", bot.FlowMission, mission, "yes", false, bot.CalendarReady, false},
		{"does not come any more", "9001", bot.FlowDelivery, delivery, "no", false, bot.CalendarReady, false},
		{"does not come, by the word", "9001", bot.FlowMission, "", "no", false, bot.CalendarOver, false},
	} {
		if c.answer != "" {
			a.says(member, c.answer, c.waiting)
		}
		got := a.ask(c.address, c.flow, c.id)
		file := got[bot.ResultCalendar]
		if got[bot.ResultOutcome] != c.want || strings.HasPrefix(file, "BEGIN:VCALENDAR") != (c.want == bot.CalendarReady) || strings.Contains(file, "chaussée d'Exemple") != c.hint {
			t.Errorf("%s: %v", c.what, got)
		}
		if c.want == bot.CalendarReady && (got[bot.ResultCalendarName] != "mboka-2027-04-17.ics" || !strings.HasPrefix(got[bot.ResultWhen], "samedi 17 avril, 14")) {
			t.Errorf("%s: called %q, at %q", c.what, got[bot.ResultCalendarName], got[bot.ResultWhen])
		}
	}
}

// Whoever has it in their calendar can take it out when it is called off; news
// without a time give nothing.
func TestACalendarOfWhatIsCalledOff(t *testing.T) {
	t.Parallel()
	a := newAsking(t)
	a.announced()
	a.says(a.member("9001", "ABC222"), "yes", false)
	a.m.CancelledAt = a.at.Add(time.Hour)
	a.put(a.m)
	if got := a.ask("9001", bot.FlowMission, ""); !strings.Contains(got[bot.ResultCalendar], "METHOD:CANCEL") {
		t.Errorf("cancelled: %v", got)
	}
	news := examples(t)[4]
	news.RoleID, news.Organisation, news.CreatedAt = a.m.RoleID, store.IOM, a.at
	a.put(news)
	a.m = news
	a.announced()
	if got := a.ask("9001", bot.FlowMission, news.ID.String()); got[bot.ResultOutcome] != bot.CalendarOver {
		t.Errorf("news: %v", got)
	}
}
