package main

import (
	"strings"
	"testing"

	"mboka/locales"
)

// TestOfficialsAreInvited: officials of the state, who are no members, are told
// of a training workshop in their languages on both platforms; no member is, and
// one whose role ended neither. They answer, and the author reads how many.
func TestOfficialsAreInvited(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	setupWhatsApp(t, s)
	s.sql(`INSERT INTO setting (key, value, updated_at, updated_by) VALUES ('quiet_from', '08:00', now(), 'test'), ('quiet_to', '08:00', now(), 'test')`)
	s.start()
	member := s.talker(t, "telegram")
	member.registers()
	member.flushed()
	s.sql(`INSERT INTO consent (id, member_id, purpose, granted, notice_version, language, channel, at, message_id)
		SELECT gen_random_uuid(), member_id, 'missions', true, '1', 'fr', channel, now(), 'said' FROM address`)
	var invited []*dialogue
	for i := range 13 {
		d := s.staffer(t, []string{"telegram", "whatsapp"}[i%2], "official", "ministry")
		d.lang = locales.Langs[i%3]
		d.say("/language")
		d.say("[" + d.lang.String() + "]")
		invited = append(invited, d)
	}
	left := invited[12]
	invited = invited[:12]
	s.sql(`UPDATE role SET ended_at = now(), ended_why = 'lapsed' WHERE granted_at = (SELECT max(granted_at) FROM role)`)
	heard, _ := left.phone.count()
	author, approver := s.staffer(t, "telegram", "coordinator", "iom"), s.approver(t, "whatsapp")
	for _, line := range []string{"/announce", "[workshop]", "Atelier fictif", "Protéger les données de la diaspora.", "passer", "passer",
		"RDC", "Kinshasa", "oui", "Salle fictive", "12, rue Fictive", "{day} 9h", "oui", "16h", "oui", "passer", "{label:ann_state_yes}", "français", "25 places",
		"gratuit", "passer", "secrétariat fictif", "passer", "officiels", "[now]", "[ok]"} {
		author.say(author.words(line))
	}
	if card := author.phone.last(); !strings.Contains(card, "agents de l'État qui utilisent ce service") || !strings.Contains(card, "10 personnes") {
		t.Fatalf("the dry run:\n%s", card)
	}
	author.say("[submit]")
	poll(t, "the approver is asked", func() bool { return strings.Contains(approver.phone.last(), "Atelier fictif") })
	approver.turns++
	approver.say("[approve]")
	s.sql(`UPDATE announcement SET begin_at = now() WHERE status = 'approved'`)
	for _, d := range invited {
		poll(t, "an official reads it", func() bool { return strings.Contains(d.phone.last(), "Atelier fictif") })
		text, state := d.phone.last(), map[locales.Lang]string{
			locales.FR: "Des représentants de l'État congolais (ministère, ambassade) seront présents.",
			locales.EN: "Representatives of the Congolese state (ministry, embassy) will be present.",
			locales.LN: "Bato ya Leta ya Congo (ministère, ambassade) bakozala wana.",
		}[d.lang]
		if !strings.Contains(text, state) || strings.Contains(text, "rue Fictive") {
			t.Errorf("in %s on %s:\n%s", d.lang, d.phone.channel(), text)
		}
	}
	for i, d := range invited[:11] {
		before, _ := d.phone.count()
		d.phone.tap([]string{"yes", "no"}[i/10])
		poll(t, "the answer is noted", func() bool { n, _ := d.phone.count(); return n > before })
		if text := d.phone.last(); strings.Contains(text, "rue Fictive") != (i < 10) {
			t.Errorf("the place, after answer %d:\n%s", i, text)
		}
	}
	poll(t, "the answers on record", func() bool { return s.number(`SELECT count(*) FROM rsvp`) == 11 })
	if now, _ := left.phone.count(); now != heard {
		t.Errorf("whose role ended is told:\n%s", left.phone.last())
	}
	if strings.Contains(member.phone.last(), "Atelier fictif") {
		t.Errorf("a member is told:\n%s", member.phone.last())
	}
	author.say("/announcements")
	author.say("1")
	author.say("[report]")
	if report := author.phone.last(); !strings.Contains(report, "Destinataires 12") || !strings.Contains(report, "Viennent 10") {
		t.Errorf("the report:\n%s", report)
	}
}
