package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/locales"
	"mboka/store"
)

// TestStaffDialogues runs the dialogues of testdata/dialogues/staff as
// TestDialogues does the others, one after the other: an announcement is told to
// all who may approve it.
func TestStaffDialogues(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	setupWhatsApp(t, s)
	s.crowd("UG", 60)
	s.start()
	files, err := filepath.Glob("testdata/dialogues/staff/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no dialogues", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		for _, lang := range locales.Langs {
			for _, channel := range []string{"telegram", "whatsapp"} {
				t.Run(name+"/"+lang.String()+"/"+channel, func(t *testing.T) {
					d := &dialogue{t: t, s: s, name: name, staff: true, lang: lang, phone: s.newPhone(t, channel, lang.String(), int(persons.Add(1)))}
					d.run(file)
					s.dismiss()
				})
			}
		}
	}
}

// crowd puts made-up members of a country on record who agree to be told of
// meetings.
func (s *testService) crowd(country string, n int) {
	s.t.Helper()
	db, err := store.Open(s.t.Context(), s.dbURL, s.keys)
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	var all []store.Synthetic
	for i := range n {
		p := store.Synthetic{ID: uuid.New(), Number: fmt.Sprintf("O%X%07d", 7, i), Language: "fr", Channel: "telegram", Address: fmt.Sprintf("synthetic-%s-%d", country, i),
			At: time.Now().Add(-time.Hour).Truncate(time.Microsecond), Answers: []store.Answer{
				{Step: "age_band", Codes: []string{"35_44"}}, {Step: "country_residence", Codes: []string{country}},
				{Step: "education_level", Codes: []string{"edu_bachelor"}}, {Step: "employment_status", Codes: []string{"employee"}}}}
		for _, purpose := range []string{"register", "missions"} {
			p.Consents = append(p.Consents, store.Consent{ID: uuid.New(), Purpose: purpose, Granted: true, NoticeVersion: bot.NoticeVersion, MessageID: "synthetic:" + purpose})
		}
		all = append(all, p)
	}
	if added, err := db.AddSynthetic(s.t.Context(), all); err != nil || added != n {
		s.t.Fatal(added, err)
	}
}

// dismiss ends all roles and takes their announcements off the lists, so that
// nobody of an earlier dialogue is asked for anything.
func (s *testService) dismiss() {
	s.t.Helper()
	if _, err := s.db.Exec(s.t.Context(), `UPDATE role SET ended_at = greatest(now(), granted_at), ended_why = 'revoked' WHERE ended_at IS NULL`); err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.db.Exec(s.t.Context(), `UPDATE announcement SET role_id = NULL`); err != nil {
		s.t.Fatal(err)
	}
}

// dated is what differs from day to day in the texts of staff.
var dated = regexp.MustCompile(`(?i)\b(mokolo ya \pL+|lomingo) \(\pL+\)( (···|\d{1,2} sanza ya \pL+( na \pL+)?( 20\d\d)?))?` +
	`|\b(lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|monday|tuesday|wednesday|thursday|friday|saturday|sunday)` +
	`( (···|1er|\d{1,2})([ /](\pL+( 20\d\d)?|\d{1,2}(/20\d\d)?))?)?|\b1er \pL+ 20\d\d\b|\bdans \d+ min\b|\bin \d+ min\b|\bminiti \d+\b`)

// day is a date that lies ahead, whenever it is read.
func day() string { return time.Now().AddDate(0, 0, 60).Format("02/01/2006") }

// begins has what is approved gone out, as far as anybody can tell.
func (d *dialogue) begins() {
	d.t.Helper()
	if _, err := d.s.db.Exec(d.t.Context(), `
		UPDATE announcement SET status = 'closed', begin_at = now(), started_at = now(), planned_at = now(), ended_at = now() WHERE status = 'approved'`); err != nil {
		d.t.Fatal(err)
	}
}
