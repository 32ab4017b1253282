package figures

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// oftenAsked is what officials ask.
var oftenAsked = []string{
	"pays", "femmes", "âge", "âge x sexe", "province", "années à l'étranger", "niveau d'études", "domaine", "emploi", "secteur",
	"combien de professionnels de santé au Canada", "langues", "contributions", "combien d'infirmières au Canada", "médecins en Belgique par âge",
	"secteur pays=CA", "villes pays=BE", "sexe pays=FR", "sexe", "secteur x sexe", "profession", "langues x sexe", "études x sexe", "emploi pays=FR", "qualifiés",
}

// TestUsualQuestionsPass asks them one after the other, of communities of several
// sizes: what protects people must not make the service useless. What is refused
// there is refused for itself alone, not for what was told before.
func TestUsualQuestionsPass(t *testing.T) {
	t.Parallel()
	for _, n := range []int{300, 1000, 10_000} {
		s := tiny(t, n, 7)
		for _, words := range oftenAsked {
			u := Parse(words)
			if !u.Clear() {
				t.Fatalf("%s is not understood", words)
			}
			p, err := published(s, u.Query)
			if err != nil {
				if n > 1000 {
					t.Errorf("%d: %s: %v", n, words, err)
				}
				continue
			}
			if err := s.told.check(u.Query, p); err != nil {
				t.Errorf("%d: %s: %v", n, words, err)
				continue
			}
			if err := s.told.tell(u.Query, p); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// anything draws a question that somebody may ask of a snapshot.
func anything(s *Snapshot, r *rand.Rand) Query {
	q := Query{Qualified: r.IntN(8) == 0}
	variable := func() string {
		for {
			if v := Variables[r.IntN(len(Variables))]; !slices.Contains(q.variables(), v.Key) && len(s.columns[v.Key].codes) > 0 {
				return v.Key
			}
		}
	}
	for range r.IntN(3) {
		q.By = append(q.By, variable())
	}
	for range r.IntN(4 - len(q.By)) {
		key := variable()
		codes := s.columns[key].codes
		f := Filter{Variable: key, Codes: []string{codes[r.IntN(len(codes))]}}
		if more := codes[r.IntN(len(codes))]; r.IntN(6) == 0 && more != f.Codes[0] {
			f.Codes = append(f.Codes, more)
		}
		q.Where = append(q.Where, f)
	}
	return q
}
