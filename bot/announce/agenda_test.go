package announce

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/locales"
	"mboka/store"
)

// agenda is what somebody who holds a role is told of, for a month back and
// ahead of midday.
func (w *world) agenda(as store.Role, of store.Organisation, lang locales.Lang) (coming, past []string) {
	w.t.Helper()
	g := Agenda{Policy: func(context.Context) (store.Policy, error) { return w.policy, nil }}
	w.write(func(tx *store.Tx) (err error) {
		coming, past, err = g.Lines(w.t.Context(), tx, store.Held{Role: as, Organisation: of}, lang, midday.AddDate(0, -1, 0), midday, midday.AddDate(0, 1, 0))
		return err
	})
	return coming, past
}

// meeting keeps a mission that was told to an audience, days from midday.
func (w *world) meeting(title string, days int, change ...func(*store.Mission, *store.Announcement)) uuid.UUID {
	w.t.Helper()
	id := w.announce(append([]func(*store.Mission, *store.Announcement){func(m *store.Mission, a *store.Announcement) {
		m.StartsAt, m.StatePresent, m.Texts = midday.AddDate(0, 0, days), true, map[string]store.MissionText{"fr": {Title: title, Summary: "Venez."}}
		a.ValidUntil = midday.AddDate(1, 0, 0)
	}}, change...)...)
	w.sql(`UPDATE announcement SET planned_at = $2 WHERE id = $1`, id, midday)
	return id
}

// answered has people answer the mission of an announcement; of those who come
// some were seen there.
func (w *world) answered(id uuid.UUID, yes, maybe, no, arrived int) {
	w.t.Helper()
	for answer, n := range map[string]int{"yes": yes, "maybe": maybe, "no": no} {
		w.sql(`INSERT INTO rsvp (id, mission_id, answer, guests, arrived_at, at)
			SELECT gen_random_uuid(), a.mission_id, $2, 0, CASE WHEN $2 = 'yes' AND i <= $4 THEN now() END, now()
			FROM announcement a, generate_series(1, $3::int) i WHERE a.id = $1`, id, answer, n, arrived)
	}
}

// told are the titles that lines begin with.
func told(lines []string) string {
	var titles []string
	for _, l := range lines {
		title, _, _ := strings.Cut(strings.TrimPrefix(l, "- "), ",")
		titles = append(titles, title)
	}
	return strings.Join(titles, " ")
}

// TestAgendaIsOfWhatOneMayKnow: the organisation that runs the service knows of
// all meetings, others of their own, and the ministry of those too where the
// state is announced. What was not announced yet, is cancelled, or lies further
// off is told to nobody.
func TestAgendaIsOfWhatOneMayKnow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	org := func(o store.Organisation, state bool) func(*store.Mission, *store.Announcement) {
		return func(m *store.Mission, a *store.Announcement) {
			m.Organisation, m.StatePresent, a.Organisation = o, state, o
		}
	}
	w.meeting("IOMState", 3, org(store.IOM, true))
	w.meeting("IOMAlone", 4, org(store.IOM, false))
	w.meeting("Ours", 5, org(store.Association, false))
	w.meeting("Ministry", 6, org(store.Ministry, true))
	w.meeting("Far", 40)
	w.meeting("Old", -40)
	w.meeting("Was", -3, org(store.Association, false))
	cancelled := w.meeting("Cancelled", 7)
	w.sql(`UPDATE mission SET cancelled_at = $2 WHERE id = (SELECT mission_id FROM announcement WHERE id = $1)`, cancelled, midday)
	draft := w.meeting("Draft", 8)
	w.sql(`UPDATE announcement SET planned_at = NULL WHERE id = $1`, draft)
	asked := w.meeting("Asked", 9)
	w.sql(`UPDATE announcement SET kind = 'feedback' WHERE id = $1`, asked)
	for name, c := range map[string]struct {
		as           store.Role
		of           store.Organisation
		coming, past string
	}{
		"running":     {store.Coordinator, store.IOM, "IOMState IOMAlone Ours Ministry", "Was"},
		"association": {store.Coordinator, store.Association, "Ours", "Was"},
		"ministry":    {store.Official, store.Ministry, "IOMState Ministry", ""},
		"other":       {store.Official, store.OtherOrg, "", ""},
	} {
		coming, past := w.agenda(c.as, c.of, locales.FR)
		if told(coming) != c.coming || told(past) != c.past {
			t.Errorf("%s hears of %q and %q", name, told(coming), told(past))
		}
	}
}

