package main

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
)

// publishes makes the person's card public, with a name and the country.
func (d *dialogue) publishes(name string) string {
	d.t.Helper()
	d.hears("{cmd:directory}", "dir_off")
	d.hears("[begin]", "dir_name")
	d.hears(name, "echo_text dir_country")
	d.hears("[show]", "dir_link")
	d.hears("[hide]", "dir_preview")
	d.hears("{label:dir_publish_yes}", "dir_published menu_title")
	return d.card
}

func (d *dialogue) takesDown() {
	d.t.Helper()
	d.hears("{cmd:directory}", "dir_on")
	d.hears("[withdraw]", "dir_sure")
	d.hears("{label:dir_withdraw_yes}", "dir_withdrawn menu_title")
}

// opens opens the link to a card, as each platform brings it.
func (d *dialogue) opens(card, keys string) {
	d.t.Helper()
	link := "/start d_" + card
	if d.phone.channel() == "whatsapp" {
		link = "Bonjour d_" + card
	}
	d.hears(link, keys)
}

// drafts begins a message to a card, up to its last yes.
func (d *dialogue) drafts(card, words string) {
	d.t.Helper()
	d.opens(card, "con_begin con_signed")
	d.hears("Écrivain Fictif", "echo_text con_words")
	d.hears(words, "echo_text con_review")
}

// presses taps a button that the phone may never have had, delivered three
// times, and gives what is said and read.
func (d *dialogue) presses(payload string) (said string) {
	d.t.Helper()
	messages, edits := d.phone.count()
	switch p := d.phone.(type) {
	case telegramPhone: // whose updates all come three times
		all := p.srv.Messages(p.chat)
		p.srv.TapOn(p.chat, all[len(all)-1].ID, payload)
	case whatsappPhone:
		sid := "SM" + strings.ReplaceAll(uuid.NewString(), "-", "")
		for range 3 {
			p.ok(p.srv.Post(p.addr, url.Values{"MessageSid": {sid}, "SmsMessageSid": {sid}, "SmsSid": {sid}, "Body": {"…"}, "ButtonText": {"…"}, "ButtonPayload": {payload}}))
		}
	}
	d.turns++
	turn := d.s.waitTurn(d.t, d.chat(), d.turns)
	d.phone.settled(messages, edits)
	d.shows()
	return strings.Join(turn.Said, " ") + "\n" + d.phone.last()
}

// asked is the newest message by the directory, and whether its words are kept.
func (s *testService) asked(t *testing.T) (id uuid.UUID, words bool) {
	t.Helper()
	if err := s.db.QueryRow(t.Context(), `SELECT id, sealed_text IS NOT NULL FROM directory_contact ORDER BY recorded_at DESC LIMIT 1`).Scan(&id, &words); err != nil {
		t.Fatal(err)
	}
	return id, words
}

// got is how often a text has come to a phone.
func (d *dialogue) got(text string) (n int) {
	switch p := d.phone.(type) {
	case telegramPhone:
		for _, m := range p.srv.Messages(p.chat) {
			if m.FromBot && strings.Contains(m.Text, text) {
				n++
			}
		}
	case whatsappPhone:
		for _, m := range p.srv.Messages(p.addr) {
			if strings.Contains(m.Body, text) {
				n++
			}
		}
	}
	return n
}

// TestForgedContacts: whoever makes up, passes on, repeats or keeps what leads to
// somebody's card or message reads the same as about what never was, and nothing
// reaches anybody twice or against their will. Everything comes three times.
func TestForgedContacts(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	setupWhatsApp(t, s)
	s.telegram.Repeat(3)
	s.tempo.contacts = 100 * time.Millisecond
	s.sql(`INSERT INTO setting VALUES ('quiet_from', '08:00', now(), 'test'), ('quiet_to', '08:00', now(), 'test')`)
	s.start()
	for _, on := range [][2]string{{"telegram", "whatsapp"}, {"whatsapp", "telegram"}} {
		t.Run(on[0]+" to "+on[1], func(t *testing.T) {
			f := forgery{t: t, s: s, writer: s.talker(t, on[0]), owner: s.talker(t, on[1]), stranger: s.talker(t, on[0])}
			for _, d := range []*dialogue{f.writer, f.owner, f.stranger} {
				d.registers()
			}
			f.card = f.owner.publishes("Tantine Fictive")
			f.othersReadNothing()
			f.answeredOnce()
			f.goneMeanwhile()
		})
	}
}

// forgery are people over one card.
type forgery struct {
	t                       *testing.T
	s                       *testService
	writer, owner, stranger *dialogue
	card                    string
}

func about(id uuid.UUID) string {
	return bot.Payload(bot.About{Kind: bot.AboutContact, ID: id}.Run(), bot.StepContact, bot.ContactLook)
}

