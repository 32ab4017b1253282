package figures

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"mboka/bot"
	"mboka/locales"
)

// TestTopQuestionsAreUnderstood: what the card offers is understood as it
// stands, the same in each language.
func TestTopQuestionsAreUnderstood(t *testing.T) {
	t.Parallel()
	want := map[string]Query{
		"all":     {Measure: Months},
		"country": {By: []string{country}},
		"age":     {By: []string{age, "sex"}},
		"degree":  {Where: where("education_level=edu_short_tertiary+edu_bachelor+edu_master+edu_doctorate")},
		"below":   {By: []string{belowKey}},
		"work":    {By: []string{employed}},
		"sector":  {By: []string{"sector"}},
		"health":  {By: []string{country}, Where: where("profession_group=health")},
		"give":    {By: []string{offers}},
		"results": {Measure: Results},
	}
	for _, q := range bot.TopQuestions {
		for _, lang := range locales.Langs {
			// The row too: where there are no buttons its words are written.
			for _, text := range []string{locales.Text(lang, q.Asks, nil), locales.Text(lang, q.Row, nil)} {
				u := Parse(text)
				if diff := cmp.Diff(want[q.Code], u.Query); diff != "" || !u.Clear() {
					t.Errorf("%s %q: %+v %+v\n%s", lang, text, u.Unknown, u.Which, diff)
				}
			}
		}
		delete(want, q.Code)
	}
	if len(want) > 0 {
		t.Errorf("not offered: %v", want)
	}
}
