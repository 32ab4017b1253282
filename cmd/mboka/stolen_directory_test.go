package main

import "testing"

// writesByDirectory: somebody makes a card, others write to them. One message is
// answered and its reply not yet read, one is being read, and one waits for the
// person to open it.
func (s *testService) writesByDirectory(t *testing.T) (marks []string) {
	t.Helper()
	owner := s.talker(t, "whatsapp")
	owner.registers()
	owner.hears("{cmd:directory}", "dir_off")
	owner.hears("[begin]", "dir_name")
	owner.hears("Isidore Pamplemousse", "echo_text dir_country")
	owner.hears("[show]", "dir_link")
	owner.hears("https://zigomar.example.org/moi", "echo_text dir_preview")
	owner.hears("{label:dir_publish_yes}", "dir_published menu_title")
	for _, words := range []string{"Parlons de mirlitons.", "Parlons de bigoudis.", "Parlons de clafoutis."} {
		writer := s.talker(t, "telegram")
		writer.registers()
		writer.opens(owner.card, "con_begin con_signed")
		writer.hears("Gaspard Trombinoscope", "echo_text con_words")
		writer.hears(words, "echo_text con_review")
		writer.hears("[send]", "con_sent menu_title")
		owner.hearsOf("con_told")
		marks = append(marks, writer.phone.address())
		if len(marks) > 1 {
			continue
		}
		owner.hears("[look]", "con_read")
		owner.hears("[reply]", "con_reply_words")
		owner.hears("Oui, à la Saint-Glinglin.", "echo_text con_review")
		owner.hears("[send]", "con_replied menu_title")
		writer.hearsOf("con_told_reply")
	}
	owner.hears("{cmd:read}", "con_read")
	var words, names, replies, cards int
	if err := s.db.QueryRow(t.Context(), `SELECT count(sealed_text), count(sealed_name), count(sealed_reply), (SELECT count(sealed_name) + count(sealed_link) FROM directory_card)
		FROM directory_contact`).Scan(&words, &names, &replies, &cards); err != nil || words != 2 || names != 2 || replies != 1 || cards != 2 {
		t.Errorf("%d messages, %d names, %d replies and %d texts of cards are kept (%v): the search has nothing to find", words, names, replies, cards, err)
	}
	return append(marks, owner.phone.address()[len("whatsapp:"):], "Isidore", "Pamplemousse", "zigomar", "Gaspard", "Trombinoscope", "mirlitons",
		"bigoudis", "clafoutis", "Glinglin")
}
