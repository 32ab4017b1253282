package effects

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/bot"
	"mboka/flows"
	"mboka/flows/workshop"
	"mboka/locales"
	"mboka/store"
	"mboka/store/storetest"
)

// TestWorkshopTaps: the button about a workshop begins the questions for the
// official whom it invited and nobody else, at their time; what else it could be
// about is nothing.
func TestWorkshopTaps(t *testing.T) {
	t.Parallel()
	ctx, url := t.Context(), storetest.PostgresURL(t)
	db, err := store.Open(ctx, url, storetest.Keys(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.WithoutCancel(ctx)) })
	sql := func(text string, args ...any) {
		t.Helper()
		if _, err := conn.Exec(ctx, text, args...); err != nil {
			t.Fatal(err)
		}
	}
	d := &desk{t: t, Records: Records{DB: db, Keys: db.Keys(), Policy: func(context.Context) (store.Policy, error) { return store.NewPolicy(nil) }}}
	for i, address := range []string{"1", "2"} {
		code := []string{"ABCDEFGH2345", "ABCDEFGH2346"}[i]
		d.invite(code, store.Official, store.Ministry)
		d.do("telegram", address, joining, code, morning)
	}
	d.member("telegram", "3", "ABC234", morning)
	var staff, role uuid.UUID
	if err := conn.QueryRow(ctx, `SELECT s.id, r.id FROM staff s JOIN role r ON r.staff_id = s.id ORDER BY s.id LIMIT 1`).Scan(&staff, &role); err != nil {
		t.Fatal(err)
	}
	begins := morning.AddDate(0, 0, 10)
	told := func(kind store.MissionKind) (mission, delivery uuid.UUID) {
		t.Helper()
		m := store.Mission{ID: uuid.New(), Kind: kind, RoleID: role, Organisation: store.IOM, Timezone: "Africa/Kinshasa", StartsAt: begins, EndsAt: begins.Add(48 * time.Hour),
			CreatedAt: morning, Texts: map[string]store.MissionText{"fr": {Title: "Atelier fictif", Summary: "Fictif."}}}
		if err := db.Write(ctx, func(tx *store.Tx) error { return tx.PutMission(ctx, m) }); err != nil {
			t.Fatal(err)
		}
		announcement, delivery := uuid.New(), uuid.New()
		sql(`INSERT INTO announcement (id, mission_id, kind, organisation, audience, status, created_at, begin_at, started_at) VALUES ($1, $2, 'notice', 'iom', '{"officials": true}', 'sent', $3, $3, $3)`,
			announcement, m.ID, morning)
		sql(`INSERT INTO delivery (id, announcement_id, staff_id, channel, language, country, place, state) SELECT $1, $2, id, 'telegram', 'fr', '', '', 'sent' FROM staff WHERE chat = ANY($3)`,
			delivery, announcement, db.Keys().Indexes(db.Keys().Chat("telegram", "1")))
		return m.ID, delivery
	}
	mission, delivery := told(store.Workshop)
	_, elsewhere := told(store.Forum)
	tap := func(address, flow string, id uuid.UUID, part string, at time.Time) map[string]string {
		t.Helper()
		what, event := d.doing("telegram", address, flow+"."+bot.StepWorkshop, id.String(), at)
		what.Event.Answer.Codes = []string{part}
		got, err := d.carryOut(what, event)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for name, c := range map[string]struct {
		address, flow string
		id            uuid.UUID
		part          string
		after         time.Duration // since it began
		outcome       string
		key           locales.Key
		form          string
	}{
		"before":                        {"1", bot.FlowDelivery, delivery, bot.WorkshopBefore, -time.Hour, bot.AnnouncementSaid, "", bot.FlowWorkshop},
		"by the offer":                  {"1", bot.FlowMission, mission, bot.WorkshopBefore, -time.Hour, bot.AnnouncementSaid, "", bot.FlowWorkshop},
		"as people sit down":            {"1", bot.FlowDelivery, delivery, bot.WorkshopBefore, 59 * time.Minute, bot.AnnouncementSaid, "", bot.FlowWorkshop},
		"late":                          {"1", bot.FlowDelivery, delivery, bot.WorkshopBefore, time.Hour, bot.AnnouncementSaid, locales.WorkshopLate, ""},
		"after, too early":              {"1", bot.FlowDelivery, delivery, bot.WorkshopAfter, 47 * time.Hour, bot.AnnouncementSaid, locales.WorkshopEarly, ""},
		"after, without before":         {"1", bot.FlowDelivery, delivery, bot.WorkshopAfter, 49 * time.Hour, bot.FeedbackAsked, "", ""},
		"too late":                      {"1", bot.FlowDelivery, delivery, bot.WorkshopAfter, 10 * 24 * time.Hour, bot.AnnouncementSaid, locales.WorkshopShut, ""},
		"an official who was not told":  {"2", bot.FlowDelivery, delivery, bot.WorkshopBefore, -time.Hour, bot.RSVPStranger, "", ""},
		"the same, by the offer":        {"2", bot.FlowMission, mission, bot.WorkshopBefore, -time.Hour, bot.RSVPStranger, "", ""},
		"a member":                      {"3", bot.FlowDelivery, delivery, bot.WorkshopBefore, -time.Hour, bot.RSVPStranger, "", ""},
		"nobody who is known":           {"4", bot.FlowDelivery, delivery, bot.WorkshopBefore, -time.Hour, bot.RSVPStranger, "", ""},
		"a meeting that is no workshop": {"1", bot.FlowDelivery, elsewhere, bot.WorkshopBefore, -time.Hour, bot.RSVPStranger, "", ""},
		"no message at all":             {"1", bot.FlowDelivery, uuid.New(), bot.WorkshopBefore, -time.Hour, bot.RSVPStranger, "", ""},
	} {
		got := tap(c.address, c.flow, c.id, c.part, begins.Add(c.after))
		if got[bot.ResultOutcome] != c.outcome || got[bot.ResultKey] != string(c.key) || got[bot.ResultForm] != c.form {
			t.Errorf("%s: %v", name, got)
		}
	}
	// The word is about the same workshop: an official who was invited has it bound.
	if got := d.do("telegram", "1", bot.ChatFlow+"."+bot.WorkshopAsked, "", morning); !containsCode(t, got[bot.ResultAnswers], mission) {
		t.Error("by the word:", got)
	}
	if got := d.do("telegram", "2", bot.ChatFlow+"."+bot.WorkshopAsked, "", morning); containsCode(t, got[bot.ResultAnswers], mission) || got[bot.ResultForm] == "" {
		t.Error("by the word of who was not invited:", got)
	}
	sql(`UPDATE role SET ended_at = granted_at, ended_why = 'revoked'`)
	what, event := d.doing("telegram", "1", bot.FlowDelivery+"."+bot.StepWorkshop, delivery.String(), begins.Add(-time.Hour))
	what.Event.Answer.Codes = []string{bot.WorkshopBefore}
	if got, err := d.carryOut(what, event); err == nil {
		t.Error("after the role ended:", got)
	}
}

func containsCode(t *testing.T, raw string, id uuid.UUID) bool {
	t.Helper()
	var given flows.Answers
	if err := json.Unmarshal([]byte(raw), &given); err != nil {
		t.Fatal(err)
	}
	return given.Code(workshop.Mission) == id.String()
}
