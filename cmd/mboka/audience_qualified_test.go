package main

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"mboka/bot/announce"
	"mboka/bot/figures"
	"mboka/locales/reference"
	"mboka/store"
	"mboka/store/storetest"
)

// trade is what decides whether somebody counts as qualified.
type trade struct{ level, group, profession, years string }

// tradeOf draws answers of every kind: professions of the group that was chosen,
// and combinations that no form would give.
func tradeOf(r *rand.Rand) trade {
	code := func(list string) string {
		options := reference.List(list)
		if len(options) == 0 || r.IntN(6) == 0 {
			return ""
		}
		return options[r.IntN(len(options))].Code
	}
	x := trade{level: code("education_level"), group: code("profession_group"), years: code("experience_years")}
	x.profession = code("profession_" + x.group)
	if r.IntN(5) == 0 {
		x.profession = code("profession_" + code("profession_group"))
	}
	return x
}

// TestQualifiedIsTheSameForFiguresAndAnnouncements asks both of the same random
// profiles, one country each so that they can be told apart.
func TestQualifiedIsTheSameForFiguresAndAnnouncements(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db, err := store.Open(t.Context(), url, storetest.Keys(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
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
	countries := reference.Countries()
	var codes []string
	for _, c := range countries {
		codes = append(codes, c.Alpha2)
	}
	run(`INSERT INTO member (id, number, language, created_at, registered_at) SELECT md5(c)::uuid, c, 'fr', now(), now() FROM unnest($1::text[]) c`, codes)
	run(`INSERT INTO consent (id, member_id, purpose, granted, notice_version, language, channel, at, message_id)
		SELECT md5(c)::uuid, md5(c)::uuid, 'missions', true, 'v', 'fr', 'telegram', now(), '1' FROM unnest($1::text[]) c`, codes)
	run(`INSERT INTO profile (member_id, country_residence, updated_at) SELECT md5(c)::uuid, c, now() FROM unnest($1::text[]) c`, codes)
	r, yes := rand.New(rand.NewPCG(1, 2)), 0
	reach := announce.Audience{Qualified: true}.Reach()
	for range 12 {
		trades := make([]trade, len(codes))
		for i := range trades {
			trades[i] = tradeOf(r)
		}
		column := func(of func(trade) string) (all []string) {
			for _, x := range trades {
				all = append(all, of(x))
			}
			return all
		}
		run(`UPDATE profile p SET education_level = nullif(x.l, ''), profession_group = nullif(x.g, ''), profession = nullif(x.p, ''), experience_years = nullif(x.y, '')
			FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) x (c, l, g, p, y) WHERE p.country_residence = x.c`, codes,
			column(func(x trade) string { return x.level }), column(func(x trade) string { return x.group }),
			column(func(x trade) string { return x.profession }), column(func(x trade) string { return x.years }))
		counted, err := db.CountProspects(t.Context(), store.Prospects{Reach: reach, At: time.Now(), Cap: -1}, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range trades {
			got := slices.ContainsFunc(counted, func(c store.Counted) bool { return c.Country == codes[i] })
			if want := figuresQualify(t, x); got != want {
				t.Fatalf("%+v: announcements say %v, figures %v", x, got, want)
			} else if want {
				yes++
			}
		}
	}
	if yes < 300 || yes > 2700 {
		t.Errorf("%d of %d are qualified: that tells little", yes, 12*len(codes))
	}
}

// figuresQualify asks figures of one profile.
func figuresQualify(t *testing.T, x trade) bool {
	t.Helper()
	row := make([]string, len(store.SnapshotColumns))
	for name, value := range map[string]string{"education_level": x.level, "profession_group": x.group, "profession": x.profession, "experience_years": x.years} {
		row[slices.Index(store.SnapshotColumns, name)] = value
	}
	s, err := figures.NewSnapshot(slices.Values([]figures.Row{row}))
	if err != nil {
		t.Fatal(strings.Join(row, "|"), err)
	}
	counted, err := s.Count(figures.Query{Qualified: true})
	if err != nil {
		t.Fatal(err)
	}
	return counted.Total == 1
}
