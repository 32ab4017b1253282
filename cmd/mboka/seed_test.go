package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"mboka/store"
	"mboka/store/seal"
	"mboka/store/storetest"
)

// TestSeed makes a population twice and looks at it from outside: the same
// people, answers that fit each other, shares near the weights.
func TestSeed(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	doc, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	vars := []string{"DATABASE_URL=" + url, "MBOKA_KEYSET=" + string(doc)}
	for _, want := range []string{"1500 made-up", "0 made-up", "500 made-up"} {
		args := []string{"seed", "--members", "1500", "--seed", "7"}
		if want == "500 made-up" {
			args[2] = "2000"
		}
		var out, errs strings.Builder
		if code := run(t.Context(), args, vars, nil, &out, &errs); code != exitOK || !strings.HasPrefix(out.String(), want) {
			t.Fatal(code, out.String(), errs.String())
		}
	}
	for what, query := range map[string]string{
		"all are marked":                      `SELECT count(*) = 2000 AND bool_and(synthetic) FROM member`,
		"about 8 % have not finished":         `SELECT count(*) FILTER (WHERE number IS NULL) BETWEEN 110 AND 210 FROM member`,
		"who has not finished has one":        `SELECT count(*) = (SELECT count(*) FROM member WHERE number IS NULL) FROM draft`,
		"who has, has a profile":              `SELECT count(*) = (SELECT count(*) FROM member WHERE number IS NOT NULL) FROM profile`,
		"about 60 % want announcements":       `SELECT avg(granted::int) BETWEEN 0.55 AND 0.65 FROM consent WHERE purpose = 'missions'`,
		"about 19 % live in France":           `SELECT avg((country_residence = 'FR')::int) BETWEEN 0.16 AND 0.23 FROM profile`,
		"young people have no long work":      `SELECT count(*) = 0 FROM profile WHERE age_band = '18_24' AND experience_years IN ('11_20', 'gt20')`,
		"a field needs a level":               `SELECT count(*) = 0 FROM profile WHERE field_of_study IS NOT NULL AND education_level IN ('edu_primary', 'edu_lower_sec', 'edu_upper_sec', 'edu_unknown')`,
		"a profession has a group":            `SELECT count(*) = 0 FROM profile WHERE profession IS NOT NULL AND profession_group IS NULL`,
		"nurses work in health":               `SELECT avg((sector = 'health_social')::int) > 0.6 FROM profile WHERE profession_group = 'health' AND sector IS NOT NULL`,
		"more women in South Africa":          `SELECT (SELECT avg((sex = 'f')::int) FROM profile WHERE country_residence = 'ZA') > (SELECT avg((sex = 'f')::int) FROM profile WHERE country_residence = 'AO')`,
		"cities lie in their country":         `SELECT count(*) = 0 FROM profile WHERE upper(split_part(city_residence, '-', 1)) <> country_residence`,
		"who contributes offers something":    `SELECT count(*) > 200 AND count(*) FILTER (WHERE contribution_types IS NULL OR 'none' = ANY(contribution_types)) = 0 FROM profile WHERE availability IS NOT NULL`,
		"who sends nothing has no use for it": `SELECT count(*) = 0 FROM profile WHERE remittance_use IS NOT NULL AND (remittance_frequency IS NULL OR remittance_frequency IN ('never', 'na'))`,
		"answers about a fund stand on a yes": `SELECT count(*) > 100 AND count(*) FILTER (WHERE NOT coalesce(c.granted, false)) = 0 FROM profile p LEFT JOIN consent c ON c.member_id = p.member_id AND c.purpose = 'fund' WHERE p.fund_interest IS NOT NULL`,
		"an amount needs some interest":       `SELECT count(*) = 0 FROM profile WHERE fund_amount_usd IS NOT NULL AND fund_interest NOT IN ('yes', 'maybe')`,
		"amounts grow with age and education": `SELECT avg((fund_amount_usd IN ('5k_9k', '10k_49k', '50k'))::int) FILTER (WHERE age_band IN ('45_54', '55_64') AND education_level IN ('edu_master', 'edu_doctorate')) > avg((fund_amount_usd IN ('5k_9k', '10k_49k', '50k'))::int) FILTER (WHERE age_band = '18_24') FROM profile WHERE fund_amount_usd IS NOT NULL`,
		"names are sealed":                    `SELECT count(*) > 500 AND count(*) FILTER (WHERE position('Essai'::bytea IN display_name) > 0) = 0 FROM profile WHERE display_name IS NOT NULL`,
	} {
		if got := truth(t, url, query); got != "true" {
			t.Errorf("%s: %s", what, got)
		}
	}
	keys, err := seal.Parse(doc)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), url, keys)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if got := truth(t, url, `UPDATE member SET synthetic = false WHERE id = (SELECT id FROM member LIMIT 1) RETURNING true`); got != "true" {
		t.Fatal(got)
	}
	if _, err := seed(t.Context(), db, 10, 8, time.Now()); !errors.Is(err, store.ErrRealMembers) {
		t.Errorf("among real members: %v", err)
	}
}

// truth gives the one value of a query, as text.
func truth(t *testing.T, url, query string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var value string
	if err := conn.QueryRow(t.Context(), `WITH asked AS (`+query+`) SELECT (SELECT * FROM asked)::text`).Scan(&value); err != nil {
		return err.Error()
	}
	return value
}
