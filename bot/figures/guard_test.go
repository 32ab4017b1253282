package figures

import (
	"errors"
	"slices"
	"testing"

	"mboka/bot/synthetic"
)

// guarded asks one question after others, of which those that are refused tell
// nobody anything.
func guarded(s *Snapshot, q Query, earlier []Query) error {
	l := newLedger(s)
	for _, e := range earlier {
		if p, err := published(s, e); err == nil && l.check(e, p) == nil {
			if err := l.tell(e, p); err != nil {
				return err
			}
		}
	}
	p, err := published(s, q)
	if err != nil {
		return err
	}
	return l.check(q, p)
}

func published(s *Snapshot, q Query) (Published, error) {
	c, err := s.Count(q)
	if err != nil {
		return Published{}, err
	}
	return Publish(rules, q, c)
}

func TestGuardAgainstSubtraction(t *testing.T) {
	t.Parallel()
	// All members in Belgium but three are qualified.
	s, err := NewSnapshot(func(yield func(Row) bool) {
		unskilled := 0
		for p := range synthetic.People(3000, 5) {
			row := rowOf(p)
			if p.Left || row[1] != "BE" && row[1] != "FR" {
				continue
			}
			if row[1] == "BE" && !qualified(row[2], row[6], row[7], row[9]) {
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
		"all but those of elsewhere": {skilled, []Query{{Where: where("country_residence=FR")}}, ErrNarrows}, // everybody lives somewhere
		"a refused one tells nobody": {skilled, []Query{{Where: where("country_residence=CA")}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := guarded(s, c.q, c.earlier); !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Error(err)
			}
		})
	}
}

// TestGuardKnowsWhoWorksBelow: who works below their level has a degree and is
// employed, so that a count of those people is compared with theirs.
func TestGuardKnowsWhoWorksBelow(t *testing.T) {
	t.Parallel()
	s := tiny(t, 2500, 3)
	set := s.test(belowKey, Query{By: []string{belowKey}}).said
	for key, want := range map[string][]string{education: graduate(), employed: atWork()} {
		got := s.follow(belowKey, set, key)
		for at, code := range s.columns[key].codes {
			if got[at+1] != slices.Contains(want, code) {
				t.Errorf("%s of who works below their level: %v", code, got[at+1])
			}
		}
	}
}
