package main

import (
	"strings"
	"testing"
)

// TestAnnouncementFromWordToDoor goes the whole way on the real service, both
// platforms over HTTP: twelve people register, a coordinator writes an
// announcement, a colleague approves it, it is sent; somebody comes, somebody
// stops, the meeting is called off, and the report says how many.
func TestAnnouncementFromWordToDoor(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	setupWhatsApp(t, s)
	s.sql(`INSERT INTO setting (key, value, updated_at, updated_by) VALUES ('quiet_from', '08:00', now(), 'test'), ('quiet_to', '08:00', now(), 'test')`)
	s.start()
	var members []*dialogue
	for i := range 12 {
		d := s.talker(t, []string{"telegram", "whatsapp"}[i%2])
		d.registers()
		members = append(members, d)
	}
	members[0].flushed()
	poll(t, "all on record", func() bool { return s.number(`SELECT count(*) FROM member WHERE registered_at IS NOT NULL`) == 12 })
	s.sql(`INSERT INTO consent (id, member_id, purpose, granted, notice_version, language, channel, at, message_id)
		SELECT gen_random_uuid(), member_id, 'missions', true, '1', 'fr', channel, now(), 'said' FROM address`)
	author, approver := s.staffer(t, "telegram", "coordinator", "iom"), s.approver(t, "whatsapp")
	for _, line := range []string{"/announce", "[awareness]", "Rencontre fictive de Gand", "Le programme présente la carte des compétences.", "passer", "passer",
		"Belgique", "Gand", "Salle fictive", "12, rue Fictive", "{day} 14h", "oui", "17h30", "oui", "passer", "{label:ann_state_no}", "français", "40 places",
		"gratuit", "passer", "secrétariat fictif", "passer", "Belgique", "[now]", "[ok]"} {
		author.say(author.words(line))
	}
	if card := author.phone.last(); !strings.Contains(card, "10 personnes") && !strings.Contains(card, "Belgique") {
		t.Fatalf("the dry run:\n%s", card)
	}
	author.say("[submit]")
	poll(t, "the approver is asked", func() bool { return strings.Contains(approver.phone.last(), "Rencontre fictive de Gand") })
	approver.turns++
	approver.say("[approve]")
	if n := s.number(`SELECT count(*) FROM announcement WHERE status = 'approved' AND begin_at > now()`); n != 1 {
		t.Fatalf("%d cool off\n%s", n, approver.phone.last())
	}
	s.sql(`UPDATE announcement SET begin_at = now() WHERE status = 'approved'`)
	reached := func(what string, who []*dialogue) {
		t.Helper()
		for _, d := range who {
			poll(t, "everybody reads: "+what, func() bool { return strings.Contains(d.phone.last(), what) })
		}
	}
	reached("Sans représentant de l'État.", members)
	for _, d := range members {
		if text := d.phone.last(); !strings.Contains(text, "Rencontre fictive de Gand") || !strings.Contains(text, "[Je viens]") || strings.Contains(text, "rue Fictive") {
			t.Errorf("on %s:\n%s", d.phone.channel(), text)
		}
	}
	for i, d := range members[:4] {
		before, _ := d.phone.count()
		d.phone.tap([]string{"yes", "yes", "maybe", "no"}[i])
		poll(t, "the answer is noted", func() bool { n, _ := d.phone.count(); return n > before })
	}
	poll(t, "the answers on record", func() bool { return s.number(`SELECT count(*) FROM rsvp`) == 4 })
	if !strings.Contains(members[0].phone.last(), "rue Fictive") {
		t.Errorf("who comes is not told where:\n%s", members[0].phone.last())
	}
	members[5].phone.write("stop")
	poll(t, "the stop is heard", func() bool { return strings.Contains(members[5].phone.last(), "vous ne recevrez plus") })
	poll(t, "it is sent", func() bool {
		return s.number(`SELECT count(*) FROM announcement WHERE kind = 'notice' AND status IN ('sent', 'closed')`) == 1
	})
	poll(t, "the report", func() bool { return strings.Contains(author.phone.last(), "rapport") })
	if report := author.phone.last(); !strings.Contains(report, "12") || !strings.Contains(report, "< ") {
		t.Errorf("the report:\n%s", report)
	}

	author.say("/announcements")
	author.say("1")
	if card := author.phone.last(); !strings.Contains(card, "[Rapport]") {
		t.Fatalf("the card:\n%s", card)
	}
	author.say("[change]")
	for _, line := range []string{"[cancel]", "La salle a brûlé, par exemple.", "passer", "passer", "[ok]"} {
		author.say(line)
	}
	others := append(append([]*dialogue{}, members[:5]...), members[6:]...)
	reached("La salle a brûlé", others)
	if text := members[5].phone.last(); strings.Contains(text, "brûlé") {
		t.Errorf("who had stopped is told:\n%s", text)
	}
	poll(t, "what all have read to be on record too", func() bool {
		return s.number(`SELECT count(*) FROM delivery d JOIN announcement a ON a.id = d.announcement_id
			WHERE a.kind = 'cancellation' AND d.state IN ('sent', 'delivered', 'read')`) == 11
	})
	if n := s.number(`SELECT count(*) FROM (SELECT member_id FROM delivery d JOIN announcement a ON a.id = d.announcement_id WHERE a.kind = 'notice' GROUP BY 1) x`); n != 12 {
		t.Errorf("the notice has %d rows", n)
	}
}
