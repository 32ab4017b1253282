package effects

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mboka/store"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// said reads "step=code@minute", and "step=@minute" for an answer taken back.
func said(t *testing.T, text string) []store.Dated {
	t.Helper()
	var out []store.Dated
	for _, word := range strings.Fields(text) {
		step, rest, ok1 := strings.Cut(word, "=")
		code, minute, ok2 := strings.Cut(rest, "@")
		after, err := time.ParseDuration(minute + "m")
		if !ok1 || !ok2 || err != nil {
			t.Fatal(word)
		}
		d := store.Dated{Answer: store.Answer{Step: step}, At: noon.Add(after)}
		if text, free := strings.CutPrefix(code, "~"); free {
			d.Text = text
		} else if code != "" {
			d.Codes = strings.Split(code, ",")
		}
		out = append(out, d)
	}
	return out
}

func TestTakenOver(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ kept, other, want string }{
		"nothing":                    {"", "", ""},
		"a gap is filled":            {"sex=f@1", "sector=ict@0", "sector=ict@0"},
		"the newer counts":           {"sector=health@1 sex=f@5", "sector=ict@2 sex=m@3", "sector=ict@2"},
		"at the same time one's own": {"sector=health@1", "sector=ict@1", ""},
		"free text":                  {"display_name=~Mado@1", "display_name=~Mama_Mado@2", "display_name=~Mama_Mado@2"},
		"taken back later":           {"sex=f@1", "sex=@2", "sex=@2"},
		"taken back earlier":         {"sex=f@2", "sex=@1", ""},
		"several codes":              {"languages=fr,ln@1", "languages=fr,en@2", "languages=fr,en@2"},
		"a city comes with its country": {
			"country_residence=FR@1 city_residence=fr-paris@1", "country_residence=BE@2 city_residence=be-liege@2",
			"country_residence=BE@2 city_residence=be-liege@2"},
		"a city of the country that lost stays behind": {
			"country_residence=FR@3", "country_residence=BE@1 city_residence=be-liege@2", ""},
		"one's own city goes with one's country": {
			"country_residence=FR@1 city_residence=fr-paris@5", "country_residence=BE@2", "country_residence=BE@2 city_residence=@5"},
		"the older city in the same country beats the newer one elsewhere": {
			"country_residence=BE@3 city_residence=be-liege@1", "country_residence=FR@2 city_residence=fr-paris@2", ""},
		"a city cleared by a move is no word": {
			"country_residence=BE@3 city_residence=@3", "country_residence=BE@1 city_residence=be-liege@1", "city_residence=be-liege@1"},
		"an occupation without its group": {
			"profession_group=health@3", "profession_group=ict@1 profession=nursing@2", ""},
		"studies that the diploma excludes": {
			"education_level=edu_primary@3", "education_level=edu_master@1 field_of_study=field_ict@2", ""},
		"studies that a newer diploma excludes": {
			"education_level=edu_master@1 field_of_study=field_ict@2", "education_level=edu_primary@3",
			"education_level=edu_primary@3 field_of_study=@2"},
		"what is no question is left": {"", "nonsense=x@1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := takenOver(said(t, tt.kept), said(t, tt.other))
			if diff := cmp.Diff(said(t, tt.want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
