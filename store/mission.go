package store

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// MissionKind is what a mission is (domain reference, section 3).
type MissionKind string

// The kinds. Members read "meetings and visits", never these words.
const (
	Awareness    MissionKind = "awareness"    // a delegation meets members of a city
	Information  MissionKind = "information"  // officials visit another state
	Workshop     MissionKind = "workshop"     // training for officials
	Validation   MissionKind = "validation"   // a study is presented
	Consultation MissionKind = "consultation" // a survey meeting
	Forum        MissionKind = "forum"
	Webinar      MissionKind = "webinar"
	News         MissionKind = "notice" // news without a meeting
)

// MissionKinds are all kinds.
var MissionKinds = []MissionKind{Awareness, Information, Workshop, Validation, Consultation, Forum, Webinar, News}

// ErrNoMission: there is no such mission.
var ErrNoMission = errors.New("no such mission")

// Mission is a meeting or visit, or news without one.
type Mission struct {
	ID           uuid.UUID
	Kind         MissionKind
	RoleID       uuid.UUID // of who plans it
	Organisation Organisation
	Country      string    // where it is: ISO 3166-1 alpha-2, "" online
	City         string    // id of locales/reference, "" where it has none
	Timezone     string    // IANA: of the venue; online that of the organiser
	StartsAt     time.Time // zero: news
	EndsAt       time.Time // zero: not said
	StatePresent bool      // officials of the state will be there
	Languages    []string  // spoken there
	Capacity     int       // seats; 0: no bound
	RSVPUntil    time.Time // zero: until it begins

	Venue     string // all these are sealed on record
	Hint      string // the address, told only to those who come
	URL       string
	Cost      string
	Bring     string
	Contact   string // a role and how to reach it, never a private number
	Organiser string

	Texts       map[string]MissionText // by language; French is always there
	CreatedAt   time.Time
	ChangedAt   time.Time
	CancelledAt time.Time
}

// MissionText is what is written about a mission in one language.
type MissionText struct {
	Title   string
	Summary string
}

// Text is what somebody reads who speaks a language: Lingala falls back on
// French, then English; English on French.
func (m Mission) Text(language string) MissionText {
	return m.Texts[Fallback(language, func(l string) bool { _, ok := m.Texts[l]; return ok })]
}

// fallbacks are the languages in which staff may have written, for each reader
// the best first (domain reference, section 3).
var fallbacks = map[string][]string{"fr": {"fr", "en"}, "en": {"en", "fr"}, "ln": {"ln", "fr", "en"}}

// Fallback is the language in which somebody reads what staff have written in
// some languages only.
func Fallback(language string, has func(string) bool) string {
	for _, l := range fallbacks[language] {
		if has(l) {
			return l
		}
	}
	return "fr"
}

type missionRow struct {
	ID           uuid.UUID    `db:"id"`
	Kind         MissionKind  `db:"kind"`
	RoleID       uuid.UUID    `db:"role_id"`
	Organisation Organisation `db:"organisation"`
	Country      *string      `db:"host_country"`
	City         *string      `db:"host_city"`
	Timezone     string       `db:"timezone"`
	StartsAt     *time.Time   `db:"starts_at"`
	EndsAt       *time.Time   `db:"ends_at"`
	StatePresent bool         `db:"state_present"`
	Languages    []string     `db:"languages"`
	Capacity     *int         `db:"capacity"`
	RSVPUntil    *time.Time   `db:"rsvp_until"`
	Venue        []byte       `db:"sealed_venue"`
	Hint         []byte       `db:"sealed_hint"`
	URL          []byte       `db:"sealed_url"`
	Cost         []byte       `db:"sealed_cost"`
	Bring        []byte       `db:"sealed_bring"`
	Contact      []byte       `db:"sealed_contact"`
	Organiser    []byte       `db:"sealed_organiser"`
	CreatedAt    time.Time    `db:"created_at"`
	ChangedAt    *time.Time   `db:"changed_at"`
	CancelledAt  *time.Time   `db:"cancelled_at"`
}

