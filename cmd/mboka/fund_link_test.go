package main

import (
	"strings"
	"testing"

	"mboka/flows/fund"
)

// linkedTwice registers somebody on two phones, and begins the survey on both.
func linkedTwice(t *testing.T) (a, b *dialogue) {
	t.Helper()
	s := prepareService(t)
	s.start()
	a, b = s.talker(t, "telegram"), s.talker(t, "whatsapp")
	a.registers()
	b.hears("lier "+a.linkCode(), "link_done menu_title")
	a.hears("fonds", "fund_ask")
	a.hears("{label:fund_yes}", "q_fund_interest")
	return a, b
}

// withdraws takes the yes to the study back.
func (d *dialogue) withdraws() {
	d.t.Helper()
	d.hears("{cmd:consents}", "consents")
	d.hears("{label:consents_fund_end}", "echo fund_end")
	d.hears("{label:withdraw_yes}", "fund_ended menu_title")
}

// studied counts what the records hold of the survey, of all people.
func (d *dialogue) studied() (n int) {
	d.t.Helper()
	var steps []string
	for _, q := range fund.Questions() {
		steps = append(steps, q.ID)
	}
	err := d.s.db.QueryRow(d.t.Context(), `
		SELECT (SELECT count(*) FROM draft WHERE flow = $1) + (SELECT count(*) FROM draft_answer WHERE step = ANY($2))
			+ (SELECT count(*) FROM profile WHERE num_nonnulls(`+strings.Join(steps, ", ")+`) > 0)`, fund.ID, steps).Scan(&n)
	if err != nil {
		d.t.Fatal(err)
	}
	return n
}

// TestStudyEndedOnAnotherPhone: who takes the yes to the study back on one phone
// while the other stands in the middle of the survey is asked nothing more there,
// and what was answered goes, also what was on its way to the records.
func TestStudyEndedOnAnotherPhone(t *testing.T) {
	t.Parallel()
	a, b := linkedTwice(t)
	a.hears("[yes]", "q_fund_amount_usd")
	a.hears("1500", "band_echo q_fund_instrument")
	b.withdraws() // before what a said is in Postgres, as likely as not
	a.followed()
	a.flushed()
	if n := a.studied(); n != 0 {
		t.Errorf("%d rows of the survey after its end", n)
	}
	for _, d := range []*dialogue{a, b} {
		d.happen("consent fund = no")
		d.happen("column fund_interest = null")
	}
	// What the first phone says next is no answer to the survey any more.
	said := strings.Join(a.say("[cofinance]"), " ")
	if strings.Contains(said, "q_fund") {
		t.Errorf("the survey goes on: %s", said)
	}
	a.say("1")
	a.flushed()
	if n := a.studied(); n != 0 {
		t.Errorf("%d rows of the survey that were written after its end", n)
	}
	a.hears("fonds", "fund_ask")
	b.hears("fonds", "fund_ask")
}

// TestStudyAgreedToOnAnotherPhone: the yes of one phone counts on the other,
// which goes on where its own draft stands, and one no ends it for both.
func TestStudyAgreedToOnAnotherPhone(t *testing.T) {
	t.Parallel()
	a, b := linkedTwice(t)
	b.hears("fonds", "q_fund_interest")
	b.hears("2", "echo q_fund_amount_usd")
	a.hears("[no]", "q_fund_main_concern")
	for _, line := range []string{"[mismanage]", "2, 9", "[yes]"} {
		a.say(line)
	}
	a.happen("column fund_interest = no")
	b.flushed()
	a.withdraws()
	b.followed()
	b.flushed()
	if n := b.studied(); n != 0 {
		t.Errorf("%d rows of the survey after its end", n)
	}
	b.happen("consent fund = no")
	b.hears("fonds", "fund_ask")
}
