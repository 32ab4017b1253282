package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"mboka/store"
)

// trainees asks for the progress of trained officials, who answered by SQL, as
// SQL sums it; what was answered in the chat comes in with the next snapshot.
func (s *testService) trainees(t *testing.T, db *store.DB, official, coordinator *dialogue) {
	t.Helper()
	asked := func() string { official.say("/stats progrès des agents formés"); return official.phone.last() }
	if got := asked(); !strings.Contains(got, "au moins 10 personnes") {
		t.Errorf("before anybody has answered:\n%s", got)
	}
	add := func(n int) {
		s.sql(`INSERT INTO workshop_answer (id, institution, pair_before, pair_after, updated_at)
			SELECT gen_random_uuid(), CASE WHEN i <= 12 THEN 'diaspora' ELSE 'plan' END, 1 + i % 3, 3 + i % 3, now() FROM generate_series(1, $1::int) i`, n)
	}
	take := func(want bool) {
		t.Helper()
		if taken, err := db.TakeWorkshopGroups(t.Context(), time.Now(), store.WorkshopRules{First: 10, Changed: 20}); err != nil || taken != want {
			t.Fatal(taken, err)
		}
	}
	means := func() string {
		var before, after float64
		if err := s.db.QueryRow(t.Context(), `SELECT round(avg(pair_before), 1), round(avg(pair_after), 1) FROM workshop_answer`).Scan(&before, &after); err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(fmt.Sprintf("passe de %.1f à %.1f sur 5", before, after), ".", ",")
	}
	add(31)
	take(true)
	first := means()
	got := asked()
	for _, part := range []string{"30 agents formés ont répondu", first, "Direction diaspora : 10", "Plan / INS : 20"} {
		if !strings.Contains(got, part) {
			t.Errorf("%q is not in\n%s", part, got)
		}
	}
	id := regexp.MustCompile(`F-[2-9A-Z]{5}`).FindString(got)
	for _, line := range []string{"atelier", "[yes]", "[plan]", "passer", "passer", "1", "atelier", "[after]", "5", "5", "passer"} {
		official.say(line)
	}
	if n := s.number(`SELECT count(*) FROM workshop_answer WHERE staff_id IS NOT NULL AND pair_before = 1 AND pair_after = 5`); n != 1 {
		t.Errorf("%d pairs are on record", n)
	}
	add(18)
	take(false) // one and eighteen
	if got := asked(); !strings.Contains(got, first) {
		t.Errorf("the mean moved by nineteen people:\n%s", got)
	}
	add(1)
	take(true)
	if got := asked(); !strings.Contains(got, "50 agents formés") || !strings.Contains(got, means()) {
		t.Errorf("want %s:\n%s", means(), got)
	}
	official.say("/explain " + id)
	if got := official.phone.last(); !strings.Contains(got, first) || !strings.Contains(got, "quand 20 personnes de plus ont répondu") {
		t.Errorf("explained:\n%s", got)
	}
	official.say("/stats résultats des réunions, et progrès des agents formés")
	if got := official.phone.last(); !strings.Contains(got, "Visés") || !strings.Contains(got, means()) {
		t.Errorf("both:\n%s", got)
	}
	for _, words := range []string{"/stats progrès des agents formés", "/stats résultats des réunions, et progrès des agents formés", "/explain " + id} {
		coordinator.say(words)
		if got := coordinator.phone.last(); strings.Contains(got, "agents formés ont répondu") {
			t.Errorf("a coordinator reads:\n%s", got)
		}
	}
}
