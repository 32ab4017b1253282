package figures

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFollowUps(t *testing.T) {
	t.Parallel()
	nurses := Query{Where: where("profession=nursing country_residence=CA")}
	for _, c := range []struct {
		earlier Query
		text    string
		want    Query
	}{
		{nurses, "et en France ?", Query{Where: where("profession=nursing country_residence=FR")}},
		{nurses, "and in Belgium?", Query{Where: where("profession=nursing country_residence=BE")}},
		{nurses, "mpe na Belgique?", Query{Where: where("profession=nursing country_residence=BE")}},
		{nurses, "et à Bruxelles ?", Query{Where: where("profession=nursing city_residence=be-brussels")}},
		{nurses, "par âge", Query{By: []string{age}, Where: nurses.Where}},
		{nurses, "by age", Query{By: []string{age}, Where: nurses.Where}},
		{nurses, "et les femmes ?", Query{Where: where("profession=nursing country_residence=CA sex=f")}},
		{nurses, "et les médecins ?", Query{Where: where("country_residence=CA profession=physician")}},
		{Query{By: []string{age, "sex"}, Share: true}, "par secteur", Query{By: []string{"sector"}}},
		{Query{By: []string{country}}, "et en France ?", Query{Where: where("country_residence=FR")}},
		{Query{By: []string{"sector"}, Where: where("country_residence=CA")}, "et qualifiés", Query{By: []string{"sector"}, Where: where("country_residence=CA"), Qualified: true}},
	} {
		if !Refines(c.text) {
			t.Errorf("%s: goes on from nothing", c.text)
		}
		u := Parse(c.text)
		if !u.Clear() {
			t.Errorf("%s: not understood: %+v %+v", c.text, u.Unknown, u.Which)
		}
		if diff := cmp.Diff(c.want, u.Query.On(c.earlier)); diff != "" {
			t.Errorf("%s:\n%s", c.text, diff)
		}
	}
	for _, text := range []string{"pays", "et", "", "combien d'infirmières et de médecins au Canada", "banganga boni"} {
		if Refines(text) {
			t.Errorf("%q goes on from something", text)
		}
	}
}
