package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"

	"mboka/bot/announce"
	"mboka/locales"
	"mboka/store"
)

// records opens what the service keeps, with its rights.
func (s *testService) records() *store.DB {
	s.t.Helper()
	db, err := store.Open(s.t.Context(), s.dbURL, s.keys)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(db.Close)
	return db
}

// lot are deliveries that are alike.
type lot struct {
	n                          int
	country, language, channel string
	state, reason              string
}

// sending keeps a mission of the chat's role and a first notice about it that is
// being sent: its deliveries are under way, and a job tells who follows it.
func (d *dialogue) sending(db *store.DB, lots ...lot) store.Announcement {
	d.t.Helper()
	ctx, now := d.t.Context(), time.Now()
	role := d.roleIDs()[0]
	m := store.Mission{
		ID: uuid.New(), Kind: store.Awareness, RoleID: role, Organisation: store.IOM, Country: "BE", City: "be_brussels", Timezone: "Europe/Brussels",
		StartsAt: now.Add(30 * 24 * time.Hour), CreatedAt: now,
		Texts: map[string]store.MissionText{
			"fr": {Title: "Rencontre de Liège", Summary: "Venez nombreux."}, "en": {Title: "Liège meeting", Summary: "Please come."},
			"ln": {Title: "Bokutani ya Liège", Summary: "Boya."},
		},
	}
	a := store.Announcement{ID: uuid.New(), MissionID: m.ID, Kind: store.AnnounceNotice, RoleID: role, Organisation: store.IOM,
		Audience: []byte(`{"places": [{"country": "AQ"}]}`), Status: store.AnnouncementReview, CreatedAt: now, SubmittedAt: now, ValidUntil: m.StartsAt}
	if err := db.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutMission(ctx, m); err != nil {
			return err
		}
		return tx.PutAnnouncement(ctx, a)
	}); err != nil {
		d.t.Fatal(err)
	}
	d.s.sql(`UPDATE announcement SET status = 'sending', approved_at = now(), begin_at = now(), started_at = now(), planned_at = now() WHERE id = $1`, a.ID)
	for _, l := range lots {
		d.s.sql(`INSERT INTO delivery (id, announcement_id, channel, language, country, place, state, reason, started_at)
			SELECT gen_random_uuid(), $1, $2, $3, $4, $4, $5, nullif($6, ''), now() FROM generate_series(1, $7::int)`,
			a.ID, l.channel, l.language, l.country, l.state, l.reason, l.n)
	}
	return a
}

// told has a job tell who follows an announcement.
func (s *testService) tells(db *store.DB, a store.Announcement) {
	s.t.Helper()
	if err := db.Write(s.t.Context(), func(tx *store.Tx) error {
		return tx.Enqueue(s.t.Context(), announce.Telling{Announcement: a.ID})
	}); err != nil {
		s.t.Fatal(err)
	}
}

// sent ends a sending for good: those who wait are nobody's rows, and would be
// found to have withdrawn.
func (s *testService) sent(a store.Announcement) {
	s.t.Helper()
	s.sql(`UPDATE announcement SET status = 'closed', ended_at = now() WHERE id = $1`, a.ID)
}

// usual are the deliveries of a small announcement.
var usual = []lot{
	{60, "BE", "fr", "telegram", store.DeliveryRead, ""}, {30, "FR", "ln", "whatsapp", store.DeliverySent, ""}, {12, "BE", "en", "telegram", store.DeliveryDelivered, ""},
	{13, "BE", "fr", "whatsapp", store.DeliveryParked, "window"}, {11, "FR", "fr", "whatsapp", store.DeliveryParked, "window"},
	{11, "FR", "fr", "telegram", store.DeliveryFailed, "403"}, {3, "CA", "fr", "telegram", store.DeliveryFailed, "403"}, {2, "BE", "fr", "telegram", store.DeliveryWithdrawn, ""},
}

