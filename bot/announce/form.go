package announce

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"mboka/flows"
	"mboka/locales/reference"
	"mboka/store"
)

// Steps and events of the forms by which staff announce, as the forms name
// them: those of the audience stand beside AudienceOf.
const (
	StepType         = "type"
	StepTitle        = "title" // with _en and _ln behind it for the other languages
	StepSummary      = "summary"
	StepHostCountry  = "country"
	StepHostCity     = "city"
	StepVenue        = "venue"
	StepHint         = "hint"
	StepURL          = "url"
	StepStarts       = "starts"
	StepEnds         = "ends"
	StepUntil        = "until"
	StepStatePresent = "state_present"
	StepSpoken       = "languages"
	StepSeats        = "seats"
	StepCost         = "cost"
	StepBring        = "bring"
	StepContact      = "contact"
	StepOrganiser    = "organiser"
	StepBegin        = "begin"
	StepPreview      = "preview"

	StepDraft = "draft" // pretended answered where there is one

	EventAnew      = "anew"
	EventSubmitted = "submitted"
	EventChosen    = "chosen"
	EventChanged   = "changed"
	EventRefused   = "refused"

	StepListed = "listed" // the list begins with it
	StepWhich  = "which"

	StepWhy = "why" // of a refusal

	StepAbout    = "about" // a refusal begins with it, a change with these four
	StepKind     = "kind"
	StepHostLand = "host_country"
	StepHostTown = "host_city"
	StepWhat     = "what"
	StepNewDay   = "new_starts"
	StepNewEnd   = "new_ends"
	StepNewTown  = "new_city"
	StepNewVenue = "new_venue"
	StepNewHint  = "new_hint"
	StepBody     = "body"
)

// What a change is about.
const (
	changeTime   = "time"
	changePlace  = "place"
	changeCancel = "cancel"
)

// filled reads the answers of a form.
type filled struct{ flows.Answers }

func (f filled) text(step string) string { a, _ := f.Get(step); return a.Text }

func (f filled) codes(step string) []string { a, _ := f.Get(step); return a.Codes }

// zone is that of the place, as the form writes its times.
func (f filled) zone(country, city string) string {
	return reference.MainZone(f.Code(country), f.Code(city), f.text(city))
}

// moment is the time of a step; zero where it has none.
func (f filled) moment(step, zone string) time.Time {
	at, _ := reference.LocalMoment(zone, f.Code(step))
	return at
}

// venue is the place with a city that no list knows.
func (f filled) venue(venue, city string) string {
	if written := f.text(city); written != "" {
		return f.text(venue) + ", " + written
	}
	return f.text(venue)
}

// mission is what the form says; who plans it is not in it.
func (f filled) mission() store.Mission {
	zone := f.zone(StepHostCountry, StepHostCity)
	seats, _ := strconv.Atoi(f.Code(StepSeats))
	m := store.Mission{
		Kind: store.MissionKind(f.Code(StepType)), Country: f.Code(StepHostCountry), City: f.Code(StepHostCity), Timezone: zone,
		StartsAt: f.moment(StepStarts, zone), EndsAt: f.moment(StepEnds, zone), RSVPUntil: f.moment(StepUntil, zone),
		StatePresent: f.Code(StepStatePresent) == yes, Languages: f.codes(StepSpoken), Capacity: seats,
		Venue: f.venue(StepVenue, StepHostCity), Hint: f.text(StepHint), URL: f.text(StepURL), Cost: f.text(StepCost), Bring: f.text(StepBring),
		Contact: f.text(StepContact), Organiser: f.text(StepOrganiser), Texts: map[string]store.MissionText{},
	}
	for language, mark := range marks {
		if title := f.text(StepTitle + mark); title != "" && f.text(StepSummary+mark) != "" {
			m.Texts[language] = store.MissionText{Title: title, Summary: f.text(StepSummary + mark)}
		}
	}
	return m
}

// marks stand behind the steps of a text in each language.
var marks = map[string]string{"fr": "", "en": "_en", "ln": "_ln"}

// bodies are the words of a change by language.
func (f filled) bodies() map[string]string {
	out := map[string]string{}
	for language, mark := range marks {
		if text := f.text(StepBody + mark); text != "" {
			out[language] = text
		}
	}
	return out
}

// newsLife is for how long news without a meeting is worth reading to who comes
// later: until about the next announcements.
const newsLife = 30 * 24 * time.Hour

// usefulUntil is when nobody needs to hear of a mission any more.
func usefulUntil(m store.Mission, now time.Time) time.Time {
	if m.StartsAt.IsZero() {
		return now.Add(newsLife)
	}
	return m.StartsAt
}

// movable is what a change may change of a mission. It is kept as the change's
// form: what shall be until it is approved, from then on what was, so that
// taking the approval back gives it back.
type movable struct {
	Timezone  string    `json:"zone"`
	City      string    `json:"city,omitempty"`
	StartsAt  time.Time `json:"starts,omitzero"`
	EndsAt    time.Time `json:"ends,omitzero"`
	RSVPUntil time.Time `json:"until,omitzero"`
	ChangedAt time.Time `json:"changed,omitzero"`
	Venue     string    `json:"venue,omitempty"`
	Hint      string    `json:"hint,omitempty"`
	URL       string    `json:"url,omitempty"`
}

func movableOf(m store.Mission) movable {
	return movable{m.Timezone, m.City, m.StartsAt, m.EndsAt, m.RSVPUntil, m.ChangedAt, m.Venue, m.Hint, m.URL}
}

func (v movable) put(m *store.Mission) {
	m.Timezone, m.City, m.StartsAt, m.EndsAt, m.RSVPUntil, m.ChangedAt, m.Venue, m.Hint, m.URL =
		v.Timezone, v.City, v.StartsAt, v.EndsAt, v.RSVPUntil, v.ChangedAt, v.Venue, v.Hint, v.URL
}

// changed is the mission as the form wants it, at a time.
func (f filled) changed(m store.Mission, at time.Time) movable {
	v := movableOf(m)
	v.ChangedAt = at
	switch f.Code(StepWhat) {
	case changeTime:
		zone := f.zone(StepHostLand, StepHostTown)
		if m.Timezone != "" {
			zone = m.Timezone // the mission's own: its city may be none that a list knows
		}
		v.StartsAt, v.EndsAt = f.moment(StepNewDay, zone), f.moment(StepNewEnd, zone)
		if !v.RSVPUntil.IsZero() && v.RSVPUntil.After(v.StartsAt) {
			v.RSVPUntil = time.Time{}
		}
	case changePlace:
		v.Venue, v.Hint = f.venue(StepNewVenue, StepNewTown), f.text(StepNewHint)
		if m.Kind == store.Webinar {
			v.Venue, v.URL = m.Venue, f.text(StepNewVenue)
		}
		if town, said := f.Get(StepNewTown); said && !town.Skipped {
			f.move(&v, m)
		}
	}
	return v
}

// move takes the mission to another city: its clock stays, in the zone there.
func (f filled) move(v *movable, m store.Mission) {
	v.City, v.Timezone = f.Code(StepNewTown), f.zone(StepHostLand, StepNewTown)
	for _, t := range []*time.Time{&v.StartsAt, &v.EndsAt, &v.RSVPUntil} {
		if !t.IsZero() {
			*t, _ = reference.LocalMoment(v.Timezone, t.In(reference.Zone(m.Timezone)).Format(reference.LocalShape))
		}
	}
}

func encode(v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write form: %w", err)
	}
	return raw, nil
}
