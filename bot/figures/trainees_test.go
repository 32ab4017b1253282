package figures

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/locales"
	"mboka/store"
)

func trainees() Figure {
	return Figure{ID: "F-7Q2MA", Taken: day, Query: Query{Measure: Trainees}, Published: Published{K: 10, Step: 5, At: day, Synthetic: true, Trained: &Trained{
		People: told(40), Before: protect.Mean{Tenths: 24}, After: protect.Mean{Tenths: 45, Edge: 1}, Changed: 20,
		Institutions: []TrainedAt{{"mae", told(25)}, {"plan", told(15)}},
	}}}
}

// TestTrainedAtInstitutions: small institutions are brought together, and where
// nothing but the whole would be left, there is no table.
func TestTrainedAtInstitutions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		counts map[string]int
		want   []TrainedAt
	}{
		"each enough":      {map[string]int{"mae": 25, "plan": 13}, []TrainedAt{{"mae", told(25)}, {"plan", told(15)}}},
		"small together":   {map[string]int{"mae": 25, "plan": 12, "anapi": 6, "labour": 5}, []TrainedAt{{"mae", told(25)}, {"plan", told(10)}, {Other, told(10)}}},
		"one small":        {map[string]int{"mae": 25, "plan": 12, "anapi": 1}, []TrainedAt{{"mae", told(25)}, {Other, told(15)}}},
		"all in one":       {map[string]int{"mae": 25}, nil},
		"one and few":      {map[string]int{"mae": 25, "plan": 3}, nil},
		"none with enough": {map[string]int{"mae": 6, "plan": 6}, nil},
	} {
		if diff := cmp.Diff(c.want, trainedAt(rules, store.WorkshopSnapshot{Institutions: c.counts}, 10)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// TestTraineesAreTold: in words and files stands what was published, in each
// language, and again from the record alone.
func TestTraineesAreTold(t *testing.T) {
	t.Parallel()
	f := trainees()
	raw, err := json.Marshal(f.Published)
	if err != nil {
		t.Fatal(err)
	}
	query, err := json.Marshal(f.Query)
	if err != nil {
		t.Fatal(err)
	}
	again, err := onRecord(store.Figure{ID: "7Q2MA", TakenAt: day, Query: query, Published: raw})
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[locales.Lang][]string{
		locales.FR: {"40 agents formés", "passe de 2,4 à 4,5 ou plus sur 5", "Affaires étrangères : 25", "Plan / INS : 15", "F-7Q2MA"},
		locales.EN: {"40 trained officials", "from 2.4 to 4.5 or more out of 5", "Foreign Affairs: 25", "Planning / statistics: 15"},
		locales.LN: {"Basali 40", "2,4 kino 4,5 to koleka", "Plan / INS: 15"},
	} {
		text := f.Say(lang, rules).Text()
		if text != again.Say(lang, rules).Text() {
			t.Errorf("%s: another text from the record", lang)
		}
		for _, part := range want {
			if !strings.Contains(text, part) {
				t.Errorf("%s: %q is missing in\n%s", lang, part, text)
			}
		}
		file, err := f.File(bot.CSVWord, lang, rules)
		if err != nil || !bytes.Contains(file.Data, fmt.Append(nil, "25")) || !bytes.Contains(file.Data, []byte(locales.Tenths(lang, 24))) {
			t.Errorf("%s: %v\n%s", lang, err, file.Data)
		}
		if rule := f.traineesRule(lang, rules); !strings.Contains(rule, "10") || !strings.Contains(rule, "20") {
			t.Errorf("%s: %q", lang, rule)
		}
	}
	none := Figure{ID: "F-7Q2MA", Query: Query{Measure: Trainees}, Published: Published{K: 10, At: day}}
	if said := none.Say(locales.FR, rules); !strings.Contains(said.Sentence, "au moins 10 personnes") || len(said.Table) > 0 {
		t.Error(said)
	}
	if _, drawn := none.Drawing(locales.FR, rules); drawn {
		t.Error("nothing is drawn")
	}
	if file, err := none.File(bot.XLSXWord, locales.FR, rules); err != nil || len(file.Data) == 0 {
		t.Error(err)
	}
}

// TestWholeQuestionAsksForTrainees: the question as it stands in the reference
// asks for both, and each is told.
func TestWholeQuestionAsksForTrainees(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Combien d'annonces, de lectures, de réponses et de présents par réunion ou visite, et progrès des agents formés ?",
		"Announcements, deliveries, replies and attendance per meeting or visit, and trainee progress?",
		"trainee progress and results of meetings",
	} {
		u := Parse(text)
		if diff := cmp.Diff([]Query{{Measure: Results}, {Measure: Trainees}}, append([]Query{u.Query}, u.Each...)); diff != "" || !u.Clear() {
			t.Errorf("%q: %+v\n%s", text, u, diff)
		}
	}
}
