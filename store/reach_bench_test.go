package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"mboka/store"
	"mboka/store/storetest"
)

// populate makes so many registered members, nine of ten of whom agree, by SQL
// alone: in six countries, three languages, on either channel. All were told of
// one meeting this month, every second of another, and every third of a third.
func populate(b *testing.B, url string, n int) {
	b.Helper()
	conn, err := pgx.Connect(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, sql := range []string{
		`INSERT INTO member (id, number, language, created_at, registered_at)
			SELECT md5('m' || i)::uuid, 'N' || lpad(i::text, 8, '0'), (ARRAY['fr','fr','fr','ln','en'])[1 + i % 5], $1, $1 FROM generate_series(1, $2) i`,
		`INSERT INTO profile (member_id, country_residence, city_residence, profession_group, profession, education_level, experience_years, languages, updated_at)
			SELECT md5('m' || i)::uuid, (ARRAY['BE','FR','CA','US','ZA','GB'])[1 + i % 6], CASE WHEN i % 12 = 0 THEN 'be-liege' END,
				(ARRAY['health','ict','teaching'])[1 + i % 3], (ARRAY['nursing','software',NULL,'physician'])[1 + i % 4],
				(ARRAY['edu_master','edu_primary','edu_bachelor'])[1 + i % 3], (ARRAY['2_5','lt2'])[1 + i % 2], ARRAY['fr','ln'], $1 FROM generate_series(1, $2) i`,
		`INSERT INTO consent (id, member_id, purpose, granted, notice_version, language, channel, at, message_id)
			SELECT md5('c' || i)::uuid, md5('m' || i)::uuid, 'missions', i % 10 > 0, 'v', 'fr', 'telegram', $1, i::text FROM generate_series(1, $2) i`,
		`INSERT INTO address (chat, member_id, channel, sealed_address, created_at, last_inbound_at)
			SELECT decode(md5('a' || i), 'hex'), md5('m' || i)::uuid, (ARRAY['telegram','telegram','whatsapp'])[1 + i % 3], '\x00', $1::timestamptz,
				$1::timestamptz - make_interval(hours => i % 72) FROM generate_series(1, $2) i`,
		`WITH author AS (INSERT INTO staff (id, language, joined_at, last_seen_at) VALUES (md5('s')::uuid, 'fr', $1, $1) RETURNING id)
			INSERT INTO role (id, staff_id, role, organisation, granted_at) SELECT id, id, 'coordinator', 'iom', $1 FROM author WHERE $2 > 0`,
		`INSERT INTO mission (id, kind, role_id, organisation, timezone, state_present, created_at)
			SELECT md5('t' || i)::uuid, 'notice', md5('s')::uuid, 'iom', 'UTC', false, $1 FROM generate_series(1, 3) i WHERE $2 > 0`,
		`INSERT INTO announcement (id, mission_id, kind, role_id, organisation, audience, status, created_at)
			SELECT md5('t' || i)::uuid, md5('t' || i)::uuid, 'notice', md5('s')::uuid, 'iom', '{}', 'sent', $1 FROM generate_series(1, 3) i WHERE $2 > 0`,
		`INSERT INTO delivery (id, announcement_id, member_id, channel, language, country, place, state, started_at)
			SELECT md5('d' || t || '-' || i)::uuid, md5('t' || t)::uuid, md5('m' || i)::uuid, 'telegram', 'fr', '', '', 'delivered', $1::timestamptz - interval '1 day' * t
			FROM generate_series(1, 3) t, generate_series(1, $2) i WHERE i % t = 0`,
	} {
		if _, err := conn.Exec(b.Context(), sql, now, n); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := conn.Exec(b.Context(), `ANALYZE`); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkCountProspects counts everybody, and a narrow audience, as a dry run
// does.
func BenchmarkCountProspects(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmarkCount(b, n) })
	}
}

func benchmarkCount(b *testing.B, n int) {
	url := storetest.PostgresURL(b)
	db, err := store.Open(b.Context(), storetest.ServiceURL(b, url), storetest.Keys(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(db.Close)
	populate(b, url, n)
	for name, f := range map[string]store.Reach{
		"everybody": {}, "nurses in Liège": {Cities: []string{"be-liege"}, Professions: []string{"nursing"}},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				counted, err := db.CountProspects(b.Context(), store.Prospects{Reach: f, At: now, Channels: []string{"telegram", "whatsapp"}, Cap: 2}, 24*time.Hour)
				if err != nil || len(counted) == 0 {
					b.Fatal(len(counted), err)
				}
			}
		})
	}
}
