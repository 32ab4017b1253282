package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"mboka/store"
	"mboka/store/storetest"
)

// prospect is a member with all that decides whether and how they are told.
type prospect struct {
	ID                                                               uuid.UUID
	Language, Country, City, Sector, Group, Profession, Level, Years string
	Spoken, Offers                                                   []string
	Registered                                                       bool
	Consents                                                         []bool // of missions, in order of time
	Telegram, Whatsapp                                               bool
	TelegramHeard, WhatsappHeard                                     time.Duration // before now; 0: never
	TelegramGone, WhatsappGone                                       bool
	Told                                                             int // first notices within the month
}

func pick(r *rand.Rand, of ...string) string { return of[r.IntN(len(of))] }

func somebody(r *rand.Rand) prospect {
	p := prospect{
		ID: uuid.New(), Language: pick(r, "fr", "fr", "en", "ln"), Country: pick(r, "BE", "BE", "FR", "US", "CA", ""), Sector: pick(r, "health_social", "ict_media", ""),
		Group: pick(r, "health", "ict", "management", ""), Profession: pick(r, "nursing", "software", "care_assistance", ""), Level: pick(r, "edu_master", "edu_primary", ""),
		Years: pick(r, "0", "lt2", "2_5", ""), Registered: r.IntN(10) > 0, Telegram: r.IntN(2) == 0, Whatsapp: r.IntN(2) == 0,
		TelegramGone: r.IntN(8) == 0, WhatsappGone: r.IntN(8) == 0, Told: r.IntN(4),
	}
	if p.Country == "BE" {
		p.City = pick(r, "be-liege", "be-brussels", "")
	}
	for _, code := range []string{"fr", "ln", "sw"} {
		if r.IntN(2) == 0 {
			p.Spoken = append(p.Spoken, code)
		}
	}
	if r.IntN(2) == 0 {
		p.Offers = append(p.Offers, pick(r, "invest", "teach"))
	}
	for range r.IntN(3) {
		p.Consents = append(p.Consents, r.IntN(4) > 0)
	}
	if r.IntN(4) > 0 {
		p.TelegramHeard = time.Duration(1+r.IntN(72)) * time.Hour
	}
	if r.IntN(4) > 0 {
		p.WhatsappHeard = time.Duration(1+r.IntN(72)) * time.Hour
	}
	return p
}

