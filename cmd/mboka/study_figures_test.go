package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"mboka/bot/figures"
	"mboka/store"
	"mboka/store/storetest"
)

// studied is a figure of the optional parts beside a query that was written
// apart from it: code, second code or "", count.
type studied struct {
	asked string // the official's question
	by    []string
	where []figures.Filter
	sql   string
}

// agreed are the members who agree to the study now, by the last of their words.
const agreed = `(SELECT member_id FROM consent c WHERE purpose = 'fund' AND granted
	AND NOT EXISTS (SELECT FROM consent l WHERE l.member_id = c.member_id AND l.purpose = 'fund' AND (l.at, l.id) > (c.at, c.id)))`

func oneOf(column string, unsaid string) string {
	return fmt.Sprintf(`SELECT %[1]s, '', count(*) FROM profile WHERE %[1]s <> '%[2]s' GROUP BY 1`, column, unsaid)
}

func severalOf(column, who string) string {
	return fmt.Sprintf(`SELECT code, '', count(*) FROM profile, unnest(%s) AS code WHERE %s GROUP BY 1`, column, who)
}

func studyOf(column string) string {
	return fmt.Sprintf(`SELECT %[1]s, '', count(*) FROM profile WHERE %[1]s IS NOT NULL AND %[1]s <> 'na' AND member_id IN %[2]s GROUP BY 1`, column, agreed)
}

var studies = []studied{
	{"Q18", []string{"contribution_types"}, nil, severalOf("contribution_types", "true")},
	{"Q19", []string{"availability"}, []figures.Filter{{Variable: "contribution_types", Codes: []string{"return"}}},
		`SELECT availability, '', count(*) FROM profile WHERE availability IS NOT NULL AND contribution_types @> '{return}' GROUP BY 1`},
	{"Q20", []string{"target_sector", "target_group"}, nil,
		`SELECT target_sector, target_group, count(*) FROM profile WHERE target_sector IS NOT NULL AND target_group <> 'na' GROUP BY 1, 2`},
	{"Q21", []string{"barriers"}, nil, severalOf("barriers", "true")},
	{"Q22", []string{"remittance_frequency", "remittance_use"}, nil,
		`SELECT remittance_frequency, code, count(*) FROM profile, unnest(remittance_use) AS code WHERE remittance_frequency <> 'na' GROUP BY 1, 2`},
	{"Q22, how often", []string{"remittance_frequency"}, nil, oneOf("remittance_frequency", "na")},
	{"Q23", []string{"fund_interest"}, nil, studyOf("fund_interest")},
	{"Q23, amounts", []string{"fund_amount_usd"}, nil, studyOf("fund_amount_usd")},
	{"Q23, forms", []string{"fund_instrument"}, nil, studyOf("fund_instrument")},
	{"Q23, horizons", []string{"fund_horizon"}, nil, studyOf("fund_horizon")},
	{"Q24", []string{"fund_main_concern"}, nil, studyOf("fund_main_concern")},
	{"Q24, trust", []string{"fund_trust_conditions"}, nil, severalOf("fund_trust_conditions", "member_id IN "+agreed)},
}

// TestStudyFigures counts what members answered in the optional parts, and asks
// Postgres the same in its own words. Some have taken their yes to the study
// back meanwhile.
func TestStudyFigures(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	url := storetest.PostgresURL(t)
	db, err := store.Open(ctx, url, storetest.Keys(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	if _, err := seed(ctx, db, 3000, 11, now); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	tag, err := conn.Exec(ctx, `
		INSERT INTO consent (id, member_id, purpose, granted, notice_version, language, channel, at, message_id)
		SELECT gen_random_uuid(), member_id, 'fund', false, '1', 'fr', 'telegram', at + interval '1 day', 'back'
		FROM consent WHERE purpose = 'fund' AND granted ORDER BY id LIMIT 60`)
	if err != nil || tag.RowsAffected() != 60 {
		t.Fatal(tag, err)
	}
	if taken, err := db.TakeSnapshot(ctx, "S1", now, 20, time.Hour); err != nil || !taken {
		t.Fatal(taken, err)
	}
	s, found, err := figures.Load(ctx, db)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	for _, c := range studies {
		t.Run(c.asked, func(t *testing.T) {
			counted, err := s.Count(figures.Query{By: c.by, Where: c.where})
			if err != nil {
				t.Fatal(err)
			}
			got := map[[2]string]int{}
			for i, row := range counted.Cells {
				for j, n := range row {
					key := [2]string{counted.Codes[0][i]}
					if len(c.by) == 2 {
						key[1] = counted.Codes[1][j]
					}
					if n > 0 && key[0] != "na" && key[1] != "na" {
						got[key] = n
					}
				}
			}
			rows, err := conn.Query(ctx, c.sql)
			if err != nil {
				t.Fatal(err)
			}
			want := map[[2]string]int{}
			var first, second string
			var n int
			if _, err := pgx.ForEachRow(rows, []any{&first, &second, &n}, func() error { want[[2]string{first, second}] = n; return nil }); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" || len(want) < 3 {
				t.Errorf("%d values, %s", len(want), diff)
			}
		})
	}
}