// TestAgendaOfManyMeetings has the next ones, and the last of those past.
func TestAgendaOfManyMeetings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := 1; i <= 6; i++ {
		w.meeting(fmt.Sprintf("A%d", i), 2*i)
		w.meeting(fmt.Sprintf("P%d", i), -2*i)
	}
	w.meeting(strings.Repeat("long ", 40), 1)
	coming, past := w.agenda(store.Official, store.IOM, locales.FR)
	if got := told(coming[1:]); len(coming) != digestAhead || got != "A1 A2 A3" {
		t.Errorf("to come %q", coming)
	}
	if got := told(past); got != "P3 P2 P1" {
		t.Errorf("past %q", past)
	}
	if title, _, _ := strings.Cut(coming[0], ", "); len([]rune(title)) > digestTitle+2 {
		t.Errorf("%q", title)
	}
}

// TestAgendaTellsOfNoFew: of the answers to a meeting those are told that are at
// least as many as what was told of it in any way asks for.
func TestAgendaTellsOfNoFew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	day := func(d int) time.Time { return midday.AddDate(0, 0, d) }
	wide := w.meeting("Rencontre", -2)
	w.answered(wide, 7, 4, 6, 5)
	fine := w.meeting("Ville", -1, func(_ *store.Mission, a *store.Announcement) {
		a.Audience = []byte(`{"places": [{"country": "BE", "city": "be-brussels"}]}`)
	})
	w.answered(fine, 12, 9, 10, 9)
	// A second notice, to a wider audience, does not make the first one coarser.
	again := store.Announcement{ID: uuid.New(), Kind: store.AnnounceNotice, RoleID: w.role, Organisation: store.IOM, Audience: []byte(`{}`),
		Status: store.AnnouncementReview, CreatedAt: day(-1), ValidUntil: day(30)}
	first, err := w.db.AnnouncementByID(t.Context(), fine)
	if err != nil {
		t.Fatal(err)
	}
	again.MissionID = first.MissionID
	w.write(func(tx *store.Tx) error { return tx.PutAnnouncement(t.Context(), again) })
	w.sql(`UPDATE announcement SET planned_at = $2 WHERE id = $1`, again.ID, midday)
	for lang, want := range map[locales.Lang][]string{
		locales.FR: {"- Rencontre, mardi 24 novembre. Oui 7, peut-être < 5, non 6, accompagnants < 5. Présents : 5.",
			"- Ville, mercredi 25 novembre. Oui 12, peut-être < 10, non 10, accompagnants < 10. Présents : < 10."},
		locales.EN: {"- Rencontre, Tuesday 24 November. Yes 7, maybe < 5, no 6, guests < 5. Attended: 5.",
			"- Ville, Wednesday 25 November. Yes 12, maybe < 10, no 10, guests < 10. Attended: < 10."},
	} {
		if _, past := w.agenda(store.Official, store.Ministry, lang); !slices.Equal(past, want) {
			t.Errorf("%s:\n%s", lang, strings.Join(past, "\n"))
		}
	}
	if _, past := w.agenda(store.Official, store.Ministry, locales.LN); !strings.Contains(past[0], "Iyo 7") || !strings.Contains(past[1], "< 10. Bayaki: < 10") {
		t.Errorf("in Lingala:\n%s", strings.Join(past, "\n"))
	}
}