// TestProgressIsEditedInPlace: on Telegram there is one message of a sending,
// changed as it goes on, and the report; on WhatsApp there are three messages.
func TestProgressIsEditedInPlace(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	setupWhatsApp(t, s)
	s.start()
	db := s.records()
	author, other := s.staffer(t, "telegram", "coordinator", "iom"), s.approver(t, "whatsapp")
	a := author.sending(db, lot{60, "BE", "fr", "telegram", store.DeliverySending, ""}, lot{40, "FR", "fr", "whatsapp", store.DeliverySending, ""})
	s.sql(`UPDATE announcement SET approver_id = $2 WHERE id = $1`, a.ID, other.roleIDs()[0])
	first, _ := author.phone.count()
	wrote, _ := other.phone.count()
	s.tells(db, a)
	shows := func(d *dialogue, n int, words ...string) {
		t.Helper()
		poll(t, fmt.Sprint(words), func() bool {
			got, _ := d.phone.count()
			for _, w := range words {
				if got < n || !strings.Contains(d.phone.last(), w) {
					return false
				}
			}
			return got == n
		})
	}
	shows(author, first+1, "Rencontre de Liège : envoi en cours", "░░░░░░░░░░ 0 %   0 / 100", "[Pause]")
	shows(other, wrote+1, "░░░░░░░░░░ 0 %", "[Pause]")
	s.sql(`UPDATE delivery SET state = 'sent' WHERE announcement_id = $1 AND channel = 'telegram'`, a.ID)
	shows(author, first+1, "▓▓▓▓▓▓░░░░ 60 %   60 / 100", "remis 60")
	shows(other, wrote+2, "60 %")
	s.sql(`UPDATE delivery SET state = 'read' WHERE announcement_id = $1 AND channel = 'whatsapp'`, a.ID)
	s.sent(a)
	shows(author, first+2, "rapport", "envoyés 100", "lus 40", "[Tableau XLSX]")
	shows(other, wrote+3, "rapport", "lus 40")
	poll(t, "the end of the job", func() bool {
		return s.number(`SELECT count(*) FROM river_job WHERE kind = 'announcement_progress' AND state = 'completed'`) == 1
	})
	messages := s.telegram.Messages(author.phone.(telegramPhone).chat)
	progress := messages[len(messages)-2]
	if progress.Edits < 2 || !strings.Contains(progress.Text, "▓▓▓▓▓▓▓▓▓▓ 100 %") || len(progress.Rows) > 0 {
		t.Errorf("the progress at the end: %+v", progress)
	}
	if got, _ := author.phone.count(); got != first+2 {
		t.Errorf("%d messages on Telegram", got-first)
	}
	if got, _ := other.phone.count(); got != wrote+3 {
		t.Errorf("%d messages on WhatsApp", got-wrote)
	}
}

// TestPauseIsTold: who pauses by the button under the progress stops the sending,
// and everybody who follows it hears of it once.
func TestPauseIsTold(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	setupWhatsApp(t, s)
	s.start()
	db := s.records()
	author, other := s.staffer(t, "telegram", "coordinator", "iom"), s.approver(t, "whatsapp")
	a := author.sending(db, lot{60, "BE", "fr", "telegram", store.DeliverySending, ""})
	s.sql(`UPDATE announcement SET approver_id = $2 WHERE id = $1`, a.ID, other.roleIDs()[0])
	s.tells(db, a)
	status := func() (got string) {
		if err := s.db.QueryRow(t.Context(), `SELECT status FROM announcement WHERE id = $1`, a.ID).Scan(&got); err != nil {
			t.Fatal(err)
		}
		return got
	}
	has := func(d *dialogue, words string) {
		t.Helper()
		poll(t, words, func() bool {
			for _, m := range d.bubbles() {
				if strings.Contains(m, words) {
					return true
				}
			}
			return false
		})
	}
	has(author, "envoi en cours")
	has(other, "envoi en cours")
	author.say("[pause]")
	if status() != store.AnnouncementPaused {
		t.Fatal(status())
	}
	has(author, "envoi en pause")
	has(other, "envoi en pause")
	other.turns += 2 // the beginning, and the pause
	other.say("[resume]")
	if status() != store.AnnouncementSending {
		t.Fatal(status())
	}
	author.say("[cancel]")
	if status() != store.AnnouncementSending {
		t.Fatal("cancelled without a second yes")
	}
	author.say("[cancel_yes]")
	if status() != store.AnnouncementCancelled {
		t.Fatal(status())
	}
	paused := 0
	for _, m := range other.bubbles() {
		if strings.Contains(m, "envoi en pause") {
			paused++
		}
	}
	if paused != 1 {
		t.Errorf("the pause was told %d times", paused)
	}
}

// approver gives somebody who approves for the running organisation.
func (s *testService) approver(t *testing.T, channel string) *dialogue {
	d := s.talker(t, channel)
	d.invited("approver", "iom")
	d.say("rejoindre " + d.code)
	return d
}

// reported waits until the report is on the phone.
func (d *dialogue) reported() {
	d.t.Helper()
	d.turns++
	if turn := d.s.waitTurn(d.t, d.chat(), d.turns); strings.Join(turn.Said, " ") != "rep_said" {
		d.t.Fatalf("hears %v, not the report", turn.Said)
	}
	poll(d.t, "the report on the phone", func() bool { return strings.Contains(d.phone.last(), "XLSX") })
	d.shows()
}

