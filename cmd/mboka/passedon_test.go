package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"mboka/bot"
	"mboka/bot/telegram/telegramtest"
)

// TestLinksThatArePassedOn: who comes by a link is counted for it once they have
// a record, is shown the mission first, and leaves nothing before the age answer.
func TestLinksThatArePassedOn(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	setupWhatsApp(t, s)
	s.start()
	db := s.records()
	author := s.staffer(t, "telegram", "coordinator", "iom")
	a := author.sending(db, usual...)
	s.sent(a)
	s.tells(db, a)
	author.reported()
	author.hears("[share]", "rep_said")
	code := regexp.MustCompile(`a_[2-9A-HJ-NP-Z]{8}`).FindString(author.phone.last())
	if want := "https://t.me/" + telegramtest.Username + "?start=" + code; !strings.Contains(author.phone.last(), want) {
		t.Fatalf("no link:\n%s", author.phone.last())
	}
	registers := func(d *dialogue, begins string) {
		t.Helper()
		d.hears(begins, "lang_choice")
		if d.rows() != 0 {
			t.Error("something is kept before the age answer")
		}
		for _, line := range []string{"[fr]", "[yes]", "[35_44]", "[BE]", "[edu_master]", "[employee]"} {
			d.say(line)
		}
		d.say("[later]")
		d.say("[no]")
	}
	by := func(d *dialogue) (n int) {
		return s.number(`SELECT count(*) FROM member m JOIN ambassador b ON b.id = m.ambassador_id JOIN address a ON a.member_id = m.id
			WHERE a.chat = $1 AND 'a_' || b.code = $2`, d.index(), code)
	}
	for channel, begins := range map[string]string{"telegram": "/start " + code, "whatsapp": "Bonjour " + code} {
		d := s.talker(t, channel)
		registers(d, begins)
		if last := d.phone.last(); by(d) != 1 || !strings.Contains(last, "Rencontre de Liège") || !strings.Contains(last, "Venez nombreux") {
			t.Errorf("%s: counted %d times\n%s", channel, by(d), last)
		}
		d.say("menu")
		d.hears(begins, "amb_shown")
	}
	stranger := s.talker(t, "telegram")
	registers(stranger, "/start a_ZZZZZZZZ")
	if !strings.Contains(stranger.phone.last(), "Que voulez-vous faire") {
		t.Errorf("an unknown code was not a plain beginning:\n%s", stranger.phone.last())
	}
	if author.hears("[share]", "rep_said"); !strings.Contains(author.phone.last(), code) || !strings.Contains(author.phone.last(), "pas encore de nombre") {
		t.Errorf("another link, or a number:\n%s", author.phone.last())
	}
	if n := s.number(`SELECT coalesce(sum(came), 0) FROM ambassador_month`); n != 2 {
		t.Errorf("%d registrations are counted", n)
	}
	s.sql(`INSERT INTO ambassador_month SELECT id, date_trunc('month', now() AT TIME ZONE 'UTC') - interval '1 month', 12 FROM ambassador`)
	author.hears("[share]", "rep_said")
	told := author.phone.last()
	if !regexp.MustCompile(`Inscriptions par ce lien jusqu'au (28|29|30|31) \S+ \d{4} : 10\.`).MatchString(told) {
		t.Errorf("not the rounded number of the month that is over:\n%s", told)
	}
	registers(s.talker(t, "telegram"), "/start "+code)
	if author.hears("[share]", "rep_said"); author.phone.last() != told {
		t.Errorf("one who comes is seen:\n%s\n%s", told, author.phone.last())
	}
	author.hears("[end]", "rep_said")
	late := s.talker(t, "telegram")
	registers(late, "/start "+code)
	if by(late) != 0 {
		t.Error("a link that has ended counts")
	}
	author.hears("ambassadeur Amicale Fictive", "rep_said")
	if author.hears("ambassadeur", "rep_said"); !strings.Contains(author.phone.last(), "Amicale Fictive (") || !strings.Contains(author.phone.last(), ") : pas encore de nombre") {
		t.Errorf("the list:\n%s", author.phone.last())
	}
	if strings.Contains(dump(t, s.dbURL), "Amicale") {
		t.Error("the name of an association lies open")
	}
}

// TestProgressWaitsForTheWindow: who follows a sending on WhatsApp and has not
// written for a day gets the report when they write, and not before.
func TestProgressWaitsForTheWindow(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	setupWhatsApp(t, s)
	s.start()
	db := s.records()
	d := s.staffer(t, "whatsapp", "coordinator", "iom")
	a := d.sending(db, usual...)
	s.sent(a)
	d.flushed()
	back := 48 * time.Hour
	d.exec(`UPDATE staff SET last_seen_at = last_seen_at - interval '48 hours' WHERE chat = $1`)
	d.change(func(session *bot.Session) {
		session.At, session.PromptAt = session.At.Add(-back), session.PromptAt.Add(-back)
	})
	before, _ := d.phone.count()
	s.tells(db, a)
	d.turns++
	s.waitTurn(t, d.chat(), d.turns)
	poll(t, "the report to wait", func() bool { return s.logged(`"state":"parked"`) > 0 })
	if got, _ := d.phone.count(); got != before {
		t.Fatalf("said outside the window:\n%s", d.phone.last())
	}
	d.say("menu")
	poll(t, "the report", func() bool { return strings.Contains(strings.Join(d.bubbles(), "\n"), "Rencontre de Liège : rapport") })
}
