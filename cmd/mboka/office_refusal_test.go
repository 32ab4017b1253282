package main

import (
	"strings"
	"testing"

	"mboka/bot"
	"mboka/store"
)

// TestRefusalSaysWhy: the author reads the reason and nobody finds it in the
// records or the log. Whoever is asked for a reason while another approves is
// told so, and refuses nothing; so is who taps twice.
func TestRefusalSaysWhy(t *testing.T) {
	t.Parallel()
	s, author, approver := planners(t)
	other := s.staffer(t, "telegram", "approver", "iom")
	const words = "La salle fictive est prise ce jour."
	about := author.submits()
	approver.hearsOf("ann_ask")
	other.hearsOf("ann_ask")
	for _, d := range []*dialogue{approver, other} {
		if got := d.forges(about, bot.ActRefuse); got != "ref_about ref_why" {
			t.Fatalf("refuse: %q", got)
		}
	}
	approver.hears(words, "echo_text ann_refused staff_menu")
	author.hearsOf("ref_told")
	p := author.phone.(telegramPhone)
	all := p.srv.Messages(p.chat)
	if last := all[len(all)-1].Text; !strings.Contains(last, strings.TrimSuffix(words, ".")) {
		t.Errorf("the author reads %q", last)
	}
	other.hears("[text]", "ann_state_moved staff_menu")

	var sealed, acts int
	if err := s.db.QueryRow(t.Context(), `SELECT
		(SELECT count(*) FROM announcement WHERE id = $1 AND refusal IS NULL AND sealed_refusal IS NOT NULL),
		(SELECT count(*) FROM audit WHERE act = 'mission.refuse' AND object = $1::text AND sealed_words IS NULL)`, about.ID).Scan(&sealed, &acts); err != nil || sealed != 1 || acts != 1 {
		t.Errorf("%d sealed reasons and %d acts without a word in the log (%v)", sealed, acts, err)
	}
	for _, table := range []string{"announcement", "audit", "turn", "notice", "draft_answer"} {
		var plain int
		if err := s.db.QueryRow(t.Context(), `SELECT count(*) FROM `+table+` x WHERE x::text ILIKE '%salle fictive est prise%' OR x::text ILIKE '%' || encode('salle fictive est prise', 'hex') || '%'`).Scan(&plain); err != nil || plain != 0 {
			t.Errorf("%d rows of %s hold the reason for all to read (%v)", plain, table, err)
		}
	}

	for _, line := range []string{"/announce", "[continue]", "[ok]"} { // the draft is there
		author.say(line)
	}
	author.hears("[submit]", "ann_submitted staff_menu")
	again := s.newest()
	approver.hearsOf("ann_ask")
	other.hearsOf("ann_ask")
	if got := approver.forges(again, bot.ActRefuse); got != "ref_about ref_why" {
		t.Fatalf("refuse: %q", got)
	}
	if got := other.forges(again, bot.ActApprove); got != "ann_granted" {
		t.Fatalf("approve: %q", got)
	}
	author.hearsOf("ann_told_yes")
	approver.hears(words, "echo_text ann_state_moved staff_menu")
	if status := s.statusOf(again); status != store.AnnouncementApproved {
		t.Errorf("it is %s now", status)
	}
}