const selectMission = `
	SELECT id, kind, role_id, organisation, host_country, host_city, timezone, starts_at, ends_at, state_present, languages,
		capacity, rsvp_until, sealed_venue, sealed_hint, sealed_url, sealed_cost, sealed_bring, sealed_contact, sealed_organiser,
		created_at, changed_at, cancelled_at
	FROM mission`

// sealedTexts pairs the sealed columns of a mission with their fields.
func (m *Mission) sealedTexts(row *missionRow) []struct {
	column string
	plain  *string
	sealed *[]byte
} {
	return []struct {
		column string
		plain  *string
		sealed *[]byte
	}{
		{"sealed_venue", &m.Venue, &row.Venue}, {"sealed_hint", &m.Hint, &row.Hint}, {"sealed_url", &m.URL, &row.URL},
		{"sealed_cost", &m.Cost, &row.Cost}, {"sealed_bring", &m.Bring, &row.Bring},
		{"sealed_contact", &m.Contact, &row.Contact}, {"sealed_organiser", &m.Organiser, &row.Organiser},
	}
}

// PutMission keeps a mission and its texts; of one that is on record all but
// its kind, planner and CreatedAt is replaced.
func (tx *Tx) PutMission(ctx context.Context, m Mission) error {
	var row missionRow
	for _, s := range m.sealedTexts(&row) {
		var err error
		if *s.sealed, err = tx.sealText("mission", m.ID.String(), s.column, *s.plain); err != nil {
			return wrapErr("put mission", err)
		}
	}
	if m.Languages == nil {
		m.Languages = []string{}
	}
	var batch pgx.Batch
	batch.Queue(`
		INSERT INTO mission (id, kind, role_id, organisation, host_country, host_city, timezone, starts_at, ends_at, state_present,
			languages, capacity, rsvp_until, sealed_venue, sealed_hint, sealed_url, sealed_cost, sealed_bring, sealed_contact,
			sealed_organiser, created_at, changed_at, cancelled_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
		ON CONFLICT (id) DO UPDATE SET host_country = excluded.host_country, host_city = excluded.host_city, timezone = excluded.timezone,
			starts_at = excluded.starts_at, ends_at = excluded.ends_at, state_present = excluded.state_present, languages = excluded.languages,
			capacity = excluded.capacity, rsvp_until = excluded.rsvp_until, sealed_venue = excluded.sealed_venue, sealed_hint = excluded.sealed_hint,
			sealed_url = excluded.sealed_url, sealed_cost = excluded.sealed_cost, sealed_bring = excluded.sealed_bring,
			sealed_contact = excluded.sealed_contact, sealed_organiser = excluded.sealed_organiser,
			changed_at = excluded.changed_at, cancelled_at = excluded.cancelled_at`,
		m.ID, m.Kind, m.RoleID, m.Organisation, orNull(m.Country), orNull(m.City), m.Timezone, orNull(m.StartsAt), orNull(m.EndsAt), m.StatePresent,
		m.Languages, orNull(m.Capacity), orNull(m.RSVPUntil), row.Venue, row.Hint, row.URL, row.Cost, row.Bring, row.Contact, row.Organiser,
		m.CreatedAt, orNull(m.ChangedAt), orNull(m.CancelledAt))
	batch.Queue(`DELETE FROM mission_text WHERE mission_id = $1`, m.ID)
	for language, text := range m.Texts {
		title, err := tx.keys.Seal("mission_text", textID(m.ID, language), "sealed_title", []byte(text.Title))
		if err != nil {
			return wrapErr("put mission", err)
		}
		summary, err := tx.keys.Seal("mission_text", textID(m.ID, language), "sealed_summary", []byte(text.Summary))
		if err != nil {
			return wrapErr("put mission", err)
		}
		batch.Queue(`INSERT INTO mission_text (mission_id, language, sealed_title, sealed_summary) VALUES ($1, $2, $3, $4)`, m.ID, language, title, summary)
	}
	return wrapErr("put mission", tx.tx.SendBatch(ctx, &batch).Close())
}

