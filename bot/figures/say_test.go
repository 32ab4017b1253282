package figures

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mboka/locales"
)

var update = flag.Bool("update", false, "write the texts anew")

// TestWords holds figures of a made-up population in three languages, to be
// read: testdata/said.txt.
func TestWords(t *testing.T) {
	t.Parallel()
	s := tiny(t, 2500, 3)
	var out strings.Builder
	for _, text := range []string{
		"combien de membres ?", "pays", "part de femmes", "pyramide des âges par sexe", "infirmiers au Canada", "professionnels de santé par pays",
		"langues", "contributions par sexe", "infirmiers à Montréal", "femmes médecins en Belgique par âge", "âge x sexe qualifiés", "villes en France",
		"doctors in Uganda by age", "secteur santé en France par langue par sexe",
	} {
		for _, lang := range locales.Langs {
			u := Parse(text)
			out.WriteString("> " + text + " [" + lang.String() + "]\n")
			c, err := s.Count(u.Query)
			if err != nil {
				t.Fatal(err)
			}
			p, err := Publish(rules, u.Query, c)
			if err != nil {
				out.WriteString(Refuse(err, s, u.Query, lang, rules) + "\n\n")
				continue
			}
			out.WriteString(Figure{ID: "F-7Q2M", Taken: day, Query: u.Query, Published: p}.Say(lang, rules).Text() + "\n\n")
		}
	}
	path := filepath.Join("testdata", "said.txt")
	if *update {
		if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Error(diff)
	}
}
