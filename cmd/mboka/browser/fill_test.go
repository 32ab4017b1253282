package browser

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/store"
)

// people is how many made-up members there are: enough for figures by country.
const people = "400"

// fill puts on record what the pages show: figures, who may ask for them, and
// meetings, one of them called off.
func (s *site) fill() {
	s.t.Helper()
	ctx, now := s.t.Context(), time.Now()
	for key, value := range store.DemoSettings() {
		if err := s.db.PutSetting(ctx, key, value, store.ActorOperator, now); err != nil {
			s.t.Fatal(err)
		}
	}
	s.command("seed", "--members", people)
	if _, err := s.db.TakeSnapshot(ctx, "S-TEST", now, 0, 100*365*24*time.Hour); err != nil {
		s.t.Fatal(err)
	}
	planner := s.staff(ctx, "coordinator")
	s.staff(ctx, "official")
	s.meeting(ctx, planner, now.AddDate(0, 0, 40), false)
	s.meeting(ctx, planner, now.AddDate(0, 0, 60), true)
}

// staff gives somebody a role.
func (s *site) staff(ctx context.Context, role string) uuid.UUID {
	s.t.Helper()
	id := uuid.New()
	s.exec(ctx, `INSERT INTO staff (id, language, joined_at, last_seen_at) VALUES ($1, 'fr', now(), now())`, id)
	s.exec(ctx, `INSERT INTO role (id, staff_id, role, organisation, granted_at) VALUES ($1, $1, $2, 'iom', now())`, id, role)
	return id
}

// exec writes by hand what no command of the service writes at once.
func (s *site) exec(ctx context.Context, sql string, args ...any) {
	s.t.Helper()
	conn, err := pgx.Connect(ctx, s.dbURL)
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(ctx, sql, args...); err != nil {
		s.t.Fatal(err)
	}
}

// meeting puts one on record that people have been told of. Its texts are as
// unhandy as people's texts can be.
func (s *site) meeting(ctx context.Context, planner uuid.UUID, at time.Time, off bool) {
	s.t.Helper()
	long := strings.Repeat("Kinshasa-Lubumbashi-Bruxelles-", 4) + `<script>alert("x")</script>`
	m := store.Mission{ID: uuid.New(), Kind: store.Awareness, RoleID: planner, Organisation: store.IOM, Country: "BE", City: "be-brussels",
		Timezone: "Europe/Brussels", StartsAt: at, EndsAt: at.Add(2 * time.Hour), StatePresent: true, Languages: []string{"fr", "ln"}, Capacity: 120,
		Venue: "Salle d'essai", Cost: "gratuit & ouvert", Bring: "rien", Contact: "équipe d'essai", Organiser: "Association d'essai",
		Texts: map[string]store.MissionText{
			"fr": {Title: "Rencontre d'essai à Bruxelles", Summary: "Venez nombreux.\n\n" + long},
			"en": {Title: "Trial meeting " + long, Summary: "Come."}, "ln": {Title: "Bokutani ya komeka", Summary: "Boya."},
		}, CreatedAt: at.AddDate(0, 0, -90)}
	if off {
		m.CancelledAt = time.Now()
	}
	told := store.Announcement{ID: uuid.New(), MissionID: m.ID, Kind: store.AnnounceNotice, RoleID: planner, Organisation: store.IOM,
		Audience: []byte(`{}`), Status: store.AnnouncementReview, CreatedAt: m.CreatedAt, ValidUntil: m.StartsAt}
	err := s.db.Write(ctx, func(tx *store.Tx) error { return errors.Join(tx.PutMission(ctx, m), tx.PutAnnouncement(ctx, told)) })
	if err != nil {
		s.t.Fatal(err)
	}
	s.exec(ctx, `UPDATE announcement SET status = 'closed', started_at = now() - interval '30 days', ended_at = now() WHERE id = $1`, told.ID)
}
