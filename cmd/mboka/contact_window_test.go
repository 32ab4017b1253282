package main

import (
	"testing"
	"time"
)

// TestNoteOutsideTheWindow: whoever has not written on WhatsApp for a day hears
// by the approved text that somebody wrote, or where there is none as soon as
// they write themselves; the message is read in the chat. What was withdrawn
// meanwhile is not spoken of.
func TestNoteOutsideTheWindow(t *testing.T) {
	t.Parallel()
	for _, approved := range []bool{true, false} {
		t.Run(map[bool]string{true: "by the approved text", false: "when they write"}[approved], func(t *testing.T) {
			t.Parallel()
			s := prepareService(t)
			setupWhatsApp(t, s)
			if approved {
				s.twilio.Decide("", "approved", "")
				if out, code := s.command("whatsapp", "templates"); code != exitOK {
					t.Fatal(out)
				}
			}
			s.tempo.contacts = 100 * time.Millisecond
			s.sql(`INSERT INTO setting VALUES ('quiet_from', '08:00', now(), 'test'), ('quiet_to', '08:00', now(), 'test')`)
			s.start()
			writer := s.talker(t, "telegram")
			writer.registers()
			for _, withdrawn := range []bool{false, true} {
				s.noted(t, writer, approved, withdrawn)
			}
		})
	}
}

// noted has somebody written to who has been silent on WhatsApp for two days.
func (s *testService) noted(t *testing.T, writer *dialogue, approved, withdrawn bool) {
	t.Helper()
	owner := s.talker(t, "whatsapp")
	owner.registers()
	card := owner.publishes("Tantine Fictive")
	owner.days("2")
	s.twilio.Wrote(owner.phone.address(), time.Now().Add(-48*time.Hour))
	before, _ := owner.phone.count()
	writer.drafts(card, "Bonjour de Zwevezele.")
	writer.hears("[send]", "con_sent menu_title")
	owner.followed()
	owner.released()
	after, _ := owner.phone.count()
	told := "a écrit par l'annuaire de Mboka"
	if approved != (after == before+1) || approved != (owner.got(told) == 1) || owner.got("Zwevezele") > 0 {
		t.Fatalf("outside the window there are %d messages more:\n%s", after-before, owner.phone.last())
	}
	if withdrawn { // on another phone
		owner.exec(`UPDATE directory_contact SET sealed_text = NULL, sealed_name = NULL, addressee_id = NULL
			WHERE addressee_id = (SELECT member_id FROM address WHERE chat = $1)`)
		owner.exec(`DELETE FROM directory_card WHERE member_id = (SELECT member_id FROM address WHERE chat = $1)`)
	}
	if approved {
		want := "con_read"
		if withdrawn {
			want = "dir_off" // the button of the text leads to the directory
		}
		owner.hears("[directory]", want)
	} else {
		owner.hears("mbote", "menu_title")
		owner.released()
		if n := owner.got("Voulez-vous lire son message"); n != map[bool]int{false: 1, true: 0}[withdrawn] {
			t.Errorf("withdrawn %v: told %d times when they write", withdrawn, n)
		}
		if !withdrawn {
			owner.hears("[look]", "con_read")
		}
	}
	if n := owner.got("Zwevezele"); n != map[bool]int{false: 1, true: 0}[withdrawn] {
		t.Errorf("withdrawn %v: the message is read %d times", withdrawn, n)
	}
	writer.weeks()
}

// TestLinkBeforeTheProof: whoever comes back after two months through the link of
// a card is asked who they are first. The link is no try for a name.
func TestLinkBeforeTheProof(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.start()
	owner, back := s.talker(t, "telegram"), s.talker(t, "telegram")
	owner.registers()
	card := owner.publishes("Tantine Fictive")
	back.registers()
	back.days("61")
	back.hears("Bonjour", "recycled_ask")
	for range 3 { // two wrong names would lock
		back.hears("Bonjour d_"+card, "recycled_first recycled_again")
	}
	back.hears(back.spare, "recycled_ok menu_title")
	back.opens(card, "con_begin con_signed")
}