// othersReadNothing: a message to somebody else is one that is not there, for
// whoever taps it, with whatever code, or asks by a word.
func (f *forgery) othersReadNothing() {
	f.t.Helper()
	f.owner.opens(f.card, "con_own menu_title")
	f.writer.drafts(f.card, "Bonjour de Zwevezele.")
	f.writer.hears("[send]", "con_sent menu_title")
	f.owner.hearsOf("con_told")
	id, words := f.s.asked(f.t)
	if !words {
		f.t.Fatal("the words are not kept: the test shows nothing")
	}
	for _, d := range []*dialogue{f.stranger, f.writer} {
		never := d.presses(about(uuid.New()))
		if !strings.HasPrefix(never, "con_over menu_title\n") {
			f.t.Errorf("about nothing: %s", never)
		}
		run, _, _ := strings.Cut(about(id), ".")
		for _, payload := range []string{about(id), bot.Payload(run, "read", "reply"), bot.Payload(run, "read", "refuse"), bot.Payload(run, "sure", "yes")} {
			if got := d.presses(payload); got != never {
				f.t.Errorf("%s reads\n%s\nand about nothing\n%s", payload, got, never)
			}
		}
		d.hears("{cmd:read}", "read_none menu_title")
		if d.got("Zwevezele") > map[*dialogue]int{f.writer: 2}[d] { // the writer reads it back before it goes
			f.t.Error("somebody else reads the message")
		}
	}
}

// answeredOnce: the owner's answer goes out once, however often it comes; after
// it old buttons and a kept link answer that it is over, and a block is silent.
func (f *forgery) answeredOnce() {
	f.t.Helper()
	id, _ := f.s.asked(f.t)
	f.owner.hears("{cmd:read}", "con_read") // typed instead of tapped
	f.owner.hears("[reply]", "con_reply_words")
	f.owner.hears("Volontiers, à Qwertyville.", "echo_text con_review")
	f.owner.hears("[send]", "con_replied menu_title")
	f.writer.hearsOf("con_told_reply")
	for _, payload := range []string{about(id), about(id)} {
		if got := f.owner.presses(payload); !strings.HasPrefix(got, "con_over menu_title\n") {
			f.t.Errorf("answered, and tapped again: %s", got)
		}
	}
	f.writer.hears("[look]", "con_reply_card menu_title")
	if n := f.writer.got("Qwertyville"); n != 1 {
		f.t.Errorf("the reply came %d times", n)
	}
	f.writer.weeks()
	f.writer.drafts(f.card, "Encore de Zwevezele.")
	sent := strings.Join(f.writer.say("[send]"), " ") + f.writer.phone.last()
	f.owner.hearsOf("con_told")
	f.owner.hears("[look]", "con_read")
	f.owner.hears("[block]", "con_blocked menu_title")
	f.writer.weeks()
	f.writer.drafts(f.card, "Toujours de Zwevezele.")
	if got := strings.Join(f.writer.say("[send]"), " ") + f.writer.phone.last(); got != sent {
		f.t.Errorf("blocked, the writer reads\n%s\nand not\n%s", got, sent)
	}
	if _, words := f.s.asked(f.t); words || f.owner.got("Toujours") > 0 {
		f.t.Error("the words of who is blocked are kept, or read")
	}
}

// goneMeanwhile: a card that is taken down, a message that ends and an owner who
// erases themselves are all the same as what never was; and three are enough.
func (f *forgery) goneMeanwhile() {
	f.t.Helper()
	d := f.stranger
	d.opens(bot.CardID(uuid.New()), "con_gone menu_title")
	never := d.phone.last()
	gone := func(what string) {
		f.t.Helper()
		d.opens(f.card, "con_gone menu_title")
		if got := d.phone.last(); got != never {
			f.t.Errorf("%s: %s", what, got)
		}
	}
	d.drafts(f.card, "Une lettre de Zwevezele.")
	d.hears("[send]", "con_sent menu_title")
	f.owner.hearsOf("con_told")
	id, _ := f.s.asked(f.t)
	f.s.sql(`UPDATE directory_contact SET sent_at = now() - interval '8 days', expires_at = now() - interval '1 second' WHERE id = $1`, id)
	if got := f.owner.presses(about(id)); !strings.HasPrefix(got, "con_over menu_title\n") {
		f.t.Errorf("after its end: %s", got)
	}
	d.drafts(f.card, "Trop tard de Zwevezele.")
	f.owner.takesDown()
	d.hears("[send]", "con_sent menu_title")
	if _, words := f.s.asked(f.t); words {
		f.t.Error("words for a card that is gone are kept")
	}
	gone("withdrawn")
	f.card = f.owner.publishes("Tantine Fictive")
	d.drafts(f.card, "Encore trop tard.")
	f.owner.hears("effacer", "erase_ask")
	f.owner.hears("[yes]", "erase_done")
	d.hears("[send]", "con_sent menu_title")
	gone("erased")
	f.flood()
}

// flood: as many messages a day as the settings say, to whoever.
func (f *forgery) flood() {
	f.t.Helper()
	last := f.s.talker(f.t, "telegram")
	last.registers()
	card := last.publishes("Quatrième Fictive")
	f.stranger.drafts(card, "La troisième.")
	f.stranger.hears("[send]", "con_sent menu_title")
	last.hearsOf("con_told")
	another := f.s.talker(f.t, "whatsapp")
	another.registers()
	f.stranger.drafts(another.publishes("Cinquième Fictive"), "Une de trop.")
	f.stranger.hears("[send]", "con_limit menu_title")
	if _, words := f.s.asked(f.t); !words || another.got("écrit par l'annuaire") > 0 {
		f.t.Error("one more than a day has was passed on")
	}
}
