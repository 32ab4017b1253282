package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"mboka/locales"
)

// TestResultsOfMeetings: what came of a meeting is told to officials of any
// organisation and to coordinators, as SQL counts it; few people are told to
// nobody, and coordinators get no other figure.
func TestResultsOfMeetings(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	setupWhatsApp(t, s)
	db := s.records()
	if _, err := seed(t.Context(), db, 100, 4, time.Now()); err != nil {
		t.Fatal(err)
	}
	s.start()
	s.jobsDone()
	author := s.staffer(t, "telegram", "coordinator", "iom")
	a := author.sending(db, usual...)
	s.sent(a)
	s.sql(`UPDATE mission SET starts_at = now() - interval '1 day' WHERE id = $1`, a.MissionID)
	for answer, n := range map[string]int{"yes": 14, "maybe": 3, "no": 11} {
		s.sql(`INSERT INTO rsvp (id, mission_id, answer, guests, arrived_at, at)
			SELECT gen_random_uuid(), $1, $2, CASE $2 WHEN 'yes' THEN 1 ELSE 0 END, CASE WHEN $2 = 'yes' AND i <= 12 THEN now() END, now() FROM generate_series(1, $3::int) i`,
			a.MissionID, answer, n)
	}
	count := func(states ...string) int {
		return s.number(fmt.Sprintf(`SELECT count(*) FROM delivery WHERE announcement_id = '%s' AND state IN ('%s')`, a.ID, strings.Join(states, "', '")))
	}
	want := []string{
		"Rencontre de Liège, ",
		fmt.Sprintf("Visés %d, envoyés %d, arrivés %d, lus %d", count("sent", "delivered", "read", "parked", "failed", "withdrawn"), count("sent", "delivered", "read"), count("delivered", "read"), count("read")),
		"Oui 14, peut-être moins de 10, non 11, accompagnants 14", "Présents 12, arrêts sous 7 jours moins de 10",
	}
	var id string
	for i, d := range []*dialogue{s.staffer(t, "telegram", "official", "ministry"), s.staffer(t, "whatsapp", "official", "association"), s.staffer(t, "whatsapp", "coordinator", "association")} {
		for _, words := range []string{"chiffres résultats des réunions", "/stats results of meetings in Belgium"} {
			if said := strings.Join(d.say(words), " "); said != string(locales.FigSaid) {
				t.Fatalf("%q is answered %s", words, said)
			}
			for _, part := range want {
				if !strings.Contains(d.phone.last(), part) {
					t.Errorf("%d: %q is not in\n%s", i, part, d.phone.last())
				}
			}
		}
		id = regexp.MustCompile(`F-[2-9A-Z]{5}`).FindString(d.phone.last())
		d.say("/explain " + id)
		if got := d.phone.last(); !strings.Contains(got, "Visés") || !strings.Contains(got, "Règle : au moins") {
			t.Errorf("explained:\n%s", got)
		}
		d.say("/stats results in France")
		if got := d.phone.last(); !strings.Contains(got, "Aucune réunion") {
			t.Errorf("elsewhere:\n%s", got)
		}
	}
	s.sql(`DELETE FROM rsvp WHERE mission_id = $1`, a.MissionID) // an id is never counted again
	author.say("/explain " + id)
	if got := author.phone.last(); !strings.Contains(got, "Oui 14,") {
		t.Errorf("counted again:\n%s", got)
	}
	author.say("/stats pays")
	if got := author.phone.last(); !strings.Contains(got, "Les autres chiffres sont pour les officiels") || strings.Contains(got, "Belgique") {
		t.Errorf("a coordinator reads:\n%s", got)
	}
	official := s.staffer(t, "telegram", "official", "iom")
	official.say("/stats pays")
	id = regexp.MustCompile(`F-[2-9A-Z]{5}`).FindString(official.phone.last())
	author.say("/explain " + id)
	if got := author.phone.last(); id == "" || !strings.Contains(got, "ne trouve pas") {
		t.Errorf("a coordinator reads %s:\n%s", id, got)
	}
	s.trainees(t, db, official, author)
	if got := dump(t, s.dbURL); strings.Contains(got, "Rencontre de Liège") {
		t.Error("a figure keeps what staff wrote in plain words")
	}
}
