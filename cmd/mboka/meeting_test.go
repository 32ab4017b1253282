package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot/announce"
	"mboka/store"
)

// doorCodes are entry codes as they are told.
var doorCodes = regexp.MustCompile(`\b[2-9A-HJ-NP-Z]{3}-[2-9A-HJ-NP-Z]{3}-[2-9A-HJ-NP-Z]{3}\b`)

// meets makes something happen about the meeting of a dialogue:
//
//	meeting        it is planned and told to this chat: by its role, where it has
//	               one, else by another; "full": of its one seat nothing is left;
//	               "soon": in a day; "workshop": a training one, told to officials
//	asked          it is over, and whoever comes is asked how it was
//	cancelled, closed, over, ago
//	frees KEYS     the one seat is free, and whoever waits hears of it
func (d *dialogue) meets(what string, words []string) {
	d.t.Helper()
	d.flushed()
	db := d.s.records()
	switch what {
	case "meeting":
		d.meeting(db, words)
	case "asked":
		d.s.sql(`UPDATE mission SET starts_at = now() - interval '1 day', ends_at = now() - interval '20 hours' WHERE id = $1`, d.mission)
		d.tell(db, store.AnnounceFeedback)
	case "cancelled":
		d.s.sql(`UPDATE mission SET cancelled_at = now() WHERE id = $1`, d.mission)
	case "closed":
		d.s.sql(`UPDATE mission SET rsvp_until = '2026-04-01' WHERE id = $1`, d.mission)
	case "over":
		d.s.sql(`UPDATE mission SET starts_at = now() - interval '1 day', ends_at = now() - interval '20 hours' WHERE id = $1`, d.mission)
	case "ago":
		d.s.sql(`UPDATE mission SET starts_at = now() - interval '9 days', ends_at = now() - interval '8 days' WHERE id = $1`, d.mission)
	case "frees":
		d.s.sql(`DELETE FROM rsvp WHERE mission_id = $1 AND member_id IS NULL AND staff_id IS NULL`, d.mission)
		if err := db.Write(d.t.Context(), func(tx *store.Tx) error {
			return tx.Enqueue(d.t.Context(), announce.UpkeepDue{At: time.Now()})
		}); err != nil {
			d.t.Fatal(err)
		}
		d.hearsOf(strings.Join(words, " "))
	}
}

func (d *dialogue) meeting(db *store.DB, words []string) {
	d.t.Helper()
	staff, role := uuid.New(), uuid.New()
	d.s.sql(`INSERT INTO staff (id, language, joined_at, last_seen_at) VALUES ($1, 'fr', now(), now())`, staff)
	d.s.sql(`INSERT INTO role (id, staff_id, role, organisation, granted_at) VALUES ($1, $2, 'coordinator', 'iom', now())`, role, staff)
	if mine := d.roleIDs(); len(mine) > 0 {
		role = mine[0]
	}
	m := store.Mission{
		ID: uuid.New(), Kind: store.Awareness, RoleID: role, Organisation: store.IOM, Country: "BE", City: "be_brussels", Timezone: "Europe/Brussels",
		StartsAt: time.Date(2030, 4, 13, 12, 0, 0, 0, time.UTC), EndsAt: time.Date(2030, 4, 13, 15, 30, 0, 0, time.UTC), StatePresent: true,
		Languages: []string{"fr", "ln"}, Venue: "Maison communale, Ixelles", Hint: "chaussée d'Ixelles 168", CreatedAt: time.Now(),
		Texts: map[string]store.MissionText{
			"fr": {Title: "Rencontre de la diaspora", Summary: "Le ministère et l'OIM présentent la cartographie des compétences et répondent à vos questions."},
			"en": {Title: "Community meeting", Summary: "The ministry and IOM present the skills mapping and take your questions."},
			"ln": {Title: "Likita ya diaspora", Summary: "Ministère mpe OIM bakolakisa misala mpe bakoyanola na mituna na bino."},
		},
	}
	if slices.Contains(words, "soon") {
		m.StartsAt = time.Now().Add(20 * time.Hour)
		m.EndsAt = m.StartsAt.Add(time.Hour)
	}
	if slices.Contains(words, "full") {
		m.Capacity = 1
	}
	if slices.Contains(words, "workshop") {
		m.Kind, m.Country, m.City, m.Timezone, m.Venue, m.Hint = store.Workshop, "CD", "cd_kinshasa", "Africa/Kinshasa", "Immeuble Exemple", "12, avenue Fictive"
		m.Texts = map[string]store.MissionText{
			"fr": {Title: "Atelier de formation", Summary: "Données de la diaspora, protection des données, mobilisation de l'épargne."},
			"en": {Title: "Training workshop", Summary: "Diaspora data, data protection, mobilising savings."},
			"ln": {Title: "Atelier ya formation", Summary: "Bansango ya diaspora, kobatela bansango, épargne."},
		}
	}
	if err := db.Write(d.t.Context(), func(tx *store.Tx) error { return tx.PutMission(d.t.Context(), m) }); err != nil {
		d.t.Fatal(err)
	}
	d.mission = m.ID
	if slices.Contains(words, "full") { // by somebody who is not on record any more
		d.s.sql(`INSERT INTO rsvp (id, mission_id, answer, at) VALUES (gen_random_uuid(), $1, 'yes', now())`, m.ID)
	}
	d.tell(db, store.AnnounceNotice)
}

// tell has an announcement of the meeting sent to this chat alone.
func (d *dialogue) tell(db *store.DB, kind string) {
	d.t.Helper()
	id := uuid.New()
	reader := `m.id, NULL, c.channel, m.language FROM a, member m JOIN address c ON c.member_id = m.id`
	if d.s.number(`SELECT count(*) FROM mission WHERE id = $1 AND kind = 'workshop'`, d.mission) > 0 {
		reader = `NULL, c.id, c.channel, c.language FROM a, staff c`
	}
	// In one statement: without a delivery the sending would be over at once.
	d.s.sql(`WITH a AS (
			INSERT INTO announcement (id, mission_id, kind, organisation, audience, status, created_at, begin_at, started_at, planned_at, valid_until)
			VALUES ($1, $2, $3, 'iom', '{"places": [{"country": "AQ"}]}', 'sending', now(), now(), now(), now(), '2031-01-01') RETURNING id)
		INSERT INTO delivery (country, place, state, id, announcement_id, member_id, staff_id, channel, language)
		SELECT 'XX', '', 'planned', gen_random_uuid(), a.id, `+reader+` WHERE c.chat = $4`,
		id, d.mission, kind, d.index())
	if err := db.Write(d.t.Context(), func(tx *store.Tx) error { return tx.Wake(d.t.Context(), id, time.Now()) }); err != nil {
		d.t.Fatal(err)
	}
	poll(d.t, "the announcement on the phone", func() bool {
		n, e := d.phone.count()
		return n+e > d.had && d.s.number(`SELECT count(*) FROM delivery WHERE announcement_id = $1 AND state = 'sending'`, id) == 0 // a reply names it
	})
	d.seen = append(d.seen, "", fmt.Sprintf("(%s)", kind))
	d.shows()
}

// crowded lets announcements go however many people talk at once: at a platform's
// rate they wait while there are so many replies. No other test runs beside it.
func crowded(t *testing.T) {
	was := bulkTimes
	bulkTimes = "20"
	t.Cleanup(func() { bulkTimes = was })
}
