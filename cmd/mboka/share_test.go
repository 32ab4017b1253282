package main

import (
	"strings"
	"testing"
	"time"

	"mboka/store/sessions"
)

// offers makes the person one who offers something and may be contacted, and
// gives their member number.
func (d *dialogue) offers(name string) string {
	d.t.Helper()
	d.registers()
	for _, line := range []string{"modifier", "14", name, "10", "1", "[done]", "mes accords", "[contact_give]", "Oui, j'accepte"} {
		d.say(line)
	}
	d.consent("contact = yes")
	return d.number
}

// asks makes a request.
func (d *dialogue) asks(number string) {
	d.t.Helper()
	for _, line := range []string{"/request", "Ministère Fictif", "un hôpital", number} {
		d.say(line)
	}
	d.hears("[send]", "request_sent staff_menu")
}

// staffer gives somebody with a role.
func (s *testService) staffer(t *testing.T, channel, role, org string) *dialogue {
	d := s.talker(t, channel)
	d.invited(role, org)
	d.hears("rejoindre "+d.code, "join_done staff_menu")
	return d
}

// TestWithdrawnBeforeDelivery: a yes that was taken back before the card was
// opened passes nothing, and who asked hears what a refusal sounds like.
func TestWithdrawnBeforeDelivery(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.tempo.requests = 100 * time.Millisecond
	s.start()
	member, official := s.talker(t, "telegram"), s.staffer(t, "telegram", "official", "ministry")
	number := member.offers("Zibeline Marquée")
	official.asks(number)
	member.hearsOf("share_gov")
	// The official's chat is held, as by another replica, so that the card waits.
	release := s.hold(t, official)
	member.hears("Oui, transmettre", "share_done menu_title")
	member.say("mes accords")
	member.hears("[shares]", "shares")
	member.hears("Oui, arrêter", "shares_ended menu_title")
	release()
	official.hearsOf("")
	member.away, official.away = official, member
	official.ends()
	official.hearsOf("request_none staff_menu")
	for _, m := range s.telegram.Messages(official.phone.(telegramPhone).chat) {
		if strings.Contains(m.Text, "Zibeline") {
			t.Error("the profile was passed on after the withdrawal")
		}
	}
	member.hears("qui m'a vu", "whosaw_none whosaw_mailings menu_title")
}

// TestLateAnswerAndErasure: an answer after the end is taken kindly and passes
// nothing; a member who erases themselves while a request waits leaves an end
// like any other.
func TestLateAnswerAndErasure(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.tempo.requests = 100 * time.Millisecond
	s.start()
	member, official := s.talker(t, "telegram"), s.staffer(t, "telegram", "official", "ministry")
	number := member.offers("Zibeline Marquée")
	official.away = member
	official.asks(number)
	member.hearsOf("share_gov")
	official.ends()
	official.hearsOf("request_none staff_menu")
	member.hears("Oui, transmettre", "share_over menu_title")
	member.hears("mes accords", "consents")
	member.hears("[done]", "closed menu_title")
	official.asks(number)
	member.hearsOf("share_gov")
	member.hears("effacer", "erase_ask")
	member.hears("[yes]", "erase_done")
	official.ends()
	official.hearsOf("request_none staff_menu")
	var left int
	if err := s.db.QueryRow(t.Context(), `SELECT count(*) FROM share_request WHERE member_id IS NOT NULL OR sealed_purpose IS NOT NULL OR sealed_institution IS NOT NULL`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d requests of the erased member are left (%v)", left, err)
	}
	if strings.Contains(strings.Join(s.logLines(), "\n")+dump(t, s.dbURL)+s.redisDump(), "Zibeline") {
		t.Error("a name stands in the clear")
	}
}

// TestNoReturnByChance: after « stop » nothing but an exact yes to that very
// question subscribes a person again: no greeting, no change of the profile, no
// second phone, no merge.
func TestNoReturnByChance(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	setupWhatsApp(t, s)
	s.start()
	member, second := s.talker(t, "telegram"), s.talker(t, "whatsapp")
	member.offers("Zibeline Marquée")
	member.say("mes accords")
	member.say("[missions_give]")
	member.hears("Oui, prévenez-moi", "missions_noted_yes menu_title")
	second.registers()
	member.say("stop")
	member.consent("missions = no")
	for _, line := range []string{"/start", "mbote", "oui", "continuer", "menu", "modifier", "14", "Autre Nom", "annuler", "réunions", "oui, prévenez-moi", "lier"} {
		member.say(line)
		member.consent("missions = no")
	}
	second.say("lier " + member.linkCode())
	second.say("Oui, relier")
	second.consent("missions = no")
	second.consent("contact = yes")
	second.say("continuer")
	second.consent("missions = no")
}

// hold takes a chat's lease, as another replica would, until it is given back.
func (s *testService) hold(t *testing.T, d *dialogue) (release func()) {
	t.Helper()
	all, ctx := sessions.New(s.redis, sessions.Options{}), t.Context()
	var grip *sessions.Grip
	poll(t, "the lease of the chat", func() bool {
		g, ok, err := all.Claim(ctx, s.keys.Chat(d.phone.channel(), d.phone.address()), "test")
		if err != nil {
			t.Fatal(err)
		}
		grip = g
		return ok
	})
	return func() {
		if err := all.Release(ctx, grip); err != nil {
			t.Error(err)
		}
	}
}