// crowded gives a database with so many people in it.
func crowded(t testing.TB, url string, people []prospect) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	run := func(sql string, args ...any) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	role := uuid.New()
	run(`INSERT INTO staff (id, language, joined_at, last_seen_at) VALUES ($1, 'fr', now(), now())`, role)
	run(`INSERT INTO role (id, staff_id, role, organisation, granted_at) VALUES ($1, $1, 'coordinator', 'iom', now())`, role)
	told := make([]uuid.UUID, 4)
	for i := range told {
		told[i] = uuid.New()
		kind := "notice"
		if i == 3 {
			kind = "change" // never counted
		}
		run(`INSERT INTO mission (id, kind, role_id, organisation, timezone, state_present, created_at) VALUES ($1, 'notice', $2, 'iom', 'UTC', false, now())`, told[i], role)
		run(`INSERT INTO announcement (id, mission_id, kind, role_id, organisation, audience, status, created_at) VALUES ($1, $1, $2, $3, 'iom', '{}', 'sent', now())`, told[i], kind, role)
	}
	null := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	for i, p := range people {
		var registered, number any
		if p.Registered {
			registered, number = morning, fmt.Sprintf("N%06d", i)
		}
		run(`INSERT INTO member (id, number, language, created_at, registered_at) VALUES ($1, $2, $3, $4, $5)`, p.ID, number, p.Language, morning, registered)
		run(`INSERT INTO profile (member_id, country_residence, city_residence, sector, profession_group, profession, education_level, experience_years, languages, contribution_types, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, p.ID, null(p.Country), null(p.City), null(p.Sector), null(p.Group), null(p.Profession),
			null(p.Level), null(p.Years), p.Spoken, p.Offers, morning)
		for j, granted := range p.Consents {
			run(`INSERT INTO consent (id, member_id, purpose, granted, notice_version, language, channel, at, message_id) VALUES ($1, $2, 'missions', $3, 'v', 'fr', 'telegram', $4, $5)`,
				uuid.New(), p.ID, granted, after(j), fmt.Sprint(j))
		}
		for _, chat := range []struct {
			has, gone bool
			channel   string
			heard     time.Duration
		}{{p.Telegram, p.TelegramGone, "telegram", p.TelegramHeard}, {p.Whatsapp, p.WhatsappGone, "whatsapp", p.WhatsappHeard}} {
			if !chat.has {
				continue
			}
			var heard, gone any
			if chat.heard > 0 {
				heard = now.Add(-chat.heard)
			}
			if chat.gone {
				gone = now
			}
			id := uuid.New()
			run(`INSERT INTO address (chat, member_id, channel, sealed_address, created_at, last_inbound_at, unreachable_at) VALUES ($1, $2, $3, '\x00', $4, $5, $6)`,
				id[:], p.ID, chat.channel, morning, heard, gone)
		}
		for j := range told[:p.Told] {
			at, state := now.Add(-time.Hour), "delivered"
			if j == 2 {
				at = now.Add(-31 * 24 * time.Hour) // too long ago
			}
			run(`INSERT INTO delivery (id, announcement_id, member_id, channel, language, country, place, state, started_at) VALUES ($1, $2, $3, 'telegram', 'fr', '', '', $4, $5)`,
				uuid.New(), told[j], p.ID, state, at)
		}
		run(`INSERT INTO delivery (id, announcement_id, member_id, channel, language, country, place, state, started_at) VALUES ($1, $2, $3, 'telegram', 'fr', '', '', 'delivered', $4)`,
			uuid.New(), told[3], p.ID, now)
	}
}

// now is when the count is asked for.
var now = after(60 * 24 * 60)

// meant tells by the rules, in code, whether a reach means somebody.
func meant(f store.Reach, p prospect) bool {
	one := func(code string, of []string) bool { return len(of) == 0 || slices.Contains(of, code) }
	some := func(codes, of []string) bool {
		return len(of) == 0 || slices.ContainsFunc(codes, func(c string) bool { return slices.Contains(of, c) })
	}
	place := len(f.Countries)+len(f.Cities) == 0 || slices.Contains(f.Countries, p.Country) || slices.Contains(f.Cities, p.City)
	agreed := len(p.Consents) > 0 && p.Consents[len(p.Consents)-1]
	skilled := f.Qualified == nil
	if q := f.Qualified; q != nil {
		works := slices.Contains(q.Professions, p.Profession) || slices.Contains(q.Groups, p.Group) && !slices.Contains(q.Unskilled, p.Profession)
		skilled = slices.Contains(q.Levels, p.Level) || works && slices.Contains(q.Practised, p.Years)
	}
	return p.Registered && agreed && place && skilled && one(p.Sector, f.Sectors) && one(p.Group, f.Groups) && one(p.Profession, f.Professions) &&
		one(p.Language, f.Languages) && some(p.Spoken, f.Spoken) && some(p.Offers, f.Contributions)
}

// alike is how somebody is told, by the rules in code.
func alike(p prospect, cap int, window time.Duration) store.Counted {
	c := store.Counted{Country: p.Country, Language: p.Language, Capped: cap >= 0 && min(p.Told, 2) >= cap, People: 1}
	heard := time.Duration(0)
	telegram, whatsapp := p.Telegram && !p.TelegramGone, p.Whatsapp && !p.WhatsappGone
	switch {
	case telegram && (!whatsapp || p.TelegramHeard > 0 && (p.WhatsappHeard == 0 || p.TelegramHeard < p.WhatsappHeard)):
		c.Channel, heard = "telegram", p.TelegramHeard
	case whatsapp:
		c.Channel, heard = "whatsapp", p.WhatsappHeard
	}
	c.Open = heard > 0 && heard <= window
	return c
}

func TestCountProspects(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db, r := open(t, url), rand.New(rand.NewPCG(5, 6))
	var people []prospect
	for len(people) < 400 {
		p := somebody(r)
		if p.Telegram && p.Whatsapp && p.TelegramHeard == p.WhatsappHeard {
			continue // which chat counts is then only by its index
		}
		people = append(people, p)
	}
	crowded(t, url, people)
	some := func(of ...string) *rapid.Generator[[]string] {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, 2, rapid.ID)
	}
	rapid.Check(t, func(t *rapid.T) {
		f := store.Reach{
			Countries: some("BE", "FR", "CA").Draw(t, "countries"), Cities: some("be-liege", "be-brussels").Draw(t, "cities"),
			Sectors: some("health_social", "ict_media").Draw(t, "sectors"), Groups: some("health", "ict").Draw(t, "groups"),
			Professions: some("nursing", "software").Draw(t, "professions"), Contributions: some("invest", "teach").Draw(t, "offers"),
			Spoken: some("fr", "ln", "sw").Draw(t, "spoken"), Languages: some("fr", "en", "ln").Draw(t, "languages"),
		}
		if rapid.Bool().Draw(t, "qualified") {
			f.Qualified = &store.Qualified{Levels: []string{"edu_master"}, Professions: []string{"nursing", "software"}, Groups: []string{"ict", "management"},
				Unskilled: []string{"care_assistance"}, Practised: []string{"2_5"}}
		}
		most := rapid.IntRange(-1, 3).Draw(t, "cap")
		window := 24 * time.Hour
		want := map[store.Counted]int{}
		for _, p := range people {
			if meant(f, p) {
				c := alike(p, most, window)
				c.People = 0
				want[c]++
			}
		}
		got := map[store.Counted]int{}
		counted, err := db.CountProspects(context.Background(), store.Prospects{Reach: f, At: now, Channels: []string{"telegram", "whatsapp"}, Cap: most}, window)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range counted {
			n := c.People
			c.People = 0
			got[c] = n
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
	// A channel that is off reaches nobody.
	counted, err := db.CountProspects(t.Context(), store.Prospects{At: now, Channels: []string{"telegram"}, Cap: -1}, time.Hour)
	if err != nil || len(counted) == 0 || slices.ContainsFunc(counted, func(c store.Counted) bool { return c.Channel == "whatsapp" }) {
		t.Error(counted, err)
	}
}

func TestCountOfficials(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db := open(t, url)
	for i, c := range []struct{ role, language, seen string }{
		{"official", "fr", "1 hour"}, {"official", "en", "30 hours"}, {"official", "fr", "100 days"}, {"coordinator", "fr", "1 hour"},
	} {
		id := uuid.New()
		sql(t, url, fmt.Sprintf(`INSERT INTO staff (id, chat, channel, sealed_address, language, joined_at, last_seen_at)
			VALUES ('%s', decode('%032x', 'hex'), 'whatsapp', '\x00', '%s', now(), '%s'::timestamptz - interval '%s')`, id, i, c.language, now.Format(time.RFC3339), c.seen))
		sql(t, url, fmt.Sprintf(`INSERT INTO role (id, staff_id, role, organisation, granted_at) VALUES ('%s', '%s', '%s', 'ministry', now())`, id, id, c.role))
	}
	p := store.Prospects{Reach: store.Reach{Officials: true}, At: now, Channels: []string{"whatsapp"}, Cap: 2}
	got, err := db.CountProspects(t.Context(), p, 24*time.Hour)
	want := []store.Counted{{Language: "en", Channel: "whatsapp", People: 1}, {Language: "fr", Channel: "whatsapp", Open: true, People: 1}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	p.Reach.Languages = []string{"fr"}
	if got, err := db.CountProspects(t.Context(), p, 24*time.Hour); len(got) != 1 || err != nil {
		t.Error(got, err)
	}
}
