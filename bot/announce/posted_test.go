package announce

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/locales"
	"mboka/store"
)

// posted are the titles of what anybody may read at a time.
func (a *asking) posted(lang locales.Lang, at time.Time) []Posted {
	a.t.Helper()
	all, err := PostedFor(a.t.Context(), a.db, lang, "Association fictive", at)
	if err != nil {
		a.t.Fatal(err)
	}
	return all
}

func TestMeetingsAreShownWhileTheyAreAhead(t *testing.T) {
	t.Parallel()
	a := newAsking(t)
	begin, end := a.m.StartsAt, a.m.EndsAt
	shows := func(what string, at time.Time, want int) {
		t.Helper()
		if got := a.posted(locales.FR, at); len(got) != want {
			t.Errorf("%s: %d are shown", what, len(got))
		}
	}
	shows("before anybody was told", a.at, 0)
	id := a.announced()
	shows("announced", a.at, 1)
	shows("while it lasts", end.Add(-time.Minute), 1)
	shows("when it is over", end, 0)
	for status, want := range map[string]int{"draft": 0, "review": 0, "approved": 0, "sending": 1, "paused": 0, "sent": 1, "closed": 1, "cancelled": 0} {
		a.sql(`UPDATE announcement SET status = $2 WHERE id = $1`, id, status)
		shows(status, a.at, want)
	}
	a.sql(`UPDATE announcement SET status = 'sent' WHERE id = $1`, id)
	for audience, want := range map[string]int{
		`{"places":[{"country":"BE"}],"languages":["fr"]}`: 1, `{"discreet":true}`: 0, `{"officials":true}`: 0, `{"qualified":true}`: 0,
		`{"groups":["health"]}`: 0, `{"contributions":["return"]}`: 0, `[1]`: 0,
	} {
		a.sql(`UPDATE announcement SET audience = $2::jsonb WHERE id = $1`, id, audience)
		shows(audience, a.at, want)
	}
	a.sql(`UPDATE announcement SET audience = '{}' WHERE id = $1`, id)
	for kind, want := range map[string]int{"awareness": 1, "information": 1, "forum": 1, "consultation": 1, "webinar": 1, "workshop": 0, "validation": 0, "notice": 0} {
		a.sql(`UPDATE mission SET kind = $2 WHERE id = $1`, a.m.ID, kind)
		shows(kind, a.at, want)
	}
	a.sql(`UPDATE mission SET kind = 'awareness', ends_at = NULL WHERE id = $1`, a.m.ID)
	shows("an end that nobody said", begin.Add(2*time.Hour), 1)
	shows("long after its beginning", begin.Add(3*time.Hour), 0)
	// Who was told reads that it is off; whom nobody told of it, nothing.
	a.sql(`UPDATE mission SET cancelled_at = now() WHERE id = $1`, a.m.ID)
	a.sql(`UPDATE announcement SET status = 'cancelled' WHERE id = $1`, id)
	if got := a.posted(locales.FR, a.at); len(got) != 1 || !got[0].Cancelled {
		t.Errorf("called off: %+v", got)
	}
	if _, found, err := PostedCalendar(t.Context(), a.db, locales.FR, a.m.ID, a.at); found || err != nil {
		t.Error("a calendar takes what is called off", err)
	}
	a.sql(`UPDATE announcement SET started_at = NULL WHERE id = $1`, id)
	shows("called off before anybody knew", a.at, 0)
}

func TestWhatIsShownKeepsTheAddress(t *testing.T) {
	t.Parallel()
	a := newAsking(t)
	a.m.URL = "https://meet.example/secret"
	a.put(a.m)
	a.announced()
	for _, lang := range locales.Langs {
		all := a.posted(lang, a.at)
		if len(all) != 1 {
			t.Fatalf("%s: %d", lang, len(all))
		}
		p := all[0]
		file, found, err := PostedCalendar(t.Context(), a.db, lang, p.ID, a.at)
		if err != nil || !found {
			t.Fatal(found, err)
		}
		whole := strings.Join([]string{p.Title, p.Summary, p.When, p.Where, p.Terms, p.Bring, p.Contact, p.Organiser, p.State, string(file)}, "\n")
		if strings.Contains(whole, "chaussée d'Exemple") || strings.Contains(whole, "meet.example") {
			t.Errorf("%s tells the address:\n%s", lang, whole)
		}
		if p.State != locales.Text(lang, locales.StatePresent, nil) || !p.StatePresent || p.Organiser != "Association fictive" || p.Where != "Maison communale, Ixelles" {
			t.Errorf("%s: %+v", lang, p)
		}
		if want := map[locales.Lang]string{locales.FR: "fr", locales.EN: "en", locales.LN: "fr"}[lang]; p.Tongue != want || p.Summary == "" {
			t.Errorf("%s reads %q in %s", lang, p.Summary, p.Tongue)
		}
	}
	if _, found, err := PostedCalendar(t.Context(), a.db, locales.FR, uuid.New(), a.at); found || err != nil {
		t.Error("another id is a meeting too", err)
	}
}

func TestReadersOfFiguresAreLiveOfficials(t *testing.T) {
	t.Parallel()
	a := newAsking(t) // a coordinator of IOM is there
	reads := func(want ...store.Organisation) {
		t.Helper()
		got, err := a.db.FigureReaders(t.Context(), time.Now())
		if err != nil || len(got) != len(want) {
			t.Fatalf("%v, want %v: %v", got, want, err)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%v, want %v", got, want)
			}
		}
	}
	reads()
	for _, org := range []string{"ministry", "association", "ministry"} {
		id := uuid.NewString()
		a.sql(`INSERT INTO staff (id, language, joined_at, last_seen_at) VALUES ($1, 'fr', now(), now())`, id)
		a.sql(`INSERT INTO role (id, staff_id, role, organisation, granted_at) VALUES ($1, $1, 'official', $2, now())`, id, org)
	}
	reads(store.Association, store.Ministry)
	a.sql(`UPDATE role SET ended_at = now(), ended_why = 'revoked' WHERE organisation = 'association'`)
	reads(store.Ministry)
	a.sql(`UPDATE staff SET last_seen_at = now() - interval '91 days'`)
	reads()
}