// bubbles are the texts of the bot in a chat.
func (d *dialogue) bubbles() (out []string) {
	switch p := d.phone.(type) {
	case telegramPhone:
		for _, m := range p.srv.Messages(p.chat) {
			if m.FromBot {
				out = append(out, m.Text)
			}
		}
	case whatsappPhone:
		for _, m := range p.srv.Messages(p.addr) {
			out = append(out, m.Body)
		}
	}
	return out
}

// TestWorkbookIsHandedOut: as a document on Telegram and behind a link on
// WhatsApp, with the numbers of the report, and on record.
func TestWorkbookIsHandedOut(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	setupWhatsApp(t, s)
	s.start()
	db := s.records()
	for _, channel := range []string{"telegram", "whatsapp"} {
		d := s.staffer(t, channel, "coordinator", "iom")
		a := d.sending(db, usual...)
		s.sent(a)
		s.tells(db, a)
		d.reported()
		report := d.phone.last()
		d.say("[xlsx]")
		var data []byte
		if channel == "telegram" {
			p := d.phone.(telegramPhone)
			for _, m := range p.srv.Messages(p.chat) {
				if m.File != nil {
					data = m.File.Data
				}
			}
		} else {
			link := regexp.MustCompile(`http\S+/export/[a-z2-7]{32}`).FindString(d.phone.last())
			if link == "" {
				t.Fatalf("no link:\n%s", d.phone.last())
			}
			_, body := visit(t, "POST", link, "xlsx")
			data = []byte(body)
		}
		f, err := excelize.OpenReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(channel, err)
		}
		rows, err := f.GetRows("Résultats")
		if err != nil || fmt.Sprint(rows[0], rows[5]) != "[Destinataires 142] [En attente 24]" || !strings.Contains(report, "Destinataires 142") || !strings.Contains(report, "en attente 24") {
			t.Errorf("%s: %v %v\n%s", channel, rows, err, report)
		}
		f.Close()
	}
	if n := s.number(`SELECT count(*) FROM audit WHERE act = 'announcement.export' AND exported AND size = 142`); n != 2 {
		t.Errorf("%d exports on record", n)
	}
}

// TestReportsAreForWhoMay: neither a member nor another organisation learns
// anything by a button of somebody else's report.
func TestReportsAreForWhoMay(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.start()
	db := s.records()
	author := s.staffer(t, "telegram", "coordinator", "iom")
	a := author.sending(db, usual...)
	s.sent(a)
	s.tells(db, a)
	author.reported()
	p := author.phone.(telegramPhone)
	payload := ""
	for _, m := range p.srv.Messages(p.chat) {
		for _, row := range m.Rows {
			for _, b := range row {
				if codeOf(b.Payload) == "whole" {
					payload = b.Payload
				}
			}
		}
	}
	member, rival := s.talker(t, "telegram"), s.staffer(t, "telegram", "coordinator", "association")
	member.registers()
	official := s.staffer(t, "telegram", "official", "ministry")
	for _, d := range []*dialogue{member, rival, official} {
		q := d.phone.(telegramPhone)
		messages := p.srv.Messages(q.chat)
		q.srv.TapOn(q.chat, messages[len(messages)-1].ID, payload)
		d.turns++
		if said := s.waitTurn(t, d.chat(), d.turns).Said; said[0] != string(locales.Stale) {
			t.Errorf("%v:\n%s", said, d.phone.last())
		}
	}
	if n := s.number(`SELECT count(*) FROM audit WHERE act = 'mission.report'`); n != 0 {
		t.Errorf("%d reports on record", n)
	}
}

// TestReportIsNotRecounted: what a few people do after the report changes the
// overall counters and no table; what many do changes the tables.
func TestReportIsNotRecounted(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.start()
	db := s.records()
	d := s.staffer(t, "telegram", "coordinator", "iom")
	a := d.sending(db, usual...)
	s.sent(a)
	s.tells(db, a)
	d.reported()
	kept := func() (out []json.RawMessage) {
		var raw []byte
		if err := s.db.QueryRow(t.Context(), `SELECT report -> 'breakdowns' FROM report WHERE announcement_id = $1`, a.ID).Scan(&raw); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	before := fmt.Sprintf("%s", kept())
	s.sql(`UPDATE delivery SET state = 'sent' WHERE id IN (SELECT id FROM delivery WHERE announcement_id = $1 AND state = 'parked' AND country = 'FR' LIMIT 3)`, a.ID)
	d.hears("[xlsx]", "rep_file")
	if got := fmt.Sprintf("%s", kept()); got != before {
		t.Errorf("counted again:\n%s\n%s", before, got)
	}
	s.sql(`UPDATE delivery SET state = 'sent' WHERE announcement_id = $1 AND state IN ('parked', 'failed')`, a.ID)
	d.hears("[xlsx]", "rep_file")
	if got := fmt.Sprintf("%s", kept()); got == before {
		t.Error("not counted again")
	}
}
