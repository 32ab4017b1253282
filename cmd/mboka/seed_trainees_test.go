package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"mboka/store"
)

// TestSeededTraineesAreTold: a demo has an answer to the progress of trainees, marked
// as made up; seeding twice adds nobody, and made-up officials never stand beside
// real ones.
func TestSeededTraineesAreTold(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	setupWhatsApp(t, s)
	db := s.records()
	for range 2 {
		if err := seedTrainees(t.Context(), db, 1, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.number(`SELECT sum(people) FROM workshop_group WHERE synthetic`); n != madeUpTrainees {
		t.Errorf("%d made-up trainees", n)
	}
	s.start()
	s.jobsDone()
	for _, channel := range []string{"telegram", "whatsapp"} {
		official := s.staffer(t, channel, "official", "ministry")
		official.say("/stats progrès des agents formés")
		got := official.phone.last()
		for _, part := range []string{"50 agents formés", "Leur satisfaction est de", "Sujets souhaités par", "Agents formés par institution", "Données inventées"} {
			if !strings.Contains(got, part) {
				t.Errorf("%s: %q is not in\n%s", channel, part, got)
			}
		}
		t.Log(got)
	}
	s.sql(`UPDATE workshop_group SET synthetic = false`)
	if err := seedTrainees(t.Context(), db, 2, time.Now()); !errors.Is(err, store.ErrRealMembers) {
		t.Error("made-up trainees beside real ones:", err)
	}
}
