package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/bot/whatsapp"
	"mboka/store"
)

// stubbed has somebody told by the neutral text that there is something, as the
// pumps do it, and gives the delivery and Twilio's id.
func (s *testService) stubbed(ch *whatsapp.Channel, member uuid.UUID, address string, m store.Mission, validUntil time.Time) (uuid.UUID, string) {
	s.t.Helper()
	db, err := store.Open(s.t.Context(), s.dbURL, s.keys)
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	staff, delivery := uuid.New(), uuid.New()
	a := store.Announcement{ID: uuid.New(), MissionID: m.ID, Kind: store.AnnounceNotice, RoleID: staff, Organisation: store.IOM,
		Audience: []byte(`{}`), Status: store.AnnouncementReview, CreatedAt: time.Now(), ValidUntil: validUntil}
	m.RoleID = staff
	s.sql(`INSERT INTO staff (id, language, joined_at, last_seen_at) VALUES ($1, 'fr', now(), now())`, staff)
	s.sql(`INSERT INTO role (id, staff_id, role, organisation, granted_at) VALUES ($1, $1, 'coordinator', 'iom', now())`, staff)
	if err := db.Write(s.t.Context(), func(tx *store.Tx) error {
		if err := tx.PutMission(s.t.Context(), m); err != nil {
			return err
		}
		return tx.PutAnnouncement(s.t.Context(), a)
	}); err != nil {
		s.t.Fatal(err)
	}
	receipt, err := ch.Send(s.t.Context(), address, bot.Message{ID: "delivery-" + delivery.String(), Language: "fr", Text: "…", Notice: bot.NoticeStub, Outside: true})
	if err != nil || receipt.Notice != bot.NoticeStub {
		s.t.Fatal(receipt, err)
	}
	s.sql(`UPDATE announcement SET status = 'sent' WHERE id = $1`, a.ID)
	s.sql(`INSERT INTO delivery (id, announcement_id, member_id, channel, language, country, place, state, means, provider_id, started_at, rank)
		VALUES ($1, $2, $3, 'whatsapp', 'fr', 'BE', 'BE', 'delivered', 'stub', $4, now(), 4)`, delivery, a.ID, member, receipt.ProviderID)
	return delivery, receipt.ProviderID
}

// sql changes the records as no command does.
func (s *testService) sql(query string, args ...any) {
	s.t.Helper()
	if _, err := s.db.Exec(s.t.Context(), query, args...); err != nil {
		s.t.Fatal(err)
	}
}

func gathering(title string) store.Mission {
	begins := time.Now().Add(30 * 24 * time.Hour).Truncate(time.Minute)
	return store.Mission{ID: uuid.New(), Kind: store.Awareness, Organisation: store.IOM, Country: "BE", City: "brussels", Timezone: "Europe/Brussels",
		StartsAt: begins, EndsAt: begins.Add(3 * time.Hour), StatePresent: true, Venue: "Maison communale",
		Texts: map[string]store.MissionText{"fr": {Title: title, Summary: "Venez nombreux."}}, CreatedAt: time.Now()}
}

// TestReadByWord: who was told by the neutral text reads the whole by tapping
// it or by a word, the newest first, and answers by its buttons.
func TestReadByWord(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	setupWhatsApp(t, s)
	s.twilio.Decide("", "approved", "")
	if out, code := s.command("whatsapp", "templates"); code != exitOK {
		t.Fatal(out)
	}
	s.start()
	cfg, err := readConfig(s.vars, need{database: true, channels: true})
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), s.dbURL, s.keys)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ch, err := openWhatsApp(t.Context(), cfg, db, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	const address = "whatsapp:+32470000193"
	member := s.silent("whatsapp", address, 1)
	valid := time.Now().Add(24 * time.Hour)
	first, _ := s.stubbed(ch, member, address, gathering("Rencontre de Liège"), valid)
	s.stubbed(ch, member, address, gathering("Rencontre passée"), time.Now().Add(-time.Hour))
	third, sid := s.stubbed(ch, member, address, gathering("Rencontre d'Ixelles"), valid)

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	last := func(n int) string {
		t.Helper()
		all := s.twilio.Wait(ctx, address, n)
		if len(all) < n {
			t.FailNow()
		}
		return all[n-1].Body
	}
	s.twilio.Tap(address, "Lire")
	if got := last(4); !strings.Contains(got, "Rencontre d'Ixelles") || !strings.Contains(got, "représentants de l'État") || len(s.twilio.Messages(address)[3].Buttons) != 3 {
		t.Errorf("by the button: %s %+v", got, s.twilio.Messages(address)[3].Buttons)
	}
	if n := s.number(`SELECT count(*) FROM delivery WHERE id = $1 AND state = 'read' AND reason = 'opened'`, third); n != 1 {
		t.Error("it does not count as read")
	}
	s.twilio.Text(address, "lire")
	if got := last(5); !strings.Contains(got, "n'est plus d'actualité") {
		t.Errorf("what is over: %s", got)
	}
	s.twilio.Text(address, "LIRE svp")
	if got := last(6); !strings.Contains(got, "Rencontre de Liège") {
		t.Errorf("the next: %s", got)
	}
	if run, step, _, ok := bot.ReadPayload(s.twilio.Messages(address)[5].Buttons[0].ID); !ok || step != "rsvp" || run != (bot.About{Kind: bot.AboutDelivery, ID: first}).Run() {
		t.Errorf("the buttons are about %s", run)
	}
	s.twilio.Text(address, "tanga")
	if got := last(7); !strings.Contains(got, "Vous avez tout lu") {
		t.Errorf("nothing waits: %s", got)
	}
	// A button whose variable was not filled: the message that was tapped tells.
	tap := func(payload, sid string) {
		s.twilio.Post(address, url.Values{"Body": {"…"}, "ButtonText": {"…"}, "ButtonPayload": {payload}, "OriginalRepliedMessageSid": {sid}})
	}
	tap("{{r}}."+bot.StepCalendar+".get", sid)
	if got := last(8); !strings.Contains(got, s.public()) {
		t.Errorf("no calendar of the meeting of that message: %s", got)
	}
	tap("{{r}}."+bot.StepCalendar+".get", "SM00000000000000000000000000000000")
	if got := last(9); strings.Contains(got, s.public()) {
		t.Errorf("a calendar of a meeting that nobody named: %s", got)
	}
	for _, line := range s.logLines() {
		if raw, _ := json.Marshal("Rencontre"); strings.Contains(line, strings.Trim(string(raw), `"`)) {
			t.Errorf("a title in the log: %s", line)
		}
	}
}

func (s *testService) public() string {
	for _, v := range s.vars {
		if public, ok := strings.CutPrefix(v, "MBOKA_PUBLIC_URL="); ok {
			return public
		}
	}
	return "no public address"
}
