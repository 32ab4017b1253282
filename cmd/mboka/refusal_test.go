package main

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestNoToEverything: who refuses the notice, is too young, or asks to be
// forgotten before that leaves no row, and in Redis only ids that end by
// themselves. Who registers and says no to all else has agreed to nothing else.
func TestNoToEverything(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	var skip atomic.Int64
	s.tempo = quickTempo(&skip)
	setupWhatsApp(t, s)
	s.start()
	s.jobsDone()
	postgres, redis := lines(dump(t, s.dbURL)), s.keysNow()
	var people []*dialogue
	for _, channel := range []string{"telegram", "whatsapp"} {
		for _, way := range [][][2]string{
			{{"Je suis Célestine Zorglub", "lang_choice"}, {"[fr]", "notice"}, {"plus", "notice_details notice_ask"}, {"[no]", "declined"}},
			{{"mbote", "lang_choice"}, {"[fr]", "notice"}, {"[yes]", "q_age_band"}, {"16 ans", "age_confirm"}, {"[~yes]", "under_18"}},
			{{"mbote", "lang_choice"}, {"[fr]", "notice"}, {"[yes]", "q_age_band"}, {"effacer", "erase_ask"}, {"[yes]", "erase_done"}},
			{{"mbote", "lang_choice"}, {"stop", "stop_nothing"}},
		} {
			d := s.talker(t, channel)
			for _, turn := range way {
				d.hears(turn[0], turn[1])
			}
			d.released()
			people = append(people, d)
		}
	}
	skip.Store(int64(clearingAge + time.Second))
	poll(t, "nothing to be left at Twilio", func() bool { return s.twilio.Kept() == 0 })
	marks := []string{"Célestine", "Zorglub"}
	for _, d := range people {
		poll(t, "no address to be left in Redis", func() bool { return s.redis.Exists(t.Context(), d.key("c")).Val() == 0 })
		marks = append(marks, strings.TrimPrefix(d.phone.address(), "whatsapp:"))
	}
	for line, n := range lines(dump(t, s.dbURL)) {
		if n != postgres[line] {
			t.Errorf("in Postgres there is more than before they came: %.80s", line)
		}
	}
	s.onlyIDs(t, redis, marks)

	d := s.talker(t, "telegram")
	d.registers() // with a no to announcements
	var agreed, all string
	err := s.db.QueryRow(t.Context(), `
		SELECT string_agg(purpose, ' ') FILTER (WHERE granted), string_agg(purpose, ' ' ORDER BY purpose) FROM consent`).Scan(&agreed, &all)
	if err != nil || agreed != "register" || all != "missions register" {
		t.Errorf("agreed to %q, asked about %q (%v)", agreed, all, err)
	}
}