// MissionByID gives a mission with its texts, or ErrNoMission.
func (r reader) MissionByID(ctx context.Context, id uuid.UUID) (Mission, error) {
	all, err := r.missions(ctx, ` WHERE id = $1`, id)
	if err == nil && len(all) == 0 {
		err = ErrNoMission
	}
	if err != nil {
		return Mission{}, wrapErr("read mission", err)
	}
	return all[0], nil
}

// MissionsAhead gives the missions that begin after a time and are not
// cancelled, the next first.
func (r reader) MissionsAhead(ctx context.Context, after time.Time) ([]Mission, error) {
	all, err := r.missions(ctx, ` WHERE starts_at > $1 AND cancelled_at IS NULL ORDER BY starts_at, id`, after)
	return all, wrapErr("list missions", err)
}

// MissionsAnnounced gives the missions of which the sending of an announcement
// has begun, in a country or, where it is "", anywhere: those announced last
// first, at most so many.
func (r reader) MissionsAnnounced(ctx context.Context, country string, most int) ([]Mission, error) {
	all, err := r.missions(ctx, ` m
		JOIN LATERAL (SELECT max(planned_at) AS told_at FROM announcement a WHERE a.mission_id = m.id AND a.kind = 'notice') AS told ON told_at IS NOT NULL
		WHERE $1 IN ('', host_country) ORDER BY told_at DESC, id LIMIT $2`, country, most)
	return all, wrapErr("list missions", err)
}

// missions reads missions with their texts in the order of a query.
func (r reader) missions(ctx context.Context, where string, args ...any) ([]Mission, error) {
	rows, err := many[missionRow](ctx, r.q, selectMission+where, args...)
	if err != nil {
		return nil, err
	}
	ids, at := make([]uuid.UUID, len(rows)), make(map[uuid.UUID]int, len(rows))
	all := make([]Mission, len(rows))
	for i, row := range rows {
		m := Mission{
			ID: row.ID, Kind: row.Kind, RoleID: row.RoleID, Organisation: row.Organisation, Country: orZero(row.Country), City: orZero(row.City),
			Timezone: row.Timezone, StartsAt: orZero(row.StartsAt), EndsAt: orZero(row.EndsAt), StatePresent: row.StatePresent, Languages: row.Languages,
			Capacity: orZero(row.Capacity), RSVPUntil: orZero(row.RSVPUntil), Texts: map[string]MissionText{},
			CreatedAt: row.CreatedAt, ChangedAt: orZero(row.ChangedAt), CancelledAt: orZero(row.CancelledAt),
		}
		for _, s := range m.sealedTexts(&row) {
			if *s.plain, err = r.openText("mission", m.ID.String(), s.column, *s.sealed); err != nil {
				return nil, err
			}
		}
		all[i], ids[i], at[row.ID] = m, row.ID, i
	}
	type textRow struct {
		Mission  uuid.UUID `db:"mission_id"`
		Language string    `db:"language"`
		Title    []byte    `db:"sealed_title"`
		Summary  []byte    `db:"sealed_summary"`
	}
	texts, err := many[textRow](ctx, r.q, `SELECT mission_id, language, sealed_title, sealed_summary FROM mission_text WHERE mission_id = ANY($1)`, ids)
	if err != nil {
		return nil, err
	}
	for _, t := range texts {
		var text MissionText
		if text.Title, err = r.openText("mission_text", textID(t.Mission, t.Language), "sealed_title", t.Title); err != nil {
			return nil, err
		}
		if text.Summary, err = r.openText("mission_text", textID(t.Mission, t.Language), "sealed_summary", t.Summary); err != nil {
			return nil, err
		}
		all[at[t.Mission]].Texts[t.Language] = text
	}
	return all, nil
}

// textID names the row of a text in one language for sealing.
func textID(id uuid.UUID, language string) string { return id.String() + ":" + language }
