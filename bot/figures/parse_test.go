package figures

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// where writes filters shortly: "profession=nursing country_residence=CA".
func where(s string) []Filter {
	var out []Filter
	for f := range strings.FieldsSeq(s) {
		key, codes, _ := strings.Cut(f, "=")
		out = append(out, Filter{key, strings.Split(codes, "+")})
	}
	return out
}

func TestParse(t *testing.T) {
	t.Parallel()
	tertiary := "education_level=edu_short_tertiary+edu_bachelor+edu_master+edu_doctorate"
	for _, c := range []struct {
		texts string // the same question, apart by |
		want  Query
	}{
		{"combien d'inscrits au total ?|how many members?|bato boni?", Query{}},
		{"Dans quels pays vivent nos inscrits ?|Which countries do our members live in?|pays|country|mboka nini?", Query{By: []string{"country_residence"}}},
		{"Quelles sont les principales villes en Belgique ?|What are the main cities in Belgium?|bingumba ya Belgique", Query{By: []string{"city_residence"}, Where: where("country_residence=BE")}},
		{"Quelle est la part de femmes ?|What share are women?", Query{By: []string{"sex"}, Share: true}},
		{"Quelle est la structure par âge ?|age|âge", Query{By: []string{"age_band"}}},
		{"Pyramide des âges par sexe|âge x sexe|age by sex|age x sex", Query{By: []string{"age_band", "sex"}}},
		{"De quelles provinces viennent-ils ?|Which provinces are they from?", Query{By: []string{"province_group"}}},
		{"Depuis combien d'années sont-ils partis ?|years abroad", Query{By: []string{"years_abroad"}}},
		{"Combien ont un diplôme supérieur ?|How many have a tertiary degree?", Query{Where: where(tertiary)}},
		{"Quels domaines d'études ?|Which fields of study?", Query{By: []string{"field_of_study"}}},
		{"Quelle est la situation d'emploi ?|What is their employment situation?", Query{By: []string{"employment_status"}}},
		{"combien de profils par secteur ?|how many profiles per sector?|secteur", Query{By: []string{"sector"}}},
		{"Combien de professionnels de santé au Canada ?|How many health professionals in Canada?|santé pays=CA", Query{Where: where("profession_group=health country_residence=CA")}},
		{"Combien de cadres avec plus de 10 ans d'expérience ?|How many managers with over 10 years of experience?", Query{Where: where("profession_group=management experience_years=11_20+gt20")}},
		{"Quelles langues parlent nos inscrits ?|Which languages do members speak?|minoko nini?", Query{By: []string{"languages"}}},
		{"Comment veulent-ils contribuer ?|contributions", Query{By: []string{"contribution_types"}}},
		{"combien d'infirmiers au Canada ?|combien d'infirmières au Canada|how many nurses in Canada?|infirmiers boni na Canada", Query{Where: where("profession=nursing country_residence=CA")}},
		{"doctors in Belgium by age|banganga na Belgique par âge|médecins en Belgique par âge", Query{By: []string{"age_band"}, Where: where("profession=physician country_residence=BE")}},
		{"banganga boni na Belgique", Query{Where: where("profession=physician country_residence=BE")}},
		{"secteur pays=CA|secteur au Canada", Query{By: []string{"sector"}, Where: where("country_residence=CA")}},
		{"âge x sexe qualifiés", Query{By: []string{"age_band", "sex"}, Qualified: true}},
		{"secteur santé en France", Query{Where: where("sector=health_social country_residence=FR")}},
		{"femmes médecins en Belgique et en France", Query{Where: where("sex=f profession=physician country_residence=BE+FR")}},
		{"infirmiers à Bruxelles en Belgique|nurses in Brussels", Query{Where: where("profession=nursing city_residence=be-brussels")}},
		{"ingénieurs aux USA par langue", Query{By: []string{"languages"}, Where: where("profession_group=science_engineering country_residence=US")}},
		{"qualified women in South Africa", Query{Qualified: true, Where: where("sex=f country_residence=ZA")}},
	} {
		for text := range strings.SplitSeq(c.texts, "|") {
			got := Parse(text)
			if !got.Clear() {
				t.Errorf("%s: not understood: %+v, %+v", text, got.Unknown, got.Which)
			}
			if diff := cmp.Diff(c.want, got.Query); diff != "" {
				t.Errorf("%s:\n%s", text, diff)
			}
		}
	}
}

func TestParseNamesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"combien d'infirmyers au Canada": "infirmyers",
		"zzzz en France":                 "zzzz",
		"combien de plombiers de 47 ans": "47 ans",
	} {
		var words []string
		got := Parse(text)
		for _, u := range got.Unknown {
			words = append(words, u.Word)
		}
		if strings.Join(words, " ") != want {
			t.Errorf("%s: %v", text, got.Unknown)
		}
	}
	if u := Parse("combien d'infirmyers").Unknown; len(u) != 1 || len(u[0].Nearby) == 0 || !strings.HasPrefix(u[0].Nearby[0], "infirmier") {
		t.Errorf("nothing like it: %+v", u)
	}
	if u := Parse("médecins au Congo"); len(u.Which) != 1 || len(u.Which[0].Nearby) != 2 {
		t.Errorf("which Congo: %+v", u)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"combien d'infirmières au Canada ?", "âge x sexe qualifiés", "pays=CA;DROP TABLE member", "\x00\xff", "é", "x x x x", "secteur depuis F-7Q2MA'; DROP TABLE figure", "ONU par mois", "$1 OR true", strings.Repeat("pays ", 200)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Parse(text)
		for _, q := range append([]Query{got.Query}, got.Each...) {
			if err := q.check(); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			ours(t, text, q)
		}
		if rest, id := since(text); id != "" && (len(id) != 5 || strings.Trim(id, idSigns) != "") || id == "" && rest != text {
			t.Fatalf("%q: %q since %q", text, rest, id)
		}
	})
}

// ours: a question holds no word of the person: all that is looked up or kept of
// it are names of variables and values out of the reference data. The words
// themselves go sealed into the log alone.
func ours(t *testing.T, text string, q Query) {
	t.Helper()
	measures := []Measure{Members, Months, Stock, Results, Trainees}
	if !slices.Contains(measures, q.Measure) {
		t.Fatalf("%q: measure %q", text, q.Measure)
	}
	for _, key := range q.variables() {
		if !slices.ContainsFunc(Variables, func(v Variable) bool { return v.Key == key }) {
			t.Fatalf("%q: variable %q", text, key)
		}
	}
	for _, filter := range q.Where {
		v, _ := VariableOf(filter.Variable)
		for _, code := range filter.Codes {
			if v.Label(code).In(0) == code || strings.Trim(code, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != "" {
				t.Fatalf("%q: %s=%q is no value", text, filter.Variable, code)
			}
		}
	}
}
