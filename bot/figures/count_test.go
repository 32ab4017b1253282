package figures

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/bot/synthetic"
	"mboka/store"
	"mboka/store/storetest"
)

var day = time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)

// populated is a database with made-up members and the snapshot of them.
func populated(t *testing.T, n int) (string, *store.DB) {
	t.Helper()
	url := storetest.PostgresURL(t)
	db, err := store.Open(t.Context(), url, storetest.Keys(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	var all []store.Synthetic
	for p := range synthetic.People(n, 3) {
		s := store.Synthetic{ID: uuid.New(), Language: p.Language, Channel: p.Channel, Address: p.Address, At: day.Add(-p.Ago), Answers: p.Answers}
		if p.Left {
			s.Flow, s.Version, s.Step = "registration", 1, "age_band"
		} else {
			s.Number = fmt.Sprintf("O%06d", p.Number)
		}
		for purpose, yes := range p.Consents {
			s.Consents = append(s.Consents, store.Consent{ID: uuid.New(), Purpose: purpose, Granted: yes, NoticeVersion: "1", MessageID: "synthetic:" + purpose})
		}
		all = append(all, s)
	}
	if _, err := db.AddSynthetic(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	if taken, err := db.TakeSnapshot(t.Context(), "S-1", day, 20, 30*24*time.Hour); err != nil || !taken {
		t.Fatal(taken, err)
	}
	return url, db
}

// TestCountsAreThoseOfSQL asks the same by hand-written SQL over the profiles.
func TestCountsAreThoseOfSQL(t *testing.T) {
	t.Parallel()
	url, db := populated(t, 3000)
	s, found, err := Load(t.Context(), db)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for name, c := range map[string]struct {
		q               Query
		base, total, by string // conditions, and the rows of the table
	}{
		"all":       {Query{}, `true`, `true`, ``},
		"countries": {Query{By: []string{"country_residence"}}, `country_residence IS NOT NULL`, `true`, `country_residence`},
		"ages":      {Query{By: []string{"age_band"}}, `age_band <> 'adult'`, `true`, `age_band`},
		"nurses in Canada": {Query{Where: []Filter{{"profession", []string{"nursing"}}, {"country_residence", []string{"CA"}}}},
			`profession IS NOT NULL AND country_residence IS NOT NULL`, `profession = 'nursing' AND country_residence = 'CA'`, ``},
		"health by country": {Query{By: []string{"country_residence"}, Where: []Filter{{"profession_group", []string{"health", "ict"}}}},
			`profession_group IS NOT NULL AND country_residence IS NOT NULL`, `profession_group IN ('health', 'ict')`, `country_residence`},
		"pyramid":   {Query{By: []string{"age_band", "sex"}}, `age_band <> 'adult' AND sex <> 'na'`, `true`, `age_band || '/' || sex`},
		"languages": {Query{By: []string{"languages"}}, `languages <> '{}'`, `true`, `unnest(languages)`},
		"speakers by sex": {Query{By: []string{"languages", "sex"}, Where: []Filter{{"languages", []string{"sw", "kg"}}}},
			`languages <> '{}' AND sex <> 'na'`, `languages && '{sw,kg}'`, `unnest(languages) || '/' || sex`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := s.Count(c.q)
			if err != nil {
				t.Fatal(err)
			}
			var members, answered, total int
			sql := fmt.Sprintf(`SELECT count(*), count(*) FILTER (WHERE %s), count(*) FILTER (WHERE (%s) AND (%s)) FROM profile`, c.base, c.base, c.total)
			if err := conn.QueryRow(t.Context(), sql).Scan(&members, &answered, &total); err != nil {
				t.Fatal(err)
			}
			if got.Members != members || got.Answered != answered || got.Total != total || total == 0 {
				t.Errorf("%d members, %d answered, %d in all; want %d, %d, %d", got.Members, got.Answered, got.Total, members, answered, total)
			}
			if c.by == "" {
				return
			}
			want := map[string]int{}
			rows, err := conn.Query(t.Context(), fmt.Sprintf(`SELECT cell, count(*) FROM (SELECT %s AS cell FROM profile WHERE (%s) AND (%s)) AS cells GROUP BY 1`, c.by, c.base, c.total))
			if err != nil {
				t.Fatal(err)
			}
			var cell string
			var n int
			if _, err := pgx.ForEachRow(rows, []any{&cell, &n}, func() error { want[cell] = n; return nil }); err != nil {
				t.Fatal(err)
			}
			for i, row := range got.Cells {
				for j, n := range row {
					cell := got.Codes[0][i]
					if len(c.q.By) == 2 {
						cell += "/" + got.Codes[1][j]
					}
					if n != want[cell] {
						t.Errorf("%s: %d, want %d", cell, n, want[cell])
					}
					delete(want, cell)
				}
			}
			if len(want) > 0 {
				t.Errorf("not counted: %v", want)
			}
		})
	}
}

// TestQualified asks the definition by SQL, with the codes of the options file
// written out.
func TestQualified(t *testing.T) {
	t.Parallel()
	url, db := populated(t, 2000)
	s, _, err := Load(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Count(Query{Qualified: true})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	v, _ := VariableOf(profession)
	var inside, outside []string
	for _, o := range v.Options() {
		if strings.Trim(strings.Join(o.Classes, ""), "0123456789") == "" && !slices.ContainsFunc(o.Classes, func(c string) bool { return c > "4" }) {
			inside = append(inside, o.Code)
		} else {
			outside = append(outside, o.Code)
		}
	}
	var want int
	err = conn.QueryRow(t.Context(), `
		SELECT count(*) FROM profile WHERE
			education_level IN ('edu_short_tertiary', 'edu_bachelor', 'edu_master', 'edu_doctorate')
			OR experience_years IN ('2_5', '6_10', '11_20', 'gt20') AND (profession = ANY($1)
				OR (profession IS NULL OR NOT profession = ANY($2)) AND profession_group IN ('management', 'science_engineering', 'teaching', 'ict', 'legal_social_cultural'))`,
		inside, outside).Scan(&want)
	if err != nil || got.Total != want || want == 0 || want == got.Members {
		t.Errorf("%d of %d, want %d: %v", got.Total, got.Members, want, err)
	}
}

// TestSnapshotStandsStill shows that one member who joins, leaves or edits is
// not seen before twenty have.
func TestSnapshotStandsStill(t *testing.T) {
	t.Parallel()
	_, db := populated(t, 100)
	before, _, err := Load(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	join := func(from, n int, at time.Time) {
		var all []store.Synthetic
		for i := range n {
			all = append(all, store.Synthetic{ID: uuid.New(), Number: fmt.Sprintf("OJ%05d", from+i), Language: "fr", Channel: "console",
				Address: fmt.Sprint(from + i), At: at, Answers: []store.Answer{{Step: "country_residence", Codes: []string{"BE"}}}})
		}
		if _, err := db.AddSynthetic(t.Context(), all); err != nil {
			t.Fatal(err)
		}
	}
	take := func(id string, at time.Time, want bool) {
		t.Helper()
		if taken, err := db.TakeSnapshot(t.Context(), id, at, 20, 30*24*time.Hour); err != nil || taken != want {
			t.Fatalf("%s: taken %v, %v", id, taken, err)
		}
	}
	join(0, 19, day.Add(time.Hour))
	take("S-2", day.Add(2*time.Hour), false)
	if s, _, err := Load(t.Context(), db); err != nil || s.Members != before.Members || s.ID != "S-1" {
		t.Errorf("19 joiners are seen: %v", err)
	}
	join(19, 1, day.Add(3*time.Hour))
	take("S-2", day.Add(4*time.Hour), true)
	if s, _, err := Load(t.Context(), db); err != nil || s.Members != before.Members+20 || s.ID != "S-2" {
		t.Errorf("20 joiners are not seen: %v", err)
	}
	take("S-3", day.Add(5*time.Hour), false)
	take("S-3", day.Add(31*24*time.Hour), true) // at the latest monthly
}

func BenchmarkCount(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		s, err := NewSnapshot(func(yield func(Row) bool) {
			base := make([]Row, 0, 10_000)
			for p := range synthetic.People(10_000, 3) {
				base = append(base, rowOf(p))
			}
			for i := range n {
				if !yield(base[i%len(base)]) {
					return
				}
			}
		})
		if err != nil {
			b.Fatal(err)
		}
		q := Query{By: []string{"age_band", "sex"}, Where: []Filter{{"profession_group", []string{"health"}}}}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Count(q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func rowOf(p synthetic.Person) Row {
	row := make(Row, len(store.SnapshotColumns))
	for _, a := range p.Answers {
		name := a.Step
		if name == "province_origin" {
			name = province
		}
		for i, column := range store.SnapshotColumns {
			if column == name && len(a.Codes) > 0 {
				row[i] = a.Codes[0]
				if name == languages || name == offers {
					row[i] = strings.Join(a.Codes, " ")
				}
			}
		}
	}
	return row
}
