package main

import (
	"regexp"
	"slices"

	"mboka/locales"
)

// cardLinks are the addresses of public cards, as people are told them.
var cardLinks = regexp.MustCompile(`/directory/([a-z2-7]{26})\b`)

// heedCard remembers the card that was made public last.
func (d *dialogue) heedCard(said []string) {
	if m := cardLinks.FindStringSubmatch(d.phone.last()); m != nil && slices.Contains(said, string(locales.DirPublished)) {
		d.card = m[1]
	}
}

// weeks makes the messages that the person wrote by the directory older than
// one has to wait between two to the same card.
func (d *dialogue) weeks() {
	d.t.Helper()
	d.released()
	if _, err := d.s.db.Exec(d.t.Context(), `
		UPDATE directory_contact c SET sent_at = sent_at - interval '8 days', told_at = told_at - interval '8 days'
		FROM address a WHERE a.member_id = c.member_id AND a.chat = $1`, d.index()); err != nil {
		d.t.Fatal(err)
	}
}
