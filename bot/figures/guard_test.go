package figures

import (
	"errors"
	"testing"

	"mboka/bot/synthetic"
)

func TestGuardAgainstSubtraction(t *testing.T) {
	t.Parallel()
	// All members of a population but three are qualified.
	s, err := NewSnapshot(func(yield func(Row) bool) {
		unskilled := 0
		for p := range synthetic.People(3000, 5) {
			row := rowOf(p)
			if p.Left || row[1] != "BE" {
				continue
			}
			if !qualified(row[2], row[6], row[7], row[9]) {
				if unskilled++; unskilled > 3 {
					continue
				}
			}
			if !yield(row) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	all := Query{Where: where("country_residence=BE")}
	skilled := Query{Where: where("country_residence=BE"), Qualified: true}
	for name, c := range map[string]struct {
		q       Query
		earlier []Query
		want    error
	}{
		"nothing before":             {skilled, nil, nil},
		"the same again":             {skilled, []Query{skilled}, nil},
		"all but three":              {skilled, []Query{all}, ErrNarrows},
		"the other way round":        {all, []Query{skilled}, ErrNarrows},
		"by way of a table":          {skilled, []Query{{By: []string{"country_residence"}}}, ErrNarrows},
		"enough people apart":        {Query{Where: where("country_residence=BE sex=f")}, []Query{all}, nil},
		"a refused one tells nobody": {skilled, []Query{{Where: where("country_residence=FR")}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := Guard(s, rules, c.q, c.earlier); !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Error(err)
			}
		})
	}
}
